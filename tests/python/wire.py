"""Reading bytes strictly: integers, lengths, counts, text and the prelude (FORMAT.md section 1)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Callable, TypeVar

MAGIC = b"MPRF"
FORMAT_VERSION = 0
SUITE = 1

GENESIS = 1
HEADER = 2
ANCHOR = 3
UPDATE = 4
PROOF = 5
QR_PROOF = 6
BUCKET = 7
FORK = 8
DISCLOSURE = 9
EVENT = 10
PRODUCT_INFO = 11
BUNDLE = 12
MEMORY = 13
MEMBER_INFO = 14

T = TypeVar("T")


class Fault(Exception):
    """A refusal: a stable code, and numbers where the code has some."""

    def __init__(self, code: str, expected: int | None = None, found: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected
        self.found = found


def truncated() -> Fault:
    return Fault("trust.message.truncated")


def trailing() -> Fault:
    return Fault("trust.message.trailing")


def bounds() -> Fault:
    return Fault("trust.message.bounds")


def order() -> Fault:
    return Fault("trust.message.order")


def text_fault() -> Fault:
    return Fault("trust.message.text")


def padding() -> Fault:
    return Fault("trust.message.padding")


def value_fault() -> Fault:
    return Fault("trust.message.value")


def require(condition: bool, code: str) -> None:
    """Raise `code` unless the condition holds."""
    if not condition:
        raise Fault(code)


@dataclass
class Reader:
    """A position in bytes; every method reads one value or raises a Fault (section 1, rules for all bytes)."""

    data: bytes
    position: int = field(default=0)

    @property
    def remaining(self) -> int:
        return len(self.data) - self.position

    def take(self, length: int) -> bytes:
        if length > self.remaining:
            raise truncated()
        start = self.position
        self.position = start + length
        return self.data[start : self.position]

    def uint(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def u8(self) -> int:
        return self.uint(1)

    def u16(self) -> int:
        return self.uint(2)

    def u32(self) -> int:
        return self.uint(4)

    def u48(self) -> int:
        return self.uint(6)

    def u64(self) -> int:
        return self.uint(8)

    def i16(self) -> int:
        return int.from_bytes(self.take(2), "big", signed=True)

    def hash32(self) -> bytes:
        return self.take(32)

    def flag(self) -> bool:
        flag = self.u8()
        if flag > 1:
            raise value_fault()
        return flag == 1

    def count(self, width: int, low: int, high: int, entry_bytes: int) -> int:
        """A count within its bound that the rest of the input can pay for."""
        count = self.uint(width)
        if not low <= count <= high:
            raise bounds()
        if count * entry_bytes > self.remaining:
            raise truncated()
        return count

    def sized(self, width: int, low: int, high: int) -> bytes:
        """A length within its bound and that many bytes."""
        length = self.uint(width)
        if not low <= length <= high:
            raise bounds()
        return self.take(length)

    def text8(self, low: int, high: int) -> str:
        return plain_text(self.sized(1, low, high))

    def end(self) -> None:
        if self.remaining:
            raise trailing()


def plain_text(data: bytes) -> str:
    """UTF-8 without control characters."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise text_fault() from None
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise text_fault()
    return text


@dataclass(frozen=True)
class Prelude:
    """Type, format version and suite of a message."""

    format: int
    suite: int

    def check(self) -> None:
        if self.format != FORMAT_VERSION:
            raise Fault("trust.newer-client.format")
        if self.suite != SUITE:
            raise Fault("trust.newer-client.suite")

    @property
    def known(self) -> bool:
        return (self.format, self.suite) == (FORMAT_VERSION, SUITE)


def read_prelude(reader: Reader, message_type: int) -> Prelude:
    """The prelude of a message of the type asked for, its version and suite not yet judged."""
    if reader.take(len(MAGIC)) != MAGIC:
        raise Fault("trust.message.magic")
    if reader.u8() != message_type:
        raise Fault("trust.message.type")
    return Prelude(reader.u8(), reader.u8())


def decode_message(data: bytes, message_type: int, read_body: Callable[[Reader], T]) -> T:
    """A whole message of this version and suite, with nothing left over."""
    reader = Reader(data)
    read_prelude(reader, message_type).check()
    body = read_body(reader)
    reader.end()
    return body


def check_ascending(entries: list[bytes]) -> None:
    """Each entry is above the one before it."""
    for before, after in zip(entries, entries[1:]):
        if before >= after:
            raise order()
