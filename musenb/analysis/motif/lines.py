"""Monophonic lines of a score in whole numbers, the form in which motifs are compared.

Conventions
-----------
- A line is one note after another. A voice that sounds chords gives two lines, its top notes and its bottom notes,
  where of the notes that begin together only the highest (or lowest) counts.
- A note's *length* is the time to the next onset of its line, rests included; the last note's is its duration.
- *Steps* are diatonic: letters of the names counted from C-1, so that C4 to any E is 2. Notes without a name get one
  from the key (`musenb.score.spelling`).
- Times are whole ticks, the same for score and motif, of which every quarter has an even number: they can be halved.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from musenb.score.note import Note, Score, Voice
from musenb.score.spelling import split_spelling

LETTERS = {letter: step for step, letter in enumerate("CDEFGAB")}
FINEST = 2 * 10_080  # ticks a quarter where the exact time would need more than MOST_TICKS of them
MOST_TICKS = 1 << 24


@dataclass(frozen=True, slots=True)
class Line:
    """Notes one after another.

    Parameters
    ----------
    voice : int
        Which voice of the score they are in.
    numbers : int (notes,)
        Which notes of that voice.
    onsets, lengths : int64 (notes,)
        Ticks.
    pitches : int64 (notes,)
        MIDI numbers.
    steps : int64 (notes,)
        Letters above C-1.
    """

    voice: int
    numbers: np.ndarray
    onsets: np.ndarray
    lengths: np.ndarray
    pitches: np.ndarray
    steps: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)


def ticks_a_quarter(notes: Iterable[Note]) -> int:
    """Return how many ticks a quarter must have so that every onset and end is a whole number of double ticks."""
    common = 1
    for denominator in {time.denominator for note in notes for time in (note.onset, note.duration)}:
        common = math.lcm(common, denominator)
    return 2 * common if 2 * common <= MOST_TICKS else FINEST


def lines_of(score: Score, ticks: int) -> list[Line]:
    """Return the lines of all voices of a score whose notes have names; empty voices give none."""
    lines = []
    for number, voice in enumerate(score.voices):
        if voice.monophonic:
            lines.append(line_of(voice.notes, range(len(voice.notes)), number, ticks))
        else:
            lines += [line_of(voice.notes, outer(voice, top), number, ticks) for top in (True, False)]
    return [line for line in lines if len(line)]


def outer(voice: Voice, top: bool) -> list[int]:
    """Return the numbers of the highest (or lowest) notes of a voice, one for every onset."""
    chosen: dict[Fraction, int] = {}
    for number, note in enumerate(voice.notes):  # sorted by onset, then pitch
        if top or note.onset not in chosen:
            chosen[note.onset] = number
    return list(chosen.values())


def line_of(notes: Sequence[Note], numbers: Sequence[int], voice: int, ticks: int) -> Line:
    """Return a line of some notes of a voice."""
    chosen = [notes[number] for number in numbers]
    onsets = np.array([round(note.onset * ticks) for note in chosen], np.int64)
    last = [round(note.duration * ticks) for note in chosen[-1:]]
    return Line(
        voice,
        np.array(numbers, np.int64),
        onsets,
        np.concatenate([np.diff(onsets), np.array(last, np.int64)]),
        np.array([note.pitch for note in chosen], np.int64),
        np.array([diatonic_step(note.spelling) for note in chosen], np.int64),
    )


def diatonic_step(spelling: str) -> int:
    """Return the letters of a name above C-1: 35 for 'C4' and 'C#4', 36 for 'Db4'."""
    letter, _, octave = split_spelling(spelling)
    return 7 * (octave + 1) + LETTERS[letter]
