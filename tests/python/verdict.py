"""The answer to one scan (FORMAT.md section 12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from certificate import Header
from leaves import (
    ACTIVE, ADMITTED, DISSOLVED, LAST_STATE, MEMBER_STATES, STATE_NAMES, LotLeaf, NewerLeaf, PackLeaf, Prior,
    RetiredPack,
)
from required import Findings, Issuer
from wire import Fault

DAY_MS = 86_400_000
MINUTE_MS = 60_000
LEVELS = ("pack", "unit", "lot", "product")

OK, WARN, DO_NOT_USE, UNKNOWN, CANNOT_TELL = "ok", "warn", "do-not-use", "unknown", "cannot-tell"
TABLE = {
    "active": (WARN, OK, OK, OK),
    "in-transit": (WARN, WARN, WARN, OK),
    "partly-dispensed": (OK, DO_NOT_USE, WARN, DO_NOT_USE),
    "dispensed": (OK, DO_NOT_USE, DO_NOT_USE, DO_NOT_USE),
}
PURPOSES = ("holder", "buyer", "dispenser", "receiver")


@dataclass(frozen=True)
class Policy:
    """Who asks, how the proof arrived, and how old it may be."""

    purpose: str
    mode: str
    max_age_online_ms: int = 5 * MINUTE_MS
    max_age_carried_ms: int | None = None
    clock_tolerance_ms: int = 30_000

    @property
    def limit_ms(self) -> int:
        if self.mode == "online":
            return self.max_age_online_ms
        if self.max_age_carried_ms is not None:
            return self.max_age_carried_ms
        return DAY_MS if self.purpose in ("holder", "buyer") else 15 * MINUTE_MS


@dataclass(frozen=True)
class Scanned:
    """What of the scan the verdict compares."""

    target: str
    lot: str | None = None
    expiry_day: int | None = None


@dataclass
class Verdict:
    """Overall answer, reasons in order, and axes as the vectors spell them."""

    overall: str
    reasons: list[str]
    axes: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"overall": self.overall, "reasons": self.reasons, "axes": self.axes}


def no_axes() -> dict[str, Any]:
    """The axes of an answer that says nothing."""
    return {
        "trust": "not-checked", "problem": None, "freshness": None, "age_ms": None, "height": None, "time_ms": None,
        "identifier": "not-proved", "level": None, "lot": "not-on-pack", "lot_ledger": None,
        "expiry": "not-on-pack",
        "states": {level: None for level in (*LEVELS, "effective")}, "expiry_day": None, "expired": None,
        "issuer": None, "since_day": None, "quantity_left": None, "events": None,
    }


def trust_name(code: str) -> str:
    """The name of the trust axis for the code that it failed with."""
    if code.startswith("trust.newer-client."):
        return "needs-newer-client"
    name = code.removeprefix("trust.")
    return name if name in ("needs-new-anchor", "before-anchor", "fork") else "invalid"


def number(value: int | None) -> str | None:
    return None if value is None else str(value)


def problem(fault: Fault) -> dict[str, Any]:
    return {"code": fault.code, "expected": number(fault.expected), "found": number(fault.found)}


def untrusted(fault: Fault) -> Verdict:
    """Trust was not reached."""
    axes = no_axes() | {"trust": trust_name(fault.code), "problem": problem(fault)}
    return Verdict(CANNOT_TELL, [fault.code], axes)


def unscanned(identifier: str, code: str) -> Verdict:
    """The scan is unreadable or ambiguous."""
    return Verdict(CANNOT_TELL, [code], no_axes() | {"identifier": identifier})


@dataclass
class Judgement:
    """Builds one verdict, row by row."""

    header: Header
    found: Findings
    scanned: Scanned
    policy: Policy
    now: int
    newest_height: int
    superseded: bool
    overall: str = OK
    reasons: list[str] = field(default_factory=list)
    axes: dict[str, Any] = field(default_factory=no_axes)

    def verdict(self) -> Verdict:
        self.axes |= {"trust": "quorum", "height": str(self.header.height), "time_ms": str(self.header.time)}
        self._newer_row()
        if self.header.height < self.newest_height:
            self._note("trust.older-header")
        self._freshness_row()
        self._identifier_row()
        self._agreement_row()
        self._state_rows()
        self._expiry_row()
        self._issuer_row()
        self._last_rows()
        self._describe_pack()
        return Verdict(self.overall, self.reasons, self.axes)

    def _bad(self, reason: str) -> None:
        self.reasons.append(reason)
        self._lower_to_bad()

    def _lower_to_bad(self) -> None:
        if self.overall != UNKNOWN:
            self.overall = DO_NOT_USE

    def _warn(self, reason: str) -> None:
        self.reasons.append(reason)
        self._lower_to_warn()

    def _lower_to_warn(self) -> None:
        if self.overall == OK:
            self.overall = WARN

    def _note(self, reason: str) -> None:
        self.reasons.append(reason)

    @property
    def packs(self) -> list[PackLeaf | RetiredPack]:
        """Those that could be read."""
        return [pack for pack in self.found.packs.values() if not isinstance(pack, NewerLeaf)]

    @property
    def lots(self) -> list[LotLeaf]:
        return list(self.found.lots.values())

    def _states(self) -> dict[str, list[int]]:
        return {
            "pack": [pack.state for pack in self.packs],
            "unit": [unit.leaf.state for unit in self.found.units.values()],
            "lot": [lot.state for lot in self.lots],
            "product": [product.state for product in self.found.products.values()],
        }

    def _newer_row(self) -> None:
        states = [state for level in self._states().values() for state in level]
        members = [issuer.member.state for issuer in self.found.issuers if issuer.member]
        unknown = [state for state in states if state not in STATE_NAMES]
        unknown += [state for state in members if state not in MEMBER_STATES]
        self.newer = self.found.newer or bool(unknown) or not all(prior.known for prior in self._priors())
        if self.newer:
            self._note("trust.newer-client.leaf")
            self.axes["trust"] = "needs-newer-client"

    def _priors(self) -> list[Prior]:
        packs = [pack.prior for pack in self.packs if isinstance(pack, PackLeaf)]
        return packs + [unit.leaf.prior for unit in self.found.units.values()]

    def _freshness_row(self) -> None:
        age = self.now - self.header.time
        if -age > self.policy.clock_tolerance_ms:
            self.axes |= {"freshness": "future", "age_ms": str(-age)}
            self._note("freshness.future")
            return
        age = max(0, age)
        name = "fresh" if self.policy.mode == "online" else "carried"
        if self.superseded or age > self.policy.limit_ms:
            name = "stale"
            self._note("freshness.superseded" if self.superseded else "freshness.stale")
        elif name == "carried":
            self._note("freshness.carried")
        self.axes |= {"freshness": name, "age_ms": str(age)}

    def _found_target(self) -> bool:
        by_target = {
            "pack": self.found.packs, "lot": self.found.lots,
            "unit": self.found.units, "product": self.found.products,
        }
        return bool(by_target[self.scanned.target])

    def _identifier_row(self) -> None:
        target = self.scanned.target
        if self._found_target():
            self.axes |= {"identifier": "registered", "level": target}
            if target in ("lot", "product"):
                self._warn(f"identifier.{target}-only")
        elif self.found.newer:
            self.axes["identifier"] = "not-proved"
        elif self.found.known or target == "unit":
            self.axes |= {"identifier": "absent", "level": target}
            self._bad(f"identifier.absent-{target}")
        else:
            self.axes["identifier"] = "unknown-product"
            self.overall = UNKNOWN
            self._note("identifier.unknown-product")

    def _agreement_row(self) -> None:
        scanned = self.scanned
        self.axes["lot_ledger"] = self.lots[0].lot if self.lots else None
        if scanned.lot is not None and self.lots:
            same = all(lot.lot == scanned.lot for lot in self.lots)
            self._agreement("lot", same)
        if scanned.expiry_day is not None and self.lots:
            same = all(lot.expiry_day == scanned.expiry_day for lot in self.lots)
            self._agreement("expiry", same)
        if len(self.packs) > 1 or self.found.has_foreign_code:
            self._bad("agreement.codes-differ")

    def _agreement(self, axis: str, same: bool) -> None:
        self.axes[axis] = "match" if same else "mismatch"
        if not same:
            self._bad(f"agreement.{axis}-mismatch")

    def _state_rows(self) -> None:
        self.axes["states"] = {level: max(states, default=None) for level, states in self._states().items()}
        worst = {level: max(states, default=None) for level, states in self._known_states().items()}
        effective = max((state for state in worst.values() if state is not None), default=None)
        name = None if effective is None else STATE_NAMES[effective]
        self.axes["states"]["effective"] = name
        for level, state in worst.items():
            if state is not None and state != ACTIVE:
                self._note(f"state.{STATE_NAMES[state]}-{level}")
        if any(prior.excursion for prior in self._priors()):
            self._note("state.excursion")
        if any(isinstance(pack, RetiredPack) for pack in self.packs):
            self._bad("state.retired-pack")
        units = list(self.found.units.values())
        if not self.found.packs and units and units[0].leaf.place.kind == DISSOLVED:
            self._warn("state.dissolved-unit")
        if name is not None:
            self._effective(name)

    def _known_states(self) -> dict[str, list[int]]:
        return {
            level: [state for state in states if ACTIVE <= state <= LAST_STATE]
            for level, states in self._states().items()
        }

    def _effective(self, name: str) -> None:
        registered = self.axes["identifier"] == "registered" and self.axes["level"] in ("pack", "unit")
        if name == "active" and registered and not self.newer:
            self._note("state.active")
            if self.policy.purpose == "holder":
                self._note("state.not-dispensed")
        cell = TABLE.get(name, (DO_NOT_USE,) * 4)[PURPOSES.index(self.policy.purpose)]
        if cell == DO_NOT_USE:
            self._lower_to_bad()
        elif cell == WARN:
            self._lower_to_warn()

    def _expiry_row(self) -> None:
        if not self.lots:
            return
        day = min(lot.expiry_day for lot in self.lots)
        expired = max(self.now, self.header.time) >= (day + 1) * DAY_MS
        self.axes |= {"expiry_day": day, "expired": expired}
        if expired:
            self._bad("expiry.expired")

    def _issuer_row(self) -> None:
        if not self.found.issuers:
            return
        shown = next((i for i in self.found.issuers if compromised(i)), self.found.issuers[-1])
        self.axes["issuer"] = self._issuer_axis(shown)
        if compromised(shown):
            self._bad("issuer.key-compromised")
        if shown.member is not None and shown.member.state in MEMBER_STATES and shown.member.state != ADMITTED:
            self._note("issuer.not-admitted")

    def _issuer_axis(self, issuer: Issuer) -> dict[str, Any]:
        return {
            "member": issuer.lot.issuer,
            "role": issuer.lot.issuer_role,
            "key_then": "compromised" if compromised(issuer) else "valid",
            "key_now": self._key_now(issuer),
            "member_now": None if issuer.member is None else MEMBER_STATES.get(issuer.member.state),
        }

    def _key_now(self, issuer: Issuer) -> str:
        key = issuer.release_key
        if key is None:
            return "valid"
        if key.compromised_since:
            return "compromised"
        return "revoked" if 0 < key.revoked_at <= self.header.time else "valid"

    def _last_rows(self) -> None:
        if self.axes["freshness"] in ("stale", "future") and self.overall in (OK, WARN):
            self.overall = CANNOT_TELL
        if self.newer and self.overall != DO_NOT_USE:
            self.overall = CANNOT_TELL

    def _describe_pack(self) -> None:
        pack = next(iter(self.found.packs.values()), None)
        if isinstance(pack, PackLeaf):
            shown = {"since_day": pack.since_day, "quantity_left": pack.quantity_left, "events": pack.events}
            self.axes |= shown


def compromised(issuer: Issuer) -> bool:
    """Row 11: a key was compromised before the end of the day on which it was used."""
    pairs = [(issuer.release_key, issuer.lot.release_day), (issuer.registering_key, issuer.registration_day)]
    return any(key is not None and 0 < key.compromised_since < (day + 1) * DAY_MS for key, day in pairs)
