"""Which leaves a key asks for, and what was found at them (FORMAT.md section 10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from identities import KEY_LOT, KEY_MEMBER, KEY_PACK, KEY_UNIT, Key, Pack, Product
from leaves import (
    INSIDE, HeadLeaf, KeyLeaf, LeafValue, LotLeaf, MemberLeaf, NewerLeaf, PackAlias, PackLeaf, Paths, ProductAlias,
    ProductLeaf, RecordLeaf, RetiredPack, UnitLeaf, decode_leaf, lot_path,
)
from wire import Fault, require

MAX_UNITS = 4

T = TypeVar("T")


class Lookup(Protocol):
    """Says of a path what value is there, or None for absent."""

    def ask(self, path: bytes) -> bytes | None: ...


@dataclass(frozen=True)
class Issuer:
    """The lot's issuer, with the keys that released the lot and registered the pack."""

    lot: LotLeaf
    member: MemberLeaf | None
    release_key: KeyLeaf | None
    registering_key: KeyLeaf | None = None
    registration_day: int = 0


@dataclass(frozen=True)
class FoundUnit:
    sscc: int
    generation: int
    leaf: UnitLeaf


@dataclass
class Findings:
    """What the leaves of one key, or of all keys of one scan, say."""

    known: bool = False
    newer: bool = False
    products: dict[bytes, ProductLeaf] = field(default_factory=dict)
    lots: dict[bytes, LotLeaf] = field(default_factory=dict)
    packs: dict[bytes, PackLeaf | RetiredPack | NewerLeaf] = field(default_factory=dict)
    units: dict[bytes, FoundUnit] = field(default_factory=dict)
    issuers: list[Issuer] = field(default_factory=list)
    named: list[Product] = field(default_factory=list)
    record: RecordLeaf | None = None
    member: MemberLeaf | None = None

    @property
    def has_foreign_code(self) -> bool:
        """Whether the pack keys name several products, and a pack was found."""
        return len(set(self.named)) > 1 and bool(self.packs)

    def add(self, other: Findings) -> None:
        self.known |= other.known
        self.newer |= other.newer
        self.products.update(other.products)
        self.lots.update(other.lots)
        self.packs.update(other.packs)
        self.units.update(other.units)
        self.named += other.named
        self.issuers += other.issuers
        self.record = self.record or other.record


