"""Whatever is handed over, the answer is a verdict or a typed error; many calls do not grow the process."""

from __future__ import annotations

import inspect
import itertools
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
    def setUp(self) -> None:
        self.dice = random.Random(20_260_101)
        decode = cases("decode.json")
        self.messages = [data(case["bytes"]) for case in decode]
        self.kinds = sorted({case["type"] for case in decode})
        self.honest = cases("verify.json")[0]

    def test_malformed_inputs_give_typed_errors_only(self) -> None:
        inputs = [*self.inputs(INPUTS), b"", bytes(4_000_000)]
        client = Client(data(self.honest["anchor"]))
        refused = sum(attempt(call) for one in inputs for _, call in self.calls(client, one))
        self.assertGreater(refused, INPUTS)
        report("malformed inputs", len(inputs))

    def test_every_exported_function_is_called(self) -> None:
        functions = {name for name in medproof.__all__ if inspect.isfunction(getattr(medproof, name))}
        methods = {name for name in vars(Client) if not name.startswith("_")}
        called = {name for name, _ in self.calls(Client(data(self.honest["anchor"])), b"")}
        self.assertEqual(called, functions | methods | {"Client"})

    def test_memory_stays_flat_whatever_is_refused(self) -> None:
        client = Client(data(self.honest["anchor"]))
        inputs = itertools.cycle(self.inputs(INPUTS))
        endless = (call for one in inputs for _, call in self.calls(client, one))
        for call in itertools.islice(endless, CALLS // 4):
            attempt(call)
        before = resident_bytes()
        refused = sum(attempt(call) for call in itertools.islice(endless, CALLS))
        grown = resident_bytes() - before
        print(f"  {CALLS} calls, {refused} refused: the process grew by {grown // 1_024} KiB")
        self.assertLess(grown, MOST_GROWN_BYTES)
        report("calls of every function with flat memory", CALLS)

    def inputs(self, count: int) -> list[bytes]:
        return [bend(self.messages[number % len(self.messages)], self.dice) for number in range(count)]

    def calls(self, client: Client, one: bytes) -> list[tuple[str, Callable[[], Any]]]:
        """Every exported function with these bytes, and with what text they give."""
        text = one.decode(self.dice.choice(["utf-16", "latin-1"]), "replace")[:5_000] + self.dice.choice(["", "\ud800"])
        now, kind, strict = self.dice.getrandbits(64), self.dice.choice(self.kinds), self.dice.random() < 0.5
        anchor, scan, then = data(self.honest["anchor"]), self.honest["scan"], int(self.honest["now_ms"])
        asking = Policy(purpose=self.dice.choice(list(Purpose)), mode=self.dice.choice(list(Mode)), max_age_online_ms=now)
        return [
            ("Client", lambda: Client(one)),
            ("resume", lambda: Client.resume(one, one)),
            ("resume", lambda: Client.resume(anchor, one)),
            ("memory", client.memory),
            ("anchor", client.anchor),
            ("height", client.height),
            ("history_size", client.history_size),
            ("fork", client.fork),
            ("bucket_prefix", lambda: client.bucket_prefix(text, now % 256)),
            ("bucket_prefix", lambda: client.bucket_prefix(scan, now % 256)),
            ("advance", lambda: client.advance(one, now)),
            ("verify", lambda: client.verify(text, one, now, asking)),
            ("verify", lambda: client.verify(scan, one, then, asking)),
            ("verify_bucket", lambda: client.verify_bucket(scan, one, then, asking)),
            ("verify_bundle", lambda: client.verify_bundle(scan, one, then, asking)),
            ("verify_seller", lambda: client.verify_seller("shop.example", one, then, asking)),
            ("verify_seller", lambda: client.verify_seller(text, one, then, asking)),
            ("verify_many", lambda: client.verify_many([text, scan], one, then, asking)),
            ("verify_record", lambda: client.verify_record(one, one, then)),
            ("check_fork", lambda: medproof.check_fork(one)),
            ("message_from_text", lambda: medproof.message_from_text(text)),
            ("parse_scan", lambda: medproof.parse_scan(text, strict)),
            ("read_message", lambda: medproof.read_message(kind, one)),
            ("read_message", lambda: medproof.read_message(text, one)),
        ]

    def test_what_is_no_number_of_64_bits_is_refused_before_the_call(self) -> None:
        client = Client(data(cases("verify.json")[0]["anchor"]))
        for number in (-1, 1 << 64):
            with self.assertRaises(ValueError):
                client.advance(b"", number)


def attempt(call: Callable[[], Any]) -> bool:
    """Whether it was refused, by a typed error; any other error fails the test."""
    try:
        call()
    except (ClientError, UnicodeEncodeError):
        return True
    return False


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
