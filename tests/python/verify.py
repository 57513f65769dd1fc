"""Checks every case of the shared vectors: `python3 tests/python/verify.py tests/vectors`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cases import ANSWERS
from report import report_suite

FORMAT = "medproof vectors 0"


def check_file(path: Path) -> tuple[int, list[str]]:
    """The number of cases and a line for each that disagrees."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if path.name not in ANSWERS or content.get("format") != FORMAT:
        return 0, [f"{path.name}: unknown file or format"]
    failures = [line for case in content["cases"] for line in check_case(path.name, case)]
    return len(content["cases"]), failures


def check_case(file: str, case: dict[str, Any]) -> list[str]:
    expected = case["bytes"] if file == "text.json" else case["expect"]
    try:
        found = ANSWERS[file](case)
    except Exception as error:  # a verifier must answer, whatever the input
        found = f"raised {error!r}"
    if found == expected:
        return []
    return [f"{case['name']}: {difference(expected, found)}"]


def difference(expected: Any, found: Any) -> str:
    """Where two answers part."""
    if isinstance(expected, dict) and isinstance(found, dict):
        names = [name for name in {**expected, **found} if expected.get(name, "-") != found.get(name, "-")]
        return ", ".join(f"{name}: {difference(expected.get(name, '-'), found.get(name, '-'))}" for name in names)
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found))
        return ", ".join(f"[{place}] {difference(*pair)}" for place, pair in pairs if pair[0] != pair[1])
    return f"expected {expected!r}, found {found!r}"


def main(folder: Path) -> int:
    passed = failed = 0
    for path in sorted(folder.iterdir()):
        count, failures = check_file(path)
        print(f"{path.name}: {count} cases, {len(failures)} failures", *failures, sep="\n  ")
        report_suite(path.name, count)
        passed += max(0, count - len(failures))
        failed += len(failures)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: verify.py tests/vectors")
    sys.exit(main(Path(sys.argv[1])))
