"""The types of the generated module: core's records and client under core's names.

Times and ages are in ms since 1970 UTC, days are counted from 1970-01-01.
"""

import enum
import typing

class ClientError(Exception):
    """What was refused, with core's stable code; one of the two classes below."""

    code: str
    Malformed: type[_Malformed]
    Untrusted: type[_Untrusted]

class _Malformed(ClientError):
    def __init__(self, code: str) -> None: ...

class _Untrusted(ClientError):
    expected: int | None
    found: int | None
    def __init__(self, code: str, expected: int | None, found: int | None) -> None: ...

class InternalError(Exception): ...

class Purpose(enum.Enum):
    HOLDER = 0
    BUYER = 1
    DISPENSER = 2
    RECEIVER = 3

class Mode(enum.Enum):
    ONLINE = 0
    CARRIED = 1

class Policy:
    purpose: Purpose
    mode: Mode
    max_age_online_ms: int | None
    max_age_carried_ms: int | None
    clock_tolerance_ms: int | None
    def __init__(
        self,
        *,
        purpose: Purpose,
        mode: Mode,
        max_age_online_ms: int | None = ...,
        max_age_carried_ms: int | None = ...,
        clock_tolerance_ms: int | None = ...,
    ) -> None: ...

class Problem:
    code: str
    expected: int | None
    found: int | None
    def __init__(self, *, code: str, expected: int | None, found: int | None) -> None: ...

class States:
    pack: int | None
    unit: int | None
    lot: int | None
    product: int | None
    effective: str | None
    def __init__(
        self, *, pack: int | None, unit: int | None, lot: int | None, product: int | None, effective: str | None
    ) -> None: ...

class Issuer:
    member: int
    role: int
    key_then: str
    key_now: str
    member_now: str | None
    def __init__(self, *, member: int, role: int, key_then: str, key_now: str, member_now: str | None) -> None: ...

class Axes:
    trust: str
    problem: Problem | None
    freshness: str | None
    age_ms: int | None
    height: int | None
    time_ms: int | None
    identifier: str
    level: str | None
    lot: str
    lot_ledger: str | None
    expiry: str
    states: States
    expiry_day: int | None
    expired: bool | None
    issuer: Issuer | None
    since_day: int | None
    quantity_left: int | None
    events: int | None
    def __init__(
        self,
        *,
        trust: str,
        problem: Problem | None,
        freshness: str | None,
        age_ms: int | None,
        height: int | None,
        time_ms: int | None,
        identifier: str,
        level: str | None,
        lot: str,
        lot_ledger: str | None,
        expiry: str,
        states: States,
        expiry_day: int | None,
        expired: bool | None,
        issuer: Issuer | None,
        since_day: int | None,
        quantity_left: int | None,
        events: int | None,
    ) -> None: ...

class Verdict:
    overall: str
    reasons: list[str]
    axes: Axes
    def __init__(self, *, overall: str, reasons: list[str], axes: Axes) -> None: ...

class Contents:
    sscc: str
    generation: int
    children: int
    seen: int
    complete: bool
    def __init__(self, *, sscc: str, generation: int, children: int, seen: int, complete: bool) -> None: ...

class Many:
    verdicts: list[Verdict]
    contents: list[Contents]
    def __init__(self, *, verdicts: list[Verdict], contents: list[Contents]) -> None: ...

class ProductInfo:
    name_zh: str
    name_en: str
    holder: str
    form: str
    strength: str
    pack_size: str
    approval_number: str
    atc: str
    min_decicelsius: int | None
    max_decicelsius: int | None
    cumulative_minutes: int | None
    def __init__(
        self,
        *,
        name_zh: str,
        name_en: str,
        holder: str,
        form: str,
        strength: str,
        pack_size: str,
        approval_number: str,
        atc: str,
        min_decicelsius: int | None,
        max_decicelsius: int | None,
        cumulative_minutes: int | None,
    ) -> None: ...

