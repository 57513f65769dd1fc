"""Every outcome of a demonstration: asked of its nodes, or read from what was saved of them."""

from __future__ import annotations

import argparse
import base64
import json
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from medproof.checker import Checker
from medproof.medproof_mobile import Purpose, Verdict


class Demo:
    """Compares each answer with what a demo.json states."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._text = text(options.demo)
        self._stated = json.loads(self._text)
        self._nodes: list[str] = options.node or self._stated["nodes"]
        self._save: Path | None = options.save
        self._saved: Path | None = options.proof

    def run(self) -> int:
        if self._save:
            (self._save / "demo.json").write_text(self._text, encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            checker = Checker(base64.b64decode(self._stated["anchor"]), self._nodes, Path(folder) / "memory")
            agreed = [self._agrees(checker, name, stated) for name, stated in self._stated["outcomes"].items()]
        return 0 if all(agreed) else 1

    def _agrees(self, checker: Checker, name: str, stated: dict[str, Any]) -> bool:
        verdict = self._verdict(checker, name, stated)
        overall, reasons = (verdict.overall, verdict.reasons) if verdict else ("no answer", [])
        # What was saved is said to be carried; everything else is said as on the day that it was asked for.
        compared = [code for code in reasons if not (self._saved and code == "freshness.carried")]
        agrees = overall == stated["overall"] and compared == stated["reasons"]
        print(f"{'as stated' if agrees else 'OTHERWISE'}  {name}: {overall}, {', '.join(reasons)}")
        return agrees

    def _verdict(self, checker: Checker, name: str, stated: dict[str, Any]) -> Verdict | None:
        purpose = Purpose[stated["purpose"].upper()]
        if self._saved:
            outcome = checker.check(stated["scan"], purpose, (self._saved / f"{name}.mproof").read_bytes())
            return outcome.verdict if outcome.node is None else None
        outcome = checker.check(stated["scan"], purpose)
        if self._save and outcome.proof:
            (self._save / f"{name}.mproof").write_bytes(outcome.proof)
        packs = stated.get("packs", [])
        return with_packs(checker, stated["scan"], packs, purpose) if packs else outcome.verdict


def with_packs(checker: Checker, unit: str, packs: list[str], purpose: Purpose) -> Verdict | None:
    """What one proof says of a unit and its packs: of the unit, if each pack's answer is the same."""
    many = checker.check_many([unit, *packs], purpose).many
    if many is None:
        return None
    return next((verdict for verdict in many.verdicts if verdict.overall != many.verdicts[0].overall), many.verdicts[0])


def text(place: str) -> str:
    if not place.startswith(("http://", "https://")):
        return Path(place).read_text(encoding="utf-8")
    with urllib.request.urlopen(place, timeout=10) as answer:
        content: bytes = answer.read()
    return content.decode("utf-8")