@dataclass
class Derivation:
    """Asks for the leaves of one key."""

    paths: Paths
    lookup: Lookup
    found: Findings = field(default_factory=Findings)

    def key(self, key: Key) -> Findings:
        if key.kind == KEY_UNIT:
            self._unit_key(key.sscc)
        elif key.kind == KEY_MEMBER:
            self._member_key(key.member)
        elif key.product is None:
            self._record_key(key.record)
        else:
            self._trade_item_key(key, key.product)
        return self.found

    def _trade_item_key(self, key: Key, code: Product) -> None:
        canonical = self._product(code)
        if key.kind == KEY_LOT and canonical is not None:
            self._lot_key(canonical, key.text)
        elif key.kind == KEY_PACK:
            found = self._pack(Pack(code, key.text))
            if not found and canonical is not None and canonical != code:
                found = self._pack(Pack(canonical, key.text))
            if not found and canonical is not None:
                self.found.named.append(canonical)

    def _product(self, code: Product) -> Product | None:
        """product(code): the canonical code, if known."""
        path = self.paths.product(code)
        leaf = self._ask(path)
        if isinstance(leaf, ProductAlias):
            return self._named_product(leaf.product)
        if leaf is None or isinstance(leaf, NewerLeaf):
            return None
        self._keep_product(path, _typed(leaf, ProductLeaf))
        return code

    def _named_product(self, code: Product) -> Product:
        path = self.paths.product(code)
        leaf = self._named(path)
        if not isinstance(leaf, NewerLeaf):
            self._keep_product(path, _typed(leaf, ProductLeaf))
        self.found.known = True
        return code

    def _keep_product(self, path: bytes, leaf: ProductLeaf) -> None:
        self.found.known = True
        self.found.products[path] = leaf

    def _lot_key(self, canonical: Product, lot: str) -> None:
        path = self.paths.lot(canonical, lot)
        leaf = self._ask(path)
        if leaf is not None and not isinstance(leaf, NewerLeaf):
            self._issuer(self._keep_lot(path, leaf))

    def _keep_lot(self, path: bytes, leaf: LeafValue) -> LotLeaf:
        lot = _typed(leaf, LotLeaf)
        self.found.lots[path] = lot
        return lot

    def _pack(self, pack: Pack) -> bool:
        """pack(identity): whether it was found."""
        path = self.paths.pack(pack)
        leaf = self._ask(path)
        if leaf is None:
            return False
        if isinstance(leaf, PackAlias):
            self._alias(leaf)
            self.found.named.append(leaf.pack.product)
        elif isinstance(leaf, NewerLeaf):
            self.found.packs[path] = leaf
        else:
            self._below(path, _pack_leaf(leaf))
            self.found.named.append(pack.product)
        return True

    def _alias(self, alias: PackAlias) -> None:
        self._named_product(alias.pack.product)
        path = self.paths.pack(alias.pack)
        leaf = self._named(path)
        if isinstance(leaf, NewerLeaf):
            self.found.packs[path] = leaf
        else:
            self._below(path, _pack_leaf(leaf))

    def _below(self, path: bytes, pack: PackLeaf | RetiredPack) -> None:
        self.found.packs[path] = pack
        where = lot_path(path, pack.lot_reference)
        leaf = self._named(where)
        lot = None if isinstance(leaf, NewerLeaf) else self._keep_lot(where, leaf)
        if isinstance(pack, PackLeaf) and pack.place.kind == INSIDE:
            self._units(pack.place.sscc, pack.place.generation)
        if lot is not None:
            self._issuer(lot, pack if isinstance(pack, PackLeaf) else None)

    def _units(self, sscc: int, generation: int) -> None:
        for _ in range(MAX_UNITS):
            path = self.paths.unit(sscc, generation)
            leaf = self._named(path)
            if isinstance(leaf, NewerLeaf):
                return
            unit = _typed(leaf, UnitLeaf)
            self.found.units[path] = FoundUnit(sscc, generation, unit)
            if unit.place.kind != INSIDE:
                return
            sscc, generation = unit.place.sscc, unit.place.generation
        raise Fault("trust.proof.too-deep")

    def _issuer(self, lot: LotLeaf, pack: PackLeaf | None = None) -> None:
        member = _optional(self._named(self.paths.member(lot.issuer)), MemberLeaf)
        release = _optional(self._named(self.paths.key(lot.issuer, lot.key_number)), KeyLeaf)
        issuer = Issuer(lot, member, release)
        if pack is not None:
            registering = _optional(self._named(self.paths.key(lot.issuer, pack.key_number)), KeyLeaf)
            issuer = Issuer(lot, member, release, registering, pack.registration_day)
        self.found.issuers.append(issuer)

    def _unit_key(self, sscc: int) -> None:
        leaf = self._ask(self.paths.head(sscc))
        if leaf is not None and not isinstance(leaf, NewerLeaf):
            self._units(sscc, _typed(leaf, HeadLeaf).generation)

    def _record_key(self, record: bytes) -> None:
        leaf = self._ask(self.paths.record(record))
        if leaf is not None:
            self.found.record = _optional(leaf, RecordLeaf)

    def _member_key(self, member: int) -> None:
        leaf = self._ask(self.paths.member(member))
        if leaf is not None:
            self.found.member = _optional(leaf, MemberLeaf)

    def bucket_leaf(self, path: bytes, value: bytes) -> None:
        """A leaf under a bucket's prefix, with what it requires."""
        self.lookup.ask(path)
        leaf = self._decode(value)
        if isinstance(leaf, NewerLeaf):
            return
        if isinstance(leaf, PackAlias):
            self._alias(leaf)
        else:
            self._below(path, _pack_leaf(leaf))

    def _named(self, path: bytes) -> LeafValue:
        leaf = self._ask(path)
        if leaf is None:
            raise Fault("trust.proof.dangling")
        return leaf

    def _ask(self, path: bytes) -> LeafValue | None:
        value = self.lookup.ask(path)
        return None if value is None else self._decode(value)

    def _decode(self, value: bytes) -> LeafValue:
        leaf = decode_leaf(value)
        if isinstance(leaf, NewerLeaf):
            self.found.newer = True
        return leaf


def findings(paths: Paths, lookup: Lookup, keys: list[Key]) -> dict[Key, Findings]:
    """What is found for each key, asked in the order of the keys."""
    return {key: Derivation(paths, lookup).key(key) for key in keys}


def _typed(leaf: LeafValue, kind: type[T]) -> T:
    if not isinstance(leaf, kind):
        raise Fault("trust.proof.leaf-type")
    return leaf


def _optional(leaf: LeafValue, kind: type[T]) -> T | None:
    """A leaf of the type that the step names, or None for a newer one."""
    return None if isinstance(leaf, NewerLeaf) else _typed(leaf, kind)


def _pack_leaf(leaf: LeafValue) -> PackLeaf | RetiredPack:
    require(isinstance(leaf, (PackLeaf, RetiredPack)), "trust.proof.leaf-type")
    return leaf  # type: ignore[return-value]
