"""Rows of the notes idiom: what a model reads at each step, what it writes, and what the head is told on the way.

Position i predicts step i and stands at the onset of step i - 1, the present. Of the notes that begin at the present it
knows those before it in the order of `steps`, and all that are given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from musenb.errors import TokenError
from musenb.tokens.memory import Memory
from musenb.tokens.notes.fields import (
    ABSENT,
    FREE,
    GIVEN,
    INPUTS,
    LENGTH,
    LONGEST,
    NAMES,
    NO_LENGTH,
    NO_PITCH,
    ORDER,
    PITCH,
    RELATION_UNIT,
    SHIFT,
    SILENCE,
    VOICE,
    VOICES,
    WAITS,
)
from musenb.tokens.notes.frame import NO_END, NO_STYLE, Bars
from musenb.tokens.notes.steps import onsets_of
from musenb.tokens.row import Row


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A row of steps.

    Parameters
    ----------
    row : Row
        Its targets and weights are (L, 4), a column a field in the order of prediction.
    told : int64 (L, T)
        Columns of TOLD_TABLE.
    memory : Memory
    queries : int64 (L, R)
        The attributes of the positions that meet those of the items.
    """

    row: Row
    told: np.ndarray
    memory: Memory
    queries: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    def crop(self, start: int, stop: int) -> NoteRow:
        """Return positions start..stop-1, as many as there are, with the whole memory."""
        return NoteRow(self.row.crop(start, stop), self.told[start:stop], self.memory, self.queries[start:stop])


@dataclass(frozen=True, slots=True)
class Reading:
    """A piece as it is read: its steps, and which cells of it are given.

    Parameters
    ----------
    steps : int64 (L, 4)
    bars : Bars
    given : bool (V, K)
        A cell is a voice in a bar; the notes that begin in a given one are given.
    style : int
        Number in STYLES, NO_STYLE where it is not told.
    ends : bool
        Whether the model is told where the piece ends.
    onsets : int64 (L,), optional
        The ticks to which the steps lead, where they are known.
    """

    steps: np.ndarray
    bars: Bars
    given: np.ndarray
    style: int = NO_STYLE
    ends: bool = True
    onsets: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0, np.int64), repr=False)

    def __post_init__(self) -> None:
        bars = len(self.bars.metres)
        if self.given.ndim != 2 or self.given.shape[1] != bars or self.given.shape[0] > VOICES:
            raise TokenError(f"given cells of shape {self.given.shape} do not fit up to {VOICES} voices of {bars} bars")
        if len(self.onsets) != len(self.steps):
            object.__setattr__(self, "onsets", onsets_of(self.steps, self.bars))

    @property
    def voices(self) -> int:
        """How many there are."""
        return len(self.given)

    @property
    def present(self) -> np.ndarray:
        """The tick at which each position stands, int64 (L,)."""
        return np.concatenate([[0], self.onsets[:-1]])[: len(self.steps)]

    def given_steps(self) -> np.ndarray:
        """Return which steps are given, bool (L,)."""
        silent = self.steps[:, VOICE] == SILENCE
        if not self.given.size:
            return np.zeros(len(self.steps), bool)
        voices = np.where(silent, 0, self.steps[:, VOICE])
        return self.given[voices, self.bars.number(self.onsets)] & ~silent


def row_of_steps(
    reading: Reading, memory: Memory, queries: np.ndarray, *, order: tuple[str, ...] = ORDER
) -> NoteRow:
    """Return a piece as a row whose fields are predicted in an order.

    Of a given step the fields up to its voice and its time count where another note could have come first; where all
    is given nothing counts.
    """
    steps = reading.steps
    columns = [NAMES.index(name) for name in order]
    counted = np.ones(steps.shape, np.float32)
    counted[np.ix_(steps[:, VOICE] == SILENCE, [PITCH, LENGTH])] = 0
    weights = counted[:, columns]
    decided = max(order.index("shift"), order.index("voice")) + 1
    weights[reading.given_steps(), decided:] = 0
    weights[~_open(reading)] = 0
    before = np.concatenate([[INPUTS], steps[:-1, PITCH]])[: len(steps)]
    row = Row(before, _features(reading), _related(reading), steps[:, columns], weights)
    return NoteRow(row, _told(reading), memory, queries)


