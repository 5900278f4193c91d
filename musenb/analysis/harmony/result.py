"""Harmony of a score: its chord labels, in order, with keys, cadences and foreign notes."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from musenb.analysis.harmony.cadences import cadences_of
from musenb.analysis.harmony.foreign import foreign_notes
from musenb.analysis.harmony.label import Choice, ChordLabel, key_name
from musenb.analysis.harmony.names import Chord, read_numeral, write_numeral
from musenb.analysis.table import pandas
from musenb.errors import ScoreError, SettingError
from musenb.score.arguments import shown
from musenb.score.key import Key
from musenb.score.marks import ChordSymbol
from musenb.score.named import asked_key, key_named
from musenb.score.note import Score

FAINT = 0.5  # a label less likely than this is shown with a question mark
BARS_A_LINE = 8
NUMERAL = "numeral"  # the kind of chord symbol that a label is kept as
WRITTEN = re.compile(r"(?:([A-Ga-g][#b]?):\s*)?(\S+)")


@dataclass(frozen=True, slots=True, repr=False)
class Harmony:
    """The chords of a score.

    Parameters
    ----------
    score : Score
    chords : tuple of ChordLabel
        In order, from the first sound to the last, without gaps.
    """

    score: Score
    chords: tuple[ChordLabel, ...]

    def at(self, quarter: Fraction | float) -> ChordLabel:
        """Return the chord at a quarter from the beginning of the piece.

        Raises
        ------
        ScoreError
            It is before the beginning or not before the end.
        """
        for chord in self.chords:
            if chord.onset <= quarter < chord.end:
                return chord
        last = float(self.chords[-1].end)
        raise ScoreError(f"there is no chord at quarter {float(quarter):g}; there are from 0 to below {last:g}")

    @property
    def keys(self) -> tuple[tuple[Fraction, Key], ...]:
        """Where each local key begins, in quarters, and which it is."""
        found: list[tuple[Fraction, Key]] = []
        for chord in self.chords:
            if not found or found[-1][1] != chord.key:
                found.append((chord.onset, chord.key))
        return tuple(found)

    @property
    def cadences(self) -> tuple[ChordLabel, ...]:
        """The chords at which a phrase closes with a cadence that has a name."""
        return tuple(chord for chord in self.chords if chord.cadence)

    def overrule(self, bar: int, beat: float, numeral: str, *, key: str | None = None) -> Harmony:
        """Return the harmony with another label for the chord that sounds at a place.

        The label is kept in the score of the result, as a numeral: it is saved with it, and stands when the harmony of
        what was saved is read again.

        Parameters
        ----------
        bar : int
            Printed number, 0 for an anacrusis.
        beat : float
            From 1; the chord that sounds there is renamed as a whole.
        numeral : str
            Such as 'V7' or 'viio6/V'.
        key : str, optional
            Such as 'D minor'; the key that the chord has when left out.

        Raises
        ------
        SettingError
            There is no such place, or the numeral or the key cannot be read.
        """
        place = self._place(bar, beat)
        old = self.chords[place]
        asked = asked_key(key)
        local = old.key if asked is None else Key(asked.tonic, asked.mode == "minor")
        chord = read_numeral(numeral, minor=local.minor)
        new = renamed(old, local, chord)
        labels = [*self.chords[:place], new, *self.chords[place + 1 :]]
        symbol = ChordSymbol(old.onset, written_label(local, chord), NUMERAL)
        others = [one for one in self.score.chords if (one.onset, one.kind) != (old.onset, NUMERAL)]
        score = dataclasses.replace(self.score, chords=(*others, symbol))
        return Harmony(score, annotated(score, labels))

    def marked(self, *, figures: bool = False) -> Score:
        """Return the score with its chords below the music, as files and prints have them.

        A numeral stands where a chord begins, its key before it where that is new ('G: V7'). What is unsure is left
        out, and so are the numerals and figures that the score had.

        Parameters
        ----------
        figures : bool
            Figured bass in place of the numerals.
        """
        marks = [mark for mark in self.score.chords if mark.kind == "chord"]
        key = None
        for chord in self.chords:
            if chord.confidence < FAINT:
                continue
            text = written_label(chord.key, chord.chord) if chord.key != key else chord.numeral
            key = chord.key
            if not figures:
                marks.append(ChordSymbol(chord.onset, text, NUMERAL))
            elif chord.figures:
                marks.append(ChordSymbol(chord.onset, chord.figures, "figures"))
        return dataclasses.replace(self.score, chords=tuple(sorted(marks, key=lambda mark: mark.onset)))

    def _place(self, bar: int, beat: float) -> int:
        """Return the number of the chord that sounds at a beat of a bar."""
        if not isinstance(beat, int | float | Fraction) or not math.isfinite(beat):
            raise SettingError(f"beat {shown(beat)} is not a number, as in 1 or 2.5")
        bars = {one.number: one for one in self.score.bars()}
        if bar not in bars:
            raise SettingError(f"there is no bar {shown(bar)}; there are {min(bars)} to {max(bars)}")
        one = bars[bar]
        quarter = one.first_beat + Fraction(beat - 1).limit_denominator(96) * one.metre.beat_length
        if one.onset <= quarter < min(one.end, self.chords[-1].end):
            onsets = [chord.onset for chord in self.chords]
            return sum(onset <= quarter for onset in onsets) - 1
        raise SettingError(f"bar {bar} has no beat {beat:g}")

    def records(self) -> list[dict[str, Any]]:
        """Return one record a chord."""
        return [_record(chord) for chord in self.chords]

    def table(self) -> Any:
        """Return the chords as a pandas DataFrame, a row a chord.

        Raises
        ------
        MusenbError
            pandas is not installed.
        """
        return pandas("records").DataFrame(self.records())

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        """Yield lines such as 'bars 1-8, C major: I ii6 V7 I', one a key and eight bars at most."""
        for key, group in itertools.groupby(self.chords, key=lambda chord: chord.key):
            inside = list(group)
            while inside:
                last = inside[0].bar + BARS_A_LINE
                line = [chord for chord in inside if chord.bar < last]
                inside = inside[len(line) :]
                bars = f"bar {line[0].bar}" if line[0].bar == line[-1].bar else f"bars {line[0].bar}-{line[-1].bar}"
                yield f"{bars}, {key_name(key)}: {' '.join(_shown(chord) for chord in line)}"


def _shown(chord: ChordLabel) -> str:
    """Return a numeral, with a question mark when it is unsure and the name of the cadence it closes."""
    close = f" ({chord.cadence})" if chord.cadence else ""
    return chord.numeral + ("?" if chord.confidence < FAINT else "") + close


def _record(chord: ChordLabel) -> dict[str, Any]:
    foreign = ", ".join(f"{one.name} ({one.voice})" for one in chord.foreign)
    return {
        "bar": chord.bar,
        "beat": float(chord.beat),
        "key": key_name(chord.key),
        "numeral": chord.numeral,
        "figures": chord.figures,
        "confidence": round(chord.confidence, 2),
        "second choice": "" if chord.second is None else str(chord.second),
        "cadence": chord.cadence,
        "foreign notes": foreign,
        "overruled": chord.overruled,
    }


def written_label(key: Key, chord: Chord) -> str:
    """Return a label as it is kept in a score: 'G: V7', with a small letter for a minor key."""
    letter = key_name(key).split()[0]
    return f"{letter.lower() if key.minor else letter}: {write_numeral(chord, minor=key.minor)}"


def given_labels(score: Score, labels: Sequence[ChordLabel]) -> list[ChordLabel]:
    """Return labels with those that a score brings as numerals in their places; what is no numeral says nothing.

    A numeral holds from where it stands to the end of the label that it falls into. One without a key is in that of the
    numeral before it.
    """
    found = list(labels)
    told: Key | None = None
    for symbol in score.chords:
        match = WRITTEN.fullmatch(symbol.text.strip())
        place = next((at for at, one in enumerate(found) if one.onset <= symbol.onset < one.end), None)
        if symbol.kind != NUMERAL or match is None or place is None:
            continue
        old = found[place]
        told = _key(match[1]) if match[1] else told
        key = told or old.key
        try:
            chord = read_numeral(match[2], minor=key.minor)
        except SettingError:
            continue
        new = renamed(old, key, chord)
        found[place : place + 1] = [new] if symbol.onset == old.onset else _split(score, old, new, symbol.onset)
    return found


def _split(score: Score, old: ChordLabel, new: ChordLabel, at: Fraction) -> list[ChordLabel]:
    """Return the old label up to a quarter, and the new one from there."""
    bar = next(one for one in score.bars() if one.onset <= at < one.end)
    beat = (at - bar.first_beat) / bar.metre.beat_length + 1
    return [dataclasses.replace(old, end=at), dataclasses.replace(new, onset=at, bar=bar.number, beat=beat)]


def _key(letter: str) -> Key:
    signature = key_named(f"{letter} minor" if letter[0].islower() else letter)
    return Key(signature.tonic, signature.mode == "minor")


def renamed(old: ChordLabel, key: Key, chord: Chord) -> ChordLabel:
    """Return a label as a person names it; what stood there becomes the second choice."""
    before = Choice(old.key, old.chord, old.confidence)
    return dataclasses.replace(old, key=key, chord=chord, confidence=1.0, second=before, overruled=True)


def annotated(score: Score, labels: Sequence[ChordLabel]) -> tuple[ChordLabel, ...]:
    """Return labels with their cadences and foreign notes."""
    cadences, foreign = cadences_of(score, labels), foreign_notes(score, labels)
    return tuple(
        dataclasses.replace(label, cadence=cadences.get(place, ""), foreign=notes)
        for place, (label, notes) in enumerate(zip(labels, foreign, strict=True))
    )
