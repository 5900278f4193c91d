"""Memorisation check: the longest run that a piece shares with the music a model learned from.

Definition: music is a sequence of steps, and a step tells how one event follows from the one before, so that a
transposed copy counts as a copy. A piece's longest run is the longest stretch of steps that stands, in one stretch,
within one training piece too. It is reported in events, one more than its steps: five changes join six chords.

Conventions
-----------
- Chorales: a step is a change between two chords of four sounding voices (`chorale.chords`): how the first chord is
  spaced, and how each voice moves. How long the chords last doesn't matter.
- Performances: a step leads from a note to the next in reading order, each onset group from its highest note down: the
  interval, and whether the two begin together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from musenb.analysis.bootstrap import interval
from musenb.analysis.chorale.part_writing import chords, validate

Steps = Sequence[Hashable]


@dataclass(frozen=True, slots=True)
class SharedRun:
    """The longest run of steps that a piece shares with the corpus, the first of several.

    Parameters
    ----------
    length : int
        Steps; 0 when nothing is shared.
    start : int
        Step of the piece at which the run begins.
    piece, piece_start : int
        Which piece of the corpus, and the step of it at which the run begins; -1 when nothing is shared.
    """

    length: int
    start: int
    piece: int
    piece_start: int

    @property
    def events(self) -> int:
        """Chords or notes in the run, one more than its steps; 0 when nothing is shared."""
        return self.length + 1 if self.length else 0


class Corpus:
    """Steps of the training pieces, numbered once so that many pieces can be looked up.

    Parameters
    ----------
    pieces : iterable of sequence of hashable
        The steps of each training piece.
    """

    def __init__(self, pieces: Iterable[Steps]) -> None:
        self.numbers: dict[Hashable, int] = {}
        sequences = [[self.numbers.setdefault(step, len(self.numbers)) for step in piece] for piece in pieces]
        self.ends = np.cumsum([len(sequence) + 1 for sequence in sequences], dtype=int)
        self.steps = np.array([n for sequence in sequences for n in (*sequence, -1)], np.int32)

    def longest_run(self, piece: Steps) -> SharedRun:
        """Return the longest run of steps that stands in the corpus too.

        For each step of the piece in turn it updates, at every place of the corpus at once, how long the run is that
        ends there: time is the product of both lengths, memory the length of the corpus.
        """
        best, at, end = 0, 0, -1
        runs = np.zeros(len(self.steps) + 1, np.int32)
        for position, step in enumerate(piece):
            same = self.steps == self.numbers.get(step, -2)
            runs[1:] = (runs[:-1] + 1) * same
            longest = int(runs.argmax()) if len(runs) > 1 else 0
            if runs[longest] > best:
                best, at, end = int(runs[longest]), position, longest - 1
        if not best:
            return SharedRun(0, 0, -1, -1)
        source = int(np.searchsorted(self.ends, end, side="right"))
        begins = int(self.ends[source - 1]) if source else 0
        return SharedRun(best, at - best + 1, source, end - best + 1 - begins)


def chord_steps(grid: np.ndarray) -> list[bytes]:
    """Return the changes of chord of a chorale grid (steps, 4), each as spacing and motion of the voices.

    Raises
    ------
    ScoreError
        The grid is not valid.
    """
    heard = chords(validate(grid)).astype(np.int16)
    spacing = heard[:-1, :-1] - heard[:-1, 1:]
    motion = np.diff(heard, axis=0)
    steps = np.concatenate([spacing, motion], axis=1)
    return [step.tobytes() for step in steps]


def note_steps(groups: Iterable[Sequence[int]]) -> list[tuple[int, bool]]:
    """Return the steps from note to note of a performance.

    Parameters
    ----------
    groups : iterable of sequence of int
        MIDI pitches of the notes that begin together, group after group in time.

    Returns
    -------
    list of (int, bool)
        Interval in semitones from the note before, and whether the two begin together.
    """
    notes = []
    for group in groups:
        for place, pitch in enumerate(sorted(group, reverse=True)):
            notes.append((pitch, place > 0))
    return [(b - a, together) for (a, _), (b, together) in pairwise(notes)]


def evaluate(pieces: Sequence[Steps], corpus: Corpus, *, seed: int = 0) -> dict[str, float]:
    """Return how long the longest shared runs of pieces are, in events (chords or notes).

    Returns
    -------
    dict
        'median'; 'value', the 95th percentile, with 'low' and 'high', its 95 % bootstrap interval; 'longest'.
    """
    lengths = np.array([corpus.longest_run(piece).events for piece in pieces], float)
    if not len(lengths):
        return dict.fromkeys(("median", "value", "low", "high", "longest"), float("nan"))

    def percentile(drawn: np.ndarray) -> np.ndarray:
        return np.quantile(lengths[drawn], 0.95, axis=1)

    low, high = interval(percentile, len(lengths), seed=seed)
    return {
        "median": float(np.median(lengths)),
        "value": float(np.quantile(lengths, 0.95)),
        "low": low,
        "high": high,
        "longest": float(lengths.max()),
    }
