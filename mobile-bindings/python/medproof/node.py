"""The open paths of one node. What it sends is bytes; nothing here believes them."""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence

MAX_BYTES = 16 * 1_024 * 1_024
MAX_REFUSAL_BYTES = 64 * 1_024


class Refused(OSError):
    """The node said no: by a status, and perhaps by a stable code and the bits that a prefix should have."""

    def __init__(self, status: int, code: str | None = None, bits: int | None = None) -> None:
        super().__init__(code or f"status {status}")
        self.code, self.bits = code, bits


class Node:
    """A node that is asked and not believed."""

    def __init__(self, address: str, timeout_s: float) -> None:
        self.address, self._timeout_s = address, timeout_s

    def update(self, height: int, size: int) -> bytes:
        """What leads from a height and log size to the newest header."""
        return self._ask(f"v1/updates?from={height}&size={size}")

    def proof(self, scan: str, have: int) -> bytes:
        """A proof about one scan, for a client that knows the headers up to a height."""
        return self._ask(f"v1/proofs?code={quoted(scan)}&have={have}")

    def proofs(self, scans: Sequence[str], have: int) -> bytes:
        """One proof about several scans."""
        return self._ask("v1/proofs", json.dumps({"codes": list(scans), "have": have}).encode())

    def bucket(self, bits: int, prefix: bytes, product: str, have: int) -> bytes:
        """All packs of a product (scheme, colon, code) under a prefix."""
        digits = prefix.hex()[: -(-bits // 4)]
        return self._ask(f"v1/buckets/{bits}/{digits}?product={quoted(product)}&have={have}")

    def bundle(self, scan: str, have: int) -> bytes:
        """A proof about one scan with names and timeline."""
        return self._ask(f"v1/bundles?code={quoted(scan)}&have={have}")

    def _ask(self, path: str, body: bytes | None = None) -> bytes:
        headers = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address.rstrip('/')}/{path}", body, headers)
        deadline = time.monotonic() + self._timeout_s
        try:
            with OPENER.open(request, timeout=self._timeout_s) as answer:
                return read_bounded(answer, MAX_BYTES, deadline)
        except urllib.error.HTTPError as refused:
            with refused:
                raise refusal(refused, deadline) from None
        except http.client.HTTPException as broken:
            raise OSError(f"no answer: {type(broken).__name__}") from None


def read_bounded(answer: http.client.HTTPResponse | urllib.error.HTTPError, most: int, deadline: float) -> bytes:
    body = bytearray()
    while part := answer.read1(65_536):
        body += part
        if len(body) > most:
            raise OSError(f"more than {most} bytes")
        if time.monotonic() > deadline:
            raise OSError("too slow")
    return bytes(body)


def refusal(refused: urllib.error.HTTPError, deadline: float) -> OSError:
    """A refusal without a document, or with one that cannot be read, is a refusal."""
    try:
        problem = json.loads(read_bounded(refused, MAX_REFUSAL_BYTES, deadline))
        code, bits = problem.get("type"), problem.get("bits")
    except (OSError, ValueError, AttributeError, RecursionError, http.client.HTTPException):
        return Refused(refused.code)
    is_code = isinstance(code, str) and re.fullmatch(r"[a-z0-9.-]{1,100}", code)
    return Refused(refused.code, code if is_code else None, bits if type(bits) is int else None)


def quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A node that sends the client elsewhere would choose who learns what is asked."""

    def redirect_request(self, *_: object) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirect)
