"""ABC field value parsers for M:, L: and Q:; each returns None for what it does not understand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from musenb.errors import ScoreError
from musenb.score.abc.tables import FREE_METRES, METRE_SIGNS, QUARTER
from musenb.score.note import TimeSignature

_METRE = re.compile(r"\(?\s*(\d{1,3}(?:\s*\+\s*\d{1,3})*)\s*\)?\s*/\s*(\d{1,3})")
_LENGTH = re.compile(r"(\d{1,3})\s*(?:/\s*(\d{1,3}))?")
_WORDS = re.compile(r'"([^"]*)"')
_BEATS = re.compile(r"((?:\d{1,3}\s*/\s*\d{1,3}\s*)+)=\s*(\d{1,5}(?:\.\d{1,4})?)")
_UNITS = re.compile(r"(?:[Cc]\s*(\d{0,2})\s*=)?\s*(\d{1,5}(?:\.\d{1,4})?)(?![\d/])")
_FRACTION = re.compile(r"(\d{1,3})\s*/\s*(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Metre:
    """What an M: says: `signature` is None in free metre."""

    signature: TimeSignature | None

    @property
    def compound(self) -> bool:
        """True in 6/8, 9/8, 12/8 and their like."""
        metre = self.signature
        return metre is not None and metre.compound


FREE = Metre(None)


@dataclass(frozen=True, slots=True)
class TempoMark:
    """What a Q: says: quarters a minute, None when it has words alone."""

    qpm: Fraction | None
    words: str = ""


def parse_metre(text: str) -> Metre | None:
    """Return the metre of an M:, such as 3/4, C, C|, none or (2+3)/8."""
    if text.strip().lower() in FREE_METRES:
        return FREE
    if text.strip() in METRE_SIGNS:
        return Metre(TimeSignature(Fraction(0), *METRE_SIGNS[text.strip()]))
    found = _METRE.fullmatch(text.strip())
    if not found:
        return None
    groups = tuple(int(group) for group in found[1].split("+"))
    try:
        return Metre(TimeSignature(Fraction(0), sum(groups), int(found[2]), groups))
    except ScoreError:
        return None


def parse_unit(text: str) -> Fraction | None:
    """Return the quarters of an L:, such as 1/8 or 1."""
    found = _LENGTH.fullmatch(text.strip())
    if not found:
        return None
    over, under = int(found[1]), int(found[2] or 1)
    if not over or not under:
        return None
    return QUARTER * Fraction(over, under)


def default_unit(metre: Metre | None) -> Fraction:
    """Return the quarters of the unit length without an L:: a sixteenth in metres below 3/4, else an eighth."""
    short = metre is not None and metre.signature is not None and metre.signature.bar_length < 3
    return QUARTER / 16 if short else QUARTER / 8


def parse_tempo(text: str, unit: Fraction) -> TempoMark | None:
    """Return the tempo of a Q:, such as 1/4=120, 3/8=60 "Slowly", 120 or C3=40.

    Parameters
    ----------
    text : str
    unit : Fraction
        Quarters of the unit length, which a bare number counts.
    """
    words = " ".join(_WORDS.findall(text)).strip()
    rest = _WORDS.sub(" ", text).strip()
    if not rest:
        return TempoMark(None, words) if words else None
    if found := _BEATS.match(rest):
        fractions = _FRACTION.findall(found[1])
        counted = [(int(over), int(under)) for over, under in fractions]
        if any(not under for _, under in counted):
            return None
        beat = QUARTER * sum(Fraction(over, under) for over, under in counted)
        return _timed(beat * Fraction(found[2]), words)
    if found := _UNITS.match(rest):
        return _timed(unit * int(found[1] or 1) * Fraction(found[2]), words)
    return None


def _timed(qpm: Fraction, words: str) -> TempoMark | None:
    return TempoMark(qpm, words) if qpm else None
