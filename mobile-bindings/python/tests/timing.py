"""Times a first and a next verdict: `timing.py bench.json`; `cargo xtask bench` runs it beside the native program."""

from __future__ import annotations

import base64
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from medproof import Client, Mode, Policy, Purpose

FIRST, NEXT = 200, 2_000


def main(path: Path) -> None:
    fixture = json.loads(path.read_text(encoding="utf-8"))
    anchor, now_ms = base64.b64decode(fixture["anchor"]), int(fixture["now_ms"])
    packs = [(pack["scan"], base64.b64decode(pack["proof"])) for pack in fixture["packs"]]
    policy = Policy(purpose=Purpose.DISPENSER, mode=Mode.ONLINE)

    def answer(client: Client, pack: int) -> None:
        overall = client.verify(*packs[pack], now_ms, policy).overall
        if overall != "ok":
            sys.exit(f"not ok: {overall}")

    clients = [Client(anchor) for _ in range(FIRST)]
    firsts = [timed(lambda: answer(client, 0)) for client in clients]
    nexts = [timed(lambda: answer(clients[0], turn % 2)) for turn in range(1, NEXT + 1)]
    first, following = statistics.median(firsts), statistics.median(nexts)
    print(f"Python: first verdict {first:.0f} µs, next {following:.0f} µs (medians)")


def timed(work: Callable[[], None]) -> float:
    begin = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begin) / 1_000


if __name__ == "__main__":
    main(Path(sys.argv[1]))
