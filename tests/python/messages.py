"""Genesis, anchor, update and fork (FORMAT.md sections 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

import ed25519
from certificate import Certificate, Header, ValidatorSet, certify, read_certificate, read_header, read_set
from hashes import sha256, tagged
from merkle import read_log_proof
from wire import (
    ANCHOR, FORK, GENESIS, UPDATE, Reader, bounds, decode_message, order, require, value_fault,
)

MAX_NAME = 64
MAX_MEMBERS = 1_000
MEMBER_BYTES = 134
MAX_HAND_OVERS = 1_000
HAND_OVER_BYTES = 206
MAX_TRUSTING_PERIOD = 63_158_400_000
FIRST_KEY = 1
NO_CHAIN = bytes(32)


@dataclass(frozen=True)
class GenesisMember:
    """A member with its first key and that key's signature over its registration."""

    member: int
    roles: int
    info_hash: bytes
    key: bytes
    signature: bytes

    def registers(self) -> bool:
        return ed25519.registration_holds(NO_CHAIN, self.member, FIRST_KEY, self.key, self.signature)


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
    reader.take(4 + 4 + 1)
    period, validators = reader.u64(), read_set(reader)
    count = reader.count(2, 1, MAX_MEMBERS, MEMBER_BYTES)
    members = tuple(_read_member(reader) for _ in range(count))
    reader.end()
    _check_genesis(period, validators, members)
    return Genesis(reader.data, name, demo, time, validators, members)


def _read_member(reader: Reader) -> GenesisMember:
    return GenesisMember(reader.u32(), reader.u16(), reader.hash32(), reader.hash32(), reader.take(64))


def _check_genesis(period: int, validators: ValidatorSet, members: tuple[GenesisMember, ...]) -> None:
    """What is checked after the whole is read, in this order."""
    check_trusting_period(period)
    if not all(ed25519.key_may_register(key) for key, _ in validators.entries):
        raise value_fault()
    if any(before.member >= after.member for before, after in zip(members, members[1:])):
        raise order()
    if not all(member.registers() for member in members):
        raise value_fault()


def check_trusting_period(period: int) -> None:
    if not 1 <= period <= MAX_TRUSTING_PERIOD:
        raise bounds()


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
    check_trusting_period(period)
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

    def check_fields(self) -> None:
        """One chain, one height, and both headers name the set as theirs."""
        one, two = self.headers
        if one.chain_id != two.chain_id or one.height != two.height:
            raise value_fault()
        if {one.set_hash, two.set_hash} != {self.validators.hash}:
            raise value_fault()

    def check(self) -> int:
        """The height at which the chain forked."""
        for header, certificate in zip(self.headers, self.certificates):
            certify(header, certificate, self.validators)
        return self.headers[0].height


def decode_fork(data: bytes) -> Fork:
    return decode_message(data, FORK, _read_fork)


def _read_fork(reader: Reader) -> Fork:
    fork = read_fork_fields(reader)
    reader.end()
    fork.check_fields()
    return fork


def read_fork_fields(reader: Reader) -> Fork:
    """A fork without its prelude."""
    validators = read_set(reader)
    one, one_certificate = read_header(reader), read_certificate(reader)
    two, two_certificate = read_header(reader), read_certificate(reader)
    if one.hash >= two.hash:
        raise order()
    return Fork(validators, (one, two), (one_certificate, two_certificate))
