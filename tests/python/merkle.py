"""Inclusion and consistency proofs of the event log, RFC 6962 section 2.1 (FORMAT.md section 7)."""

from __future__ import annotations

from hashes import log_node
from wire import Fault, Reader, require

MAX_HASHES = 64


def read_log_proof(reader: Reader) -> list[bytes]:
    """`count u8 (0..=64) ‖ count times hash 32`."""
    count = reader.count(1, 0, MAX_HASHES, 32)
    return [reader.hash32() for _ in range(count)]


def inclusion_root(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """The root that the proof leads to from a leaf hash at `index` in a log of `size` entries."""
    require(index < size, "trust.log.index")
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    _require_length(inner + border, len(hashes))
    result = leaf
    for level, sibling in enumerate(hashes):
        on_the_right = level >= inner or index >> level & 1
        result = log_node(sibling, result) if on_the_right else log_node(result, sibling)
    return result


def verify_inclusion(leaf: bytes, index: int, size: int, hashes: list[bytes], root: bytes) -> None:
    """An entry's leaf hash stands at `index` in the log of `size` entries with this root."""
    require(inclusion_root(leaf, index, size, hashes) == root, "trust.log.root")


def verify_consistency(size1: int, size2: int, hashes: list[bytes], root1: bytes, root2: bytes) -> None:
    """The log of `size1` entries with the first root is a prefix of that of `size2` with the second."""
    require(1 <= size1 <= size2, "trust.log.size")
    if size1 == size2:
        _require_length(0, len(hashes))
        require(root1 == root2, "trust.log.root")
        return
    require(_consistency_roots(size1, size2, hashes, root1) == (root1, root2), "trust.log.root")


def _consistency_roots(size1: int, size2: int, hashes: list[bytes], root1: bytes) -> tuple[bytes, bytes]:
    """Both roots as the proof gives them, for `size1` below `size2`."""
    shift = (size1 & -size1).bit_length() - 1
    inner = ((size1 - 1) ^ (size2 - 1)).bit_length() - shift
    border = ((size1 - 1) >> (inner + shift)).bit_count()
    start_is_root = size1 == 1 << shift
    _require_length(inner + border + (0 if start_is_root else 1), len(hashes))
    start, rest = (root1, hashes) if start_is_root else (hashes[0], hashes[1:])
    return _climb_both(start, (size1 - 1) >> shift, inner, rest)


def _climb_both(start: bytes, path: int, inner: int, hashes: list[bytes]) -> tuple[bytes, bytes]:
    old = new = start
    for level, sibling in enumerate(hashes):
        if level >= inner or path >> level & 1:
            old, new = log_node(sibling, old), log_node(sibling, new)
        else:
            new = log_node(new, sibling)
    return old, new


def _require_length(expected: int, found: int) -> None:
    if expected != found:
        raise Fault("trust.log.length", expected, found)
