"""Every case of the shared vectors gives the verdict, reasons and axes that core gives."""

from __future__ import annotations

import unittest

from vectors import ANSWERS, FOLDER, attempt, cases, client, data, expected, report

from medproof import Client


class Vectors(unittest.TestCase):
    maxDiff = 2_000

    def test_every_file_is_run(self) -> None:
        self.assertEqual({path.name for path in FOLDER.glob("*.json")}, set(ANSWERS))

    def test_every_case_is_answered_as_by_core(self) -> None:
        for file, answer in ANSWERS.items():
            for case in cases(file):
                with self.subTest(file=file, case=case["name"]):
                    self.assertEqual(attempt(lambda: answer(case)), expected(file, case))
            report(file, len(cases(file)))

    def test_a_stored_memory_brings_the_same_client_back(self) -> None:
        for case in cases("verify.json"):
            memory = client(case).memory()
            self.assertEqual(Client.resume(data(case["anchor"]), memory).memory(), memory, case["name"])


if __name__ == "__main__":
    unittest.main()
