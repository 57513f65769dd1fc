"""Digital Links, EPC URNs, envelopes, trace codes and bare GTINs (FORMAT.md section 13)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gs1 import (
    GS, IDENTIFIERS, Element, Reading, add_element, check_elements, crypto_tail, expiry_day, expiry_of,
    read_elements,
)
from identities import (
    CHINA, DIGITS, GTIN, NATIONAL, PZN, SET_82, UPPER, gs1_check_digit, gs1_check_holds, ntin_pzn, only,
    pzn_check_holds,
)
from pairing import ScanFault

RS, EOT = "\x1e", "\x04"
ELEMENT_STRING, LINK, URN, ENVELOPE, TRACE_CODE = "element-string", "link", "urn", "envelope", "trace-code"
MAX_PRODUCTS = 4
COUNTRIES = {"711": "FR", "712": "ES", "713": "BR", "714": "PT", "715": "US", "716": "IT", "717": "CR"}

LINK_SCHEMES = ("http://", "https://", "HTTP://", "HTTPS://")
LINK_TEXT = re.compile(r"[0-9A-Za-z!#$%&'()*+,\-./:;=?@\[\]_~]*")
LINK_HOST = re.compile(r"([0-9A-Za-z.\-]+|\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\])(?::([0-9]{1,5}))?")
COMPRESSED = re.compile(r"[A-Za-z0-9\-_]{10,}")
LINK_KEYS: dict[str, list[list[str]]] = {
    "01": [["22", "10", "21"], ["235"]],
    "8006": [["22", "10", "21"]],
    "414": [["254"], ["7040"]],
    "415": [["8020"]],
    "417": [["7040"]], "8004": [["7040"]],
    "8010": [["8011"]],
    "8017": [["8019"]], "8018": [["8019"]],
    **{key: [[]] for key in ("00", "253", "255", "401", "402", "8003", "8013")},
}
LINK_WORDS = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "sscc": "00", "cpv": "22", "lot": "10", "ser": "21", "exp": "17",
}
SHORT_GTINS = (8, 12, 13)

URN_UNESCAPED = frozenset("\"&/<>?")
PPN_AGENCY = "11"
DATA_FIELD = re.compile(r"([0-9]{0,3}[A-Z])([\x00-\x7f]*)", re.DOTALL)


@dataclass
class Notes:
    """Whether reading is tolerant, and which repairs it needed."""

    tolerant: bool = False
    repairs: list[str] = field(default_factory=list)

    def repair(self, name: str) -> None:
        if name not in self.repairs:
            self.repairs.append(name)


def reading_of(
    form: str, elements: list[Element], notes: Notes, target: list[Element] | None = None, host: str | None = None,
    pairing: bool | None = None,
) -> Reading:
    """Rules 1 to 5 over all elements; `target` are those that may name something, by default all."""
    values = check_elements(elements, not notes.tolerant if pairing is None else pairing)
    named = dict(elements if target is None else target)
    products = _products(named) if "01" in named else ()
    if "00" in named and products:
        raise ScanFault("two-keys")
    if "00" not in named and not products:
        raise ScanFault("no-key")
    return Reading(
        form, tuple(elements), products, named.get("21") if products else None, named.get("00"), values.get("10"),
        expiry_of(values), crypto_tail(values), host, tuple(notes.repairs),
    )


def _products(named: dict[str, str]) -> tuple[tuple[int, str], ...]:
    codes = [_gtin_code(named["01"])]
    for ai, value in named.items():
        if ai == "710" and len(value) == 8 and only(value, DIGITS) and pzn_check_holds(value):
            codes.append((PZN, value))
        elif ai in COUNTRIES:
            codes.append((NATIONAL, COUNTRIES[ai] + value))
    return distinct_codes(codes)


def distinct_codes(codes: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    distinct = tuple(dict.fromkeys(codes))
    if len(distinct) > MAX_PRODUCTS:
        raise ScanFault("too-many-codes")
    return distinct


def _gtin_code(gtin: str) -> tuple[int, str]:
    pzn = ntin_pzn(gtin)
    return (GTIN, gtin) if pzn is None else (PZN, pzn)


def read_element_string(data: str, notes: Notes) -> Reading:
    if notes.tolerant and data.startswith(GS):
        data = data[1:]
        notes.repair("leading-byte")
    return reading_of(ELEMENT_STRING, read_elements(data), notes)


def read_gtin(data: str, length: int, notes: Notes) -> Reading:
    """So many digits with a right check digit; a composite symbol's elements are added."""
    digits, composite = data[:length], data[length:]
    if len(digits) != length or not only(digits, DIGITS):
        raise ScanFault("bad-value")
    if not gs1_check_holds(digits):
        raise ScanFault("check-digit")
    elements = [("01", digits.zfill(14))]
    if composite:
        if not composite.startswith("|]e0"):
            raise ScanFault("bad-value")
        elements += read_elements(composite[4:])
    return reading_of(ELEMENT_STRING, elements, notes)


