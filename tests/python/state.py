"""State proofs, plain and compact: decoding, folding to a root, and what they say of a path (FORMAT.md section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Mapping, Sequence

from hashes import sha256
from wire import Fault, Reader, bounds, order, padding, require, value_fault

EMPTY = bytes(32)
PATH_BITS = 256
MAX_ENDS = 32_768
MAX_BUCKET_LEVELS = 262_144
MAX_COMPACT_ENDS = 255
MAX_SUBTREE = 1_024
MAX_VALUE = 1_024
MIN_END_BYTES = 2
MIN_LEAF_BYTES = 35


class EndKind(IntEnum):
    """What an end says of the paths under its prefix."""

    NOTHING = 0
    LEAF = 1
    OTHER = 2
    SUBTREE = 3


@dataclass(frozen=True)
class Leaf:
    """A path and its value."""

    path: bytes
    value: bytes

    @property
    def hash(self) -> bytes:
        return leaf_hash(self.path, sha256(self.value))


@dataclass(frozen=True)
class End:
    """An end: its prefix is the first `depth` bits of `path`, whose further bits are zero for a bare prefix."""

    kind: EndKind
    depth: int
    path: bytes
    value_hash: bytes = EMPTY
    leaves: tuple[Leaf, ...] = ()

    def covers(self, path: bytes) -> bool:
        return common_bits(self.path, path) >= self.depth

    def hash(self) -> bytes:
        if self.kind == EndKind.NOTHING:
            return EMPTY
        if self.kind == EndKind.SUBTREE:
            return subtree_root(self.leaves, self.depth)
        return leaf_hash(self.path, self.value_hash)

    def value(self, path: bytes) -> bytes | None:
        """The value that this end gives for a path that it covers; None if it says absent."""
        return next((leaf.value for leaf in self.leaves if leaf.path == path), None)


def leaf_hash(path: bytes, value_hash: bytes) -> bytes:
    result = sha256(path + value_hash)
    return bytes([result[0] | 0x80]) + result[1:]


def internal_hash(left: bytes, right: bytes) -> bytes:
    result = sha256(left + right)
    return bytes([result[0] & 0x7F]) + result[1:]


def is_leaf(node: bytes) -> bool:
    return node[0] & 0x80 != 0


def collapses(left: bytes, right: bytes) -> bool:
    """One child is empty and the other is empty or a leaf: no tree has such a node."""
    return (left == EMPTY and (right == EMPTY or is_leaf(right))) or (right == EMPTY and is_leaf(left))


def combine(left: bytes, right: bytes) -> bytes:
    """The node above two children whose leaves are all known."""
    if collapses(left, right):
        return right if left == EMPTY else left
    return internal_hash(left, right)


def subtree_root(leaves: Sequence[Leaf], depth: int) -> bytes:
    """`root(S, d)` of leaves that ascend by path and share their first `depth` bits."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0].hash
    split = sum(1 for leaf in leaves if not bit(leaf.path, depth))
    return combine(subtree_root(leaves[:split], depth + 1), subtree_root(leaves[split:], depth + 1))


def bit(path: bytes, index: int) -> int:
    return path[index >> 3] >> (7 - (index & 7)) & 1


def common_bits(one: bytes, two: bytes) -> int:
    """The number of leading bits that two paths share."""
    return PATH_BITS - (int.from_bytes(one, "big") ^ int.from_bytes(two, "big")).bit_length()


@dataclass
class StateProof:
    """Ends with the siblings of the one-sided nodes above them, in the order of the walk; None is an empty sibling."""

    ends: list[End]
    siblings: list[bytes | None]

    def root(self) -> bytes:
        """The hash of the node at depth 0; raises `trust.state.forged`."""
        fold = _Fold(list(self.siblings))
        for index in range(len(self.ends) - 1, -1, -1):
            top = 0 if index == 0 else common_bits(self.ends[index - 1].path, self.ends[index].path) + 1
            fold.climb(self.ends[index], top)
        return fold.stack[0][0]

    def end_for(self, path: bytes) -> End | None:
        """The end whose prefix the path lies under."""
        index = _last_not_above(self.ends, path)
        if index >= 0 and self.ends[index].covers(path):
            return self.ends[index]
        return None


