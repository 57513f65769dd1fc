"""Disclosed records: fields with proofs that they belong to a record (FORMAT.md section 9)."""

from __future__ import annotations

from dataclasses import dataclass

from hashes import log_leaf, tagged
from merkle import inclusion_root, read_log_proof
from wire import DISCLOSURE, Fault, Reader, bounds, decode_message, order, plain_text

MAX_FIELDS = 1_000
FIELD_BYTES = 39
MAX_FIELD_NAME = 255
MAX_FIELD_VALUE = 4_096


@dataclass(frozen=True)
class DisclosedField:
    """A field at its place in the record, with its inclusion proof."""

    index: int
    name: str
    value: bytes
    salt: bytes
    hashes: list[bytes]

    def root(self, fields: int) -> bytes:
        """The root over the record's field leaves that the proof leads to."""
        name = self.name.encode("utf-8")
        parts = self.salt + bytes([len(name)]) + name + len(self.value).to_bytes(2, "big") + self.value
        return inclusion_root(log_leaf(tagged("medproof record field", parts)), self.index, fields, self.hashes)


@dataclass(frozen=True)
class Disclosure:
    """Fields of one record."""

    record: bytes
    fields: int
    disclosed: list[DisclosedField]

    def is_committed(self, commitment: bytes) -> bool:
        """Whether all fields lead to one root, and the record's commitment is over it."""
        try:
            roots = {field.root(self.fields) for field in self.disclosed}
        except Fault:
            return False
        if len(roots) != 1:
            return False
        return tagged("medproof record", self.record + self.fields.to_bytes(2, "big") + roots.pop()) == commitment


def decode_disclosure(data: bytes) -> Disclosure:
    return decode_message(data, DISCLOSURE, _read_disclosure)


def _read_disclosure(reader: Reader) -> Disclosure:
    record, fields = reader.hash32(), reader.u16()
    count = reader.count(2, 1, MAX_FIELDS, FIELD_BYTES)
    disclosed = [_read_field(reader) for _ in range(count)]
    reader.end()
    if not 1 <= fields <= MAX_FIELDS or any(field.index >= fields for field in disclosed):
        raise bounds()
    if any(before.index >= after.index for before, after in zip(disclosed, disclosed[1:])):
        raise order()
    return Disclosure(record, fields, disclosed)


def _read_field(reader: Reader) -> DisclosedField:
    index, name = reader.u16(), plain_text(reader.sized(1, 1, MAX_FIELD_NAME))
    value, salt = reader.sized(2, 0, MAX_FIELD_VALUE), reader.hash32()
    return DisclosedField(index, name, value, salt, read_log_proof(reader))