def read_trace_code(data: str, notes: Notes) -> Reading:
    return Reading(
        TRACE_CODE, ((TRACE_CODE, data),), ((CHINA, data[:7]),), serial=data[7:], repairs=tuple(notes.repairs)
    )


def is_trace_code(data: str) -> bool:
    return len(data) == 20 and only(data, DIGITS | UPPER)


def read_link(text: str, notes: Notes) -> Reading:
    """A GS1 Digital Link, uncompressed."""
    if not LINK_TEXT.fullmatch(text):
        raise ScanFault("link")
    rest = text.split("://", 1)[1].split("#", 1)[0]
    before_query, _, query = rest.partition("?")
    host, slash, path = before_query.partition("/")
    _check_host(host)
    if not slash:
        raise ScanFault("no-key")
    target, alternatives = _path_elements(path.split("/"), notes)
    elements = _with_query(target, query, alternatives, notes)
    return reading_of(LINK, elements, notes, target, host)


def _check_host(host: str) -> None:
    match = LINK_HOST.fullmatch(host)
    if not match or int(match[2] or 0) > 65_535:
        raise ScanFault("link")


def _path_elements(segments: list[str], notes: Notes) -> tuple[list[Element], list[list[str]]]:
    """Key and qualifiers, pair by pair, and the alternatives of qualifiers that are still open."""
    for start in range(len(segments) - 2, -1, -2):
        key = _label(segments[start], Notes(notes.tolerant))
        if key in LINK_KEYS:
            elements: list[Element] = []
            labels = [_label(label, notes) for label in segments[start::2]]
            for count, raw in enumerate(segments[start + 1 :: 2]):
                _open_alternatives(labels[: count + 1])
                add_element(elements, (labels[count], _link_value(labels[count], raw, notes)))
            return elements, _open_alternatives(labels)
    raise ScanFault("compressed-link" if COMPRESSED.fullmatch(segments[-1]) else "no-key")


def _label(text: str, notes: Notes) -> str:
    if notes.tolerant and text in LINK_WORDS:
        notes.repair("link-word")
        return LINK_WORDS[text]
    return text


def _open_alternatives(labels: list[str]) -> list[list[str]]:
    alternatives = LINK_KEYS[labels[0]]
    fitting = [order for order in alternatives if _in_order(labels[1:], order)]
    if not fitting:
        raise ScanFault("link")
    return fitting


def _in_order(labels: list[str], order: list[str]) -> bool:
    places = [order.index(label) if label in order else -1 for label in labels]
    return -1 not in places and all(one < two for one, two in zip(places, places[1:]))


def _with_query(target: list[Element], query: str, alternatives: list[list[str]], notes: Notes) -> list[Element]:
    elements = list(target)
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        if not equals:
            continue
        name = _label(name, notes)
        if not name or not only(name, DIGITS):
            continue
        if name not in IDENTIFIERS or not IDENTIFIERS[name].link_attribute:
            raise ScanFault("unknown-ai")
        if any(name in order for order in alternatives):
            raise ScanFault("link")
        if any(ai == name for ai, _ in elements):
            raise ScanFault("repeated")
        add_element(elements, (name, _link_value(name, value.replace("+", " "), notes)))
    return elements


def _link_value(ai: str, raw: str, notes: Notes) -> str:
    value = unescape(raw)
    if notes.tolerant and ai == "01" and len(value) in SHORT_GTINS and only(value, DIGITS):
        notes.repair("short-gtin")
        value = value.zfill(14)
    IDENTIFIERS[ai].check(value)
    return value


def unescape(text: str) -> str:
    """`%hh` resolved once."""
    parts = text.split("%")
    result = parts[0]
    for part in parts[1:]:
        if not re.fullmatch("[0-9A-Fa-f]{2}", part[:2]):
            raise ScanFault("bad-value")
        result += chr(int(part[:2], 16)) + part[2:]
    return result


def read_urn(text: str, notes: Notes) -> Reading:
    """An EPC URN of one of the four kinds."""
    kinds = {"id:sgtin:": _sgtin, "idpat:sgtin:": _sgtin_pattern, "class:lgtin:": _lgtin, "id:sscc:": _sscc}
    name = text[len("urn:epc:") :]
    kind = next((kind for kind in kinds if name.startswith(kind)), None)
    if kind is None:
        raise ScanFault("urn")
    return reading_of(URN, kinds[kind](name[len(kind) :]), notes)


