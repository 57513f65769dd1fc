"""Events as members sign them (FORMAT.md section 8)."""

from __future__ import annotations

from dataclasses import dataclass

from hashes import tagged
from wire import EVENT, Reader, decode_message, value_fault

MAX_BODY = 1_048_576
BODY_TAG = "medproof event body"


@dataclass(frozen=True)
class Event:
    """An event's head, body and signature as they stand."""

    head: bytes
    body: bytes
    signature: bytes

    @property
    def id(self) -> bytes:
        return tagged("medproof event id", self.head)


def decode_event(data: bytes) -> Event:
    return decode_message(data, EVENT, _read_event)


def _read_event(reader: Reader) -> Event:
    start = reader.position
    body_hash = _read_head(reader)
    head = reader.data[start : reader.position]
    event = Event(head, reader.sized(4, 0, MAX_BODY), reader.take(64))
    reader.end()
    if tagged(BODY_TAG, event.body) != body_hash:
        raise value_fault()
    return event


def _read_head(reader: Reader) -> bytes:
    """Reads to the end of the head; the body hash."""
    reader.take(32 + 4 + 2 + 2)
    if reader.u48() < 1:
        raise value_fault()
    reader.take(8 + 8 + 32 + 2 + 4 + 1)
    return reader.hash32()
