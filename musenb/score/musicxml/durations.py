"""MusicXML note durations: how long a <note> lasts, and where in its measure the next one begins.

A <duration> counts divisions of a quarter and is a whole number, so that of a triplet may be rounded; <type>, dots and
<time-modification> are exact. A duration that is off by less than one division is taken for a rounded one.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from musenb.score.quarters import tame

TYPES = {
    name: Fraction(32) / 2**place
    for place, name in enumerate(
        "maxima long breve whole half quarter eighth 16th 32nd 64th 128th 256th 512th 1024th".split()
    )
}
ONE = Fraction(1)
_DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,9})?")


def dotted(name: str, dots: int) -> Fraction | None:
    """Return the quarters of a note value with dots; None for a name that is none."""
    value = TYPES.get(name)
    return None if value is None else value * (2 - Fraction(1, 2**dots))


@lru_cache(maxsize=4096)
def count(text: str) -> Fraction | None:
    """Return a number of divisions, exact; None for a text that is none."""
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


@lru_cache(maxsize=4096)
def written_length(
    duration: str,
    divisions: int | None,
    name: str,
    dots: int,
    ratio: tuple[str, str],
    *,
    otherwise: int = 1,
) -> tuple[Fraction, Fraction]:
    """Return the quarters that a note lasts, as its <duration> counts them and exact; 0 when nothing says it.

    Parameters
    ----------
    duration : str
        <duration>, in divisions; empty without one.
    divisions : int or None
        Divisions of a quarter; None when the part has not said them.
    name : str
        <type>, empty without one.
    dots : int
    ratio : (str, str)
        Actual and normal notes of <time-modification>: ('3', '2') in a triplet.
    otherwise : int
        Divisions to count with where the part says none and there is no type.
    """
    units = count(duration)
    value = dotted(name, dots)
    said = None if value is None else value * _modified(*ratio)
    if units is None or divisions is None:
        if said is None:
            said = Fraction(units or 0, otherwise)
        return said, said
    counted = Fraction(units, divisions)
    if said is None or said == counted:
        return counted, counted
    exact = said * divisions
    rounded = exact.denominator != 1 and abs(exact - units) < 1
    return counted, said if rounded else counted


def _modified(actual: str, normal: str) -> Fraction:
    """Return what a time modification makes of a value."""
    notes, time = int(actual or 1), int(normal or 1)
    return Fraction(time, notes) if notes > 0 and time > 0 else ONE


class Cursor:
    """The place in a measure, in counted quarters and in exact ones.

    Where rounded durations have led the count astray, <backup> and <forward> still find the exact place of a count that
    has been met before.
    """

    def __init__(self) -> None:
        self.counted = self.exact = self.reach = Fraction(0)
        self._known: dict[Fraction, Fraction] = {self.counted: self.exact}

    def advance(self, counted: Fraction, exact: Fraction) -> None:
        """Go on by a note or rest."""
        same = counted is exact and self.counted is self.exact
        self.exact = tame(self.exact + exact)
        self.counted = self.exact if same else tame(self.counted + counted)
        self._known.setdefault(self.counted, self.exact)

    def move(self, quarters: Fraction) -> bool:
        """Go forward or, below 0, back; return False where that would lead before the measure."""
        target = tame(self.counted + quarters)
        inside = target >= 0
        self.counted = max(target, Fraction(0))
        self.exact = self._known.get(self.counted, self.counted)
        return inside

    def said(self) -> None:
        """Note that something stands up to here."""
        self.reach = max(self.reach, self.exact)
