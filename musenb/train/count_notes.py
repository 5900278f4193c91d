"""Count model of notes: each field predicted from how often it followed a few contexts in training pieces.

What a model of notes is judged beside. A field has three contexts, the longest first; each is mixed with what the
shorter ones say, as Witten and Bell do: with a context seen n times with k different continuations, the shorter ones
count k times.

    p = (count(context, value) + k p_shorter(value)) / (n + k)

References
----------
Witten and Bell, "The Zero-Frequency Problem", IEEE Transactions on Information Theory 37(4), 1991.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musenb.tokens.notes.fields import (
    LENGTH,
    NO_LENGTH,
    NO_PITCH,
    PITCH,
    SHIFT,
    SIZES,
    TICKS,
    VOICE,
    VOICES,
)

SMOOTHING = 0.5  # counts that every value has without a context
BAR_PLACE, _, LAST_PITCH = range(3)  # columns of what is told
LEVELS = 3


class Counts:
    """How often each value of a field followed each context of one kind.

    Parameters
    ----------
    contexts : int64 (L,)
    values : int64 (L,)
    size : int
        Values that there are.
    """

    def __init__(self, contexts: np.ndarray, values: np.ndarray, size: int) -> None:
        self.size = size
        self.pairs, self.counts = np.unique(contexts * size + values, return_counts=True)
        owners = self.pairs // size
        self.contexts, first = np.unique(owners, return_index=True)
        self.kinds = np.diff(np.append(first, len(owners)))
        self.totals = np.add.reduceat(self.counts, first)

    def mixed(self, contexts: np.ndarray, values: np.ndarray, shorter: np.ndarray) -> np.ndarray:
        """Return the probabilities of values (L,) in contexts (L,), mixed with those of shorter contexts."""
        total, kinds = (_found(self.contexts, column, contexts) for column in (self.totals, self.kinds))
        count = _found(self.pairs, self.counts, contexts * self.size + values)
        seen = total > 0
        return np.where(seen, (count + kinds * shorter) / np.where(seen, total + kinds, 1), shorter)


def _found(keys: np.ndarray, column: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the number that stands in a column beside each wanted key, 0 where there is none."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, column[place], 0)


class CountModel:
    """The counts of all fields.

    Parameters
    ----------
    pieces : sequence of (steps, told)
        Steps int64 (L, 4), and what a model is told of each on the way, int64 (L, 3).
    """

    def __init__(self, pieces: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
        steps = np.concatenate([one for one, _ in pieces])
        contexts = [contexts_of(one, told) for one, told in pieces]
        self.base: list[np.ndarray] = []
        self.levels: list[list[Counts]] = []
        for field, size in enumerate(SIZES):
            values = steps[:, field]
            counts = np.bincount(values, minlength=size) + SMOOTHING
            self.base.append(counts / counts.sum())
            joined = [np.concatenate([piece[field][level] for piece in contexts]) for level in range(LEVELS)]
            self.levels.append([Counts(keys, values, size) for keys in joined])

    def nats(self, steps: np.ndarray, told: np.ndarray) -> np.ndarray:
        """Return -ln p of each field of each step, float64 (L, 4)."""
        contexts, found = contexts_of(steps, told), np.empty(steps.shape)
        for field in range(len(SIZES)):
            values = steps[:, field]
            likely = self.base[field][values]
            for level in reversed(range(LEVELS)):
                likely = self.levels[field][level].mixed(contexts[field][level], values, likely)
            found[:, field] = -np.log(likely)
        return found


def contexts_of(steps: np.ndarray, told: np.ndarray) -> list[list[np.ndarray]]:
    """Return for each field its contexts of each step as numbers, int64 (L,), the longest first."""
    first = np.array([[0, VOICES + 1, NO_PITCH, NO_LENGTH]])
    before = np.concatenate([first, steps])[:-1]
    earlier = np.concatenate([first, before])[:-1]
    place, last = told[:, BAR_PLACE], told[:, LAST_PITCH]
    length, shift, voice = before[:, LENGTH], before[:, SHIFT], before[:, VOICE]
    return [
        [_key(length, shift, voice, earlier[:, SHIFT]), _key(length, shift), length],
        [_key(steps[:, SHIFT], voice, earlier[:, VOICE]), _key(steps[:, SHIFT] == 0, voice), voice],
        [_key(last, steps[:, VOICE], before[:, PITCH]), _key(last, steps[:, VOICE]), steps[:, VOICE]],
        [_key(steps[:, VOICE], place, length), _key(place % TICKS, length), length],
    ]


def _key(*columns: np.ndarray) -> np.ndarray:
    """Return numbers below 256 as one."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        key = key * 256 + column
    return key
