"""Element strings: identifiers, values, and the rules over all elements of a scan (FORMAT.md section 13)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from gs1_table import TABLE
from identities import gs1_check_holds

GS = "\x1d"
EPOCH = date(1970, 1, 1)
MAX_ELEMENTS = 64
CHARACTERS = {
    "N": "[0-9]",
    "X": "[!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]",
    "Y": "[#\\-/0-9A-Z]",
    "Z": "[0-9A-Za-z\\-_=]",
}
COMPONENT = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?(?:,(\w+))?")

Element = tuple[str, str]


class ScanFault(Exception):
    """A scan that cannot be read, with its reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def code(self) -> str:
        return f"identifier.scan.{self.reason}"


@dataclass(frozen=True)
class Identifier:
    """What the dictionary says of one identifier."""

    ai: str
    predefined_length: int | None
    link_attribute: bool
    pattern: re.Pattern[str]
    check_groups: tuple[int, ...]
    date_test: str
    time_test: bool
    excluded: tuple[str, ...]
    required: tuple[tuple[tuple[str, ...], ...], ...]

    def check(self, value: str) -> None:
        """Length and characters, then check digits, then dates."""
        match = self.pattern.fullmatch(value)
        if match is None:
            raise ScanFault("bad-value")
        for group in self.check_groups:
            if not gs1_check_holds(match[group]):
                raise ScanFault("check-digit")
        if self.date_test and not _date_holds(value[:6], self.date_test == "yymmd0"):
            raise ScanFault("bad-value")
        if self.time_test and value[6:10] and not (value[6:8] < "24" and value[8:10] < "60"):
            raise ScanFault("bad-value")


def _date_holds(text: str, zero_day: bool) -> bool:
    try:
        expiry_day(text, zero_day)
    except ValueError:
        return False
    return True


def expiry_day(text: str, zero_day: bool) -> int:
    """The day number of YYMMDD; day 00, where it may be, is the last of the month."""
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:6])
    if zero_day and day == 0 and 1 <= month <= 12:
        day = calendar.monthrange(year, month)[1]
    return (date(year, month, day) - EPOCH) // timedelta(days=1)


def _read_line(line: str) -> list[Identifier]:
    identifiers, flags, *rest = line.split()
    attributes = [word.split("=", 1) for word in rest if word.startswith(("ex=", "req="))]
    components = [COMPONENT.fullmatch(word) for word in rest if not word.startswith(("ex=", "req="))]
    parts = [component.groups() for component in components if component]
    tests = [part[4] or "" for part in parts]
    lengths = sum(int(part[3]) for part in parts)
    excluded = tuple(ai for name, text in attributes if name == "ex" for ai in text.split(","))
    required = tuple(_alternatives(text) for name, text in attributes if name == "req")
    return [
        Identifier(
            ai, lengths if "*" in flags else None, "?" in flags, _pattern(parts),
            tuple(place for place, test in enumerate(tests, 1) if test == "csum"),
            tests[0] if tests[0] in ("yymmd0", "yymmdd") else "",
            tests[0] in ("yymmd0", "yymmdd") and tests[1:2] == ["hhmi"],
            excluded, required,
        )
        for ai in _range(identifiers)
    ]


def _alternatives(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group.split("+")) for group in text.split(","))


def _range(text: str) -> list[str]:
    first, _, last = text.partition("-")
    return [str(ai).zfill(len(first)) for ai in range(int(first), int(last or first) + 1)]


def _pattern(parts: list[tuple[str, ...]]) -> re.Pattern[str]:
    pattern = ""
    for optional, kind, variable, length, _ in parts:
        counted = f"{{1,{length}}}" if variable else f"{{{length}}}"
        pattern += f"({CHARACTERS[kind]}{counted})" + ("?" if optional else "")
    return re.compile(pattern)


IDENTIFIERS = {entry.ai: entry for line in TABLE.strip().splitlines() for entry in _read_line(line)}


def identifier_at(data: str, position: int) -> Identifier | None:
    for length in (2, 3, 4):
        entry = IDENTIFIERS.get(data[position : position + length])
        if entry:
            return entry
    return None


