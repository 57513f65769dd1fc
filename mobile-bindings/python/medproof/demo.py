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
from medproof.lookup import Lookup, LookupPolicy
from medproof.medproof_mobile import Opened, Purpose, Verdict


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
            self._save.mkdir(parents=True, exist_ok=True)
            (self._save / "demo.json").write_text(self._text, encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            checker = Checker(base64.b64decode(self._stated["anchor"]), self._nodes, Path(folder) / "memory")
            agreed = [self._agrees(checker, name, stated) for name, stated in self._stated["outcomes"].items()]
        return 0 if all(agreed) else 1

    def _agrees(self, checker: Checker, name: str, stated: dict[str, Any]) -> bool:
        scan, packs, purpose = stated["scan"], stated.get("packs", []), Purpose[stated["purpose"].upper()]
        if self._saved:
            outcome = checker.check(scan, purpose, (self._saved / f"{name}.mpbundle").read_bytes())
            verdict = outcome.verdict if outcome.lookup is Lookup.CARRIED else None
            return says(name, stated, verdict, outcome.opened)
        alone = checker.check(scan, purpose).verdict
        agrees = says(name, stated, with_packs(checker, scan, packs, purpose) if packs else alone)
        if not self._save:
            return agrees
        kept = checker.check(scan, purpose, lookup=LookupPolicy.BUNDLE)
        (self._save / f"{name}.mpbundle").write_bytes(kept.proof or b"")
        return says(f"{name} in a bundle", stated, kept.verdict, kept.opened) and agrees


def says(name: str, stated: dict[str, Any], verdict: Verdict | None, opened: Opened | None = None) -> bool:
    overall, reasons = (verdict.overall, verdict.reasons) if verdict else ("no answer", [])
    # What was saved is said to be carried; everything else is said as on the day that it was asked for.
    is_carried = bool(verdict and verdict.axes.freshness == "carried")
    compared = [code for code in reasons if not (is_carried and code == "freshness.carried")]
    agrees: bool = (overall, compared) == (stated["overall"], stated["reasons"])
    product = f" ({opened.product.name_en})" if opened and opened.product else ""
    print(f"{'as stated' if agrees else 'OTHERWISE'}  {name}: {overall}, {', '.join(reasons)}{product}")
    return agrees


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