def _open(reading: Reading) -> np.ndarray:
    """Return which steps, bool (L,), something free could have come before: from the present to them a bar is open."""
    free = np.concatenate([[0], np.cumsum(~reading.given.all(axis=0))])
    first, last = reading.bars.number(reading.present), reading.bars.number(reading.onsets)
    return free[last + 1] > free[first]


def _related(reading: Reading) -> np.ndarray:
    """Return pitch, time and voice of the step before each position, int64 (L, 3), -1 where it has none."""
    steps = reading.steps
    silent = steps[:, VOICE] == SILENCE
    own = np.stack([
        np.where(silent, -1, steps[:, PITCH]), reading.onsets // RELATION_UNIT, np.where(silent, -1, steps[:, VOICE]),
    ], axis=1)
    return np.concatenate([np.full((1, 3), -1), own[:-1]])[: len(steps)]


def _features(reading: Reading) -> np.ndarray:
    """Return the features of the positions, int64 (L, F), in the order of FEATURE_TABLE."""
    steps, bars, now = reading.steps, reading.bars, reading.present
    first = np.array([[0, VOICES + 1, NO_PITCH, NO_LENGTH]])
    before = np.concatenate([first, steps[:-1]])[: len(steps)]
    left = bars.left(now) if reading.ends else np.full(len(steps), NO_END)
    common = np.stack([
        before[:, LENGTH], before[:, VOICE], before[:, SHIFT], *bars.place(now).T,
        np.full(len(steps), reading.style), left,
    ], axis=1)
    voices = np.stack(list(_voice_columns(reading)), axis=2).reshape(len(steps), 4 * VOICES)
    return np.concatenate([common, voices], axis=1).astype(np.int64)


def _voice_columns(reading: Reading) -> Iterator[np.ndarray]:
    """Yield for each of the eight voices its state, what it sounds, what it sounds next and when, int64 (L, 4)."""
    steps, now, fixed = reading.steps, reading.present, reading.given_steps()
    bars = reading.bars.number(now)
    ends = reading.onsets + np.minimum(steps[:, LENGTH], LONGEST)
    blank = np.array([ABSENT, NO_PITCH, NO_PITCH, WAITS - 1])
    for voice in range(VOICES):
        columns = np.tile(blank, (len(steps), 1))
        if voice < reading.voices:
            columns[:, 0] = np.where(reading.given[voice, bars], GIVEN, FREE) if reading.given.size else FREE
            own = steps[:, VOICE] == voice
            known = np.flatnonzero(own & fixed)
            here = np.searchsorted(reading.onsets[known], now, "right")
            # The last note begun: of those before this position, and of those given at the present.
            last = np.maximum(_last(own), np.concatenate([[-1], known])[here])
            sounds = (last >= 0) & (ends[last] > now)
            columns[sounds, 1] = steps[last[sounds], PITCH]
            follows = np.flatnonzero(here < len(known))
            following = known[here[follows]]
            columns[follows, 2] = steps[following, PITCH]
            columns[follows, 3] = np.minimum(reading.onsets[following] - now[follows], WAITS - 1)
        yield columns


def _last(own: np.ndarray) -> np.ndarray:
    """Return for each position the last step before it for which `own`, bool (L,), is true, -1 for none."""
    numbers = np.where(own, np.arange(len(own)), -1)
    return np.maximum.accumulate(np.concatenate([[-1], numbers]))[: len(own)]


def _told(reading: Reading) -> np.ndarray:
    """Return the columns of TOLD_TABLE of the steps to be predicted, int64 (L, 3)."""
    steps = reading.steps
    places = reading.bars.place(reading.onsets)
    pitches = np.full(len(steps), NO_PITCH)
    for voice in range(reading.voices):
        own = steps[:, VOICE] == voice
        last = _last(own)
        fresh = own & (last >= 0)
        pitches[fresh] = steps[last[fresh], PITCH]
    return np.stack([places[:, 0], places[:, 1], pitches], axis=1).astype(np.int64)
