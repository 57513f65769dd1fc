"""The network flow over real connections, with proofs of the shared vectors."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import time
import unittest
from pathlib import Path

from server import Answer, serving, with_proof
from vectors import Case, cases, client, data, policy

from medproof import Checker, Client, ClientError, LookupPolicy, Messages, Overall, Purpose, check_fork, parse_scan
from medproof.__main__ import main

CASES = {case["name"]: case for case in cases("verify.json")}
ACTIVE = CASES["table/active/dispenser/online-60s"]
STALE = CASES["table/active/dispenser/online-360s"]
CARRIED = CASES["table/active/dispenser/carried-600s"]
NOWHERE = "http://127.0.0.1:1"


def slow(_: str) -> tuple[int, bytes]:
    time.sleep(3)
    return 200, b""


class Checking(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.memory = Path(folder.name) / "memory"

    def checker(self, case: Case, *nodes: str, lookup: LookupPolicy = LookupPolicy.BUCKET) -> Checker:
        now, anchor = int(case["now_ms"]), data(case["anchor"])
        return Checker(
            anchor, nodes, self.memory, lookup=lookup, timeout_s=1, now_ms=lambda: now, order=lambda nodes: nodes
        )

    def test_an_honest_node_is_enough(self) -> None:
        with serving(with_proof(data(ACTIVE["proof"]))) as (node, asked):
            outcome = self.checker(ACTIVE, node).check(ACTIVE["scan"], policy(ACTIVE).purpose)
        assert outcome.verdict is not None
        self.assertEqual((Overall.of(outcome.verdict), outcome.node), (Overall.OK, node))
        self.assertEqual(Client.resume(data(ACTIVE["anchor"]), self.memory.read_bytes()).height(), 1)
        self.assertTrue(asked[0].startswith("/v1/updates?from=0&size="))

    def test_a_lying_node_is_passed_over(self) -> None:
        bent = bytearray(data(ACTIVE["proof"]))
        bent[-1] ^= 1
        liars: list[tuple[Answer, str]] = [
            (with_proof(bytes(bent)), "trust.state.root"),
            (with_proof(data(CASES["hand-over/other-chain"]["proof"])), "trust.proof.other-scan"),
            (with_proof(b"<html>"), "trust.message.magic"),
            (lambda _: (500, b""), "network: status 500"),
            (lambda _: (302, b""), "network: status 302"),
            (lambda _: (200, bytes(17_000_000)), "network: more than 16777216 bytes"),
            (slow, "network: "),
        ]
        for liar, reason in liars:
            with serving(liar) as (lying, _), serving(with_proof(data(ACTIVE["proof"]))) as (honest, _):
                outcome = self.checker(ACTIVE, lying, honest).check(ACTIVE["scan"], policy(ACTIVE).purpose)
            assert outcome.verdict is not None
            self.assertEqual((outcome.verdict.overall, outcome.node), ("ok", honest), reason)
            found = [failure.reason for failure in outcome.failures if failure.node == lying]
            self.assertTrue(any(text.startswith(reason) for text in found), (reason, found))

    def test_without_any_node_nothing_is_said(self) -> None:
        outcome = self.checker(ACTIVE, NOWHERE).check(ACTIVE["scan"], Purpose.HOLDER)
        self.assertIsNone(outcome.verdict)
        self.assertTrue(all(failure.reason.startswith("network: ") for failure in outcome.failures))

    def test_a_carried_proof_serves_offline_and_an_old_one_from_a_node_is_none(self) -> None:
        proof = data(CARRIED["proof"])
        outcome = self.checker(CARRIED, NOWHERE).check(CARRIED["scan"], Purpose.DISPENSER, proof)
        assert outcome.verdict is not None
        self.assertEqual((outcome.verdict.overall, outcome.verdict.axes.freshness), ("ok", "carried"))
        with serving(with_proof(data(STALE["proof"]))) as (node, _):
            outcome = self.checker(STALE, node).check(STALE["scan"], Purpose.DISPENSER, data(STALE["proof"]))
        assert outcome.verdict is not None
        self.assertEqual((outcome.verdict.overall, outcome.verdict.axes.freshness), ("cannot-tell", "stale"))

    def test_a_fork_ends_the_search_and_is_kept(self) -> None:
        case = CASES["known/fork-of-the-certified"]
        self.memory.write_bytes(data(case["have"]))
        with serving(with_proof(data(case["proof"]))) as (node, _), serving(with_proof(b"")) as (other, asked):
            outcome = self.checker(case, node, other).check(case["scan"], policy(case).purpose)
        assert outcome.verdict is not None
        self.assertEqual(outcome.verdict.reasons, ["trust.fork"])
        self.assertFalse([path for path in asked if path.startswith("/v1/proofs")])
        evidence = self.checker(case).fork()
        assert evidence is not None
        self.assertGreater(check_fork(evidence), 0)

    def test_what_names_nothing_is_asked_of_nobody(self) -> None:
        with serving(with_proof(b"")) as (node, asked):
            for scan in [CASES["scan/patient"]["scan"], "hello", "\ud800", "https://evil.example/x"]:
                verdict = self.checker(ACTIVE, node).check(scan, Purpose.HOLDER).verdict
                assert verdict is not None
                self.assertTrue(verdict.reasons[0].startswith("identifier.scan."))
        self.assertEqual(asked, [])

    def test_a_longer_prefix_is_sent_while_it_hides_the_pack(self) -> None:
        serial = parse_scan(ACTIVE["scan"], False).readings[0].serial
        for asked_for, most in [(None, [32, 36, 40, 44, 48, 52, 56]), (40, [32, 40]), (64, [32]), (31, [32])]:
            problem = {"type": "proof.bucket-size"} | ({} if asked_for is None else {"bits": asked_for})
            with serving(lambda path: (422, json.dumps(problem).encode())) as (node, asked):
                checker = self.checker(ACTIVE, node, lookup=LookupPolicy.BUCKET_ONLY)
                outcome = checker.check(ACTIVE["scan"], Purpose.DISPENSER)
            buckets = [path.split("/")[3:5] for path in asked if path.startswith("/v1/buckets/")]
            self.assertEqual([int(bits) for bits, _ in buckets], most)
            self.assertTrue(all(len(rest.split("?")[0]) == int(bits) // 4 for bits, rest in buckets))
            self.assertFalse([path for path in asked if serial and serial in path or "proofs" in path])
            self.assertIsNone(outcome.verdict)

    def test_a_memory_that_cannot_be_read_is_an_error(self) -> None:
        self.memory.write_bytes(bytes(9))
        with self.assertRaises(ClientError.Malformed):
            self.checker(ACTIVE)


class CommandLine(unittest.TestCase):
    def test_a_saved_proof_is_checked_offline(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "a.mpanchor").write_bytes(data(ACTIVE["anchor"]))
            (folder / "pack.mproof").write_bytes(data(ACTIVE["proof"]))
            line = ["--anchor", f"{folder}/a.mpanchor", "--proof", f"{folder}/pack.mproof", ACTIVE["scan"]]
            with contextlib.redirect_stdout(io.StringIO()) as said:
                # The vectors are from the beginning of 2026: whoever was away since then needs a new anchor.
                self.assertEqual(main(line), 6)
            self.assertIn("[trust.needs-new-anchor]", said.getvalue())

    def test_what_is_no_anchor_is_said_and_not_thrown(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "bad").write_bytes(b"no anchor")
            for file in ("absent", "bad"):
                with contextlib.redirect_stderr(io.StringIO()) as said:
                    self.assertEqual(main(["--anchor", f"{name}/{file}", ACTIVE["scan"]]), 1)
                self.assertTrue(said.getvalue().startswith("medproof-check: "), said.getvalue())

    def test_the_outcomes_of_a_demonstration_are_compared(self) -> None:
        recalled = CASES["table/recalled/holder/online-60s"]
        expect = {"scan": recalled["scan"], "purpose": "holder", "overall": "cannot-tell"}
        reasons = ["trust.needs-new-anchor"]
        with serving(with_proof(data(recalled["proof"]))) as (node, _), tempfile.TemporaryDirectory() as folder:
            for stated, code in [(reasons, 0), (["state.active"], 1)]:
                outcomes = {"recalled": {**expect, "reasons": stated}}
                demo = {"anchor": recalled["anchor"], "nodes": [node], "outcomes": outcomes}
                file = Path(folder) / "demo.json"
                file.write_text(json.dumps(demo), encoding="utf-8")
                with contextlib.redirect_stdout(io.StringIO()) as said:
                    self.assertEqual(main(["--demo", str(file)]), code, said.getvalue())


class Words(unittest.TestCase):
    def test_every_verdict_of_the_vectors_is_explained_in_both_languages(self) -> None:
        for case in CASES.values():
            verdict = client(case).verify(case["scan"], data(case["proof"]), int(case["now_ms"]), policy(case))
            for language in ("en", "zh-Hans"):
                said = Messages(language).explain(verdict, policy(case).purpose)
                self.assertGreater(len(said), len(verdict.reasons), case["name"])
                self.assertTrue(all(one.title and "{" not in one.title + one.detail + one.next for one in said))

    def test_a_placeholder_is_filled_or_its_sentence_left_out(self) -> None:
        english = Messages("en")
        stale = english.message("freshness.stale", {"age": english.age(3_700_000)})
        assert stale is not None
        self.assertTrue(stale.detail.startswith("It is 1 hour old."))
        self.assertEqual([english.age(ms) for ms in (999, 120_000)], ["0 seconds", "2 minutes"])
        self.assertEqual(Messages("zh-Hans").age(3 * 86_400_000), "3天")


if __name__ == "__main__":
    unittest.main()
