"""Key signatures and metres by their names: 'D minor' and '3/4' as people write and read them."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from musenb.errors import ScoreError, SettingError
from musenb.score.arguments import shown
from musenb.score.note import KeySignature, TimeSignature

# Sharps of the major key on each letter; a minor key has three fewer, a sharp in its name seven more.
SHARPS = {"C": 0, "D": 2, "E": 4, "F": -1, "G": 1, "A": 3, "B": 5}
LETTERS = "FCGDAEB"  # in the order of fifths

EXAMPLES = {"key": "'D minor'", "metre": "'3/4'"}
Named = TypeVar("Named", KeySignature, TimeSignature)

_KEY = re.compile(r"([A-Ga-g])([#b]?)(m(?:in(?:or)?)?|[ \t]*minor|[ \t]*major|)|(0|[1-7][#b])")
_METRE = re.compile(r"(\d{1,3}(?:\+\d{1,3})*)/(\d{1,3})")
_UNICODE = str.maketrans({"♯": "#", "♭": "b"})


def key_named(name: str, onset: Fraction = Fraction(0)) -> KeySignature:
    """Return the key that is written 'D', 'Bb major', 'F#m' or 'F# minor', or as a signature: '2#', '3b', '0'.

    Raises
    ------
    ScoreError
        The name says no key, or one with more than seven accidentals.
    """
    match = _KEY.fullmatch(name.translate(_UNICODE).strip())
    if not match:
        raise ScoreError("a key is like D, Bb, F#m, 'F# minor', or a signature like 2#, 3b, 0")
    if match[4]:
        count = int(match[4][0])
        return KeySignature(onset, -count if match[4].endswith("b") else count)
    mode = match[3].strip()
    minor = mode.startswith("m") and mode != "major"
    altered = {"": 0, "#": 7, "b": -7}[match[2]]
    fifths = SHARPS[match[1].upper()] + altered - 3 * minor
    return KeySignature(onset, fifths, "minor" if minor else "major")


def name_of_key(key: KeySignature) -> str:
    """Return a key as `key_named` reads it: 'F# minor', or '3#' when its mode is unknown."""
    if not key.mode:
        return f"{abs(key.fifths)}{'#' if key.fifths > 0 else 'b' if key.fifths else ''}"
    place = key.fifths + 1 + 3 * (key.mode == "minor")
    signs = {-1: "b", 0: "", 1: "#"}[place // 7]
    return f"{LETTERS[place % 7]}{signs} {key.mode}"


def metre_named(name: str, onset: Fraction = Fraction(0)) -> TimeSignature:
    """Return the metre that is written '3/4' or '6/8'.

    Raises
    ------
    ScoreError
        The text is no metre, or one outside 1..64 beats over a power of two up to 64.
    """
    match = _METRE.fullmatch(name.strip())
    if not match:
        raise ScoreError("a metre is like 4/4, 3/4, 6/8 or 3+2+2/8")
    groups = tuple(map(int, match[1].split("+")))
    return TimeSignature(onset, sum(groups), int(match[2]), groups)


def name_of_metre(metre: TimeSignature) -> str:
    """Return a metre as `metre_named` reads it: '3/4'."""
    return str(metre)


def asked_key(name: str | KeySignature | None) -> KeySignature | None:
    """Return the key that somebody asks for by its name; None where nobody does.

    Raises
    ------
    SettingError
        It is none.
    """
    if name is None or isinstance(name, KeySignature):
        return name
    return _asked("key", name, key_named)


def asked_metre(name: str | TimeSignature | None) -> TimeSignature | None:
    """Return the metre that somebody asks for by its name, as `asked_key` does."""
    if name is None or isinstance(name, TimeSignature):
        return name
    return _asked("metre", name, metre_named)


def _asked(what: str, name: Any, read: Callable[[str], Named]) -> Named:
    if not isinstance(name, str):
        raise SettingError(f"{what} {shown(name)} is not text, as in {EXAMPLES[what]}")
    try:
        return read(name)
    except ScoreError as error:
        raise SettingError(f"{what} {shown(name)}: {error}") from None
