"""Tagged hashes and the hashes of the event log's tree (FORMAT.md sections 1 and 7)."""

from __future__ import annotations

import hashlib


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tag_prefix(tag: str) -> bytes:
    """The length byte and the tag, with which hashed and signed messages begin."""
    return bytes([len(tag)]) + tag.encode("ascii")


def tagged(tag: str, message: bytes) -> bytes:
    """`SHA-256(len(tag) u8 ‖ tag ‖ m)`."""
    return sha256(tag_prefix(tag) + message)


def log_leaf(entry: bytes) -> bytes:
    """RFC 6962 section 2.1: the hash of an entry."""
    return sha256(b"\x00" + entry)


def log_node(left: bytes, right: bytes) -> bytes:
    """RFC 6962 section 2.1: the hash of two children."""
    return sha256(b"\x01" + left + right)
