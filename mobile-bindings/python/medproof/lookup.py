"""How a node is asked about one scan: without telling it which pack, where that is possible."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from medproof.medproof_mobile import Client, Mode, Opened, Policy, Purpose, Reading, Verdict
from medproof.node import Node, Refused

#: All packs of a product.
FEWEST_BITS = 32
#: With more, a bucket would hide nothing.
MOST_BITS = 56
#: How many bits more, where a node does not say.
STEP_BITS = 4
#: How often a node is asked for a longer prefix.
MOST_STEPS = 7
#: Where a message says of which type it is.
TYPE_AT = 4
TYPE_BUCKET, TYPE_BUNDLE = 7, 12
BEST = 3


class Lookup(enum.Enum):
    """What the node learnt: a bucket hides the pack and shows the product, the others show the pack."""

    BUCKET = "bucket"
    EXACT = "exact"
    BUNDLE = "bundle"
    CARRIED = "carried"


class LookupPolicy(enum.Enum):
    """Which lookups are allowed: a bucket and else exact, only a bucket, exact at once, or a bundle: exact, with
    names and timeline, for somebody who wants to read or keep them."""

    BUCKET = "bucket"
    BUCKET_ONLY = "bucket-only"
    EXACT = "exact"
    BUNDLE = "bundle"


@dataclass(frozen=True)
class Failure:
    """A question that gave nothing usable: a stable code, or what went wrong on the way."""

    node: str
    reason: str


@dataclass
class Found:
    """A verdict with the bytes that it came from; ``opened`` is what a bundle shows beside it."""

    verdict: Verdict
    opened: Opened | None
    node: str
    proof: bytes
    lookup: Lookup

    @property
    def rank(self) -> int:
        return rank(self.verdict)


@dataclass
class Search:
    """Asks nodes about one scan, each in its turn, until one shows a fresh record that a quorum signed."""

    client: Client
    scan: str
    reading: Reading
    purpose: Purpose
    now_ms: Callable[[], int]
    failures: list[Failure] = field(default_factory=list)

    def run(self, nodes: Iterator[Node], policy: LookupPolicy) -> Found | None:
        best: Found | None = None
        for node in nodes:
            try:
                found = self._one(node, policy)
            except OSError as broken:
                self._note(node, reason(broken))
                continue
            if found and (best is None or found.rank > best.rank):
                best = found
            if best and best.rank == BEST:
                break
        return best

    def _one(self, node: Node, policy: LookupPolicy) -> Found | None:
        if policy is LookupPolicy.BUNDLE:
            return self._judged(node, node.bundle(self.scan, self.client.height()), Lookup.BUNDLE)
        found: Found | None = None
        if policy is not LookupPolicy.EXACT:
            try:
                found = self._bucket(node)
            except Refused as refused:
                if policy is LookupPolicy.BUCKET_ONLY:
                    raise
                self._note(node, reason(refused))
        if policy is LookupPolicy.BUCKET_ONLY or (found and found.rank > 0):
            return found
        proof = node.proof(self.scan, self.client.height())
        exact = self._judged(node, proof, Lookup.EXACT)
        return exact if found is None or exact.rank > 0 else found

    def _bucket(self, node: Node) -> Found | None:
        """The bucket of the scanned pack; a node may ask for a longer prefix while that still hides the pack."""
        bits = FEWEST_BITS
        for _ in range(MOST_STEPS):
            prefix = self.client.bucket_prefix(self.scan, bits)
            if prefix is None:
                return None
            try:
                bucket = node.bucket(bits, prefix, self.reading.products[0], self.client.height())
                return self._judged(node, bucket, Lookup.BUCKET)
            except Refused as refused:
                wanted = refused.bits or bits + STEP_BITS
                if refused.code != "proof.bucket-size" or not bits < wanted <= MOST_BITS:
                    raise
                bits = wanted
        return None

    def _judged(self, node: Node, proof: bytes, lookup: Lookup) -> Found:
        policy = Policy(purpose=self.purpose, mode=Mode.ONLINE)
        verdict, opened = judge(self.client, self.scan, proof, self.now_ms(), policy)
        found = Found(verdict, opened, node.address, proof, lookup)
        if found.rank < BEST:
            self._note(node, verdict.reasons[0] if verdict.reasons else verdict.axes.trust)
        return found

    def _note(self, node: Node, why: str) -> None:
        self.failures.append(Failure(node.address, why))


def judge(client: Client, scan: str, proof: bytes, now_ms: int, policy: Policy) -> tuple[Verdict, Opened | None]:
    """The verdict from a proof, a bucket or a bundle, whichever the bytes say that they are."""
    kind = proof[TYPE_AT] if len(proof) > TYPE_AT else None
    if kind == TYPE_BUNDLE:
        opened = client.verify_bundle(scan, proof, now_ms, policy)
        return opened.verdict, opened
    verify = client.verify_bucket if kind == TYPE_BUCKET else client.verify
    return verify(scan, proof, now_ms, policy), None


def reason(broken: OSError) -> str:
    """A code that the node gave, else what went wrong on the way."""
    return broken.code if isinstance(broken, Refused) and broken.code else f"network: {broken}"


def rank(verdict: Verdict) -> int:
    """Current before old, and what a quorum signed before what was refused; no node changes what a fork says."""
    is_trusted = verdict.axes.trust in ("quorum", "needs-newer-client")
    is_fresh = verdict.axes.freshness == "fresh"
    if verdict.axes.trust == "fork" or (is_trusted and is_fresh and "trust.older-header" not in verdict.reasons):
        return BEST
    return (2 if is_fresh else 1) if is_trusted else 0
