"""What each vector file asks, and the answer to one of its cases (tests/VECTORS.md)."""

from __future__ import annotations

import base64
from dataclasses import asdict
from functools import lru_cache
from typing import Any, Callable

import answers
import info
import messages
from bucket import decode_bucket
from bundle import decode_bundle, open_bundle
from certificate import decode_header
from client import Client
from disclosure import decode_disclosure
from event import decode_event
from identities import KEY_RECORD, Key
from memory import client_of, decode_memory
from proof import decode_proof, decode_qr_proof, text_to_bytes
from scan import Scan, in_order, scan
from seller import verify_seller
from verdict import Policy, problem
from wire import Fault

Case = dict[str, Any]

DECODERS: dict[str, Callable[[bytes], Any]] = {
    "genesis": messages.decode_genesis, "header": decode_header, "anchor": messages.decode_anchor,
    "update": messages.decode_update, "proof": decode_proof, "qr-proof": decode_qr_proof, "fork": messages.decode_fork,
    "bucket": decode_bucket, "bundle": decode_bundle, "disclosure": decode_disclosure, "event": decode_event,
    "product-info": info.decode_product_info,
    "member-info": info.decode_member_info, "memory": decode_memory,
}


@lru_cache(maxsize=64)
def data(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def decode_case(case: Case) -> Any:
    try:
        DECODERS[case["type"]](data(case["bytes"]))
    except Fault as fault:
        return fault.code
    return "ok"


def text_case(case: Case) -> Any:
    found = text_to_bytes(case["text"])
    return None if found is None else base64.b64encode(found).decode()


def scan_case(case: Case) -> Any:
    outcome = scan(case["text"], case["mode"] == "tolerant")
    return {"result": outcome.result, "code": outcome.code, "readings": _readings(outcome)}


def _readings(outcome: Scan) -> list[dict[str, Any]]:
    return [
        {
            "level": reading.level,
            "products": [f"{scheme}:{code}" for scheme, code in reading.products],
            "serial": reading.serial, "sscc": reading.sscc, "lot": reading.lot, "expiry_day": reading.expiry_day,
            "repairs": list(in_order(reading.repairs)), "crypto_tail": reading.crypto_tail, "host": reading.host,
        }
        for reading in outcome.readings
    ]


def verify_case(case: Case) -> Any:
    client, policy, now = _started(case), _policy(case), int(case["now_ms"])
    verdicts, _ = answers.answer_scans(client, [case["scan"]], data(case["proof"]), policy, now)
    return verdicts[0].as_json()


def bucket_case(case: Case) -> Any:
    client, policy, now = _started(case), _policy(case), int(case["now_ms"])
    verdicts, _ = answers.answer_scans(client, [case["scan"]], data(case["bucket"]), policy, now, bucket=True)
    return verdicts[0].as_json()


def bundle_case(case: Case) -> Any:
    client, policy, now = _started(case), _policy(case), int(case["now_ms"])
    return open_bundle(client, case["scan"], data(case["bundle"]), policy, now)


def seller_case(case: Case) -> Any:
    client, policy, now = _started(case), _policy(case), int(case["now_ms"])
    return verify_seller(client, case["domain"], data(case["bundle"]), policy, now)


def many_case(case: Case) -> Any:
    client, policy, now = _started(case), _policy(case), int(case["now_ms"])
    verdicts, contents = answers.answer_scans(client, case["scans"], data(case["proof"]), policy, now)
    return {"verdicts": [verdict.as_json() for verdict in verdicts], "contents": [asdict(entry) for entry in contents]}


def advance_case(case: Case) -> Any:
    client, now = _client(case), int(case["now_ms"])
    return [_advance(client, data(update), now) for update in case["updates"]]


def _advance(client: Client, update: bytes, now: int) -> dict[str, Any]:
    try:
        advanced = client.advance(update, now)
    except Fault as fault:
        return problem(fault)
    return {"height": str(advanced.height), "history_shown": advanced.history_shown, "newer": advanced.newer}


def disclosure_case(case: Case) -> Any:
    client, now = _client(case), int(case["now_ms"])
    try:
        disclosure = decode_disclosure(data(case["disclosure"]))
        key = Key(KEY_RECORD, record=disclosure.record)
        found = client.check_proof(data(case["proof"]), [key], now).found[key]
    except Fault as fault:
        return problem(fault)
    return {"committed": None if found.record is None else disclosure.is_committed(found.record.commitment)}


def fork_case(case: Case) -> Any:
    try:
        return {"height": str(messages.decode_fork(data(case["fork"])).check())}
    except Fault as fault:
        return problem(fault)


def _client(case: Case) -> Client:
    have = case.get("have")
    return client_of(data(case["anchor"]), None if have is None else data(have))


def _started(case: Case) -> Client:
    """The client of a case, after its updates."""
    client = _client(case)
    for update in case["updates"]:
        client.advance(data(update), int(case["now_ms"]))
    return client


def _policy(case: Case) -> Policy:
    policy = dict(case["policy"])
    purpose, mode = policy.pop("purpose"), policy.pop("mode")
    return Policy(purpose, mode, **{name: int(limit) for name, limit in policy.items()})


ANSWERS: dict[str, Callable[[Case], Any]] = {
    "decode.json": decode_case, "text.json": text_case, "scan.json": scan_case, "verify.json": verify_case,
    "bucket.json": bucket_case, "bundle.json": bundle_case, "seller.json": seller_case, "many.json": many_case,
    "advance.json": advance_case, "disclosure.json": disclosure_case, "fork.json": fork_case,
}
