"""Metre from bar lines: what a text without a metre means by its | signs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from musenb.score.note import Note, TimeSignature

SMALLEST_UNIT = 16


def metre_from_lines(
    lines: Sequence[Fraction], end: Fraction, notes: Sequence[Note]
) -> tuple[TimeSignature, Fraction] | None:
    """Return the metre and the upbeat that make every bar line right, or None where bars differ.

    Parameters
    ----------
    lines : sequence of Fraction
        Quarters at which bar lines stand, in order, without 0.
    end : Fraction
        Quarters at which the voice ends.
    notes : sequence of Note
        They tell 6/8 from 3/4: no note but one that fills a bar sounds over its middle, and some note over a beat.
    """
    edges = [Fraction(0), *lines]
    closed = [after - before for before, after in zip(edges, lines, strict=False)]
    tail = end - lines[-1]
    length = closed[1] if len(closed) > 1 else max(closed[0], tail)
    regular = all(bar == length for bar in closed[1:])
    upbeat = closed[0] if closed[0] != length else Fraction(0)
    if not regular or upbeat > length / 2 or tail > length or not length:
        return None
    unit = 4
    while (length * unit / 4).denominator != 1:
        unit *= 2
        if unit > SMALLEST_UNIT:
            return None
    if length == 3 and _in_two(notes, upbeat):
        return TimeSignature(Fraction(0), 6, 8), upbeat
    return TimeSignature(Fraction(0), int(length * unit / 4), unit), upbeat


def _in_two(notes: Sequence[Note], upbeat: Fraction) -> bool:
    """Tell whether bars of three quarters go in two beats of a quarter and a half."""

    def crossed(point: Fraction) -> bool:
        for note in notes:
            first = (note.onset - upbeat) % 3
            whole = first == 0 and note.duration >= 3
            if not whole and first < point < first + note.duration:
                return True
        return False

    return not crossed(Fraction(3, 2)) and (crossed(Fraction(1)) or crossed(Fraction(2)))
