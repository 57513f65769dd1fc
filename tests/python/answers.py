"""From scans and a proof to verdicts (FORMAT.md sections 11 to 13)."""

from __future__ import annotations

from dataclasses import dataclass

from client import Checked, Client
from gs1 import Reading
from identities import Key
from leaves import INSIDE, PackLeaf, Place
from required import Findings, FoundUnit
from scan import Scan, keys_of, scan
from verdict import Judgement, Policy, Scanned, Verdict, unscanned, untrusted
from wire import Fault


@dataclass(frozen=True)
class Contents:
    """How many of a scanned unit's direct children were scanned too, by their own code or by all that is in them."""

    sscc: str
    generation: int
    children: int
    seen: int
    complete: bool


def answer_scans(
    client: Client, texts: list[str], proof: bytes, policy: Policy, now: int, bucket: bool = False
) -> tuple[list[Verdict], list[Contents]]:
    """A verdict for each scan, and the contents of the units among them."""
    scans = [scan(text, tolerant=True) for text in texts]
    readings = [_only_reading(outcome) for outcome in scans]
    keys = list(dict.fromkeys(key for reading in readings if reading for key in keys_of(reading)))
    if not keys:
        return [_unread(outcome) for outcome in scans], []
    try:
        newest, seen = client.newest.height, dict(client.seen)
        check = client.check_bucket if bucket else client.check_proof
        checked = check(proof, keys, now)
    except Fault as fault:
        return [untrusted(fault) if reading else _unread(outcome) for outcome, reading in zip(scans, readings)], []
    verdicts = [
        _judge(checked, reading, policy, now, newest, seen) if reading else _unread(outcome)
        for outcome, reading in zip(scans, readings)
    ]
    _remember(client, checked)
    return verdicts, _contents(checked, [reading for reading in readings if reading])


def _only_reading(outcome: Scan) -> Reading | None:
    return outcome.readings[0] if outcome.result == "read" else None


def _unread(outcome: Scan) -> Verdict:
    return unscanned(outcome.result, outcome.code or "identifier.scan.ambiguous")


def _findings(checked: Checked, reading: Reading) -> Findings:
    """What was found for all keys of a scan together."""
    found = Findings()
    for key in keys_of(reading):
        found.add(checked.found[key])
    return found


def _judge(
    checked: Checked, reading: Reading, policy: Policy, now: int, newest: int, seen: dict[bytes, int]
) -> Verdict:
    found = _findings(checked, reading)
    superseded = any(seen.get(path, -1) > checked.header.height for path in found.packs)
    scanned = Scanned(reading.level, reading.lot, reading.expiry_day)
    return Judgement(checked.header, found, scanned, policy, now, newest, superseded).verdict()


def _remember(client: Client, checked: Checked) -> None:
    """The newest height at which each pack was seen."""
    for found in checked.found.values():
        for path in found.packs:
            client.seen[path] = max(client.seen.get(path, 0), checked.header.height)


def _contents(checked: Checked, readings: list[Reading]) -> list[Contents]:
    found = [_findings(checked, reading) for reading in readings]
    first = [list(findings.units.items())[:1] for findings, reading in zip(found, readings) if reading.sscc]
    units = {path: unit for findings in found for path, unit in findings.units.items()}
    packs = {path: pack for findings in found for path, pack in findings.packs.items()}
    places = [pack.place for pack in packs.values() if isinstance(pack, PackLeaf)]
    scanned = dict(entry for entries in first for entry in entries)
    places += [unit.leaf.place for unit in scanned.values()]
    left = {path: unit for path, unit in units.items() if path not in scanned}
    # A unit of which everything was scanned counts as scanned; so then may the one around it.
    while whole := {path: unit for path, unit in left.items() if _seen(unit, places) >= max(1, unit.leaf.children)}:
        places += [unit.leaf.place for unit in whole.values()]
        left = {path: unit for path, unit in left.items() if path not in whole}
    return [_content(unit, _seen(unit, places)) for entries in first for _, unit in entries]


def _seen(unit: FoundUnit, places: list[Place]) -> int:
    here = (INSIDE, unit.sscc, unit.generation)
    return sum((place.kind, place.sscc, place.generation) == here for place in places)


def _content(unit: FoundUnit, seen: int) -> Contents:
    children = unit.leaf.children
    return Contents(f"{unit.sscc:018}", unit.generation, children, seen, seen == children)
