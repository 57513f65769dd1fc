"""Reading a scan, strictly and tolerantly (FORMAT.md section 13)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Callable

from gs1 import GS, IDENTIFIERS, Element, Identifier, Reading, identifier_at, value_end
from identities import DIGITS, KEY_LOT, KEY_PACK, KEY_PRODUCT, KEY_UNIT, SET_82, Key, Product, gs1_check_holds, only
from keyboards import keyboard_repairs
from pairing import ScanFault
from scan_forms import (
    ELEMENT_STRING, EOT, LINK_SCHEMES, RS, Notes, is_trace_code, read_element_string, read_envelope, read_gtin,
    read_link, read_trace_code, read_urn, reading_of,
)

MAX_SCAN_BYTES = 2_048
MAX_READINGS = 16
MAX_RESTORED_BYTES = 256
MAX_RESTORED_ELEMENTS = 16
MAX_PLACES = 20_000
SYMBOLOGY = re.compile(r"\][ACEFGIJKLOQUXZdez][0-9]")
ELEMENT_STRING_IDS = ("]C1", "]e0", "]d2", "]d8", "]Q3", "]J1")
GTIN_IDS = {"]E0": 13, "]E4": 8, "]I0": 14, "]I1": 14}
AT_ONCE = ("patient-data", "two-keys")
SEPARATORS = {
    name: control
    for word, picture, control in (("GS", "␝", GS), ("RS", "␞", RS), ("EOT", "␄", EOT))
    for name in (f"{{{word}}}", f"<{word}>", f"[{word}]", picture)
}
REPAIRS = (
    "leading-byte", "trailing-byte", "separator-replaced", "separator-restored", "caps-lock", "keyboard-qwertz",
    "keyboard-azerty", "unmarked", "envelope-end", "short-gtin", "link-word",
)
RESTORED = frozenset(["10", "11", "17", "21", "7003", "91", "92", "93", *(str(ai) for ai in range(710, 718))])
TAIL_LENGTHS = {"91": (4,), "93": (4,), "92": (44, 88)}


@dataclass(frozen=True)
class Scan:
    """The outcome: `read` with one reading, `ambiguous` with several, `unreadable` with a code."""

    result: str
    code: str | None
    readings: tuple[Reading, ...] = ()


def scan(text: str, tolerant: bool) -> Scan:
    try:
        readings = _read_tolerant(text) if tolerant else [read_strict(text)]
    except ScanFault as fault:
        return Scan("unreadable", fault.code)
    if len(readings) == 1:
        return Scan("read", None, tuple(readings))
    return Scan("ambiguous", None, tuple(readings))


def keys_of(reading: Reading) -> list[Key]:
    """The keys of a reading, sorted by their bytes, each once."""
    products = [Product(scheme, code) for scheme, code in reading.products]
    if reading.sscc is not None:
        keys = [Key(KEY_UNIT, sscc=int(reading.sscc))]
    elif reading.serial is not None:
        keys = [Key(KEY_PACK, product, reading.serial) for product in products]
    elif reading.lot is not None:
        keys = [Key(KEY_LOT, product, reading.lot) for product in products]
    else:
        keys = [Key(KEY_PRODUCT, product) for product in products]
    return sorted(set(keys), key=Key.encode)


def check_length(text: str) -> None:
    if not text:
        raise ScanFault("empty")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_SCAN_BYTES:
        raise ScanFault("too-long")


def split_symbology(text: str) -> tuple[str, str]:
    """The symbology identifier, if there is one, and the data."""
    if not text.startswith("]"):
        return "", text
    if not SYMBOLOGY.match(text):
        raise ScanFault("symbology")
    return text[:3], text[3:]


def read_strict(text: str) -> Reading:
    check_length(text)
    identifier, data = split_symbology(text)
    notes = Notes()
    reading = _read_marked(identifier, data, notes) or _read_link_urn_envelope(data, notes)
    if reading:
        return reading
    if identifier and is_trace_code(data):
        return read_trace_code(data, notes)
    raise ScanFault("not-a-medicine-code" if identifier else "no-symbology")


def _read_marked(identifier: str, data: str, notes: Notes) -> Reading | None:
    """Data whose symbology identifier says what they are."""
    if not data and (identifier in ELEMENT_STRING_IDS or identifier in GTIN_IDS):
        raise ScanFault("empty")
    if identifier in ELEMENT_STRING_IDS:
        return read_element_string(data, notes)
    if identifier in GTIN_IDS:
        return read_gtin(data, GTIN_IDS[identifier], notes)
    return None


def _read_link_urn_envelope(data: str, notes: Notes) -> Reading | None:
    if data.startswith(LINK_SCHEMES):
        return read_link(data, notes)
    if data[:4].lower() == "urn:" and data[4:8] == "epc:":
        return read_urn(data, notes)
    if data.startswith("[)>" + RS):
        return read_envelope(data, notes)
    return None


def _read_tolerant(text: str) -> list[Reading]:
    """The steps in their order; the first with a reading ends it."""
    check_length(text)
    edges = Notes()
    text = _trim(text, edges)
    return [replace(reading, repairs=in_order((*reading.repairs, *edges.repairs))) for reading in _first_step(text)]


def in_order(repairs: tuple[str, ...]) -> tuple[str, ...]:
    """The repairs, each once, as the page orders them."""
    return tuple(name for name in REPAIRS if name in repairs)


def _first_step(text: str) -> list[Reading]:
    """The readings of the first step that has any."""
    first_fault: ScanFault | None = None
    for step in (_read_with_suspicions, _read_separators, _read_keyboards, _read_restored, _read_restored_keyboards):
        try:
            readings = distinct(step(text))
        except ScanFault as fault:
            first_fault = first_fault or fault
            if fault.reason in AT_ONCE and step is _read_with_suspicions or fault.reason == "too-many-readings":
                raise
            continue
        if readings:
            return readings
    raise first_fault or ScanFault("not-a-medicine-code")


def distinct(readings: list[Reading]) -> list[Reading]:
    """Readings of other form or elements than those before them."""
    result: list[Reading] = []
    for reading in readings:
        if not any((other.form, other.elements) == (reading.form, reading.elements) for other in result):
            result.append(reading)
    if len(result) > MAX_READINGS:
        raise ScanFault("too-many-readings")
    return result


def _trim(text: str, notes: Notes) -> str:
    """Without what readers add at the front and the end."""
    start, end = 0, len(text)
    while start < end and _is_leading(text[start]):
        start += 1
    while end > start and (text[end - 1] <= " " or text[end - 1] == "\x7f") and text[end - 1] not in (GS, RS, EOT):
        end -= 1
    if start:
        notes.repair("leading-byte")
    if end < len(text):
        notes.repair("trailing-byte")
    return text[start:end]


def _is_leading(character: str) -> bool:
    return character <= " " or character in "\x7f\ufeff\u200b"


def _read_as_is(text: str, repairs: tuple[str, ...] = ()) -> list[Reading]:
    """Step 1 without its suspicions."""
    notes = Notes(True, list(repairs))
    identifier, data = split_symbology(text)
    reading = _read_marked(identifier, data, notes) or _read_link_urn_envelope(data, notes)
    if reading:
        return [reading]
    if identifier and is_trace_code(data):
        return [read_trace_code(data, notes)]
    return _read_unmarked(data, notes, ["unmarked"] if identifier else [])


def _read_unmarked(data: str, notes: Notes, repairs: list[str]) -> list[Reading]:
    """An element string and a trace code; if neither is readable, a bare GTIN."""
    readings: list[Reading] = []
    fault = ScanFault("not-a-medicine-code")
    try:
        readings.append(read_element_string(data, Notes(True, [*notes.repairs, *repairs])))
    except ScanFault as found:
        fault = found
    if fault.reason == "patient-data":
        raise fault
    if is_trace_code(data):
        readings.append(read_trace_code(data, notes))
    if not readings and len(data) in (12, 13, 14) and only(data, DIGITS) and gs1_check_holds(data):
        readings.append(read_gtin(data, len(data), notes))
    if not readings:
        raise fault
    return readings


def _read_with_suspicions(text: str) -> list[Reading]:
    """Step 1."""
    readings = _read_as_is(text)
    exchanged = exchange_separators(text)
    if any(name in text for name in SEPARATORS) and exchanged is not None:
        readings += _readings_or_none(lambda: _read_as_is(exchanged, ("separator-replaced",)))
    if len(readings) == 1 and _may_lack_separators(text, readings[0]):
        restored = _readings_or_none(lambda: _read_restored(text))
        readings += [reading for reading in restored if _is_complete(reading)]
    return readings


def _readings_or_none(read: Callable[[], list[Reading]]) -> list[Reading]:
    try:
        return read()
    except ScanFault as fault:
        if fault.reason == "too-many-readings":
            raise
        return []


def _may_lack_separators(text: str, reading: Reading) -> bool:
    return not text.startswith("]") and GS not in text and reading.form == ELEMENT_STRING and not _is_complete(reading)


def _is_complete(reading: Reading) -> bool:
    return None not in (reading.serial, reading.lot, reading.expiry_day)


def exchange_separators(text: str) -> str | None:
    """Step 2's exchange, or None where it does not apply."""
    if any(name in text for name in SEPARATORS):
        for name, control in SEPARATORS.items():
            text = text.replace(name, control)
        return text
    data = text[3:] if text.startswith("]") else text
    others = {character for character in data if character not in SET_82}
    if len(others) != 1 or not all(other.isascii() and other != GS for other in others):
        return None
    return text[: len(text) - len(data)] + data.replace(others.pop(), GS)


