"""Product and member information (FORMAT.md section 8)."""

from __future__ import annotations

from dataclasses import dataclass

from hashes import tagged
from leaves import read_limits
from wire import MEMBER_INFO, PRODUCT_INFO, Reader, decode_message

MAX_TEXT = 200
MAX_DOMAINS = 8


@dataclass(frozen=True)
class Info:
    """The texts of a message whose hash a product or member leaf holds."""

    hash: bytes
    texts: tuple[str, ...]


def decode_product_info(data: bytes) -> Info:
    return decode_message(data, PRODUCT_INFO, _read_product_info)


def decode_member_info(data: bytes) -> Info:
    return decode_message(data, MEMBER_INFO, _read_member_info)


def _read_product_info(reader: Reader) -> Info:
    texts = tuple(reader.text8(0, MAX_TEXT) for _ in range(8))
    read_limits(reader)
    return Info(tagged("medproof product info", reader.data), texts)


def _read_member_info(reader: Reader) -> Info:
    names = tuple(reader.text8(0, MAX_TEXT) for _ in range(3))
    count = reader.count(1, 0, MAX_DOMAINS, 2)
    domains = tuple(reader.text8(1, MAX_TEXT) for _ in range(count))
    return Info(tagged("medproof member info", reader.data), names + domains)