class MemberInfo:
    name_zh: str
    name_en: str
    gln: str
    domains: list[str]
    def __init__(self, *, name_zh: str, name_en: str, gln: str, domains: list[str]) -> None: ...

class Happening:
    kind: int
    day: int
    role: int
    def __init__(self, *, kind: int, day: int, role: int) -> None: ...

class Seller:
    proved: bool
    reason: str | None
    trust: str
    problem: Problem | None
    freshness: str | None
    age_ms: int | None
    height: int | None
    time_ms: int | None
    member: int | None
    state: str | None
    roles: list[int]
    info: MemberInfo | None
    def __init__(
        self,
        *,
        proved: bool,
        reason: str | None,
        trust: str,
        problem: Problem | None,
        freshness: str | None,
        age_ms: int | None,
        height: int | None,
        time_ms: int | None,
        member: int | None,
        state: str | None,
        roles: list[int],
        info: MemberInfo | None,
    ) -> None: ...

class Opened:
    verdict: Verdict
    product: ProductInfo | None
    issuer: MemberInfo | None
    timeline: list[Happening] | None
    refused: list[str]
    def __init__(
        self,
        *,
        verdict: Verdict,
        product: ProductInfo | None,
        issuer: MemberInfo | None,
        timeline: list[Happening] | None,
        refused: list[str],
    ) -> None: ...

class Advanced:
    height: int
    history_shown: bool
    newer: bool
    def __init__(self, *, height: int, history_shown: bool, newer: bool) -> None: ...

class AnchorInfo:
    name: str
    demo: bool
    fingerprint: str
    height: int
    time_ms: int
    def __init__(self, *, name: str, demo: bool, fingerprint: str, height: int, time_ms: int) -> None: ...

class Reading:
    level: str
    products: list[str]
    serial: str | None
    sscc: str | None
    lot: str | None
    expiry_day: int | None
    repairs: list[str]
    crypto_tail: str
    host: str | None
    def __init__(
        self,
        *,
        level: str,
        products: list[str],
        serial: str | None,
        sscc: str | None,
        lot: str | None,
        expiry_day: int | None,
        repairs: list[str],
        crypto_tail: str,
        host: str | None,
    ) -> None: ...

class ScanInfo:
    result: str
    code: str | None
    readings: list[Reading]
    def __init__(self, *, result: str, code: str | None, readings: list[Reading]) -> None: ...

class ClientProtocol(typing.Protocol): ...

class Client(ClientProtocol):
    """A light client that several threads may call; it raises ``ClientError``."""

    def __init__(self, anchor: bytes) -> None: ...
    @classmethod
    def resume(cls, anchor: bytes, memory: bytes) -> Client: ...
    def memory(self) -> bytes: ...
    def anchor(self) -> AnchorInfo: ...
    def height(self) -> int: ...
    def history_size(self) -> int: ...
    def fork(self) -> bytes | None: ...
    def bucket_prefix(self, scan: str, bits: int) -> bytes | None: ...
    def advance(self, update: bytes, now_ms: int) -> Advanced: ...
    def verify(self, scan: str, proof: bytes, now_ms: int, policy: Policy) -> Verdict: ...
    def verify_bucket(self, scan: str, bucket: bytes, now_ms: int, policy: Policy) -> Verdict: ...
    def verify_bundle(self, scan: str, bundle: bytes, now_ms: int, policy: Policy) -> Opened: ...
    def verify_seller(self, domain: str, bundle: bytes, now_ms: int, policy: Policy) -> Seller: ...
    def verify_many(self, scans: list[str], proof: bytes, now_ms: int, policy: Policy) -> Many: ...
    def verify_record(self, disclosure: bytes, proof: bytes, now_ms: int) -> bool | None: ...

def parse_scan(text: str, strict: bool) -> ScanInfo: ...
def check_fork(fork: bytes) -> int: ...
def message_from_text(carried: str) -> bytes | None: ...
def read_message(kind: str, message: bytes) -> bytes: ...