def _read_separators(text: str, repairs: tuple[str, ...] = ()) -> list[Reading]:
    """Step 2."""
    exchanged = exchange_separators(text)
    return [] if exchanged is None else _read_as_is(exchanged, (*repairs, "separator-replaced"))


def _read_keyboards(text: str) -> list[Reading]:
    """Step 3."""
    readings: list[Reading] = []
    for name, meant in keyboard_repairs(text):
        found = _readings_or_none(lambda: _read_as_is(meant, (name,)))
        readings += found or _readings_or_none(lambda: _read_separators(meant, (name,)))
    return readings


def _read_restored(text: str, repairs: tuple[str, ...] = ()) -> list[Reading]:
    """Step 4."""
    notes = Notes(True, list(repairs))
    exchanged = exchange_separators(text)
    if exchanged is not None:
        notes.repair("separator-replaced")
        text = exchanged
    identifier, data = split_symbology(text)
    data = data.removeprefix(GS)
    if identifier in GTIN_IDS or len(data.encode()) > MAX_RESTORED_BYTES:
        return []
    notes.repair("separator-restored")
    return Restoration(data, notes).readings()


def _read_restored_keyboards(text: str) -> list[Reading]:
    """Step 5."""
    readings: list[Reading] = []
    for name, meant in keyboard_repairs(text):
        readings += _readings_or_none(lambda: _read_restored(meant, (name,)))
    return readings


