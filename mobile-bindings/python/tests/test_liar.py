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

from medproof import Checker, Outcome, Purpose
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

    def ask(self, outcome: str, *behaviours: str) -> Outcome:
        nodes = [self.world["nodes"][behaviour] for behaviour in behaviours]
        anchor, memory = base64.b64decode(self.world["anchor"]), self.folder / "-".join((outcome, *behaviours))
        checker = Checker(anchor, nodes, memory, timeout_s=1.5, order=lambda nodes: nodes)
        question = self.world["outcomes"][outcome]
        return checker.check(question["scan"], Purpose[question["purpose"].upper()])

    def test_each_outcome_by_the_honest_node(self) -> None:
        for name, stated in self.world["outcomes"].items():
            found = self.ask(name, "honest")
            assert found.verdict is not None, name
            self.assertEqual((found.verdict.overall, found.verdict.reasons), (stated["overall"], stated["reasons"]))
            self.assertTrue(found.history_shown, name)
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
        self.assertEqual(set(self.world["nodes"]), {*LIES, "honest", "fork", "no-history", "nosy"})
        report("behaviours of the lying node", len(self.world["nodes"]))

    def test_a_fork_is_no_answer_whoever_else_is_honest(self) -> None:
        found = self.ask("recalled", "honest", "fork")
        assert found.verdict is not None
        self.assertEqual((found.verdict.overall, found.verdict.reasons), ("cannot-tell", ["trust.fork"]))

    def test_without_a_proof_of_history_or_buckets_the_answer_stands(self) -> None:
        for behaviour in ("no-history", "nosy"):
            found = self.ask("recalled", behaviour)
            assert found.verdict is not None
            self.assertEqual(found.verdict.overall, "do-not-use")

    def test_the_command_line_compares_every_outcome(self) -> None:
        file = self.folder / "demo.json"
        demo = {"anchor": self.world["anchor"], "nodes": [self.world["nodes"]["honest"]]}
        file.write_text(json.dumps({**demo, "outcomes": self.world["outcomes"]}), encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(main(["--demo", str(file)]), 0, said.getvalue())


if __name__ == "__main__":
    unittest.main()
