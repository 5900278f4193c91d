"""Grading of exercises: what an answer has right, what it missed, and which of its places are no errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from musenb.analysis.check.checker import check
from musenb.analysis.check.exercises import Exercise, above, four_voices, passes, voice_named
from musenb.analysis.check.figures import Figured, meant
from musenb.analysis.check.marks import Checked, Mark
from musenb.errors import ScoreError, SettingError
from musenb.score.arguments import shown
from musenb.score.note import Score
from musenb.score.spelling import written_out

Place = str | tuple[int, Fraction]


@dataclass(frozen=True)
class Graded:
    """What an answer is worth.

    Parameters
    ----------
    exercise : Exercise
    faults : tuple of str
        A sentence each: what of the given is changed, which figure is not realised, which place is no error.
    checked : Checked or None
        The part-writing of an answer in four voices.
    found, missed : tuple of Mark
        Of the planted errors.
    """

    exercise: Exercise
    faults: tuple[str, ...] = ()
    checked: Checked | None = None
    found: tuple[Mark, ...] = ()
    missed: tuple[Mark, ...] = ()

    @property
    def right(self) -> bool:
        """Whether nothing is wrong: no fault, no mark of the severity 'error', no planted error missed."""
        grave = self.checked is not None and any(mark.severity == "error" for mark in self.checked)
        return not (self.faults or self.missed or grave)

    def __str__(self) -> str:
        lines = [*self.faults, *(f"Missed: {mark}" for mark in self.missed)]
        if self.exercise.kind == "find errors":
            lines.append(f"{len(self.found)} of {len(self.found) + len(self.missed)} errors found.")
        return "\n".join([*lines, *([str(self.checked)] if self.checked is not None else [])])


def graded(exercise: Exercise, answer: Any) -> Graded:
    """Return what an answer is worth.

    Parameters
    ----------
    exercise : Exercise
    answer : Score, or iterable of (bar, beat) or of note names such as 'v1n7'
        Four voices for the first two kinds, places for the third.

    Raises
    ------
    ScoreError
        The answer is no score in four voices where one is asked for, or cannot be checked.
    SettingError
        The answer holds no places where those are asked for.
    """
    if exercise.kind == "find errors":
        return _found(exercise, answer)
    if not isinstance(answer, Score):
        raise ScoreError(f"the answer {shown(answer)} is no score in four voices")
    four = written_out(four_voices(answer))
    kept = "soprano" if exercise.kind == "harmonise" else "bass"
    faults = [*_changed(exercise.given, four, kept)]
    if exercise.kind == "figured bass":
        faults += _unrealised(exercise.given, four)
    return Graded(exercise, tuple(faults), check(four, exercise.rules))


def _found(exercise: Exercise, answer: Any) -> Graded:
    """Return which of the planted errors an answer names, and what it names besides."""
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise SettingError(f"places {shown(answer)} are no list of (bar, beat) or of notes such as 'v1n7'")
    places = [_place(one) for one in answer]
    errors = exercise.errors
    hit = {mark: [place for place in places if _names(place, mark)] for mark in errors}
    named = [place for found in hit.values() for place in found]
    faults = [f"No error was planted at {_said(place)}." for place in places if place not in named]
    found = tuple(mark for mark in errors if hit[mark])
    missed = tuple(mark for mark in errors if not hit[mark])
    return Graded(exercise, tuple(faults), None, found, missed)


def _place(one: Any) -> Place:
    if isinstance(one, str):
        return one
    try:
        bar, beat = one
        return int(bar), Fraction(beat).limit_denominator(1024)
    except (TypeError, ValueError, OverflowError):
        raise SettingError(f"place {shown(one)} is neither (bar, beat) nor a note such as 'v1n7'") from None


def _names(place: Place, mark: Mark) -> bool:
    return place in mark.notes if isinstance(place, str) else place == (mark.bar, mark.beat)


def _said(place: Place) -> str:
    return f"note {place}" if isinstance(place, str) else f"bar {place[0]}, beat {float(place[1]):g}"


def _changed(given: Score, answer: Score, voice: str) -> Iterator[str]:
    """Yield where an answer has other notes than were given."""
    wanted = {note.onset: note for note in voice_named(given, voice).notes}
    sung = {note.onset: note for note in voice_named(answer, voice).notes}
    for onset in sorted(wanted.keys() | sung.keys()):
        one, other = wanted.get(onset), sung.get(onset)
        if one is None or other is None or (one.pitch, one.duration) != (other.pitch, other.duration):
            bar = next((bar.number for bar in given.bars() if bar.onset <= onset < bar.end), None)
            where = "after the end" if bar is None else f"in bar {bar}" if bar else "in the upbeat"
            yield f"The {voice} is given and must stay: it differs {where}."
            return


def _unrealised(given: Score, answer: Score) -> Iterator[str]:
    """Yield the bass notes over which an answer has not what the figures ask for."""
    figures = {chord.onset: chord.text for chord in given.chords if chord.kind == "figures"}
    for bass in voice_named(written_out(given), "bass").notes:
        text = figures.get(bass.onset, "")
        if not text and passes(given, bass):
            continue
        asked = meant(bass, text, given.key_at(bass.onset))
        classes = {note.pitch % 12 for note in above(answer, bass)}
        fault = _misses(asked, classes)
        if fault:
            bar = next(bar for bar in given.bars() if bar.onset <= bass.onset < bar.end)
            beat = float((bass.onset - bar.first_beat) / bar.metre.beat_length + 1)
            figured = f"the figures {text}" if text else "no figures, a triad"
            yield f"Bar {bar.number}, beat {beat:g}: over {bass.spelling} stand {figured}; {fault}."


def _misses(asked: Figured, classes: set[int]) -> str:
    if not classes <= asked.allowed:
        return "a note does not belong to that chord"
    return "" if asked.needed <= classes else "a note of that chord is missing"
