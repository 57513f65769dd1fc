"""Bundles: a proof with names and custody chains (FORMAT.md section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import answers
import info
from client import Client
from hashes import log_leaf, tagged
from leaves import NewerLeaf
from required import Findings
from scan import keys_of, scan
from verdict import Policy, untrusted
from wire import BUNDLE, Fault, Reader, decode_message, value_fault

MAX_PROOF = 1 << 24
MAX_INFO = 4_096
MAX_CHAINS = 255
MAX_STEPS = 10_000
MAX_DEPTH = 4


@dataclass(frozen=True)
class Head:
    """A count of events and the running hash over them."""

    events: int = 0
    hash: bytes = bytes(32)


@dataclass(frozen=True)
class Step:
    """One event in a custody chain; with the unit through which it came, if any."""

    entry: bytes
    unit: bytes | None = None
    head: Head = Head()

    def after(self, before: Head) -> Head:
        through = b"" if self.unit is None else self.unit + self.head.events.to_bytes(4, "big") + self.head.hash
        running = tagged("medproof custody", before.hash + through + log_leaf(self.entry))
        return Head(min(before.events + 1, 0xFFFFFFFF), running)

    @property
    def day(self) -> int:
        return int.from_bytes(self.entry[2:6], "big")

    def as_json(self) -> dict[str, int]:
        return {"kind": int.from_bytes(self.entry[:2], "big"), "day": self.day, "role": self.entry[6]}


@dataclass(frozen=True)
class Bundle:
    proof: bytes
    product: info.Info | None
    issuer: info.Info | None
    chains: list[tuple[bytes, list[Step]]]


def decode_bundle(data: bytes) -> Bundle:
    return decode_message(data, BUNDLE, _read_bundle)


def _read_bundle(reader: Reader) -> Bundle:
    proof = reader.sized(4, 0, MAX_PROOF)
    product = reader.sized(2, 0, MAX_INFO)
    found = info.decode_product_info(product) if product else None
    issuer = reader.sized(2, 0, MAX_INFO)
    who = info.decode_member_info(issuer) if issuer else None
    count = reader.count(1, 0, MAX_CHAINS, 34)
    return Bundle(proof, found, who, [(reader.hash32(), _read_chain(reader)) for _ in range(count)])


def _read_chain(reader: Reader) -> list[Step]:
    return [_read_step(reader) for _ in range(reader.count(2, 0, MAX_STEPS, 40))]


def _read_step(reader: Reader) -> Step:
    kind = reader.u8()
    if kind == 0:
        return Step(reader.take(39))
    if kind != 1:
        raise value_fault()
    unit, head = reader.hash32(), Head(reader.u32(), reader.hash32())
    return Step(reader.take(39), unit, head)


def open_bundle(client: Client, text: str, data: bytes, policy: Policy, now: int) -> dict[str, Any]:
    """The verdict, and what the leaves bear out of the other parts."""
    outcome = scan(text, tolerant=True)
    try:
        client.check_time(now)
        bundle = decode_bundle(data)
    except Fault as fault:
        verdict = untrusted(fault)
        if outcome.result != "read":
            verdict = answers.answer_scans(client, [text], b"", policy, now)[0][0]
        return _opened(verdict.as_json())
    verdict = answers.answer_scans(client, [text], bundle.proof, policy, now)[0][0].as_json()
    if outcome.result != "read" or verdict["axes"]["trust"] != "quorum":
        return _opened(verdict)
    keys = keys_of(outcome.readings[0])
    checked = client.check_proof(bundle.proof, keys, now)
    found = Findings()
    for key in keys:
        found.add(checked.found[key])
    return _borne_out(verdict, bundle, found)


def _opened(verdict: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"verdict": verdict, "product": None, "issuer": None, "timeline": None, "refused": [], **parts}


def _borne_out(verdict: dict[str, Any], bundle: Bundle, found: Findings) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if bundle.product is not None:
        held = bundle.product.hash in [leaf.info_hash for leaf in found.products.values()]
        parts["product"] = bundle.product.as_json() if held else None
    if bundle.issuer is not None:
        members = [issuer.member for issuer in found.issuers if issuer.member is not None]
        held = bundle.issuer.hash in [member.info_hash for member in members]
        parts["issuer"] = bundle.issuer.as_json() if held else None
    if bundle.chains:
        steps = _timeline(bundle, found)
        parts["timeline"] = None if steps is None else [step.as_json() for step in steps]
    refused = [f"bundle.{name}-refused" for name, part in parts.items() if part is None]
    return _opened(verdict, **parts, refused=refused)


def _timeline(bundle: Bundle, found: Findings) -> list[Step] | None:
    above = {path: Head(unit.leaf.events, unit.leaf.custody) for path, unit in found.units.items()}
    if len(found.packs) == 1:
        [(path, pack)] = found.packs.items()
        item = None if isinstance(pack, NewerLeaf) else (path, Head(pack.events, pack.custody))
    else:
        item = None if found.packs else next(iter(above.items()), None)
    if item is None:
        return None
    try:
        steps = Unfolding(dict(reversed(bundle.chains)), above).stretch(item[0], 0, item[1], MAX_DEPTH)
    except Broken:
        return None
    once = [step for place, step in enumerate(steps) if place == 0 or steps[place - 1].entry != step.entry]
    return sorted(once, key=lambda step: step.day)


class Broken(Exception):
    """A chain does not lead to what a leaf holds."""


@dataclass(frozen=True)
class Unfolding:
    """Chains by path (the first, where one stands twice), and the heads of the units above."""

    chains: dict[bytes, list[Step]]
    above: dict[bytes, Head]

    def stretch(self, path: bytes, start: int, head: Head, depth: int) -> list[Step]:
        """What happened to the item after its first `start` events, up to `head`."""
        steps = self.chains.get(path)
        if steps is None or depth < 0 or _replayed(steps, head.events) != head:
            raise Broken
        happened: list[Step] = []
        inside: tuple[bytes, int] | None = None
        for before, step in enumerate(steps[: head.events]):
            if before == start and inside is not None:
                raise Broken
            if step.unit is not None:
                inside, between = self._through(step, inside, before >= start, depth)
                happened += between
            if before >= start:
                happened.append(step)
        if inside is None:
            return happened
        if inside[0] not in self.above:
            raise Broken
        return happened + self.stretch(*inside, self.above[inside[0]], depth - 1)

    def _through(
        self, step: Step, inside: tuple[bytes, int] | None, asked: bool, depth: int
    ) -> tuple[tuple[bytes, int] | None, list[Step]]:
        """Joining, or leaving with what happened to the unit in between."""
        assert step.unit is not None
        if inside is None:
            return (step.unit, step.head.events), []
        if inside[0] != step.unit:
            raise Broken
        return None, self.stretch(*inside, step.head, depth - 1) if asked else []


def _replayed(steps: list[Step], count: int) -> Head | None:
    if count > len(steps):
        return None
    head = Head()
    for step in steps[:count]:
        head = step.after(head)
    return head
