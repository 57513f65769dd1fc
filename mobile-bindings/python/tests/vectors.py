"""The shared vectors, and how the package answers each case."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import medproof
from medproof import Client, ClientError, Mode, Policy, Purpose

FOLDER = Path(__file__).resolve().parents[3] / "tests" / "vectors"
FORMAT = "medproof vectors 0"

Case = dict[str, Any]


def cases(file: str) -> list[Case]:
    content = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    assert content["format"] == FORMAT, file
    found: list[Case] = content["cases"]
    return found


def report(file: str, count: int) -> None:
    """Tells `cargo xtask test` which cases ran."""
    print(f"  {file}: {count} cases")
    path = os.environ.get("MEDPROOF_SUITE_REPORT")
    if path:
        with open(path, "a", encoding="utf-8") as report:
            report.write(f"suite\t{file} in Python\t{count}\n")


def expected(file: str, case: Case) -> Any:
    return case["bytes"] if file == "text.json" else case["expect"]


def plain(value: Any) -> Any:
    """A record as the vectors write it: numbers of 64 bits as decimal strings, field by field."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if hasattr(value, "__dict__"):
        return {name: plain_field(name, field) for name, field in vars(value).items()}
    return value


WIDE = {"age_ms", "time_ms", "height", "expected", "found"}


def plain_field(name: str, value: Any) -> Any:
    return str(value) if name in WIDE and value is not None else plain(value)


def problem(error: ClientError) -> Any:
    fields = {"code": error.code, "expected": getattr(error, "expected", None), "found": getattr(error, "found", None)}
    return {name: plain_field(name, field) for name, field in fields.items()}


def client(case: Case, take_updates: bool = True) -> Client:
    anchor = data(case["anchor"])
    client = Client(anchor) if case.get("have") is None else Client.resume(anchor, data(case["have"]))
    for update in case.get("updates", []) if take_updates else []:
        client.advance(data(update), int(case["now_ms"]))
    return client


def policy(case: Case) -> Policy:
    given = case["policy"]
    limits = {name: int(value) for name, value in given.items() if name.endswith("_ms")}
    return Policy(purpose=Purpose[given["purpose"].upper()], mode=Mode[given["mode"].upper()], **limits)


def data(text: str) -> bytes:
    return base64.b64decode(text)


def attempt(answer: Callable[[], Any]) -> Any:
    """The answer, or the problem that stands in its place."""
    try:
        return answer()
    except ClientError as error:
        return problem(error)


def advance(case: Case) -> Any:
    fresh, now = client(case, take_updates=False), int(case["now_ms"])
    return [attempt(lambda: plain(fresh.advance(data(update), now))) for update in case["updates"]]


def decode(case: Case) -> Any:
    message = data(case["bytes"])
    try:
        return "ok" if medproof.read_message(case["type"], message) == message else "encoded otherwise"
    except ClientError as error:
        return error.code


def text(case: Case) -> Any:
    message = medproof.message_from_text(case["text"])
    return None if message is None else base64.b64encode(message).decode()


def record(case: Case) -> Any:
    return {"committed": client(case).verify_record(data(case["disclosure"]), data(case["proof"]), int(case["now_ms"]))}


ANSWERS: dict[str, Callable[[Case], Any]] = {
    "advance.json": advance,
    "bucket.json": lambda case: plain(
        client(case).verify_bucket(case["scan"], data(case["bucket"]), int(case["now_ms"]), policy(case))
    ),
    "bundle.json": lambda case: plain(
        client(case).verify_bundle(case["scan"], data(case["bundle"]), int(case["now_ms"]), policy(case))
    ),
    "decode.json": decode,
    "disclosure.json": record,
    "fork.json": lambda case: {"height": str(medproof.check_fork(data(case["fork"])))},
    "many.json": lambda case: plain(
        client(case).verify_many(case["scans"], data(case["proof"]), int(case["now_ms"]), policy(case))
    ),
    "scan.json": lambda case: plain(medproof.parse_scan(case["text"], case["mode"] == "strict")),
    "seller.json": lambda case: plain(
        client(case).verify_seller(case["domain"], data(case["bundle"]), int(case["now_ms"]), policy(case))
    ),
    "text.json": text,
    "verify.json": lambda case: plain(
        client(case).verify(case["scan"], data(case["proof"]), int(case["now_ms"]), policy(case))
    ),
}
