"""Proofs: the full form, the QR form and its expansion, and both as text (FORMAT.md section 9)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from certificate import Certificate, Header, Signers, decode_header, encode_header, read_certificate, read_header
from certificate import read_signers
from identities import Key, read_key
from leaves import MAX_LEAF, NewerLeaf, Paths, decode_leaf
from messages import HandOver, read_hand_overs
from required import findings
from state import StateProof, read_compact_proof, read_state_proof
from wire import PROOF, QR_PROOF, Fault, Reader, bounds, check_ascending, decode_message, require, value_fault

MAX_KEYS = 10_000
MAX_QR_KEYS = 5
MAX_ANSWERS = 64
KEY_BYTES = 6
ENDS_FOR_A_KEY = 16
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
QR_TEXT = "MP1:"
QR_FRAGMENT = "mp1="


@dataclass(frozen=True)
class Proof:
    """Everything that one answer rests on."""

    keys: list[Key]
    hand_overs: list[HandOver]
    header: Header
    certificate: Certificate
    state: StateProof


def decode_proof(data: bytes) -> Proof:
    return decode_message(data, PROOF, _read_proof)


def _read_proof(reader: Reader) -> Proof:
    keys = read_keys(reader, 2, MAX_KEYS)
    hand_overs, header, certificate = read_hand_overs(reader), read_header(reader), read_certificate(reader)
    state = read_state_proof(reader)
    check_ends(state, keys)
    reader.end()
    return Proof(keys, hand_overs, header, certificate, state)


def check_ends(state: StateProof, keys: list[Key]) -> None:
    """At most 16 ends for each key."""
    if len(state.ends) > ENDS_FOR_A_KEY * len(keys):
        raise bounds()


def read_keys(reader: Reader, width: int, most: int) -> list[Key]:
    """Keys that ascend strictly by their bytes."""
    keys = [read_key(reader) for _ in range(reader.count(width, 1, most, KEY_BYTES))]
    check_ascending([key.encode() for key in keys])
    return keys


@dataclass(frozen=True)
class QrProof:
    """A proof without what the client knows or can derive."""

    keys: list[Key]
    height: int
    time: int
    parent_hash: bytes
    log_size: int
    log_root: bytes
    rules_version: int
    next_set_hash: bytes | None
    round: int
    signers: Signers
    answers: list[bytes]
    compact: bytes


def decode_qr_proof(data: bytes) -> QrProof:
    return decode_message(data, QR_PROOF, _read_qr_proof)


def _read_qr_proof(reader: Reader) -> QrProof:
    keys = read_keys(reader, 1, MAX_QR_KEYS)
    head = (reader.u64(), reader.u64(), reader.hash32(), reader.u64(), reader.hash32(), reader.u32())
    next_set = reader.hash32() if reader.flag() else None
    round_number, signers = reader.u32(), read_signers(reader)
    count = reader.count(1, 1, MAX_ANSWERS, 2)
    answers = [reader.sized(2, 0, MAX_LEAF) for _ in range(count)]
    return QrProof(keys, *head, next_set, round_number, signers, answers, reader.take(reader.remaining))


@dataclass
class _GivenAnswers:
    """Deals the answers to the paths in the order in which they are asked, each path once."""

    open_answers: list[bytes]
    given: dict[bytes, bytes | None] = field(default_factory=dict)

    def ask(self, path: bytes) -> bytes | None:
        if path not in self.given:
            require(bool(self.open_answers), "trust.proof.incomplete")
            self.given[path] = self.open_answers.pop(0) or None
        return self.given[path]


def expand(qr: QrProof, chain_id: bytes, set_hash: bytes) -> Proof:
    """The full form, for a client that knows the chain and the set in force at the height."""
    if qr.next_set_hash == set_hash:
        raise value_fault()
    try:
        state = _restore_state(qr, chain_id)
    except Fault:
        require(not any(answer and is_newer(answer) for answer in qr.answers), "trust.newer-client.leaf")
        raise
    header = _expanded_header(qr, chain_id, set_hash, state.root())
    check_ends(state, qr.keys)
    certificate = Certificate(qr.height, qr.round, header.hash, qr.signers)
    return Proof(qr.keys, [], header, certificate, state)


def is_newer(value: bytes) -> bool:
    """Whether a leaf is of an unknown version or type."""
    try:
        return isinstance(decode_leaf(value), NewerLeaf)
    except Fault:
        return False


def _restore_state(qr: QrProof, chain_id: bytes) -> StateProof:
    answers = _GivenAnswers(list(qr.answers))
    findings(Paths(chain_id), answers, qr.keys)
    require(not answers.open_answers, "trust.proof.superfluous")
    reader = Reader(qr.compact)
    state = read_compact_proof(reader, answers.given)
    reader.end()
    return state


def _expanded_header(qr: QrProof, chain_id: bytes, set_hash: bytes, state_root: bytes) -> Header:
    next_set_hash = qr.next_set_hash or set_hash
    return decode_header(encode_header(
        chain_id, qr.height, qr.time, set_hash, next_set_hash, qr.parent_hash,
        qr.log_size, qr.log_root, state_root, qr.rules_version,
    ))


def text_to_bytes(text: str) -> bytes | None:
    """The message in a QR text or URL fragment, or None."""
    if text.startswith(QR_TEXT):
        return decode_base45(text[len(QR_TEXT) :])
    fragment = text.removeprefix("#")
    if fragment.startswith(QR_FRAGMENT):
        return decode_base64url(fragment[len(QR_FRAGMENT) :])
    return None


def decode_base45(text: str) -> bytes | None:
    """RFC 9285: three characters for two bytes, two for the last one."""
    if len(text) % 3 == 1 or any(character not in BASE45 for character in text):
        return None
    result = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        number = sum(BASE45.index(character) * 45**place for place, character in enumerate(group))
        width = len(group) - 1
        if number >= 256**width:
            return None
        result += number.to_bytes(width, "big")
    return bytes(result)


def decode_base64url(text: str) -> bytes | None:
    """RFC 4648 section 5 without padding, unused bits zero."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text else None
