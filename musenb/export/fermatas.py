"""Fermatas of a staff: one sign for all voices that it holds at once.

A fermata stops everything that sounds, so voices that share a staff share its sign: it stands with the highest of them,
at the last symbol of its note.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from musenb.export.notation import Symbol

Place = tuple[int, int]


def printed_fermatas(lines: Sequence[tuple[int, Sequence[Symbol]]], shift: Fraction) -> set[Place]:
    """Return which symbols of a staff bear a fermata, as (line, place in it).

    Parameters
    ----------
    lines : sequence of (int, sequence of Symbol)
        What stands in one bar, the highest line first, each with the number of its voice.
    shift : Fraction
        Quarters from the beginning of the piece to the (virtual) beginning of the bar.
    """
    printed: set[Place] = set()
    held: list[tuple[int, Fraction, Fraction]] = []
    for number, (voice, symbols) in enumerate(lines):
        for place, symbol in enumerate(symbols):
            start = symbol.start + shift
            end = start + symbol.duration
            tied_on = any(note.end > end for _, note in symbol.notes)
            if tied_on or not any(note.fermata for _, note in symbol.notes):
                continue
            if not any(other != voice and first < end and start < last for other, first, last in held):
                printed.add((number, place))
                held.append((voice, start, end))
    return printed
