"""Paths of the state tree and the leaves at them (FORMAT.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from hashes import tagged
from identities import Pack, Product, read_pack, read_product, read_set_82, read_sscc
from wire import Fault, Reader, order, value_fault

TRADE_ITEMS, UNITS, MEMBERS, RECORDS, CHAIN = 0, 1, 2, 3, 4
MAX_LEAF = 1_024
MAX_EXPOSURES = 60
ACTIVE = 1
LAST_STATE = 12
STATE_NAMES = {
    1: "active", 2: "in-transit", 3: "partly-dispensed", 4: "dispensed", 5: "sample", 6: "exported",
    7: "locked", 8: "quarantined", 9: "withdrawn", 10: "recalled", 11: "stolen", 12: "destroyed",
}
ADMITTED = 1
MEMBER_STATES = {1: "admitted", 2: "suspended", 3: "excluded"}


@dataclass(frozen=True)
class Paths:
    """The paths of one chain."""

    chain_id: bytes

    def path(self, family: int, kind: int, owner: bytes, identity: bytes) -> bytes:
        owner_hash = tagged("medproof owner", self.chain_id + bytes([family]) + owner)
        head = family << 28 | int.from_bytes(owner_hash[:3], "big") << 4 | kind
        tail = tagged("medproof path", self.chain_id + bytes([family, kind]) + identity)
        return head.to_bytes(4, "big") + tail[:28]

    def product(self, code: Product) -> bytes:
        return self.path(TRADE_ITEMS, 0, code.encode(), code.encode())

    def lot(self, code: Product, lot: str) -> bytes:
        identity = code.encode() + bytes([len(lot)]) + lot.encode("ascii")
        return self.path(TRADE_ITEMS, 1, code.encode(), identity)

    def pack(self, pack: Pack) -> bytes:
        return self.path(TRADE_ITEMS, 2, pack.product.encode(), pack.encode())

    def head(self, sscc: int) -> bytes:
        identity = sscc.to_bytes(8, "big")
        return self.path(UNITS, 0, identity, identity)

    def unit(self, sscc: int, generation: int) -> bytes:
        identity = sscc.to_bytes(8, "big")
        return self.path(UNITS, 1, identity, identity + generation.to_bytes(4, "big"))

    def member(self, member: int) -> bytes:
        identity = member.to_bytes(4, "big")
        return self.path(MEMBERS, 0, identity, identity)

    def key(self, member: int, key_number: int) -> bytes:
        identity = member.to_bytes(4, "big")
        return self.path(MEMBERS, 1, identity, identity + key_number.to_bytes(2, "big"))

    def record(self, record: bytes) -> bytes:
        return self.path(RECORDS, 0, record, record)


def lot_path(pack_path: bytes, lot_reference: bytes) -> bytes:
    """The path of a pack's lot: the pack path's first four bytes with the last nibble set to 1."""
    return pack_path[:3] + bytes([pack_path[3] & 0xF0 | 1]) + lot_reference


@dataclass(frozen=True)
class Place:
    """With a holder (kind 0), inside a unit (1), or dissolved (2, of units only)."""

    kind: int
    holder: bytes = b""
    sscc: int = 0
    generation: int = 0


EXCURSION_HOLD = 8
KNOWN_HOLDS = 31
HELD, INSIDE, DISSOLVED = 0, 1, 2


@dataclass(frozen=True)
class Prior:
    """What an undo (kind 1) or the lifting of the last hold (kind 2) goes back to; kind 0 for nothing."""

    kind: int = 0
    state: int = ACTIVE
    holds: int = 0

    @property
    def known(self) -> bool:
        return self.holds & ~KNOWN_HOLDS == 0

    @property
    def excursion(self) -> bool:
        return self.holds & EXCURSION_HOLD != 0


@dataclass(frozen=True)
class ProductLeaf:
    state: int
    issuer: int
    info_hash: bytes
    random_serials: bool


@dataclass(frozen=True)
class ProductAlias:
    product: Product


@dataclass(frozen=True)
class LotLeaf:
    state: int
    expiry_day: int
    issuer: int
    issuer_role: int
    key_number: int
    release_day: int
    lot: str


@dataclass(frozen=True)
class PackLeaf:
    state: int
    lot_reference: bytes
    prior: Prior
    quantity_left: int
    since_day: int
    place: Place
    key_number: int
    registration_day: int
    events: int
    custody: bytes


@dataclass(frozen=True)
class PackAlias:
    pack: Pack


@dataclass(frozen=True)
class RetiredPack:
    state: int
    lot_reference: bytes
    holder: bytes
    events: int
    custody: bytes


@dataclass(frozen=True)
class HeadLeaf:
    generation: int


@dataclass(frozen=True)
class UnitLeaf:
    state: int
    prior: Prior
    place: Place
    children: int
    events: int
    custody: bytes


@dataclass(frozen=True)
class MemberLeaf:
    state: int
    roles: int
    newest_key: int
    info_hash: bytes


@dataclass(frozen=True)
class KeyLeaf:
    key: bytes
    valid_from: int
    revoked_at: int
    compromised_since: int


@dataclass(frozen=True)
class RecordLeaf:
    commitment: bytes
    issuer_commitment: bytes


@dataclass(frozen=True)
class OtherLeaf:
    """A leaf of a known type that no scan asks for."""

    type: int


@dataclass(frozen=True)
class NewerLeaf:
    """A leaf of an unknown version or type: it is there, and cannot be read."""


LeafValue = (
    ProductLeaf | ProductAlias | LotLeaf | PackLeaf | PackAlias | RetiredPack | HeadLeaf | UnitLeaf
    | MemberLeaf | KeyLeaf | RecordLeaf | OtherLeaf | NewerLeaf
)


def decode_leaf(value: bytes) -> LeafValue:
    """A leaf's value; what does not decode is `trust.proof.leaf`."""
    reader = Reader(value)
    try:
        if reader.u8() != 0:
            return NewerLeaf()
        leaf_type = reader.u8()
        if leaf_type not in _READERS:
            return NewerLeaf()
        leaf: LeafValue = _READERS[leaf_type](reader)
        reader.end()
    except Fault:
        raise Fault("trust.proof.leaf") from None
    return leaf


