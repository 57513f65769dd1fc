"""Genesis, anchor, update and fork (FORMAT.md sections 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

from certificate import Certificate, Header, ValidatorSet, certify, read_certificate, read_header, read_set
from hashes import sha256, tagged
from merkle import read_log_proof
from wire import (
    ANCHOR, FORK, GENESIS, UPDATE, Fault, Reader, bounds, decode_message, order, require, value_fault,
)

MAX_NAME = 64
MAX_MEMBERS = 1_000
MEMBER_BYTES = 134
MAX_HAND_OVERS = 1_000
HAND_OVER_BYTES = 206
MAX_TRUSTING_PERIOD = 63_158_400_000


@dataclass(frozen=True)
class GenesisMember:
    """A member with its first key and that key's signature over its registration."""

    member: int
    roles: int
    info_hash: bytes
    key: bytes
    signature: bytes


@dataclass(frozen=True)
class Genesis:
    """The first state of a chain, which its id is the hash of."""

    raw: bytes
    name: str
    demo: bool
    time: int
    validators: ValidatorSet
    members: tuple[GenesisMember, ...]

    @property
    def chain_id(self) -> bytes:
        return tagged("medproof chain id", self.raw)


def decode_genesis(data: bytes) -> Genesis:
    return decode_message(data, GENESIS, _read_genesis)


def _read_genesis(reader: Reader) -> Genesis:
    name, demo, time = reader.text8(1, MAX_NAME), reader.flag(), reader.u64()
    _rules, _heartbeat, _undo, _period = reader.u32(), reader.u32(), reader.u8(), reader.u64()
    validators = read_set(reader)
    return Genesis(reader.data, name, demo, time, validators, _read_members(reader))


def _read_members(reader: Reader) -> tuple[GenesisMember, ...]:
    members: list[GenesisMember] = []
    for _ in range(reader.count(2, 1, MAX_MEMBERS, MEMBER_BYTES)):
        member = GenesisMember(reader.u32(), reader.u16(), reader.hash32(), reader.hash32(), reader.take(64))
        if members and members[-1].member >= member.member:
            raise order()
        members.append(member)
    return tuple(members)


@dataclass(frozen=True)
class Anchor:
    """Where a client's trust begins."""

    raw: bytes
    chain_id: bytes
    name: str
    demo: bool
    header: Header
    validators: ValidatorSet
    trusting_period: int

    @property
    def fingerprint(self) -> str:
        return sha256(self.raw).hex()[:20]


def decode_anchor(data: bytes) -> Anchor:
    return decode_message(data, ANCHOR, _read_anchor)


def _read_anchor(reader: Reader) -> Anchor:
    chain_id, name, demo = reader.hash32(), reader.text8(1, MAX_NAME), reader.flag()
    header, validators, period = read_header(reader), read_set(reader), reader.u64()
    if not 1 <= period <= MAX_TRUSTING_PERIOD:
        raise bounds()
    reader.end()
    require(header.known, "trust.newer-client.format")
    if header.chain_id != chain_id or header.next_set_hash != validators.hash:
        raise value_fault()
    return Anchor(reader.data, chain_id, name, demo, header, validators, period)


@dataclass(frozen=True)
class HandOver:
    """A certified header with whose height another validator set begins."""

    header: Header
    certificate: Certificate
    validators: ValidatorSet


def read_hand_overs(reader: Reader) -> list[HandOver]:
    count = reader.count(2, 0, MAX_HAND_OVERS, HAND_OVER_BYTES)
    return [HandOver(read_header(reader), read_certificate(reader), read_set(reader)) for _ in range(count)]


@dataclass(frozen=True)
class History:
    """The log grew from this size to the header's by appending only."""

    first_size: int
    hashes: list[bytes]


@dataclass(frozen=True)
class Update:
    """News of the chain's head."""

    hand_overs: list[HandOver]
    header: Header
    certificate: Certificate
    history: History | None


def decode_update(data: bytes) -> Update:
    return decode_message(data, UPDATE, _read_update)


def _read_update(reader: Reader) -> Update:
    hand_overs, header, certificate = read_hand_overs(reader), read_header(reader), read_certificate(reader)
    history = History(reader.u64(), read_log_proof(reader)) if reader.flag() else None
    return Update(hand_overs, header, certificate, history)


@dataclass(frozen=True)
class Fork:
    """Two headers of one height, both certified by one set."""

    validators: ValidatorSet
    headers: tuple[Header, Header]
    certificates: tuple[Certificate, Certificate]

    def check(self) -> int:
        """The height at which the chain forked."""
        for header, certificate in zip(self.headers, self.certificates):
            certify(header, certificate, self.validators)
        return self.headers[0].height


def decode_fork(data: bytes) -> Fork:
    return decode_message(data, FORK, _read_fork)


def _read_fork(reader: Reader) -> Fork:
    validators = read_set(reader)
    one, one_certificate = read_header(reader), read_certificate(reader)
    two, two_certificate = read_header(reader), read_certificate(reader)
    if one.hash >= two.hash:
        raise order()
    reader.end()
    if one.chain_id != two.chain_id or one.height != two.height:
        raise value_fault()
    if {one.set_hash, two.set_hash} != {validators.hash}:
        raise value_fault()
    return Fork(validators, (one, two), (one_certificate, two_certificate))
