"""Which elements go together (FORMAT.md section 13, the identifiers)."""

from __future__ import annotations

from dataclasses import dataclass

import gs1_table

SERIAL_BEHIND = {"253": 13, "255": 13, "8003": 14}


class ScanFault(Exception):
    """A scan that cannot be read, with its reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def code(self) -> str:
        return f"identifier.scan.{self.reason}"


@dataclass(frozen=True)
class Group:
    """A line of the table: identifiers, what they require, what they exclude."""

    identifiers: list[str]
    required: list[list[str]]
    excluded: list[str]

    def names(self, ai: str) -> bool:
        return any(_matches(pattern, ai) for pattern in self.identifiers)

    def holds(self, ai: str, others: list[str]) -> bool:
        """Whether an identifier that the line names may stand beside the others."""
        return self._required_are_there(others) and not any(self._excludes(ai, other) for other in others)

    def _required_are_there(self, others: list[str]) -> bool:
        return not self.required or any(
            all(any(_matches(want, other) for other in others) for want in group) for group in self.required
        )

    def _excludes(self, ai: str, other: str) -> bool:
        return any(_matches(pattern, other) or (pattern == "=" and ai[:3] == other[:3]) for pattern in self.excluded)


def _read_group(line: str) -> Group:
    identifiers, _, conditions = line.partition(">")
    required, _, excluded = conditions.partition("/")
    alternatives = [group.split("+") for group in required.split(",") if group]
    return Group(identifiers.split(","), alternatives, [pattern for pattern in excluded.split(",") if pattern])


GROUPS = [_read_group(line) for line in gs1_table.PAIRING.strip().splitlines()]


def check_pairing(values: dict[str, str]) -> None:
    """The conditions of each element; the first line that names it counts."""
    for ai in values:
        others = [other for other in values if other != ai]
        group = next((group for group in GROUPS if group.names(ai)), None)
        if group is not None and not group.holds(ai, others):
            raise ScanFault("pairing")
    without_serial = (ai for ai, length in SERIAL_BEHIND.items() if len(values.get(ai, " " * 99)) <= length)
    if "8030" in values and any(without_serial):
        raise ScanFault("pairing")


def _matches(pattern: str, ai: str) -> bool:
    """Whether an identifier is the one named, `#` standing for any digit."""
    return len(pattern) == len(ai) and all(want in ("#", have) for want, have in zip(pattern, ai))