def _last_not_above(ends: Sequence[End], path: bytes) -> int:
    """The last end whose prefix, filled up with zeros, is not above the path; -1 if none."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if prefix_of(ends[middle].path, ends[middle].depth) <= path:
            low = middle + 1
        else:
            high = middle
    return low - 1


def prefix_of(path: bytes, depth: int) -> bytes:
    """The first `depth` bits, filled up with zeros to 32 bytes."""
    shift = PATH_BITS - depth
    return (int.from_bytes(path, "big") >> shift << shift).to_bytes(32, "big")


@dataclass
class _Fold:
    """One pass over ends and siblings from the last to the first."""

    siblings: list[bytes | None]
    stack: list[tuple[bytes, int]] = field(default_factory=list)

    def climb(self, end: End, top: int) -> None:
        node = end.hash()
        for depth in range(end.depth - 1, top - 1, -1):
            sibling = self._sibling(depth + 1)
            left, right = (sibling, node) if bit(end.path, depth) else (node, sibling)
            require(not collapses(left, right), "trust.state.forged")
            node = internal_hash(left, right)
        self.stack.append((node, top))

    def _sibling(self, depth: int) -> bytes:
        if self.stack and self.stack[-1][1] == depth:
            return self.stack.pop()[0]
        return self.siblings.pop() or EMPTY


def read_state_proof(reader: Reader, bucket: bool = False) -> StateProof:
    """A plain state proof; subtrees are refused outside a bucket, and a second one in it."""
    count = reader.count(2, 1, MAX_ENDS, MIN_END_BYTES)
    ends: list[End] = []
    for _ in range(count):
        ends.append(_read_end(reader, ends[-1] if ends else None))
    proof = StateProof(ends, _read_siblings(reader, ends))
    subtrees = sum(end.kind == EndKind.SUBTREE for end in ends)
    require(subtrees <= (1 if bucket else 0), "trust.state.subtree")
    require(not bucket or len(proof.siblings) <= MAX_BUCKET_LEVELS, "trust.message.bounds")
    return proof


def _read_end(reader: Reader, before: End | None) -> End:
    kind = _read_kind(reader, (EndKind.NOTHING, EndKind.LEAF, EndKind.OTHER, EndKind.SUBTREE))
    depth = reader.u8()
    if kind == EndKind.SUBTREE:
        return _read_subtree(reader, depth, before)
    if kind == EndKind.NOTHING:
        end = End(kind, depth, read_prefix(reader, depth))
    elif kind == EndKind.LEAF:
        leaf = _read_leaf(reader)
        end = End(kind, depth, leaf.path, sha256(leaf.value), (leaf,))
    else:
        end = End(kind, depth, reader.hash32(), reader.hash32())
    _check_order(before, end)
    return end


def _read_kind(reader: Reader, known: tuple[EndKind, ...]) -> EndKind:
    kind = reader.u8()
    if kind not in known:
        raise value_fault()
    return EndKind(kind)


def read_prefix(reader: Reader, depth: int) -> bytes:
    data = reader.take((depth + 7) // 8)
    path = data + bytes(32 - len(data))
    if prefix_of(path, depth) != path:
        raise padding()
    return path


def _read_leaf(reader: Reader) -> Leaf:
    return Leaf(reader.hash32(), reader.sized(2, 1, MAX_VALUE))


def _read_subtree(reader: Reader, depth: int, before: End | None) -> End:
    path = read_prefix(reader, depth)
    count = reader.count(2, 2, MAX_SUBTREE, MIN_LEAF_BYTES)
    _check_order(before, End(EndKind.SUBTREE, depth, path))
    leaves: list[Leaf] = []
    for _ in range(count):
        leaf = _read_leaf(reader)
        if common_bits(leaf.path, path) < depth:
            raise value_fault()
        if leaves and leaves[-1].path >= leaf.path:
            raise order()
        leaves.append(leaf)
    return End(EndKind.SUBTREE, depth, path, leaves=tuple(leaves))


def _check_order(before: End | None, end: End) -> None:
    """Two neighbouring ends part before either's depth, the first to the left."""
    if before is None:
        return
    shared = common_bits(before.path, end.path)
    if shared >= min(before.depth, end.depth) or bit(before.path, shared):
        raise order()


