"""Product and member information (FORMAT.md section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hashes import tagged
from leaves import read_limits
from wire import MEMBER_INFO, PRODUCT_INFO, Reader, decode_message

MAX_TEXT = 200
MAX_DOMAINS = 8
PRODUCT_TEXTS = ("name_zh", "name_en", "holder", "form", "strength", "pack_size", "approval_number", "atc")
MEMBER_TEXTS = ("name_zh", "name_en", "gln")
LIMITS = ("min_decicelsius", "max_decicelsius", "cumulative_minutes")


@dataclass(frozen=True)
class Info:
    """The texts of a message whose hash a product or member leaf holds."""

    hash: bytes
    fields: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return self.fields


def decode_product_info(data: bytes) -> Info:
    return decode_message(data, PRODUCT_INFO, _read_product_info)


def decode_member_info(data: bytes) -> Info:
    return decode_message(data, MEMBER_INFO, _read_member_info)


def _read_product_info(reader: Reader) -> Info:
    fields: dict[str, Any] = {name: reader.text8(0, MAX_TEXT) for name in PRODUCT_TEXTS}
    fields |= dict(zip(LIMITS, read_limits(reader) or (None, None, None)))
    return Info(tagged("medproof product info", reader.data), fields)


def _read_member_info(reader: Reader) -> Info:
    fields: dict[str, Any] = {name: reader.text8(0, MAX_TEXT) for name in MEMBER_TEXTS}
    count = reader.count(1, 0, MAX_DOMAINS, 2)
    fields["domains"] = [reader.text8(1, MAX_TEXT) for _ in range(count)]
    return Info(tagged("medproof member info", reader.data), fields)
