"""Element strings: identifiers, values, and the rules over all elements of a scan (FORMAT.md section 13)."""

from __future__ import annotations

import calendar
import re
import string
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import gs1_table
from identities import DIGITS, SET_82, UPPER, gs1_check_holds, only
from pairing import ScanFault, check_pairing

GS = "\x1d"
EPOCH = date(1970, 1, 1)
MAX_ELEMENTS = 64
LETTERS = frozenset(string.ascii_letters)
CHARACTERS = {"N": DIGITS, "X": SET_82, "Y": DIGITS | UPPER | set("#-/"), "Z": DIGITS | LETTERS | set("-_=")}

Element = tuple[str, str]


@dataclass(frozen=True)
class Identifier:
    """One identifier: a head of digits and a tail with its class and lengths."""

    ai: str
    flags: frozenset[str]
    head: int
    tail_class: str
    tail_lengths: range

    @property
    def predefined_length(self) -> int | None:
        return self.head if "*" in self.flags else None

    @property
    def link_attribute(self) -> bool:
        return "?" in self.flags

    def check(self, value: str) -> None:
        """Length and characters, then the check digit, then the date."""
        head, tail = value[: self.head], value[self.head :]
        if len(head) < self.head or len(tail) not in self.tail_lengths:
            raise ScanFault("bad-value")
        if not only(head, DIGITS) or not only(tail, CHARACTERS[self.tail_class]):
            raise ScanFault("bad-value")
        if "c" in self.flags and not gs1_check_holds(head):
            raise ScanFault("check-digit")
        if self.flags & {"d", "d0"} and not _date_holds(value[:6], "d0" in self.flags):
            raise ScanFault("bad-value")
        if "t" in self.flags and value[6:10] and not (value[6:8] < "24" and value[8:10] < "60"):
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


LINE = re.compile(
    r"([0-9]+)(?:-([0-9]+))? ([*?cdt05 ]*)(?:N([0-9]+))? *(?:([NXYZ]) ([0-9]+)\.\.([0-9]+)(?: by ([0-9]))?)?"
)


def _read_line(line: str) -> list[Identifier]:
    """A line of the table: identifiers or a range, flags, head, tail."""
    match = LINE.fullmatch(line.rstrip())
    if match is None:
        raise ValueError(line)
    first, last, flags, head, tail_class, low, high, step = match.groups()
    lengths = range(int(low or 0), int(high or 0) + 1, int(step or 1))
    entry = Identifier(first, frozenset(flags.split()), int(head or 0), tail_class or "N", lengths)
    numbers = range(int(first), int(last or first) + 1)
    ais = [str(number).zfill(len(first)) for number in numbers]
    return [replace(entry, ai=ai) for ai in ais if "5" not in entry.flags or ai[-1] <= "5"]


IDENTIFIERS = {entry.ai: entry for line in gs1_table.IDENTIFIERS.strip().splitlines() for entry in _read_line(line)}


def identifier_at(data: str, position: int) -> Identifier | None:
    for length in (2, 3, 4):
        entry = IDENTIFIERS.get(data[position : position + length])
        if entry:
            return entry
    return None


def read_elements(data: str) -> list[Element]:
    """The elements of an element string, from the left."""
    if not data:
        raise ScanFault("empty")
    if not data[:1] in tuple("0123456789"):
        raise ScanFault("not-a-medicine-code")
    elements: list[Element] = []
    position = 0
    while position < len(data):
        identifier = identifier_at(data, position)
        if identifier is None:
            raise ScanFault("unknown-ai")
        start = position + len(identifier.ai)
        end = value_end(data, start, identifier)
        identifier.check(data[start:end])
        add_element(elements, (identifier.ai, data[start:end]))
        position = end + 1 if data[end : end + 1] == GS else end
    return elements


def add_element(elements: list[Element], element: Element) -> None:
    """Appends one more element that has been read."""
    if len(elements) == MAX_ELEMENTS:
        raise ScanFault("too-long")
    elements.append(element)


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
        check_pairing(values)
    expiry_of(values)
    return values


def expiry_of(values: dict[str, str]) -> int | None:
    """The expiry on the pack: AI 17, else the date in AI 7003; both must agree."""
    days = [expiry_day(values["17"], True)] if "17" in values else []
    days += [expiry_day(values["7003"][:6], False)] if "7003" in values else []
    if len(set(days)) > 1:
        raise ScanFault("contradiction")
    return days[0] if days else None


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
