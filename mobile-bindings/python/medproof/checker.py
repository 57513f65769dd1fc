"""Checks scans against nodes of which it believes none (``docs/CLIENT.md``)."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from medproof.lookup import BEST, Failure, Lookup, LookupPolicy, Search, judge, rank, reason
from medproof.medproof_mobile import (
    AnchorInfo,
    Client,
    ClientError,
    Many,
    Mode,
    Opened,
    Policy,
    Purpose,
    Verdict,
    parse_scan,
)
from medproof.node import Node


@dataclass(frozen=True)
class Outcome:
    """What came of a check. Without a verdict no node answered and no proof was carried: nothing is said.

    ``node`` is the one whose proof the verdict rests on; without one it rests on the carried proof, or on
    the scan alone. ``proof`` can be kept and carried. ``opened`` is what a bundle shows beside the verdict.
    """

    verdict: Verdict | None
    node: str | None = None
    proof: bytes | None = None
    lookup: Lookup | None = None
    opened: Opened | None = None
    history_shown: bool = False
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True)
class ManyOutcome:
    """What came of a check of several scans; ``many`` is absent if nodes were asked and none answered."""

    many: Many | None
    node: str | None = None
    proof: bytes | None = None
    history_shown: bool = False
    failures: list[Failure] = field(default_factory=list)


Answer = TypeVar("Answer", Outcome, ManyOutcome)


class Checker:
    """A memory that cannot be read is an error; to begin anew from the anchor instead would forget the
    newest header and a fork. What was learnt is in the file before an answer is given. One checker, and
    one process, for each memory."""

    def __init__(
        self,
        anchor: bytes,
        nodes: Sequence[str],
        memory: Path,
        *,
        lookup: LookupPolicy = LookupPolicy.BUCKET,
        timeout_s: float = 4.0,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        order: Callable[[Sequence[str]], Sequence[str]] = lambda nodes: random.sample(nodes, len(nodes)),
    ) -> None:
        self._client = Client.resume(anchor, memory.read_bytes()) if memory.exists() else Client(anchor)
        self._nodes, self._memory, self._lookup, self._timeout_s = list(nodes), memory, lookup, timeout_s
        self._now_ms, self._order, self._saving = now_ms, order, threading.Lock()

    def anchor(self) -> AnchorInfo:
        """What is trusted, to be shown and compared."""
        return self._client.anchor()

    def fork(self) -> bytes | None:
        """Evidence of a fork, if one was seen."""
        return self._client.fork()

    def check(
        self, scan: str, purpose: Purpose, carried: bytes | None = None, lookup: LookupPolicy | None = None
    ) -> Outcome:
        """Asks the nodes one after the other until one proves an answer; else takes the carried proof.

        ``lookup`` is this check's own, as ``BUNDLE`` where somebody wants to keep the answer.
        """
        text = well_formed(scan)
        read = parse_scan(text, False)
        if read.result != "read":
            return Outcome(self._judge(text, b"", purpose, Mode.ONLINE)[0])
        shown, failures = self._go_forward()
        if forked(failures):
            return self._kept(Outcome(self._judge(text, b"", purpose, Mode.ONLINE)[0], failures=failures))
        search = Search(self._client, text, read.readings[0], purpose, self._now_ms, failures)
        found = search.run(map(self._node, self._order(self._nodes)), lookup or self._lookup)
        if found:
            parts = (found.verdict, found.node, found.proof, found.lookup, found.opened)
            return self._kept(Outcome(*parts, shown, failures))
        return self._without_nodes(text, purpose, carried, failures)

    def check_many(self, scans: Sequence[str], purpose: Purpose) -> ManyOutcome:
        """The verdicts about several scans, such as a pallet and its packs, from one proof: the node learns which."""
        texts, policy = [well_formed(scan) for scan in scans], Policy(purpose=purpose, mode=Mode.ONLINE)
        # What cannot be read is asked of nobody, and takes no part in a proof.
        codes = [text for text in texts if parse_scan(text, False).result == "read"]
        if not codes:
            return ManyOutcome(self._client.verify_many(texts, b"", self._now_ms(), policy))
        shown, failures = self._go_forward()
        if forked(failures):
            many = self._client.verify_many(texts, b"", self._now_ms(), policy)
            return self._kept(ManyOutcome(many, history_shown=shown, failures=failures))
        best: tuple[int, ManyOutcome] | None = None
        for node in map(self._node, self._order(self._nodes)):
            try:
                proof = node.proofs(codes, self._client.height())
            except OSError as broken:
                failures.append(Failure(node.address, reason(broken)))
                continue
            many = self._client.verify_many(texts, proof, self._now_ms(), policy)
            asked = [verdict for verdict in many.verdicts if verdict.axes.trust != "not-checked"]
            worst = min(map(rank, asked), default=BEST)
            if best is None or worst > best[0]:
                best = worst, ManyOutcome(many, node.address, proof, shown, failures)
            if worst == BEST:
                break
        return self._kept(best[1] if best else ManyOutcome(None, failures=failures))

    def check_carried(self, scan: str, purpose: Purpose, proof: bytes) -> Outcome:
        """The verdict from a carried proof alone; no node is asked."""
        return self._without_nodes(well_formed(scan), purpose, proof, [])

    def _without_nodes(self, scan: str, purpose: Purpose, carried: bytes | None, failures: list[Failure]) -> Outcome:
        if carried is None:
            return self._kept(Outcome(None, failures=failures))
        verdict, opened = self._judge(scan, carried, purpose, Mode.CARRIED)
        return self._kept(Outcome(verdict, None, carried, Lookup.CARRIED, opened, failures=failures))

    def _go_forward(self) -> tuple[bool, list[Failure]]:
        """Asks every node for its newest header: one that hides it is outdone by one that does not."""
        height, size = self._client.height(), self._client.history_size()
        failures: list[Failure] = []

        def advance(node: Node) -> bool:
            try:
                return self._client.advance(node.update(height, size), self._now_ms()).history_shown
            except ClientError as refused:
                failures.append(Failure(node.address, refused.code))
            except OSError as broken:
                failures.append(Failure(node.address, reason(broken)))
            return False

        if not self._nodes:
            return False, failures
        with ThreadPoolExecutor(min(8, len(self._nodes))) as threads:
            return any(list(threads.map(advance, map(self._node, self._nodes)))), failures

    def _node(self, address: str) -> Node:
        return Node(address, self._timeout_s)

    def _judge(self, scan: str, proof: bytes, purpose: Purpose, mode: Mode) -> tuple[Verdict, Opened | None]:
        return judge(self._client, scan, proof, self._now_ms(), Policy(purpose=purpose, mode=mode))

    def _kept(self, outcome: Answer) -> Answer:
        """Stores what was learnt before the answer is given; one after the other, so that the newest stays."""
        with self._saving:
            fresh = self._memory.with_name(self._memory.name + ".new")
            with fresh.open("wb") as file:
                file.write(self._client.memory())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._memory)
        return outcome


def forked(failures: list[Failure]) -> bool:
    return any(failure.reason == "trust.fork" for failure in failures)


def well_formed(scan: str) -> str:
    """Half a character, which only a damaged scan has, is no text to other languages."""
    return scan.encode("utf-8", "replace").decode("utf-8")
