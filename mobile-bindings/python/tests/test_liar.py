"""Every outcome by an honest node, and every behaviour of the scripted lying node (``docs/CLIENT.md``)."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from vectors import report

from medproof import Checker, Lookup, LookupPolicy, Outcome, Purpose
from medproof.__main__ import main

LIAR = os.environ.get("MEDPROOF_LIAR", "")

#: What must not be believed, and not change the answer of an honest node beside it.
LIES: tuple[str, ...] = (
    *("tampered", "incomplete", "old", "other-chain", "weak-quorum", "slow", "cut-off", "error", "garbage"),
    *("too-large", "redirect"),
)


@unittest.skipUnless(LIAR, "MEDPROOF_LIAR names no lying node")
class Liar(unittest.TestCase):
    world: dict[str, Any]
    process: subprocess.Popen[bytes]

    @classmethod
    def setUpClass(cls) -> None:
        cls.process = subprocess.Popen([LIAR], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert cls.process.stdout
        cls.world = json.loads(cls.process.stdout.readline())

    @classmethod
    def tearDownClass(cls) -> None:
        cls.process.communicate()

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def checker(self, *behaviours: str, lookup: LookupPolicy = LookupPolicy.BUCKET) -> Checker:
        nodes = [self.world["nodes"][behaviour] for behaviour in behaviours]
        memory = Path(tempfile.mkdtemp(dir=self.folder)) / "memory"
        anchor = base64.b64decode(self.world["anchor"])
        return Checker(anchor, nodes, memory, lookup=lookup, timeout_s=1.5, order=lambda nodes: nodes)

    def ask(
        self, outcome: str, *behaviours: str, lookup: LookupPolicy = LookupPolicy.BUCKET, carried: bytes | None = None
    ) -> Outcome:
        question = self.world["outcomes"][outcome]
        checker = self.checker(*behaviours, lookup=lookup)
        return checker.check(question["scan"], Purpose[question["purpose"].upper()], carried)

    def test_each_outcome_by_the_honest_node(self) -> None:
        for name, stated in self.world["outcomes"].items():
            found = self.ask(name, "honest")
            assert found.verdict is not None, name
            self.assertEqual((found.verdict.overall, found.verdict.reasons), (stated["overall"], stated["reasons"]))
            self.assertTrue(found.history_shown, name)
            is_hidden = name not in ("not_random", "unknown_product")
            self.assertEqual(found.lookup, Lookup.BUCKET if is_hidden else Lookup.EXACT, name)
        report("outcomes by the honest node", len(self.world["outcomes"]))

    def test_each_lie_is_refused_alone_and_beside_an_honest_node(self) -> None:
        for lie in LIES:
            alone = self.ask("recalled", lie)
            self.assertTrue(alone.verdict is None or alone.verdict.overall == "cannot-tell", lie)
            beside = self.ask("recalled", lie, "honest")
            assert beside.verdict is not None, lie
            self.assertEqual(beside.verdict.overall, "do-not-use", lie)
            # Its leaves are honest: with the honest node's certificate they prove the answer.
            if lie != "weak-quorum":
                self.assertEqual(beside.node, self.world["nodes"]["honest"], lie)
                self.assertTrue([failure for failure in beside.failures if lie in failure.node], lie)
        self.assertEqual(set(self.world["nodes"]), {*LIES, "honest", "fork", "no-history", "nosy", "impostor", "renamed"})
        report("behaviours of the lying node", len(self.world["nodes"]))

    def test_a_fork_is_no_answer_whoever_else_is_honest(self) -> None:
        found = self.ask("recalled", "honest", "fork")
        assert found.verdict is not None
        self.assertEqual((found.verdict.overall, found.verdict.reasons), ("cannot-tell", ["trust.fork"]))

    def test_without_a_proof_of_history_or_buckets_the_answer_stands(self) -> None:
        for behaviour in ("no-history", "nosy", "impostor", "renamed"):
            found = self.ask("recalled", behaviour)
            assert found.verdict is not None
            self.assertEqual(found.verdict.overall, "do-not-use")

    def test_each_lie_in_a_bucket_is_refused_and_no_other_lookup_is_used(self) -> None:
        for lie in ("tampered", "incomplete", "weak-quorum", "other-chain", "garbage", "old"):
            found = self.ask("recalled", lie, lookup=LookupPolicy.BUCKET_ONLY)
            assert found.verdict is not None, lie
            self.assertEqual((found.verdict.overall, found.lookup), ("cannot-tell", Lookup.BUCKET), lie)
        nosy = self.ask("recalled", "nosy", lookup=LookupPolicy.BUCKET_ONLY)
        self.assertIsNone(nosy.verdict)
        self.assertIn("proof.bucket", [failure.reason for failure in nosy.failures])

    def test_what_was_kept_serves_when_no_node_answers(self) -> None:
        for lookup in (LookupPolicy.BUCKET, LookupPolicy.EXACT):
            kept = self.ask("recalled", "honest", lookup=lookup).proof
            found = self.ask("recalled", "error", carried=kept)
            assert found.verdict is not None
            self.assertEqual((found.verdict.overall, found.lookup), ("do-not-use", Lookup.CARRIED))
            self.assertEqual(found.verdict.axes.freshness, "carried")

    def test_a_pallet_and_its_packs_are_checked_together(self) -> None:
        pallet = self.world["pallet_1000"]
        for behaviours in (["honest"], ["tampered", "honest"], ["error", "honest"]):
            found = self.checker(*behaviours).check_many(pallet["scans"], Purpose[pallet["purpose"].upper()])
            assert found.many is not None
            self.assertEqual({verdict.overall for verdict in found.many.verdicts}, {pallet["overall"]})
            self.assertEqual(len(found.many.verdicts), len(pallet["scans"]))
            self.assertTrue(found.many.contents[0].complete)
        alone = self.checker("incomplete").check_many(pallet["scans"], Purpose.RECEIVER).many
        self.assertTrue(alone is None or all(verdict.overall == "cannot-tell" for verdict in alone.verdicts))
        self.assertIsNone(self.checker("error").check_many(pallet["scans"], Purpose.RECEIVER).many)

    def test_what_cannot_be_read_spoils_no_list(self) -> None:
        outcome = self.world["outcomes"]["recalled"]
        scans, purpose = ["hello", outcome["scan"]], Purpose[outcome["purpose"].upper()]
        for behaviours in (["honest"], ["tampered", "honest"]):
            found = self.checker(*behaviours).check_many(scans, purpose)
            assert found.many is not None
            self.assertEqual([verdict.overall for verdict in found.many.verdicts], ["cannot-tell", "do-not-use"])
        nothing = self.checker("error").check_many(["hello"], purpose)
        assert nothing.many is not None
        self.assertEqual((nothing.many.verdicts[0].overall, nothing.failures), ("cannot-tell", []))
        forked = self.checker("honest", "fork").check_many(scans, purpose).many
        assert forked is not None
        self.assertEqual(forked.verdicts[1].axes.trust, "fork")

    def test_the_command_line_compares_every_outcome(self) -> None:
        file = self.folder / "demo.json"
        demo = {"anchor": self.world["anchor"], "nodes": [self.world["nodes"]["honest"]]}
        file.write_text(json.dumps({**demo, "outcomes": self.world["outcomes"]}), encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(main(["--demo", str(file)]), 0, said.getvalue())


if __name__ == "__main__":
    unittest.main()
