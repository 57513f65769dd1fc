"""Buckets: all packs of a product whose paths share a prefix (FORMAT.md section 9)."""

from __future__ import annotations

from dataclasses import dataclass

from certificate import Certificate, Header, read_certificate, read_header
from identities import KEY_PACK, Key, Pack, Product, read_product
from leaves import Paths
from messages import HandOver, read_hand_overs
from required import Derivation, Findings
from state import Answers, End, EndKind, StateProof, common_bits, read_prefix, read_state_proof
from wire import BUCKET, Fault, Reader, bounds, decode_message, require

MIN_BITS, MAX_BITS = 32, 64


@dataclass(frozen=True)
class Bucket:
    """An answer for one pack that does not name it."""

    product: Product
    bits: int
    prefix: bytes
    hand_overs: list[HandOver]
    header: Header
    certificate: Certificate
    state: StateProof

    def holds(self, path: bytes) -> bool:
        """Whether a path lies under the prefix."""
        return common_bits(self.prefix, path) >= self.bits


def decode_bucket(data: bytes) -> Bucket:
    return decode_message(data, BUCKET, _read_bucket)


def _read_bucket(reader: Reader) -> Bucket:
    product, bits = read_product(reader), reader.u8()
    if not MIN_BITS <= bits <= MAX_BITS:
        raise bounds()
    prefix, hand_overs = read_prefix(reader, bits), read_hand_overs(reader)
    header, certificate = read_header(reader), read_certificate(reader)
    return Bucket(product, bits, prefix, hand_overs, header, certificate, read_state_proof(reader, bucket=True))


def is_of(bucket: Bucket, keys: list[Key], paths: Paths) -> bool:
    """Step 3: the one key is a pack of the bucket's product under its prefix."""
    if len(keys) != 1 or keys[0].kind != KEY_PACK or keys[0].product != bucket.product:
        return False
    return bucket.holds(paths.pack(Pack(bucket.product, keys[0].text)))


def bucket_findings(bucket: Bucket, key: Key, paths: Paths) -> Findings:
    """Step 10: what is found for the key; the proof must be exact about the key and all leaves under the prefix."""
    answers = Answers(bucket.state)
    found = Derivation(paths, answers).key(key)
    _check_product(bucket, found, paths)
    others = Derivation(paths, answers)
    for leaf in (leaf for end in bucket.state.ends for leaf in end.leaves if bucket.holds(leaf.path)):
        others.bucket_leaf(leaf.path, leaf.value)
    if not (found.newer or others.found.newer):
        answers.check_exact([_end_of_prefix(bucket)])
    return found


def _check_product(bucket: Bucket, found: Findings, paths: Paths) -> None:
    """A product that is found is the bucket's, and its serials are random."""
    if found.products:
        only = found.products.get(paths.product(bucket.product))
        require(only is not None and len(found.products) == 1 and only.random_serials, "trust.bucket.refused")


def _end_of_prefix(bucket: Bucket) -> End:
    """The end that shows the whole prefix."""
    end = bucket.state.end_for(bucket.prefix)
    if end is None or end.depth > bucket.bits:
        raise Fault("trust.proof.incomplete")
    require(end.kind != EndKind.SUBTREE or end.depth == bucket.bits, "trust.proof.superfluous")
    require(end.kind != EndKind.OTHER or not bucket.holds(end.path), "trust.state.withheld")
    return end
