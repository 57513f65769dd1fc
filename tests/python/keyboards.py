"""What a scanner's key strokes become under another keyboard layout, and back (FORMAT.md section 13, tolerant 3)."""

from __future__ import annotations

import string

AMERICAN = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
GERMAN = " !Ä§$%/ä)=(`,ß.-0123456789Öö;´:_\"ABCDEFGHIJKLMNOPQRSTUVWXZYü#+&?^abcdefghijklmnopqrstuvwxzyÜ'*°"
FRENCH = " 1%3457ù908+);:!à&é\"'(-è_çMm.=/§2QBCDEFGHIJKL?NOPARSTUVZXYW^*$6°²qbcdefghijkl,noparstuvzxyw¨µ£~"

_BACK = {
    "keyboard-qwertz": dict(zip(GERMAN, AMERICAN, strict=True)),
    "keyboard-azerty": dict(zip(FRENCH, AMERICAN, strict=True)),
}


def keyboard_repairs(text: str) -> list[tuple[str, str]]:
    """Each repair that applies, with the text as it was meant."""
    meant: dict[str, str | None] = {"caps-lock": _swap_case(text)}
    if text[:1] not in tuple(string.digits) or not text.isascii():
        meant |= {layout: _typed_back(text, layout) for layout in _BACK}
    return [(name, other) for name, other in meant.items() if other is not None and other != text]


def _swap_case(text: str) -> str:
    return "".join(character.swapcase() if character.isascii() else character for character in text)


def _typed_back(text: str, layout: str) -> str | None:
    back = _BACK[layout]
    if not all(character in back or character < " " for character in text):
        return None
    return "".join(back.get(character, character) for character in text)