def _sgtin(value: str) -> list[Element]:
    company, item, serial = _urn_parts(value, 3)
    return [("01", _urn_gtin(company, item)), ("21", _urn_text(serial))]


def _sgtin_pattern(value: str) -> list[Element]:
    company, item, serial = _urn_parts(value, 3)
    if serial != "*":
        raise ScanFault("urn")
    return [("01", _urn_gtin(company, item))]


def _lgtin(value: str) -> list[Element]:
    company, item, lot = _urn_parts(value, 3)
    return [("01", _urn_gtin(company, item)), ("10", _urn_text(lot))]


def _sscc(value: str) -> list[Element]:
    company, reference = _urn_parts(value, 2)
    return [("00", _urn_number(company, reference, 17))]


def _urn_parts(value: str, count: int) -> list[str]:
    parts = value.split(".", count - 1)
    if len(parts) != count:
        raise ScanFault("urn")
    return parts


def _urn_gtin(company: str, item: str) -> str:
    return _urn_number(company, item, 13)


def _urn_number(company: str, item: str, digits: int) -> str:
    if not 6 <= len(company) <= 12 or len(company + item) != digits or not only(company + item, DIGITS):
        raise ScanFault("urn")
    number = item[0] + company + item[1:]
    return number + gs1_check_digit(number)


def _urn_text(raw: str) -> str:
    if any(character in URN_UNESCAPED for character in raw):
        raise ScanFault("urn")
    text = unescape(raw)
    _check_set_82(text)
    return text


def _check_set_82(text: str) -> None:
    if not 1 <= len(text) <= 20 or not only(text, SET_82):
        raise ScanFault("bad-value")


def read_envelope(text: str, notes: Notes) -> Reading:
    """ISO/IEC 15434, formats 05 and 06."""
    body = text[len("[)>" + RS) :]
    if body.endswith(RS + EOT):
        body = body[: -len(RS + EOT)]
    elif notes.tolerant:
        body = body.removesuffix(EOT).removesuffix(RS)
        notes.repair("envelope-end")
    else:
        raise ScanFault("envelope")
    if body.startswith("05" + GS):
        return reading_of(ELEMENT_STRING, read_elements(body[3:]), notes)
    if body.startswith("06" + GS):
        return _read_format_06(body[3:], notes)
    raise ScanFault("envelope")


def _read_format_06(body: str, notes: Notes) -> Reading:
    fields: list[Element] = []
    for text in body.split(GS):
        match = DATA_FIELD.fullmatch(text)
        if not match:
            raise ScanFault("envelope")
        add_element(fields, (match[1], match[2]))
    values: dict[str, str] = {}
    for name, value in fields:
        if values.setdefault(name, value) != value:
            raise ScanFault("contradiction")
    expiry, lot = _envelope_expiry(values), _envelope_text(values, "1T")
    codes, serial = _envelope_codes(values), _envelope_text(values, "S")
    return Reading(
        ENVELOPE, tuple(values.items()), codes, serial, None, lot, expiry, repairs=tuple(notes.repairs)
    )


def _envelope_codes(values: dict[str, str]) -> tuple[tuple[int, str], ...]:
    codes: list[tuple[int, str]] = []
    if "9N" in values:
        codes.append((PZN, _ppn_pzn(values["9N"])))
    if "8P" in values:
        if len(values["8P"]) != 14 or not only(values["8P"], DIGITS) or not gs1_check_holds(values["8P"]):
            raise ScanFault("bad-value")
        codes.append(_gtin_code(values["8P"]))
    if not codes:
        raise ScanFault("no-key")
    return distinct_codes(codes)


def _ppn_pzn(ppn: str) -> str:
    if len(ppn) != 12 or not only(ppn, DIGITS) or not ppn.startswith(PPN_AGENCY):
        raise ScanFault("bad-value")
    check = sum((place + 2) * ord(character) for place, character in enumerate(ppn[:10])) % 97
    if f"{check:02}" != ppn[10:] or not pzn_check_holds(ppn[2:10]):
        raise ScanFault("check-digit")
    return ppn[2:10]


def _envelope_text(values: dict[str, str], name: str) -> str | None:
    if name in values:
        _check_set_82(values[name])
    return values.get(name)


def _envelope_expiry(values: dict[str, str]) -> int | None:
    if "D" not in values:
        return None
    IDENTIFIERS["17"].check(values["D"])
    return expiry_day(values["D"], True)
