"""What the plain rules of part-writing see of a score: moments, chords, beats, and the moves of voices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import wraps
from itertools import pairwise
from typing import Any

from musenb.score.note import Note, Score

Places = set[tuple[Fraction, frozenset[int]]]
CHORDS = {
    "maj": {0, 4, 7}, "min": {0, 3, 7}, "dim": {0, 3, 6}, "aug": {0, 4, 8}, "7": {0, 4, 7, 10}, "m7": {0, 3, 7, 10},
    "M7": {0, 4, 7, 11}, "half-dim": {0, 3, 6, 10}, "dim7": {0, 3, 6, 9}, "7 no 5": {0, 4, 10}, "m7 no 5": {0, 3, 10},
    "M7 no 5": {0, 4, 11}, "major third": {0, 4}, "minor third": {0, 3}, "fifth": {0, 7}, "unison": {0},
}  # fmt: skip
SEVENTH = {"7": 10, "7 no 5": 10, "m7": 10, "m7 no 5": 10, "half-dim": 10, "M7": 11, "M7 no 5": 11, "dim7": 9}
DOMINANTS = ("maj", "7", "7 no 5", "major third")
DIMINISHED = ("dim", "half-dim", "dim7")
GOALS = ("maj", "min", "major third", "minor third")
MAJOR, MINOR = {0, 2, 4, 5, 7, 9, 11}, {0, 2, 3, 5, 7, 8, 10, 11}
LETTERS = "CDEFGAB"


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what a function returns about a score until it is asked about another one; the rules ask the same often."""
    asked: list[Any] = [None, {}]

    @wraps(function)
    def known(score: Score, *rest: Any) -> Any:
        if asked[0] is not score:
            asked[:] = [score, {}]
        if rest not in asked[1]:
            asked[1][rest] = function(score, *rest)
        return asked[1][rest]

    return known


@once
def moments(score: Score) -> list[Fraction]:
    return sorted({time for note in score.notes for time in (note.onset, note.end)})


@once
def at(score: Score, voice: int, time: Fraction) -> Note | None:
    return next((note for note in score.voices[voice].notes if note.onset <= time < note.end), None)


@once
def chord(score: Score, time: Fraction) -> tuple[int, str] | None:
    heard = [note for voice in range(len(score.voices)) if (note := at(score, voice, time)) is not None]
    if len(heard) < 3:
        return None
    classes = {note.pitch % 12 for note in heard}
    found = []
    for root in classes:
        for name, above in CHORDS.items():
            if {(root + step) % 12 for step in above} == classes:
                found.append((root, name))
    if len(found) > 1:
        found = [one for one in found if one[0] == heard[-1].pitch % 12]
    return found[0] if found else None


@once
def beats(score: Score, start: Fraction, stop: Fraction) -> Fraction:
    total = Fraction(0)
    for bar in score.bars():
        inside = min(stop, bar.end) - max(start, bar.onset)
        total += max(inside, Fraction(0)) / bar.metre.beat_length
    return total


@once
def on_beat(score: Score, time: Fraction) -> bool:
    bar = next(bar for bar in score.bars() if bar.onset <= time < bar.end)
    return ((time - bar.first_beat) / bar.metre.beat_length).denominator == 1


@once
def held(score: Score, time: Fraction) -> bool:
    return any(note.fermata for voice in range(len(score.voices)) if (note := at(score, voice, time)) is not None)


@once
def closes(score: Score, before: Fraction, after: Fraction) -> bool:
    """Whether a phrase ends between two moments that follow each other."""
    return held(score, before) and not held(score, after)


def changes(score: Score) -> Iterator[tuple[Fraction, Fraction]]:
    """The moments that follow each other within a phrase, but the last one, at which nothing sounds any more."""
    times = moments(score)
    for before, after in pairwise(times[:-1]):
        if not closes(score, before, after):
            yield before, after


def pairs(score: Score) -> Iterator[tuple[int, int]]:
    for upper in range(len(score.voices)):
        for lower in range(upper + 1, len(score.voices)):
            yield upper, lower


def four(score: Score, before: Fraction, after: Fraction, upper: int, lower: int) -> list[int] | None:
    notes = [at(score, voice, time) for time in (before, after) for voice in (upper, lower)]
    return None if None in notes else [note.pitch for note in notes if note is not None]


def moves(score: Score, voice: int) -> Iterator[tuple[Note, Note]]:
    """Notes that follow each other in a voice without a rest, in one phrase."""
    notes = score.voices[voice].notes
    times = moments(score)
    for one, other in pairwise(notes):
        between = [time for time in times if one.onset <= time <= other.onset]
        ends = any(closes(score, a, b) for a, b in pairwise(between))
        if one.end == other.onset and not ends:
            yield one, other
