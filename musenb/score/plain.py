"""Text sanitization: titles and names from files that can do no harm where they are shown."""

from __future__ import annotations

import unicodedata

LONGEST_TEXT = 200
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def plain_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return `text` on one line, cut to `longest` characters, without controls and bidirectional overrides."""
    kept = []
    for character in text:
        if character in BIDI_CONTROLS:
            continue
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category != "Cs":
            kept.append(character)
    return " ".join("".join(kept).split())[:longest].rstrip()
