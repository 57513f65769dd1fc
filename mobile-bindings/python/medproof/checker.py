"""Checks scans against nodes of which it believes none (``docs/CLIENT.md``)."""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from medproof.medproof_mobile import (
    AnchorInfo,
    Client,
    ClientError,
    Mode,
    Policy,
    Purpose,
    Verdict,
    parse_scan,
)

MAX_BYTES = 16 * 1_024 * 1_024
BEST = 3


@dataclass(frozen=True)
class Failure:
    """A node that could not be used: a stable code of core, or what went wrong on the way."""

    node: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What came of a check. Without a verdict no node answered and no proof was carried: nothing is said.

    ``node`` is the one whose proof the verdict rests on; without one it rests on the carried proof, or on
    the scan alone. ``proof`` can be kept and carried.
    """

    verdict: Verdict | None
    node: str | None = None
    proof: bytes | None = None
    history_shown: bool = False
    failures: list[Failure] = field(default_factory=list)


class Checker:
    """A memory that cannot be read is an error; to begin anew from the anchor instead would forget the
    newest header and a fork. What was learnt is in the file before an answer is given."""

    def __init__(
        self,
        anchor: bytes,
        nodes: Sequence[str],
        memory: Path,
        *,
        timeout_s: float = 4.0,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        order: Callable[[Sequence[str]], Sequence[str]] = lambda nodes: random.sample(nodes, len(nodes)),
    ) -> None:
        self._client = Client.resume(anchor, memory.read_bytes()) if memory.exists() else Client(anchor)
        self._nodes, self._memory, self._timeout_s = list(nodes), memory, timeout_s
        self._now_ms, self._order, self._saving = now_ms, order, threading.Lock()

    def anchor(self) -> AnchorInfo:
        """What is trusted, to be shown and compared."""
        return self._client.anchor()

    def fork(self) -> bytes | None:
        """Evidence of a fork, if one was seen."""
        return self._client.fork()

    def check(self, scan: str, purpose: Purpose, carried: bytes | None = None) -> Outcome:
        """Asks the nodes one after the other until one proves an answer; else takes the carried proof."""
        text = well_formed(scan)
        if parse_scan(text, False).result != "read":
            return Outcome(self._verify(text, b"", purpose, Mode.ONLINE))
        return self._kept(self._ask(text, purpose, carried))

    def check_carried(self, scan: str, purpose: Purpose, proof: bytes) -> Outcome:
        """The verdict from a carried proof alone; no node is asked."""
        verdict = self._verify(well_formed(scan), proof, purpose, Mode.CARRIED)
        return self._kept(Outcome(verdict, proof=proof))

    def _ask(self, scan: str, purpose: Purpose, carried: bytes | None) -> Outcome:
        failures: list[Failure] = []
        shown = self._go_forward(failures)
        if any(failure.reason == "trust.fork" for failure in failures):
            return Outcome(self._verify(scan, b"", purpose, Mode.ONLINE), failures=failures)
        best: tuple[int, Outcome] | None = None
        for node in self._order(self._nodes):
            try:
                proof = self._proof(node, scan)
            except OSError as broken:
                failures.append(Failure(node, f"network: {broken}"))
                continue
            verdict = self._verify(scan, proof, purpose, Mode.ONLINE)
            found = (rank(verdict), Outcome(verdict, node, proof, shown, failures))
            if found[0] < BEST:
                failures.append(Failure(node, verdict.reasons[0] if verdict.reasons else verdict.axes.trust))
            best = found if best is None or found[0] > best[0] else best
            if best[0] == BEST:
                break
        if best is not None:
            return best[1]
        if carried is None:
            return Outcome(None, failures=failures)
        return Outcome(self._verify(scan, carried, purpose, Mode.CARRIED), proof=carried, failures=failures)

    def _go_forward(self, failures: list[Failure]) -> bool:
        """Asks every node for its newest header: one that hides it is outdone by one that does not."""
        height, size = self._client.height(), self._client.history_size()

        def advance(node: str) -> bool:
            try:
                update = self._get(node, f"/v1/updates?from={height}&size={size}")
                return self._client.advance(update, self._now_ms()).history_shown
            except ClientError as refused:
                failures.append(Failure(node, refused.code))
            except OSError as broken:
                failures.append(Failure(node, f"network: {broken}"))
            return False

        if not self._nodes:
            return False
        with ThreadPoolExecutor(min(8, len(self._nodes))) as threads:
            return any(list(threads.map(advance, self._nodes)))

    def _proof(self, node: str, scan: str) -> bytes:
        code = urllib.parse.quote(scan, safe="")
        return self._get(node, f"/v1/proofs?code={code}&have={self._client.height()}")

    def _get(self, node: str, path: str) -> bytes:
        deadline = time.monotonic() + self._timeout_s
        try:
            with OPENER.open(node.rstrip("/") + path, timeout=self._timeout_s) as answer:
                body = bytearray()
                while part := answer.read1(65_536):
                    body += part
                    if len(body) > MAX_BYTES:
                        raise OSError(f"more than {MAX_BYTES} bytes")
                    if time.monotonic() > deadline:
                        raise OSError("too slow")
                return bytes(body)
        except urllib.error.HTTPError as refused:
            with refused:
                raise OSError(f"status {refused.code}") from None
        except http.client.HTTPException as broken:
            raise OSError(f"no answer: {type(broken).__name__}") from None

    def _verify(self, scan: str, proof: bytes, purpose: Purpose, mode: Mode) -> Verdict:
        return self._client.verify(scan, proof, self._now_ms(), Policy(purpose=purpose, mode=mode))

    def _kept(self, outcome: Outcome) -> Outcome:
        with self._saving:
            fresh = self._memory.with_name(self._memory.name + ".new")
            with fresh.open("wb") as file:
                file.write(self._client.memory())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._memory)
        return outcome


def rank(verdict: Verdict) -> int:
    """Current before old, and what a quorum signed before what was refused; no node changes what a fork says."""
    is_trusted = verdict.axes.trust in ("quorum", "needs-newer-client")
    is_fresh = verdict.axes.freshness == "fresh"
    if verdict.axes.trust == "fork" or (is_trusted and is_fresh and "trust.older-header" not in verdict.reasons):
        return BEST
    return (2 if is_fresh else 1) if is_trusted else 0


def well_formed(scan: str) -> str:
    """Half a character, which only a damaged scan has, is no text to other languages."""
    return scan.encode("utf-8", "replace").decode("utf-8")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A node that sends the client elsewhere would choose who learns what is asked."""

    def redirect_request(self, *_: object) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirect)