def _read_product_leaf(reader: Reader) -> ProductLeaf:
    leaf = ProductLeaf(reader.u8(), reader.u32(), reader.hash32(), reader.flag())
    read_limits(reader)
    return leaf


def read_limits(reader: Reader) -> tuple[int, int, int] | None:
    """Minimum, maximum and minutes, where there are limits."""
    if not reader.flag():
        return None
    minimum, maximum = reader.i16(), reader.i16()
    minutes = reader.u16()
    if minimum > maximum:
        raise value_fault()
    return minimum, maximum, minutes


def _read_product_alias(reader: Reader) -> ProductAlias:
    return ProductAlias(read_product(reader))


def _read_lot(reader: Reader) -> LotLeaf:
    state, expiry_day, issuer, role = reader.u8(), reader.u32(), reader.u32(), reader.u8()
    return LotLeaf(state, expiry_day, issuer, role, reader.u16(), reader.u32(), read_set_82(reader))


def _read_pack_leaf(reader: Reader) -> PackLeaf:
    state, lot_reference, prior = reader.u8(), reader.take(28), _read_prior(reader)
    quantity, since, place = reader.u16(), reader.u32(), _read_place(reader, INSIDE)
    number, day, events = reader.u16(), reader.u32(), reader.u32()
    custody = reader.hash32()
    return PackLeaf(state, lot_reference, prior, quantity, since, place, number, day, events, custody)


def _read_prior(reader: Reader) -> Prior:
    kind = reader.u8()
    if kind == 0:
        return Prior()
    if kind == 1:
        prior = Prior(kind, reader.u8())
        reader.take(2 + 32)
        return prior
    prior = Prior(kind, reader.u8(), reader.u8())
    if kind > 2 or prior.holds == 0:
        raise value_fault()
    return prior


def _read_place(reader: Reader, last_kind: int) -> Place:
    kind = reader.u8()
    if kind > last_kind:
        raise value_fault()
    if kind == INSIDE:
        return Place(kind, sscc=read_sscc(reader), generation=reader.u32())
    return Place(kind, holder=reader.hash32())


def _read_pack_alias(reader: Reader) -> PackAlias:
    return PackAlias(read_pack(reader))


def _read_retired(reader: Reader) -> RetiredPack:
    return RetiredPack(reader.u8(), reader.take(28), reader.hash32(), reader.u32(), reader.hash32())


def _read_head(reader: Reader) -> HeadLeaf:
    return HeadLeaf(reader.u32())


def _read_unit(reader: Reader) -> UnitLeaf:
    state, prior = reader.u8(), _read_prior(reader)
    reader.u32()
    place, children = _read_place(reader, DISSOLVED), reader.u32()
    reader.u8()
    read_limits(reader)
    return UnitLeaf(state, prior, place, children, reader.u32(), reader.hash32())


def _read_exposure(reader: Reader) -> OtherLeaf:
    reader.u32()
    before = -1
    for _ in range(reader.count(2, 0, MAX_EXPOSURES, 16)):
        start, end = reader.u64(), reader.u64()
        if start <= before:
            raise order()
        if end <= start:
            raise value_fault()
        before = end
    return OtherLeaf(9)


def _read_member(reader: Reader) -> MemberLeaf:
    return MemberLeaf(reader.u8(), reader.u16(), reader.u16(), reader.hash32())


def _read_key(reader: Reader) -> KeyLeaf:
    return KeyLeaf(reader.hash32(), reader.u64(), reader.u64(), reader.u64())


def _read_record(reader: Reader) -> RecordLeaf:
    return RecordLeaf(reader.hash32(), reader.hash32())


def _read_validators(reader: Reader) -> OtherLeaf:
    reader.hash32()
    return OtherLeaf(13)


def _read_parameters(reader: Reader) -> OtherLeaf:
    reader.take(4 + 1 + 8)
    return OtherLeaf(14)


def _read_rules(reader: Reader) -> OtherLeaf:
    reader.u32()
    return OtherLeaf(15)


def _read_counter(reader: Reader) -> OtherLeaf:
    reader.take(6 + 32)
    return OtherLeaf(16)


_READERS: dict[int, Callable[[Reader], LeafValue]] = {
    1: _read_product_leaf, 2: _read_product_alias, 3: _read_lot, 4: _read_pack_leaf, 5: _read_pack_alias,
    6: _read_retired, 7: _read_head, 8: _read_unit, 9: _read_exposure, 10: _read_member, 11: _read_key,
    12: _read_record, 13: _read_validators, 14: _read_parameters, 15: _read_rules, 16: _read_counter,
}
