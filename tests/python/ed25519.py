"""The strict Ed25519 rule for signatures and for keys that enter a registry (FORMAT.md section 1).

`cryptography` decides the equation [S]B - [k]A = R by comparing the canonical encoding with the bytes of R.
What it leaves open is decided here: points of small order, and keys with a torsion part.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hashes import tag_prefix

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
IDENTITY: Point = (0, 1, 1, 0)


def _small_order_encodings() -> frozenset[bytes]:
    """The list in section 1: seven encodings of y, each with the sign bit clear and set."""
    clear = [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"\xed" + b"\xff" * 30 + b"\x7f",
        b"\xee" + b"\xff" * 30 + b"\x7f",
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ]
    return frozenset(clear + [encoding[:31] + bytes([encoding[31] | 0x80]) for encoding in clear])


SMALL_ORDER = _small_order_encodings()


@lru_cache(maxsize=1 << 16)
def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature holds under the four rules of section 1."""
    if key in SMALL_ORDER or signature[:32] in SMALL_ORDER:
        return False
    if int.from_bytes(signature[32:], "little") >= L:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=1 << 14)
def key_may_register(key: bytes) -> bool:
    """Whether a key is canonical, on the curve, not of small order, and without a torsion part."""
    if key in SMALL_ORDER:
        return False
    y = int.from_bytes(key, "little") & ((1 << 255) - 1)
    if y >= P:
        return False
    point = _decompress(y, key[31] >> 7)
    return point is not None and _is_identity(_multiply(L, point))


def registration_holds(chain_id: bytes, member: int, key_number: int, key: bytes, signature: bytes) -> bool:
    """Whether a key may enter a registry with its own signature over the registration message."""
    message = tag_prefix("medproof key registration") + chain_id + member.to_bytes(4, "big")
    message += key_number.to_bytes(2, "big") + key
    return key_may_register(key) and verify(key, message, signature)


def _decompress(y: int, sign: int) -> Point | None:
    """RFC 8032 section 5.1.3, refusing x = 0 with the sign bit set."""
    numerator = (y * y - 1) % P
    denominator = (D * y * y + 1) % P
    x = numerator * pow(denominator, 3, P) * pow(numerator * pow(denominator, 7, P), (P - 5) // 8, P) % P
    if denominator * x * x % P != numerator:
        x = x * SQRT_MINUS_ONE % P
    if denominator * x * x % P != numerator or (x == 0 and sign):
        return None
    x = P - x if x % 2 != sign else x
    return (x, y, 1, x * y % P)


def _add(one: Point, two: Point) -> Point:
    """Complete addition in extended coordinates, RFC 8032 section 5.1.4."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _multiply(scalar: int, point: Point) -> Point:
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _is_identity(point: Point) -> bool:
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0