@dataclass
class Restoration:
    """Every way to put separators back into an element string."""

    data: str
    notes: Notes
    steps: int = 0
    readable: list[bool] = field(default_factory=list)

    def readings(self) -> list[Reading]:
        found: list[Reading] = []
        self.readable = [False] * len(self.data) + [True]
        for position in range(len(self.data) - 1, -1, -1):
            self.readable[position] = bool(self._candidates(position))
        self._search(0, [], found)
        return found

    def _candidates(self, position: int) -> list[tuple[Element, int]]:
        """The elements that may stand here, with the place behind each, from where all can be read."""
        identifier = identifier_at(self.data, position)
        if identifier is None:
            return []
        start = position + len(identifier.ai)
        fitting = ((identifier, start, end) for end in self._ends(start, identifier))
        return [found for found in (self._candidate(*place) for place in fitting) if found]

    def _search(self, position: int, elements: list[Element], found: list[Reading]) -> None:
        if position == len(self.data):
            self._keep(elements, found)
            return
        for element, following in self._candidates(position):
            self.steps += 1
            if self.steps > MAX_PLACES:
                raise ScanFault("too-many-readings")
            if len(elements) < MAX_RESTORED_ELEMENTS and all(ai != element[0] for ai, _ in elements):
                self._search(following, [*elements, element], found)

    def _ends(self, start: int, identifier: Identifier) -> list[int]:
        last = value_end(self.data, start, identifier)
        if identifier.predefined_length is not None:
            return [last]
        return [end for end in range(start + 1, last) if self._may_begin(end)] + [last]

    def _may_begin(self, position: int) -> bool:
        identifier = identifier_at(self.data, position)
        return identifier is not None and identifier.ai in RESTORED

    def _candidate(self, identifier: Identifier, start: int, end: int) -> tuple[Element, int] | None:
        value = self.data[start:end]
        following = end + 1 if self.data[end : end + 1] == GS else end
        if not self.readable[following] or len(value) not in TAIL_LENGTHS.get(identifier.ai, (len(value),)):
            return None
        try:
            IDENTIFIERS[identifier.ai].check(value)
        except ScanFault:
            return None
        return (identifier.ai, value), following

    def _keep(self, elements: list[Element], found: list[Reading]) -> None:
        try:
            reading = reading_of(ELEMENT_STRING, elements, self.notes, pairing=True)
        except ScanFault:
            return
        if reading.crypto_tail != "wrong-length":
            found.append(reading)
        if len(found) > MAX_READINGS:
            raise ScanFault("too-many-readings")
