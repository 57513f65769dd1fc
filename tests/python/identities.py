"""Product codes, serials, lots, SSCCs, and the keys that a proof is about (FORMAT.md sections 2 and 9)."""

from __future__ import annotations

import string
from dataclasses import dataclass

from wire import Reader, bounds, text_fault, value_fault

GTIN, PZN, CHINA, NATIONAL = 1, 2, 3, 4
SET_82 = frozenset("!\"%&'()*+,-./0123456789:;<=>?_" + string.ascii_letters)
DIGITS = frozenset(string.digits)
UPPER = frozenset(string.ascii_uppercase)
MAX_CODE = 22
MAX_SERIAL = 20
SSCC_LIMIT = 10**18

KEY_PRODUCT, KEY_LOT, KEY_PACK, KEY_UNIT, KEY_RECORD, KEY_MEMBER = 1, 2, 3, 4, 5, 6


def gs1_check_holds(digits: str) -> bool:
    """From the right, weights 1, 3, 1, 3 …, sum divisible by 10."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0


def gs1_check_digit(digits: str) -> str:
    """The digit that makes `digits` and it pass."""
    return next(check for check in string.digits if gs1_check_holds(digits + check))


def pzn_check_holds(digits: str) -> bool:
    """The sum of the first seven digits times 1 … 7, modulo 11, is the eighth."""
    return sum(int(digit) * place for place, digit in enumerate(digits[:7], 1)) % 11 == int(digits[7])


def only(text: str, characters: frozenset[str]) -> bool:
    return all(character in characters for character in text)


def ntin_pzn(gtin: str) -> str | None:
    """The PZN in a GTIN-14 that is an NTIN."""
    pzn = gtin[5:13]
    return pzn if gtin.startswith("04150") and pzn_check_holds(pzn) else None


def encode_sized(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("ascii")


@dataclass(frozen=True)
class Product:
    """A product code: scheme and code."""

    scheme: int
    code: str

    def encode(self) -> bytes:
        return bytes([self.scheme]) + encode_sized(self.code)

    def __str__(self) -> str:
        return f"{self.scheme}:{self.code}"


@dataclass(frozen=True)
class Pack:
    """A pack identity: product code and serial."""

    product: Product
    serial: str

    def encode(self) -> bytes:
        return self.product.encode() + encode_sized(self.serial)


@dataclass(frozen=True)
class Key:
    """What a proof answers for; only the fields of its kind are set."""

    kind: int
    product: Product | None = None
    text: str = ""
    sscc: int = 0
    record: bytes = b""
    member: int = 0

    def encode(self) -> bytes:
        head = bytes([self.kind])
        if self.kind == KEY_UNIT:
            return head + self.sscc.to_bytes(8, "big")
        if self.kind == KEY_MEMBER:
            return head + self.member.to_bytes(4, "big")
        if self.kind == KEY_RECORD or self.product is None:
            return head + self.record
        tail = b"" if self.kind == KEY_PRODUCT else encode_sized(self.text)
        return head + self.product.encode() + tail


def read_product(reader: Reader) -> Product:
    scheme = reader.u8()
    if not GTIN <= scheme <= NATIONAL:
        raise value_fault()
    code = ascii_text(reader.sized(1, 1, MAX_CODE))
    if not product_code_holds(scheme, code):
        raise text_fault()
    return Product(scheme, code)


def product_code_holds(scheme: int, code: str) -> bool:
    """The table of section 2."""
    if scheme == GTIN:
        return len(code) == 14 and only(code, DIGITS) and gs1_check_holds(code) and ntin_pzn(code) is None
    if scheme == PZN:
        return len(code) == 8 and only(code, DIGITS) and pzn_check_holds(code)
    if scheme == CHINA:
        return len(code) == 7 and only(code, DIGITS | UPPER)
    return 3 <= len(code) <= MAX_CODE and only(code, SET_82) and only(code[:2], UPPER)


def ascii_text(data: bytes) -> str:
    if not data.isascii():
        raise text_fault()
    return data.decode("ascii")


def read_set_82(reader: Reader) -> str:
    """A serial or a lot."""
    text = ascii_text(reader.sized(1, 1, MAX_SERIAL))
    if not only(text, SET_82):
        raise text_fault()
    return text


def read_sscc(reader: Reader) -> int:
    sscc = reader.u64()
    if sscc >= SSCC_LIMIT:
        raise bounds()
    if not gs1_check_holds(f"{sscc:018}"):
        raise text_fault()
    return sscc


def read_pack(reader: Reader) -> Pack:
    return Pack(read_product(reader), read_set_82(reader))


def read_key(reader: Reader) -> Key:
    """One of the six kinds of key of section 9."""
    kind = reader.u8()
    if kind == KEY_PRODUCT:
        return Key(kind, product=read_product(reader))
    if kind in (KEY_LOT, KEY_PACK):
        return Key(kind, product=read_product(reader), text=read_set_82(reader))
    if kind == KEY_UNIT:
        return Key(kind, sscc=read_sscc(reader))
    if kind == KEY_RECORD:
        return Key(kind, record=reader.hash32())
    if kind == KEY_MEMBER:
        return Key(kind, member=reader.u32())
    raise value_fault()
