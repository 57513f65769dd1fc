"""Headers, validator sets and certificates (FORMAT.md section 3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import ed25519
from hashes import tag_prefix, tagged
from wire import HEADER, Fault, Reader, bounds, check_ascending, padding, read_prelude, require, value_fault

MAX_HEADER = 1_024
MAX_VALIDATORS = 256
SET_ENTRY_BYTES = 36
PRECOMMIT = 2
NO_PROOF_OF_LOCK = -1


@dataclass(frozen=True)
class Header:
    """A header; of an unknown version only the fields up to the next set hash are there."""

    raw: bytes
    known: bool
    chain_id: bytes
    height: int
    time: int
    set_hash: bytes
    next_set_hash: bytes
    log_size: int = 0
    log_root: bytes = b""
    state_root: bytes = b""
    rules_version: int = 0

    @property
    def hash(self) -> bytes:
        return tagged("medproof header", self.raw)


def decode_header(raw: bytes) -> Header:
    """A header by itself; bytes behind the fixed fields of an unknown version are not looked at."""
    reader = Reader(raw)
    prelude = read_prelude(reader, HEADER)
    fixed = (reader.hash32(), reader.u64(), reader.u64(), reader.hash32(), reader.hash32())
    if not prelude.known:
        return Header(raw, False, *fixed)
    reader.hash32()
    header = Header(raw, True, *fixed, reader.u64(), reader.hash32(), reader.hash32(), reader.u32())
    reader.end()
    return header


def read_header(reader: Reader) -> Header:
    """A header inside another message: `bytes16` of at most 1,024 bytes."""
    return decode_header(reader.sized(2, 0, MAX_HEADER))


def encode_header(
    chain_id: bytes, height: int, time: int, set_hash: bytes, next_set_hash: bytes, parent_hash: bytes,
    log_size: int, log_root: bytes, state_root: bytes, rules_version: int,
) -> bytes:
    """A header of this version."""
    numbers = struct.pack(">QQ", height, time)
    prelude = b"MPRF" + bytes([HEADER, 0, 1])
    head = prelude + chain_id + numbers + set_hash + next_set_hash + parent_hash
    return head + struct.pack(">Q", log_size) + log_root + state_root + struct.pack(">I", rules_version)


@dataclass(frozen=True)
class ValidatorSet:
    """Keys with their powers, ascending by key."""

    raw: bytes
    entries: tuple[tuple[bytes, int], ...]

    @property
    def hash(self) -> bytes:
        return tagged("medproof validators", self.raw)

    @property
    def total_power(self) -> int:
        return sum(power for _, power in self.entries)


def read_set(reader: Reader) -> ValidatorSet:
    start = reader.position
    count = reader.count(2, 1, MAX_VALIDATORS, SET_ENTRY_BYTES)
    entries: list[tuple[bytes, int]] = []
    for _ in range(count):
        key, power = reader.hash32(), reader.u32()
        if power == 0:
            raise value_fault()
        entries.append((key, power))
    check_ascending([key for key, _ in entries])
    return ValidatorSet(reader.data[start : reader.position], tuple(entries))


@dataclass(frozen=True)
class Signers:
    """Which validators signed, by their place in the set, with their signatures."""

    set_length: int
    signatures: tuple[tuple[int, bytes], ...]


def read_signers(reader: Reader) -> Signers:
    length = reader.u16()
    if not 1 <= length <= MAX_VALIDATORS:
        raise bounds()
    bitmap = reader.take((length + 7) // 8)
    if length % 8 and bitmap[-1] & (0xFF >> length % 8):
        raise padding()
    signers = [index for index in range(length) if bitmap[index // 8] & 0x80 >> index % 8]
    return Signers(length, tuple((index, reader.take(64)) for index in signers))


@dataclass(frozen=True)
class Certificate:
    """The precommits for a header."""

    height: int
    round: int
    header_hash: bytes
    signers: Signers


def read_certificate(reader: Reader) -> Certificate:
    return Certificate(reader.u64(), reader.u32(), reader.hash32(), read_signers(reader))


def vote(kind: int, chain_id: bytes, height: int, round_number: int, lock_round: int, header_hash: bytes) -> bytes:
    """The message that a validator signs."""
    numbers = struct.pack(">QIi", height, round_number, lock_round)
    return tag_prefix("medproof vote") + bytes([kind]) + chain_id + numbers + header_hash


def certify(header: Header, certificate: Certificate, validators: ValidatorSet) -> None:
    """The five conditions in their order."""
    if certificate.height != header.height:
        raise Fault("trust.certificate.height", header.height, certificate.height)
    require(certificate.header_hash == header.hash, "trust.certificate.header-hash")
    signers = certificate.signers
    if signers.set_length != len(validators.entries):
        raise Fault("trust.certificate.set-length", len(validators.entries), signers.set_length)
    _check_power(signers, validators)
    message = vote(PRECOMMIT, header.chain_id, header.height, certificate.round, NO_PROOF_OF_LOCK, header.hash)
    for index, signature in signers.signatures:
        require(ed25519.verify(validators.entries[index][0], message, signature), "trust.certificate.signature")


def _check_power(signers: Signers, validators: ValidatorSet) -> None:
    signed = sum(validators.entries[index][1] for index, _ in signers.signatures)
    total = validators.total_power
    if signed * 3 <= total * 2:
        raise Fault("trust.certificate.power-short", total * 2 // 3 + 1, signed)
