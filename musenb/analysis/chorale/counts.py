"""Count model (n-gram) of chorales: what can be had without a network.

Definition: the probability of a cell is a mixture of chains of contexts. A chain begins with all cells of the voice and
takes in more of the past with each link; each link mixes its own counts with what the link before it says:

    p(y | link) = (n(y) + lam * p(y | link before)) / (n + lam),     lam = TRUST * (different y seen in this context)

Conventions
-----------
- Cells are predicted in raster order, steps in time, soprano to bass within a step; nothing later is looked at.
- A pitch is told as its distance from the last pitch of its voice, and so are all pitches of the context: counts hold
  in every key, as if each piece had been counted in all twelve.
- Surprise is in nats per cell. Rests are cells like any other.

References
----------
Witten and Bell, "The Zero-Frequency Problem", IEEE Transactions on Information Theory 37(4), 1991.
Conklin and Witten, "Multiple Viewpoint Systems for Music Prediction", Journal of New Music Research 24(1), 1995.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musenb.analysis.chorale.jsb import REST, run_lengths
from musenb.score.key import KEYS, KRUMHANSL

TRUST = 3.0
ABSENT, RESTING, UNKNOWN = 99, 98, 97  # a voice that is not there to look at, that rests, that has no past
OUTCOMES = 257  # pitch - anchor + 128 for anchors 0..127, and a rest
REST_OUTCOME = 256
KEY_WINDOW = 64  # steps that the local key looks back

CELL = ("voice", "first", "resting")
MOVED = (*CELL, "step", "moved 1", "moved 2", "moved 3")
ABOVE, BEFORE = ("above 2", "above 3"), ("before 0", "before 1", "before 2", "before 3")
CHAINS = (  # names of what is added link by link; "above 1" is the next voice up, "before 0" the soprano a step ago
    (CELL, MOVED, ("above 1",), ABOVE, BEFORE, ("held",), ("last",)),
    (CELL, MOVED, ("held",), ("above 1",), ABOVE, ("last",), BEFORE),
    (CELL, MOVED, ("degree",), ("above 1",), ("before 3",), ABOVE),
    (CELL, MOVED, BEFORE, ("above 1", *ABOVE), ("last", "last but one"), ("degree",)),
)


def describe(grid: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the contexts are made of, and 'outcome', for every cell of a grid (steps, 4) in raster order.

    Returns
    -------
    dict of str to int array (4 * steps,)
    """
    grid = grid.astype(int)
    steps = len(grid)
    before = np.concatenate([np.full((1, 4), REST), grid[:-1]])
    key = local_key(grid)
    voices = []
    for voice in range(4):
        anchor, last, last_but_one = past_pitches(grid[:, voice])
        if voice:  # a voice that has not sounded yet leans on the one above
            anchor = np.where(anchor == 0, np.maximum(grid[:, voice - 1], 0), anchor)
        cells = {
            "voice": np.full(steps, voice),
            "first": np.arange(steps) == 0,
            "resting": before[:, voice] < 0,
            "step": np.arange(steps) % 4,
            "held": np.minimum(held(grid[:, voice]), 16),
            "last": np.where(last > 0, last - anchor, UNKNOWN),
            "last but one": np.where(last_but_one > 0, last_but_one - anchor, UNKNOWN),
            "degree": (anchor - key % 12) % 12 + 12 * (key // 12),
            "outcome": np.where(grid[:, voice] >= 0, grid[:, voice] - anchor + 128, REST_OUTCOME),
        }
        for i in range(1, 4):
            there = i <= voice
            cells[f"above {i}"] = distance(grid[:, voice - i], anchor) if there else np.full(steps, ABSENT)
            cells[f"moved {i}"] = grid[:, voice - i] != before[:, voice - i] if there else np.full(steps, 2)
        cells |= {f"before {i}": distance(before[:, i], anchor) for i in range(4)}
        cells[f"before {voice}"] = np.full(steps, ABSENT)
        voices.append(cells)
    together = {}
    for name in voices[0]:
        columns = np.stack([cells[name] for cells in voices], axis=1)
        together[name] = columns.ravel().astype(int)
    return together


def distance(pitch: np.ndarray, anchor: np.ndarray) -> np.ndarray:
    """Return semitones above the anchor, clipped to +-48; RESTING for a rest."""
    return np.where(pitch >= 0, np.clip(pitch - anchor, -48, 48), RESTING)


def past_pitches(column: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return, for each step of a voice, the last three different pitches before it, newest first; 0 where none was."""
    latest = np.maximum.accumulate(np.where(column >= 0, np.arange(len(column)), -1))
    filled = np.where(latest >= 0, column[latest], 0)
    values, lengths = run_lengths(filled, longest=len(column) + 1)
    run = np.r_[-1, np.repeat(np.arange(len(values)), lengths)[:-1]]
    padded = np.r_[0, 0, 0, values]
    return padded[run + 3], padded[run + 2], padded[run + 1]


def held(column: np.ndarray) -> np.ndarray:
    """Return, for each step of a voice, how many equal cells end just before it."""
    _, lengths = run_lengths(column, longest=len(column) + 1)
    begins = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.r_[0, np.arange(1, len(column)) - begins[:-1]]


def _key_profiles() -> np.ndarray:
    """Return the profile of each of `KEYS`, centred and of length 1: float64 (24, 12)."""
    rows = np.array([np.roll(KRUMHANSL.minor if key.minor else KRUMHANSL.major, key.tonic) for key in KEYS])
    rows -= rows.mean(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


KEY_PROFILES = _key_profiles()


def local_key(grid: np.ndarray) -> np.ndarray:
    """Return the key, 0..23 (minor from 12), of the KEY_WINDOW steps before each step: an int array (steps,)."""
    sounds = np.zeros((len(grid) + 1, 12))
    for column in grid.T:
        sounding = column >= 0
        rows = np.flatnonzero(sounding) + 1
        np.add.at(sounds, (rows, column[sounding] % 12), 1)
    total = np.cumsum(sounds, axis=0)[:-1]
    recent = total.copy()
    recent[KEY_WINDOW:] -= total[:-KEY_WINDOW]
    centred = recent - recent.mean(axis=1, keepdims=True)
    return np.argmax(centred @ KEY_PROFILES.T, axis=1)


class CountModel:
    """Counts of outcomes in every context of CHAINS, and how much each chain is trusted.

    Parameters
    ----------
    grids : sequence of int array (steps, 4)
        Music to count.
    tune : sequence of int array (steps, 4)
        Other music, on which the weights of the chains are fitted (expectation maximisation).
    """

    def __init__(self, grids: Sequence[np.ndarray], *, tune: Sequence[np.ndarray]) -> None:
        self._tables: dict[tuple[str, ...], tuple] = {}
        cells = _together(grids)
        for chain in CHAINS:
            names: tuple[str, ...] = ()
            for added in chain:
                names += added
                if names not in self._tables:
                    keys = _hash(cells, names)
                    hits, where, count = np.unique(_mix(keys, cells["outcome"]), return_index=True, return_counts=True)
                    seen, kinds = (np.unique(k, return_counts=True) for k in (keys, keys[where]))
                    self._tables[names] = (seen, kinds, (hits, count))
        self.weights = np.full(len(CHAINS), 1 / len(CHAINS))
        chances = self.chain_probabilities(_together(tune))
        for _ in range(60):
            joint = self.weights[:, None] * chances
            posterior = joint / joint.sum(axis=0)
            self.weights = posterior.mean(axis=1)

    def chain_probabilities(self, cells: dict[str, np.ndarray]) -> np.ndarray:
        """Return what each chain says of the outcome of described cells: a float array (chains, cells)."""
        rows = []
        for chain in CHAINS:
            chance, names = np.full(len(cells["outcome"]), 1 / OUTCOMES), ()
            for added in chain:
                names += added
                keys = _hash(cells, names)
                wanted = (keys, keys, _mix(keys, cells["outcome"]))
                seen, kinds, hits = map(_look_up, self._tables[names], wanted)
                trust = TRUST * np.maximum(kinds, 0.5)
                chance = (hits + trust * chance) / (seen + trust)
            rows.append(chance)
        return np.array(rows)

    def probabilities(self, cells: dict[str, np.ndarray]) -> np.ndarray:
        """Return the probability of the outcome of described cells."""
        return self.weights @ self.chain_probabilities(cells)

    def surprise(self, grid: np.ndarray) -> np.ndarray:
        """Return the surprise of every cell, in nats: a float array (steps, 4)."""
        return -np.log(self.probabilities(describe(grid))).reshape(-1, 4)


def _together(grids: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    described = [describe(grid) for grid in grids if len(grid)]
    return {name: np.concatenate([cells[name] for cells in described]) for name in described[0]}


def _mix(keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    mixed = (keys ^ values.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(29))


def _hash(cells: dict[str, np.ndarray], names: tuple[str, ...]) -> np.ndarray:
    keys = np.zeros(len(cells["outcome"]), np.uint64)
    for name in names:
        keys = _mix(keys, cells[name])
    return keys


def _look_up(table: tuple[np.ndarray, np.ndarray], keys: np.ndarray) -> np.ndarray:
    known, counts = table
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[place] == keys, counts[place], 0)
