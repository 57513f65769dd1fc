"""Verdicts by what is to be done about them, and in words."""

from __future__ import annotations

import datetime
import enum
import importlib.resources
import json
import re
from dataclasses import dataclass

from medproof.medproof_mobile import Purpose, Reading, Verdict


class Overall(enum.StrEnum):
    """The five answers; a word that this version does not know is no answer."""

    OK = "ok"
    WARN = "warn"
    DO_NOT_USE = "do-not-use"
    UNKNOWN = "unknown"
    CANNOT_TELL = "cannot-tell"

    @classmethod
    def of(cls, verdict: Verdict) -> Overall:
        return next((one for one in cls if one.value == verdict.overall), cls.CANNOT_TELL)


@dataclass(frozen=True)
class Message:
    """What a person is told about one code; a sentence that could not be filled in is empty."""

    code: str
    title: str
    detail: str
    next: str
    severity: str


class Messages:
    """The message catalogue in one language, ``en`` or ``zh-Hans``."""

    def __init__(self, language: str) -> None:
        file = importlib.resources.files("medproof") / f"{language}.json"
        self._catalogue: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))

    def explain(self, verdict: Verdict, purpose: Purpose, reading: Reading | None = None) -> list[Message]:
        """What is said about a verdict: the overall answer, each reason, and what the check cannot show."""
        codes = [f"overall.{verdict.overall}.{purpose.name.lower()}", *verdict.reasons]
        if Overall.of(verdict) in (Overall.OK, Overall.WARN):
            codes.append("not-proved.copy")
        values = self._values(verdict, reading)
        return [message for code in codes if (message := self.message(code, values))]

    def message(self, code: str, values: dict[str, str] | None = None) -> Message | None:
        """The message of one code; of a code that this version does not know, that of the family that has one."""
        key = code
        while key not in self._catalogue:
            key, dot, _ = key.rpartition(".")
            if not dot:
                return None
        texts = self._catalogue[key]
        title, detail, following = (filled(texts[field], values or {}) for field in ("title", "detail", "next"))
        return Message(code, title, detail, following, texts["severity"])

    def age(self, ms: int) -> str:
        """A length of time in words, rounded down."""
        unit, length = next((unit for unit in UNITS if ms >= unit[1]), UNITS[-1])
        count = ms // length
        message = self.message(f"age.{unit}" if count == 1 else f"age.{unit}s", {"count": str(count)})
        return message.title if message else ""

    def _values(self, verdict: Verdict, reading: Reading | None) -> dict[str, str]:
        axes = verdict.axes
        values = {
            "age": None if axes.age_ms is None else self.age(axes.age_ms),
            "height": axes.height,
            "expected": axes.problem.expected if axes.problem else None,
            "found": axes.problem.found if axes.problem else None,
            "lot_ledger": axes.lot_ledger,
            "expiry_ledger": day(axes.expiry_day),
            "day": day(axes.since_day),
            "lot_pack": reading.lot if reading else None,
            "expiry_pack": day(reading.expiry_day) if reading else None,
        }
        return {name: str(value) for name, value in values.items() if value is not None}


UNITS = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000))


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its placeholders filled; one of which a placeholder stays open says nothing and is left out."""
    names = set(re.findall(r"\{([a-z_]+)\}", text))
    if not names <= values.keys():
        return ""
    return re.sub(r"\{([a-z_]+)\}", lambda found: values[found[1]], text)


def day(number: int | None) -> str | None:
    """A day counted from 1970-01-01, as a date; one beyond the calendar is not shown."""
    try:
        return None if number is None else (datetime.date(1970, 1, 1) + datetime.timedelta(days=number)).isoformat()
    except OverflowError:
        return None
