"""A client's memory as a message, and the client that it describes (FORMAT.md section 9)."""

from __future__ import annotations

from dataclasses import dataclass

from certificate import Certificate, Header, ValidatorSet, read_certificate, read_header, read_set
from client import MAX_CERTIFIED, Client, Head, Term, new_client
from messages import Anchor, decode_anchor, read_fork_fields
from wire import MEMORY, Reader, check_ascending, decode_message, order, value_fault

RANGE_BYTES = 86
CERTIFIED_BYTES = 2
MAX_SEEN = 1_024
SEEN_BYTES = 40


@dataclass(frozen=True)
class Range:
    """A set with the header at which it came into force."""

    height: int
    time: int
    header_hash: bytes
    validators: ValidatorSet


@dataclass(frozen=True)
class Memory:
    """A device's own record."""

    anchor: Anchor
    newest: Header
    ranges: list[Range]
    log_size: int
    log_root: bytes
    certified: list[tuple[Header, Certificate]]
    seen: list[tuple[bytes, int]]
    forked: bool


def decode_memory(data: bytes) -> Memory:
    return decode_message(data, MEMORY, _read_memory)


def _read_memory(reader: Reader) -> Memory:
    anchor, newest = decode_anchor(reader.sized(2, 0, 0xFFFF)), read_header(reader)
    ranges = _read_ranges(reader)
    _check_newest(anchor, newest, ranges)
    log_size, log_root = reader.u64(), reader.hash32()
    count = reader.count(2, 0, MAX_CERTIFIED, CERTIFIED_BYTES)
    certified = [(read_header(reader), read_certificate(reader)) for _ in range(count)]
    count = reader.count(2, 0, MAX_SEEN, SEEN_BYTES)
    seen = [(reader.hash32(), reader.u64()) for _ in range(count)]
    _check_distinct([header.hash for header, _ in certified])
    _check_distinct([path for path, _ in seen])
    return Memory(anchor, newest, ranges, log_size, log_root, certified, seen, _read_fork_mark(reader))


def _read_ranges(reader: Reader) -> list[Range]:
    count = reader.count(2, 1, 0xFFFF, RANGE_BYTES)
    ranges = [Range(reader.u64(), reader.u64(), reader.hash32(), read_set(reader)) for _ in range(count)]
    check_ascending([entry.height.to_bytes(8, "big") for entry in ranges])
    return ranges


def _check_newest(anchor: Anchor, newest: Header, ranges: list[Range]) -> None:
    """The newest header is of the anchor's chain, not below its height, and names the last set as next."""
    if newest.chain_id != anchor.chain_id or newest.height < anchor.header.height:
        raise value_fault()
    if newest.next_set_hash != ranges[-1].validators.hash:
        raise value_fault()


def _check_distinct(entries: list[bytes]) -> None:
    if len(set(entries)) < len(entries):
        raise order()


def _read_fork_mark(reader: Reader) -> bool:
    kind = reader.u8()
    if kind == 1:
        reader.u64()
    elif kind == 2:
        read_fork_fields(reader)
    elif kind != 0:
        raise value_fault()
    return kind != 0


def client_of(anchor_bytes: bytes, memory_bytes: bytes | None) -> Client:
    """The client of a memory; one that has the anchor only if there is none, or if it is of another anchor."""
    client = new_client(anchor_bytes)
    if memory_bytes is None:
        return client
    memory = decode_memory(memory_bytes)
    if memory.anchor.raw != anchor_bytes:
        return client
    client.newest = Head(memory.newest.height, memory.newest.time, memory.newest.hash)
    client.terms = _terms(memory.ranges)
    client.log_size, client.log_root = memory.log_size, memory.log_root
    client.seen, client.forked = dict(memory.seen), memory.forked
    client.certified = [(header.height, header.hash) for header, _ in memory.certified]
    return client


def _terms(ranges: list[Range]) -> list[Term]:
    """Each range ends where the next begins."""
    ends = [(entry.height, entry.time) for entry in ranges[1:]] + [(None, None)]
    return [
        Term(entry.validators, entry.height, entry.time, entry.header_hash, *end) for entry, end in zip(ranges, ends)
    ]
