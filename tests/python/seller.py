"""Sellers: the member whose information holds a domain (FORMAT.md section 11)."""

from __future__ import annotations

import re
from typing import Any

import info
from bundle import decode_bundle
from client import Client
from identities import KEY_MEMBER
from leaves import ADMITTED, MEMBER_STATES, MemberLeaf
from required import Findings
from verdict import Policy, number, problem, trust_name
from wire import Fault

LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"({LABEL}\.)+(?=[a-z]){LABEL}", re.ASCII)
MAX_DOMAIN = 200
DISPENSERS = (4, 5)
ROLE_BITS = 16


def verify_seller(client: Client, domain: str, data: bytes, policy: Policy, now: int) -> dict[str, Any]:
    """Whether the seller at a domain is a member that may give medicines to patients."""
    if len(domain) > MAX_DOMAIN or not DOMAIN.fullmatch(domain):
        return _answer(reason="seller.malformed-domain", trust="not-checked")
    try:
        client.check_time(now)
        bundle = decode_bundle(data)
        keys = client.decode_proof(bundle.proof).keys
        if len(keys) != 1 or keys[0].kind != KEY_MEMBER:
            raise Fault("trust.proof.other-scan")
        checked = client.check_proof(bundle.proof, keys, now)
    except Fault as fault:
        return _answer(reason=fault.code, trust=trust_name(fault.code), problem=problem(fault))
    found, path, height = checked.found[keys[0]], client.paths.member(keys[0].member), checked.header.height
    superseded = client.seen.get(path, -1) > height
    if found.member is not None or found.newer:
        client.seen[path] = max(client.seen.get(path, 0), height)
    freshness, age = _freshness(checked.header.time, policy, now, superseded)
    reason = _doubt(found, bundle.issuer, domain) or {"stale": "seller.stale", "future": "seller.future"}.get(freshness)
    answer = _answer(
        proved=reason is None, reason=reason,
        trust="needs-newer-client" if reason == "trust.newer-client.leaf" else "quorum",
        freshness=freshness, age_ms=number(age), height=number(height), time_ms=number(checked.header.time),
    )
    if found.member is not None:
        state = MEMBER_STATES.get(found.member.state)
        answer |= {"member": keys[0].member, "state": state, "roles": _roles(found.member)}
        if bundle.issuer is not None and _holds(found.member, bundle.issuer, domain):
            answer["info"] = bundle.issuer.as_json()
    return answer


def _answer(**fields: Any) -> dict[str, Any]:
    empty = {
        "proved": False, "reason": None, "trust": None, "problem": None, "freshness": None, "age_ms": None,
        "height": None, "time_ms": None, "member": None, "state": None, "roles": [], "info": None,
    }
    return {**empty, **fields}


def _freshness(time: int, policy: Policy, now: int, superseded: bool) -> tuple[str, int]:
    """As of a pack, section 12."""
    age = now - time
    if -age > policy.clock_tolerance_ms:
        return "future", -age
    age = max(0, age)
    if superseded or age > policy.limit_ms:
        return "stale", age
    return "fresh" if policy.mode == "online" else "carried", age


def _doubt(found: Findings, named: info.Info | None, domain: str) -> str | None:
    """The first reason that applies, but for those of time."""
    member = found.member
    if found.newer or (member is not None and member.state not in MEMBER_STATES):
        return "trust.newer-client.leaf"
    if member is None:
        return "seller.absent"
    if named is None:
        return "seller.no-information"
    if named.hash != member.info_hash:
        return "seller.other-information"
    if not _holds(member, named, domain):
        return "seller.other-domain"
    if member.state != ADMITTED:
        return f"seller.{MEMBER_STATES[member.state]}"
    return None if any(role in DISPENSERS for role in _roles(member)) else "seller.role"


def _holds(member: MemberLeaf, named: info.Info, domain: str) -> bool:
    return named.hash == member.info_hash and domain in named.fields["domains"]


def _roles(member: MemberLeaf) -> list[int]:
    return [bit + 1 for bit in range(ROLE_BITS) if member.roles >> bit & 1]
