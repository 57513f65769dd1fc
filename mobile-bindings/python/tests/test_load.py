"""Whatever is handed over, the answer is a verdict or a typed error; many calls do not grow the process."""

from __future__ import annotations

import random
import unittest
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import medproof
from medproof import Client, ClientError, Mode, Policy, Purpose
from vectors import cases, data, plain, policy, report

INPUTS = 1_000
THREADS, ROUNDS = 8, 10
CALLS = 100_000
MOST_GROWN_BYTES = 8 * 1_024 * 1_024


class Malformed(unittest.TestCase):
    def test_malformed_inputs_give_typed_errors_only(self) -> None:
        dice = random.Random(20_260_101)
        decode, honest = cases("decode.json"), cases("verify.json")[0]
        messages = [data(case["bytes"]) for case in decode]
        kinds = sorted({case["type"] for case in decode})
        inputs = [bend(messages[number % len(messages)], dice) for number in range(INPUTS)] + [b"", bytes(4_000_000)]
        client = Client(data(honest["anchor"]))
        asking = Policy(purpose=Purpose.HOLDER, mode=Mode.ONLINE)
        refused = 0
        for one in inputs:
            text = one.decode(dice.choice(["utf-16", "latin-1"]), "replace")[:5_000] + dice.choice(["", "\ud800"])
            now, kind = dice.getrandbits(64), dice.choice(kinds)
            calls: list[Callable[[], Any]] = [
                lambda: Client(one),
                lambda: Client.resume(one, one),
                lambda: Client.resume(data(honest["anchor"]), one),
                lambda: client.advance(one, now),
                lambda: client.verify(text, one, now, asking),
                lambda: client.verify(honest["scan"], one, int(honest["now_ms"]), asking),
                lambda: client.verify_bucket(honest["scan"], one, int(honest["now_ms"]), asking),
                lambda: client.verify_many([text, honest["scan"]], one, int(honest["now_ms"]), asking),
                lambda: client.verify_record(one, one, int(honest["now_ms"])),
                lambda: medproof.check_fork(one),
                lambda: medproof.message_from_text(text),
                lambda: medproof.parse_scan(text, dice.random() < 0.5),
                lambda: medproof.read_message(kind, one),
                lambda: medproof.read_message(text, one),
            ]
            for call in calls:
                try:
                    call()
                except (ClientError, UnicodeEncodeError):
                    refused += 1
        self.assertGreater(refused, INPUTS)
        report("malformed inputs", len(inputs))

    def test_what_is_no_number_of_64_bits_is_refused_before_the_call(self) -> None:
        client = Client(data(cases("verify.json")[0]["anchor"]))
        for number in (-1, 1 << 64):
            with self.assertRaises(ValueError):
                client.advance(b"", number)


def bend(message: bytes, dice: random.Random) -> bytes:
    """Cut, prolonged, with flipped bytes, or replaced altogether."""
    choice = dice.randrange(4)
    if choice == 0:
        return message[: dice.randrange(len(message) + 1)]
    if choice == 1:
        return message + dice.randbytes(dice.randrange(64))
    if choice == 2 and message:
        bent = bytearray(message)
        for _ in range(1 + dice.randrange(8)):
            bent[dice.randrange(len(bent))] = dice.randrange(256)
        return bytes(bent)
    return dice.randbytes(dice.randrange(4_096))


class Load(unittest.TestCase):
    def test_eight_threads_get_the_answers_of_one(self) -> None:
        table = [case for case in cases("verify.json") if case["name"].startswith("table/")]
        client = Client(data(table[0]["anchor"]))

        def answers(_: int = 0) -> list[Any]:
            verdicts = (client.verify(c["scan"], data(c["proof"]), int(c["now_ms"]), policy(c)) for c in table)
            return [plain(verdict) for verdict in verdicts]

        alone = answers()
        with ThreadPoolExecutor(THREADS) as threads:
            together = list(threads.map(answers, range(THREADS * ROUNDS)))
        self.assertEqual([one == alone for one in together], [True] * (THREADS * ROUNDS))
        report(f"answers from {THREADS} threads", THREADS * ROUNDS * len(table))

    def test_memory_stays_flat(self) -> None:
        case = cases("verify.json")[0]
        client, proof, asking = Client(data(case["anchor"])), data(case["proof"]), policy(case)

        def call() -> None:
            client.verify(case["scan"], proof, int(case["now_ms"]), asking)

        for _ in range(CALLS // 10):
            call()
        before = resident_bytes()
        for _ in range(CALLS):
            call()
        grown = resident_bytes() - before
        print(f"  {CALLS} calls: the process grew by {grown // 1_024} KiB")
        self.assertLess(grown, MOST_GROWN_BYTES)
        report("calls with flat memory", CALLS)


def resident_bytes() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1_024


if __name__ == "__main__":
    unittest.main()
