"""MusicXML measure attributes: divisions, metres, keys, transpositions and measures that repeat others."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from musenb.errors import ScoreError
from musenb.score.measures.written import Ledger, WrittenMeasure
from musenb.score.metre import TimeSignature, joined_metre
from musenb.score.musicxml.pitches import AS_WRITTEN, Transposition, concert_fifths, read_transposition

MOST_REPEATED = 64


@dataclass(slots=True)
class Attributes:
    """What holds in a part until it changes.

    Parameters
    ----------
    divisions : int or None
        Divisions of a quarter; None while nothing says it.
    transpositions : dict of int to Transposition
        By staff; 0 for all staves.
    fifths : (int, str) or None
        The written key and its mode.
    repeated : dict of int to int
        For each staff (0 for all) how many measures its measure-repeat sign repeats.
    renamed : bool
        The concert key is an enharmonic one of the written key: the notes have other names than the written ones.
    """

    divisions: int | None = None
    transpositions: dict[int, Transposition] = field(default_factory=dict)
    fifths: tuple[int, str] | None = None
    repeated: dict[int, int] = field(default_factory=dict)
    renamed: bool = False

    def transposition(self, staff: int) -> Transposition:
        """Return what makes the pitch written on a staff a sounding one."""
        return self.transpositions.get(staff) or self.transpositions.get(0, AS_WRITTEN)

    def read(self, element: Element, measure: WrittenMeasure, start: Fraction, ledger: Ledger) -> None:
        """Take an <attributes> that stands `start` quarters after the beginning of the measure."""
        place = f"bar {measure.number}"
        divisions = element.findtext("divisions")
        if divisions is not None:
            self.divisions = max(1, round(float(divisions)))
        moved = element.findall("transpose")
        for transpose in moved:
            self.transpositions[int(transpose.get("number") or 0)] = read_transposition(transpose)
        self._read_key(element, measure, start, ledger)
        if moved and element.find("key") is None and self.fifths is not None:
            self._add_key(measure, start, ledger)
        time = element.find("time")
        if time is not None:
            measure.free = time.find("senza-misura") is not None
            measure.metre = None if measure.free else read_metre(time, ledger, place)
        for style in element.findall("measure-style"):
            self._read_style(style, ledger, place)

    def _read_key(self, element: Element, measure: WrittenMeasure, start: Fraction, ledger: Ledger) -> None:
        key = element.find("key")
        if key is None:
            return
        fifths = key.findtext("fifths")
        if fifths is None:
            ledger.add("key signatures of single accidentals", place=f"bar {measure.number}")
            return
        self.fifths = round(float(fifths)), key.findtext("mode", "").strip().lower()
        self._add_key(measure, start, ledger)

    def _add_key(self, measure: WrittenMeasure, start: Fraction, ledger: Ledger) -> None:
        assert self.fifths is not None
        fifths, mode = self.fifths
        transposition = self.transposition(1)
        concert = concert_fifths(fifths, transposition)
        self.renamed = concert is not None and transposition.semitones % 12 != 0 and (
            concert != fifths + transposition.fifths
        )
        if concert is None:
            ledger.add("key signatures of more than seven accidentals", place=f"bar {measure.number}")
        else:
            measure.keys.append((start, concert, mode if mode in ("major", "minor") else ""))

    def _read_style(self, style: Element, ledger: Ledger, place: str) -> None:
        staff = int(style.get("number") or 0)
        sign = style.find("measure-repeat")
        if sign is not None and sign.get("type") == "start":
            count = (sign.text or "").strip()
            readable = count.isascii() and count.isdigit()
            self.repeated[staff] = min(int(count), MOST_REPEATED) if readable else 1
        elif sign is not None:
            self.repeated.pop(staff, None)
        if style.find("beat-repeat") is not None or style.find("slash") is not None:
            ledger.add("passages of slash notation", place=place)


def read_metre(time: Element, ledger: Ledger, place: str) -> TimeSignature | None:
    """Return the metre that a <time> says, with the groups of an additive one. None when it is no metre."""
    pairs = zip(time.findall("beats"), time.findall("beat-type"), strict=False)
    try:
        terms = []
        for beats, unit in pairs:
            groups = tuple(map(int, (beats.text or "").split("+")))
            terms.append((groups, int(unit.text or "")))
        return joined_metre(terms)
    except (ValueError, ScoreError):
        ledger.add("metres without a bar length", place=place)
        return None