def read_elements(data: str) -> list[Element]:
    """The elements of an element string, from the left."""
    if not data[:1] in tuple("0123456789"):
        raise ScanFault("not-a-medicine-code")
    elements: list[Element] = []
    position = 0
    while position < len(data):
        identifier = identifier_at(data, position)
        if identifier is None:
            raise ScanFault("unknown-ai")
        if len(elements) == MAX_ELEMENTS:
            raise ScanFault("too-long")
        start = position + len(identifier.ai)
        end = value_end(data, start, identifier)
        identifier.check(data[start:end])
        elements.append((identifier.ai, data[start:end]))
        position = end + 1 if data[end : end + 1] == GS else end
    return elements


def value_end(data: str, start: int, identifier: Identifier) -> int:
    """Where a value ends: at its predefined length, else before the next separator."""
    if identifier.predefined_length is not None:
        return min(start + identifier.predefined_length, len(data))
    separator = data.find(GS, start)
    return len(data) if separator < 0 else separator


def check_elements(elements: list[Element], pairing: bool) -> dict[str, str]:
    """Rules 1 to 4 over all elements; the elements, each identifier once."""
    if any("7250" <= ai <= "7259" or ai == "8018" for ai, _ in elements):
        raise ScanFault("patient-data")
    values: dict[str, str] = {}
    for ai, value in elements:
        if values.setdefault(ai, value) != value:
            raise ScanFault("contradiction")
    if pairing:
        _check_pairing(values)
    expiry_of(values)
    return values


def expiry_of(values: dict[str, str]) -> int | None:
    """The expiry on the pack: AI 17, else the date in AI 7003; both must agree."""
    days = [expiry_day(values["17"], True)] if "17" in values else []
    days += [expiry_day(values["7003"][:6], False)] if "7003" in values else []
    if len(set(days)) > 1:
        raise ScanFault("contradiction")
    return days[0] if days else None


def _check_pairing(values: dict[str, str]) -> None:
    for ai in values:
        others = [other for other in values if other != ai]
        entry = IDENTIFIERS[ai]
        if any(_matches(pattern, other) for pattern in entry.excluded for other in others):
            raise ScanFault("pairing")
        if not all(_satisfied(alternatives, others) for alternatives in entry.required):
            raise ScanFault("pairing")
    serial_behind = {"253": 13, "255": 13, "8003": 14}
    if "8030" in values and any(len(values.get(ai, " " * 99)) <= plain for ai, plain in serial_behind.items()):
        raise ScanFault("pairing")


def _satisfied(alternatives: tuple[tuple[str, ...], ...], others: list[str]) -> bool:
    return any(
        all(any(_matches(pattern, other) for other in others) for pattern in group) for group in alternatives
    )


def _matches(pattern: str, ai: str) -> bool:
    """Whether an identifier is the one named, `n` standing for any digit."""
    return len(pattern) == len(ai) and all(want in ("n", have) for want, have in zip(pattern, ai))


@dataclass(frozen=True)
class Reading:
    """One way to read a scan."""

    form: str
    elements: tuple[Element, ...]
    products: tuple[tuple[int, str], ...] = ()
    serial: str | None = None
    sscc: str | None = None
    lot: str | None = None
    expiry_day: int | None = None
    crypto_tail: str = "absent"
    host: str | None = None
    repairs: tuple[str, ...] = field(default=(), compare=False)

    @property
    def level(self) -> str:
        if self.sscc is not None:
            return "unit"
        if self.serial is not None:
            return "pack"
        return "product" if self.lot is None else "lot"


def crypto_tail(values: dict[str, str]) -> str:
    """The Russian verification code: absent, present, or of a wrong length."""
    if "92" not in values and "93" not in values:
        return "absent"
    if "92" in values:
        present = len(values.get("91", "")) == 4 and len(values["92"]) in (44, 88)
    else:
        present = len(values["93"]) == 4
    return "present" if present else "wrong-length"
