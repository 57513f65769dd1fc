"""Other people's suites: Ed25519 rules case by case, and RFC 6962 proofs.

They are read from the folder that MEDPROOF_SUITES names, else from `../shared/suites` beside the repository, and are
skipped with a word where they are absent.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import sys
from pathlib import Path
from typing import Any, Iterator

import ed25519
import merkle
from hashes import sha256
from report import report_suite
from wire import Fault

REPOSITORY = Path(__file__).resolve().parents[2]
RULES = "ed25519/ed25519_rules.jsonl"
MERKLE = "merkle/transparency-merkle"


def suites_folder() -> Path:
    return Path(os.environ.get("MEDPROOF_SUITES") or REPOSITORY.parent / "shared" / "suites")


def ed25519_cases(folder: Path) -> dict[tuple[str, int], tuple[bytes, bytes, bytes]]:
    """Key, message and signature of each case that the rules name, by suite and number."""
    cases: dict[tuple[str, int], tuple[bytes, bytes, bytes]] = {}
    for number, case in enumerate(_json(folder / "ed25519/ed25519-speccheck/cases.json")):
        parts = (bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature"))
        cases["speccheck", number] = tuple(parts)  # type: ignore[assignment]
    for case in _json(folder / "ed25519/cctv-ed25519/ed25519/ed25519vectors.json"):
        key, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        cases["cctv", case["number"]] = (key, case["msg"].encode(), signature)
    return cases


def run_ed25519(folder: Path) -> Iterator[tuple[str, bool]]:
    """Our rule against the strict column."""
    cases = ed25519_cases(folder)
    for line in (folder / RULES).read_text().splitlines():
        rule = json.loads(line)
        name = (rule["suite"], rule["id"])
        yield f"{name}", ed25519.verify(*cases[name]) == rule["strict"]


def run_merkle(folder: Path, kind: str) -> Iterator[tuple[str, bool]]:
    """Inclusion or consistency proofs; `wantErr` says which are to be refused."""
    check = {"inclusion": _inclusion_holds, "consistency": _consistency_holds}[kind]
    for path in sorted((folder / MERKLE / "testdata" / kind).rglob("*.json")):
        case = _json(path)
        yield str(path), check(case) != case["wantErr"]


def _inclusion_holds(case: dict[str, Any]) -> bool:
    leaf, root = _hash(case["leafHash"]), _hash(case["root"])
    hashes = [_hash(text) for text in case["proof"] or []]
    if any(len(data) != 32 for data in (leaf, root, *hashes)):
        return False
    return _holds(lambda: merkle.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], hashes, root))


def _consistency_holds(case: dict[str, Any]) -> bool:
    root1, root2 = _named_hash(case["root1"]), _named_hash(case["root2"])
    hashes = [_hash(text) for text in case["proof"] or []]
    if any(len(data) != 32 for data in hashes):
        return False
    return _holds(lambda: merkle.verify_consistency(case["size1"], case["size2"], hashes, root1, root2))


def _named_hash(text: str) -> bytes:
    """A root; some cases have words there, for which their SHA-256 stands."""
    data = _hash(text)
    return data if len(data) == 32 else sha256(data)


def _holds(check: Any) -> bool:
    try:
        check()
    except Fault:
        return False
    return True


def _hash(text: str | None) -> bytes:
    try:
        return base64.b64decode(text or "")
    except binascii.Error:
        return b""


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def main() -> int:
    folder = suites_folder()
    runs = {RULES: run_ed25519, **{f"{MERKLE} {kind}": _merkle_runner(kind) for kind in ("inclusion", "consistency")}}
    failures = 0
    for name, run in runs.items():
        if not (folder / name.split()[0]).exists():
            print(f"skipped: {name} is not at {folder}")
            continue
        results = list(run(folder))
        failed = [case for case, agrees in results if not agrees]
        failures += len(failed)
        report_suite(name, len(results))
        print(f"{name}: {len(results)} cases, {len(failed)} failures", *failed, sep="\n  ")
    return 1 if failures else 0


def _merkle_runner(kind: str) -> Any:
    return lambda folder: run_merkle(folder, kind)


if __name__ == "__main__":
    sys.exit(main())