def _read_siblings(reader: Reader, ends: Sequence[End]) -> list[bytes | None]:
    bits = _one_sided_nodes(ends)
    bitmap = reader.take((bits + 7) // 8)
    if bits % 8 and bitmap[-1] & (0xFF >> bits % 8):
        raise padding()
    return [_read_sibling(reader) if bit(bitmap, index) else None for index in range(bits)]


def _read_sibling(reader: Reader) -> bytes:
    sibling = reader.hash32()
    require(sibling != EMPTY, "trust.state.empty-sibling")
    return sibling


def _one_sided_nodes(ends: Sequence[End]) -> int:
    nodes = ends[0].depth
    for before, end in zip(ends, ends[1:]):
        nodes += end.depth - common_bits(before.path, end.path) - 2
    return nodes


def read_compact_proof(reader: Reader, answers: Mapping[bytes, bytes | None]) -> StateProof:
    """A compact proof for these asked paths, with the values of those that are present."""
    count = reader.count(1, 1, MAX_COMPACT_ENDS, 1)
    open_paths = sorted(answers)
    ends: list[End] = []
    for _ in range(count):
        end, dealt = _read_compact_end(reader, open_paths, answers)
        _check_order(ends[-1] if ends else None, end)
        ends.append(end)
        open_paths = open_paths[dealt:]
    if open_paths:
        raise bounds()
    return StateProof(ends, _read_siblings(reader, ends))


def _read_compact_end(
    reader: Reader, open_paths: Sequence[bytes], answers: Mapping[bytes, bytes | None]
) -> tuple[End, int]:
    """The next end, and how many of the paths that are not dealt yet lie under it."""
    depth = reader.u8()
    if not open_paths:
        raise bounds()
    under = [path for path in open_paths if common_bits(path, open_paths[0]) >= depth]
    present = [path for path in under if answers[path] is not None]
    if len(present) > 1:
        raise value_fault()
    if present:
        leaf = Leaf(present[0], answers[present[0]] or b"")
        return End(EndKind.LEAF, depth, leaf.path, sha256(leaf.value), (leaf,)), len(under)
    return _read_compact_absence(reader, depth, under), len(under)


def _read_compact_absence(reader: Reader, depth: int, under: Sequence[bytes]) -> End:
    kind = reader.u8()
    if kind == 0:
        return End(EndKind.NOTHING, depth, prefix_of(under[0], depth))
    if kind != 2:
        raise value_fault()
    path, value_hash = reader.hash32(), reader.hash32()
    if common_bits(path, under[0]) < depth or path in under:
        raise value_fault()
    return End(EndKind.OTHER, depth, path, value_hash)


@dataclass
class Answers:
    """What a proof says of the paths that are asked, and which of its ends were used."""

    proof: StateProof
    asked: set[bytes] = field(default_factory=set)
    used: set[int] = field(default_factory=set)

    def ask(self, path: bytes) -> bytes | None:
        """The value at a path, or None if it is absent."""
        self.asked.add(path)
        end = self.proof.end_for(path)
        if end is None or (end.kind == EndKind.OTHER and end.path == path):
            raise Fault("trust.proof.incomplete")
        value = end.value(path)
        if value is not None or end.kind in (EndKind.NOTHING, EndKind.OTHER):
            self.used.add(id(end))
        return value

    def check_exact(self, granted: Sequence[End] = ()) -> None:
        """Every end was needed; of the granted ones (a bucket's) a leaf only if it was asked for."""
        needed = self.used | {id(end) for end in granted if end.kind != EndKind.LEAF}
        require(all(id(end) in needed for end in self.proof.ends), "trust.proof.superfluous")
