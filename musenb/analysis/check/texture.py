"""Texture: the verticalities of a score, a row for each moment at which something changes.

Definitions
-----------
- A *slice* is a stretch of time in which no voice begins or stops a note; a *cell* is what one voice has in it.
- A *phrase ends* with a slice under a fermata when the next one has none, and with the last slice.

Conventions
-----------
- Columns go from the highest voice to the lowest: by name when all are named soprano, alto, tenor and bass, else by
  the middle of what each sings. `order` tells which voice of the score a column is.
"""

from __future__ import annotations

import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from musenb.errors import PolyphonyError, ScoreError
from musenb.score.note import Bar, Note, Score
from musenb.score.spelling import split_spelling, spoken, written_out

FEWEST_VOICES, MOST_VOICES, MOST_NOTES = 2, 8, 20_000
CHORALE = ("soprano", "alto", "tenor", "bass")
SILENT = -1
LETTERS = "CDEFGAB"


@dataclass(frozen=True)
class Texture:
    """A score in slices; see the module for the words.

    Parameters
    ----------
    score : Score
        With a name for every note.
    order : tuple of int
        The voice of the score that each column is.
    times : tuple of Fraction
        Quarters at which the slices begin, and the end of the last one.
    note : int (slices, voices)
        Number of the note in its voice, -1 for a rest.
    pitch : int (slices, voices)
        MIDI, -1 for a rest.
    step : int (slices, voices)
        Step of the staff that the note is written on, from C-1 up; -1 for a rest.
    begins : bool (slices, voices)
        Whether the note begins with the slice.
    held : bool (slices,)
        Whether a fermata stands over some note of the slice.
    closes : bool (slices,)
        Whether a phrase ends with the slice.
    """

    score: Score
    order: tuple[int, ...]
    times: tuple[Fraction, ...]
    note: np.ndarray
    pitch: np.ndarray
    step: np.ndarray
    begins: np.ndarray
    held: np.ndarray
    closes: np.ndarray

    def __len__(self) -> int:
        return len(self.pitch)

    @property
    def voices(self) -> int:
        """How many there are."""
        return len(self.order)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each column is called: its voice's name, or 'voice 2'."""
        said = [self.score.voices[voice].name.strip() or f"voice {voice + 1}" for voice in self.order]
        return tuple(f"{name} ({voice + 1})" if said.count(name) > 1 else name
                     for name, voice in zip(said, self.order, strict=True))

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """What each column sings of `CHORALE`, by its name, or of four voices without names by place; else empty."""
        given = [self.score.voices[voice].name.strip().lower() for voice in self.order]
        if not any(given) and len(given) == len(CHORALE):
            return CHORALE
        return tuple(next((role for role in CHORALE if name.startswith(role)), "") for name in given)

    @cached_property
    def bars(self) -> tuple[Bar, ...]:
        """The bars of the score."""
        return tuple(self.score.bars())

    def note_at(self, row: int, column: int) -> Note:
        """Return the note of a cell that sounds."""
        return self.score.voices[self.order[column]].notes[self.note[row, column]]

    def name_at(self, row: int, column: int) -> str:
        """Return the note of a cell as it is spoken: 'F♯4'."""
        return spoken(self.note_at(row, column).spelling)

    def interval(self, here: int, there: int, column: int) -> tuple[int, int]:
        """Return steps of the staff and semitones from a cell to another of its voice, upwards."""
        steps = int(self.step[there, column] - self.step[here, column])
        return steps, int(self.pitch[there, column] - self.pitch[here, column])

    def row_at(self, quarter: Fraction) -> int:
        """Return the slice that holds a quarter."""
        return max(0, bisect_right(self.times, quarter) - 1)

    def beats(self, start: int, stop: int | None = None) -> float:
        """Return how long a slice is, or those from `start` to before `stop`, in beats of their bars."""
        return sum(self._beats[start : start + 1 if stop is None else stop])

    def bar_of(self, row: int) -> Bar:
        """Return the bar in which a slice begins."""
        return self.bars[max(0, bisect_right(self._bar_onsets, self.times[row]) - 1)]

    def beat_of(self, row: int) -> Fraction:
        """Return the beat on which a slice begins, from 1."""
        bar = self.bar_of(row)
        return (self.times[row] - bar.first_beat) / bar.metre.beat_length + 1

    def on_beat(self, row: int) -> bool:
        """Return whether a slice begins on a beat."""
        return self.beat_of(row).denominator == 1

    def next_row(self, row: int, column: int) -> int:
        """Return the slice in which a cell's note has just ended: where the voice goes on."""
        return bisect_left(self.times, self.note_at(row, column).end)

    @cached_property
    def moves(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each column the slices between which it goes from note to note, without a rest or the end of a phrase."""
        return tuple(tuple(self._moves(column)) for column in range(self.voices))

    def _moves(self, column: int) -> Iterator[tuple[int, int]]:
        rows = np.flatnonzero(self.begins[:, column])
        barred = np.cumsum(self.closes | (self.pitch[:, column] == SILENT))
        for here, there in pairwise(rows.tolist()):
            if barred[there - 1] == (barred[here - 1] if here else 0):
                yield here, there

    @cached_property
    def _beats(self) -> list[float]:
        return [
            float((stop - start) / self.bar_of(row).metre.beat_length)
            for row, (start, stop) in enumerate(pairwise(self.times))
        ]

    @cached_property
    def _bar_onsets(self) -> list[Fraction]:
        return [bar.onset for bar in self.bars]


@lru_cache(maxsize=1024)
def staff_step(spelling: str) -> int:
    """Return the step of the staff that a note is written on, from C-1 up."""
    letter, _, octave = split_spelling(spelling)
    return 7 * (octave + 1) + LETTERS.index(letter)


def texture_of(score: Score) -> Texture:
    """Return a score in slices.

    Raises
    ------
    ScoreError
        It has no notes, fewer than two voices that sing or more than eight, or too many notes.
    PolyphonyError
        A voice sounds two notes together.
    """
    singing = _checked(score)
    written = written_out(score)
    order = _order(written, singing)
    lines = [written.voices[voice].notes for voice in order]
    times = sorted({time for notes in lines for note in notes for time in (note.onset, note.end)})
    rows = {time: row for row, time in enumerate(times)}
    shape = (len(times) - 1, len(order))
    number, pitch, step = (np.full(shape, SILENT) for _ in range(3))
    begins, held = np.zeros(shape, bool), np.zeros(shape[0], bool)
    for column, notes in enumerate(lines):
        for index, note in enumerate(notes):
            first, stop = rows[note.onset], rows[note.end]
            number[first:stop, column], pitch[first:stop, column] = index, note.pitch
            step[first:stop, column] = staff_step(note.spelling)
            begins[first, column] = True
            held[first:stop] |= note.fermata
    closes = held & ~np.append(held[1:], False)
    closes[-1] = True
    return Texture(written, order, tuple(times), number, pitch, step, begins, held, closes)


def _checked(score: Score) -> list[int]:
    """Return the numbers of the voices that sing, where they can be checked."""
    what = repr(score.title or score.source or "the score")
    singing = [voice for voice, line in enumerate(score.voices) if line.notes]
    notes = sum(len(score.voices[voice].notes) for voice in singing)
    if not singing:
        drums = any("drum" in one.kind or "percussion" in one.kind for one in score.notices)
        raise ScoreError(f"{what} has no notes to check{'; its drums have no pitch' if drums else ''}")
    if not FEWEST_VOICES <= len(singing) <= MOST_VOICES:
        counted = "1 voice that sings" if len(singing) == 1 else f"{len(singing)} voices that sing"
        raise ScoreError(f"{what} has {counted}; part-writing is checked in {FEWEST_VOICES} to {MOST_VOICES}")
    if notes > MOST_NOTES:
        raise ScoreError(f"{what} has {notes} notes; at most {MOST_NOTES} are checked at once: cut it first")
    for voice in singing:
        _check_line(score, voice, what)
    return singing


def _check_line(score: Score, voice: int, what: str) -> None:
    line = score.voices[voice]
    for note, following in pairwise(line.notes):
        if note.end > following.onset:
            bar = next(bar for bar in score.bars() if bar.onset <= following.onset < bar.end)
            name = line.name or f"voice {voice + 1}"
            raise PolyphonyError(
                f"{name!r} of {what} sounds two notes together in bar {bar.number}; part-writing is checked "
                "in voices of one line each: write each line as a voice of its own"
            )


def _order(score: Score, singing: list[int]) -> tuple[int, ...]:
    names = {score.voices[voice].name.strip().lower(): voice for voice in singing}
    if len(singing) == len(CHORALE) and set(names) == set(CHORALE):
        return tuple(names[name] for name in CHORALE)
    middles = {voice: statistics.median(note.pitch for note in score.voices[voice].notes) for voice in singing}
    return tuple(sorted(singing, key=lambda voice: -middles[voice]))
