"""music21 repeat and chord symbol reader: repeats, endings, jumps, chord symbols, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from musenb.score.measures.written import Ledger, WrittenMeasure, WrittenRepeat
from musenb.score.plain import plain_text

LONGEST_TEXT = 40
JUMPS = {
    "Segno": "segno", "Coda": "coda", "Fine": "fine", "DaCapo": "da capo", "DaCapoAlFine": "da capo",
    "DaCapoAlCoda": "da capo", "DalSegno": "dal segno", "DalSegnoAlFine": "dal segno", "DalSegnoAlCoda": "dal segno",
}  # fmt: skip
LEFT_OUT = {"Dynamic": "dynamic marks"}


def repeat_signs(measure: Any) -> list[WrittenRepeat]:
    """Return the repeat signs at the ends of a music21 measure."""
    signs = []
    for line, start in ((measure.leftBarline, Fraction(0)), (measure.rightBarline, None)):
        if line is not None and "Repeat" in line.classSet:
            kind = "forward" if line.direction == "start" else "backward"
            signs.append(WrittenRepeat(start, kind, (), max(2, int(line.times or 2))))
    return signs


def bracket_endings(part: Any, measures: Sequence[Any], written: Sequence[WrittenMeasure]) -> None:
    """Mark the endings of a music21 part in its written measures."""
    places = {id(measure): place for place, measure in enumerate(measures)}
    for bracket in part.recurse().getElementsByClass("RepeatBracket"):
        inside = sorted(places[id(measure)] for measure in bracket.getSpannedElements() if id(measure) in places)
        if inside:
            numbers = tuple(int(number) for number in bracket.numberRange)
            written[inside[0]].repeats.append(WrittenRepeat(Fraction(0), "ending start", numbers))
            written[inside[-1]].repeats.append(WrittenRepeat(None, "ending stop", numbers))


def jump_kind(element: Any) -> str:
    """Return the kind of a jump mark, as in `Repeat`; empty for anything else."""
    return JUMPS.get(type(element).__name__, "")


def chord_mark(element: Any) -> tuple[str, str] | None:
    """Return (text, kind) of a chord symbol or Roman numeral, None for anything else."""
    if "RomanNumeral" in element.classSet:
        return plain_text(str(element.figure), LONGEST_TEXT), "numeral"
    if "NoChord" in element.classSet:
        return "N.C.", "chord"
    if "ChordSymbol" in element.classSet:
        # music21 writes a flat as '-'.
        return plain_text(str(element.figure).replace("-", "b"), LONGEST_TEXT), "chord"
    return None


def left_out(element: Any, ledger: Ledger, bar: str) -> None:
    """Count an element that a Score cannot hold."""
    kind = LEFT_OUT.get(type(element).__name__)
    if kind:
        ledger.add(kind, place=f"bar {bar}" if bar else "")
