"""``medproof-check``: one scan, or every outcome of a demonstration, from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from medproof import Checker, ClientError, LookupPolicy, Messages, Outcome, Overall, Purpose, message_from_text, parse_scan
from medproof.demo import Demo

EXIT_CODES = {Overall.OK: 0, Overall.WARN: 3, Overall.DO_NOT_USE: 4, Overall.UNKNOWN: 5, Overall.CANNOT_TELL: 6}


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        return Demo(options).run() if options.demo else check(options)
    except (OSError, ValueError, KeyError, ClientError) as wrong:
        print(f"medproof-check: {wrong or type(wrong).__name__}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "medproof-check",
        description="Checks a scan on this machine. Exit code: 0 ok, 1 failed, 3 warn, 4 do not use, 5 unknown, 6 cannot tell.",
    )
    parser.add_argument("scan", nargs="?", help="the text of a scan")
    parser.add_argument("--anchor", type=Path, help="the file that is trusted (.mpanchor)")
    parser.add_argument("--node", action="append", default=[], help="the address of a node; may be given several times")
    parser.add_argument("--proof", type=Path, help="a bundle or proof for offline use (with --demo, a folder)")
    parser.add_argument("--memory", type=Path, help="where to keep what was learnt (beside the anchor)")
    parser.add_argument("--save", type=Path, help="where to save a bundle of the answer (with --demo, a folder)")
    parser.add_argument("--purpose", choices=[purpose.name.lower() for purpose in Purpose], default="holder")
    parser.add_argument("--language", choices=["en", "zh-Hans"], default="en")
    parser.add_argument("--demo", help="file or address of a demo.json: check every outcome in it (at --node)")
    return parser


def check(options: argparse.Namespace) -> int:
    if not options.scan or not options.anchor:
        parser().error("a scan and --anchor are needed")
    purpose = Purpose[options.purpose.upper()]
    memory = options.memory or options.anchor.with_suffix(".mpmemory")
    checker = Checker(options.anchor.read_bytes(), options.node, memory)
    carried = message(options.proof) if options.proof else None
    outcome = checker.check(options.scan, purpose, carried, LookupPolicy.BUNDLE if options.save else None)
    if options.save and outcome.proof is not None:
        options.save.write_bytes(outcome.proof)
    return show(outcome, options.scan, purpose, Messages(options.language))


def message(file: Path) -> bytes:
    """A message in its bytes, or as the text of a QR code."""
    content = file.read_bytes()
    carried = message_from_text(content.decode("utf-8", "replace").strip())
    return content if carried is None else carried


def show(outcome: Outcome, scan: str, purpose: Purpose, messages: Messages) -> int:
    for failure in outcome.failures:
        print(f"{failure.node}: {failure.reason}", file=sys.stderr)
    if outcome.verdict is None:
        said = messages.message(f"overall.cannot-tell.{purpose.name.lower()}")
        print(said.title if said else "", said.next if said else "", sep="\n")
        return EXIT_CODES[Overall.CANNOT_TELL]
    readings = parse_scan(scan, False).readings
    for said in messages.explain(outcome.verdict, purpose, readings[0] if len(readings) == 1 else None):
        print(f"{said.title}  [{said.code}]", *(f"    {text}" for text in (said.detail, said.next) if text), sep="\n")
    return EXIT_CODES[Overall.of(outcome.verdict)]


if __name__ == "__main__":
    sys.exit(main())
