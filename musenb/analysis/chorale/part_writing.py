"""Part-writing measures of four-part chorales.

Definition: how often a piece does what four-part writing avoids, and how much of it lies within keys and chords. All of
it is read from what sounds, so a repeated note counts as a held one: the canonical chorales don't tell them apart.

Conventions
-----------
- A grid is an int array (steps, 4): sounding MIDI pitch at each sixteenth of soprano, alto, tenor and bass; -1 rests.
- A *chord* is a stretch of steps on which all four voices sound and none moves; steps with a rest are taken out first.
  A *change* is the passage from a chord to the next. Rates are per 100 changes, over all pieces together.
- A beat is a quarter: every fourth step from the first.
- A piece has one key from beginning to end (`musenb.score.key`), on the time that each pitch class sounds.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011 (the rules).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from fractions import Fraction
from itertools import combinations

import numpy as np

from musenb.analysis.bootstrap import interval, ratio_interval
from musenb.errors import ScoreError
from musenb.score.key import find_key
from musenb.score.note import HIGHEST_PITCH, Score

REST = -1
STEPS_PER_QUARTER = 4
OCTAVE, FIFTH = 12, 7

SEVENTH_CHORDS = (
    (0, 4, 7, 10),
    (0, 4, 7, 11),
    (0, 3, 7, 10),
    (0, 3, 6, 10),
    (0, 3, 6, 9),
)


@dataclass(frozen=True, slots=True)
class PartWriting:
    """Counts in one piece.

    Parameters
    ----------
    changes : int
        Passages from one chord of four voices to the next.
    parallels : int
        Pairs of voices that move, in one direction, from a fifth to a fifth or from an octave (or unison) to another.
    crossings : int
        Pairs of neighbouring voices, over all chords, whose upper one sounds below the lower one.
    wide : int
        Pairs soprano-alto and alto-tenor, over all chords, more than an octave apart.
    beats : int
        Beats on which four voices sound three pitch classes or more.
    tertian : int
        Those beats whose pitch classes all belong to one chord built of thirds: a major, minor or diminished triad, or
        a dominant, major, minor, half-diminished or diminished seventh chord (its fifth or third may be missing).
    sounding : int
        Cells that sound.
    in_scale : int
        Those cells whose pitch class lies in the scale of the key.
    """

    changes: int
    parallels: int
    crossings: int
    wide: int
    beats: int
    tertian: int
    sounding: int
    in_scale: int


def validate(grid: np.ndarray) -> np.ndarray:
    """Return the grid as an int array (steps, 4).

    Raises
    ------
    ScoreError
        The array does not have four columns of whole numbers, or a pitch is outside 0..127 and is not the rest -1.
    """
    grid = np.asarray(grid)
    if grid.ndim != 2 or grid.shape[1] != 4 or not np.issubdtype(grid.dtype, np.integer):
        raise ScoreError(f"a chorale grid of shape {grid.shape} and type {grid.dtype} is not an int array (steps, 4)")
    bad = np.argwhere((grid < REST) | (grid > HIGHEST_PITCH))
    if len(bad):
        step, voice = bad[0]
        pitch = grid[step, voice]
        raise ScoreError(f"pitch {pitch} at step {step}, voice {voice} is outside 0..{HIGHEST_PITCH} and not {REST}")
    return grid.astype(int)


def score_grid(score: Score, *, step: Fraction = Fraction(1, STEPS_PER_QUARTER)) -> np.ndarray:
    """Return what sounds at the beginning of every step, an int8 array (steps, 4).

    Where notes of one voice overlap, the one that began last sounds; of two that begin together, the higher.

    Raises
    ------
    ScoreError
        The score does not have four voices.
    """
    if len(score.voices) != 4:
        raise ScoreError(f"part-writing needs 4 voices, {score.source or 'the score'!r} has {len(score.voices)}")
    grid = np.full((-(-score.end // step), 4), REST, np.int8)
    for column, voice in enumerate(score.voices):
        for note in voice.notes:
            grid[-(-note.onset // step) : -(-note.end // step), column] = note.pitch
    return grid


def sounding_time(grid: np.ndarray) -> np.ndarray:
    """Return in how many cells each pitch class sounds, an int array (12,)."""
    return np.bincount(grid[grid >= 0] % 12, minlength=12)


def chords(grid: np.ndarray) -> np.ndarray:
    """Return the chords of four sounding voices in order, each once however long it lasts: an int array (chords, 4)."""
    full = grid[(grid >= 0).all(axis=1)]
    moved = np.ones(len(full), bool)
    moved[1:] = (full[1:] != full[:-1]).any(axis=1)
    return full[moved]


def parallel_motion(chords: np.ndarray) -> np.ndarray:
    """Return the forbidden parallels, an int array (found, 3): number of the change, upper voice, lower voice.

    Both voices move in one direction, and the interval from the lower voice up is a perfect fifth before and after, or
    an octave or unison before and after; octaves between them don't matter.
    """
    before, after = chords[:-1], chords[1:]
    found = []
    for upper, lower in combinations(range(chords.shape[1]), 2):
        gap, next_gap = ((c[:, upper] - c[:, lower]) % 12 for c in (before, after))
        motion = after - before
        together = motion[:, upper] * motion[:, lower] > 0
        hit = together & (gap == next_gap) & np.isin(gap, (0, FIFTH))
        found += [(change, upper, lower) for change in np.flatnonzero(hit)]
    return np.array(sorted(found), int).reshape(-1, 3)


def crossings(chords: np.ndarray) -> int:
    """Count neighbouring voices whose upper one sounds below the lower one, over all chords."""
    return int((chords[:, :-1] < chords[:, 1:]).sum())


def wide_spacings(chords: np.ndarray) -> int:
    """Count soprano-alto and alto-tenor distances above an octave, over all chords."""
    return int((chords[:, :2] - chords[:, 1:3] > OCTAVE).sum())


def tertian_beats(grid: np.ndarray) -> tuple[int, int]:
    """Return on how many beats a chord built of thirds sounds, and on how many one could (three pitch classes)."""
    beats = grid[::STEPS_PER_QUARTER]
    beats = beats[(beats >= 0).all(axis=1)]
    masks = np.bitwise_or.reduce(1 << beats % 12, axis=1)
    masks = masks[np.bitwise_count(masks) >= 3]
    return int(TERTIAN[masks].sum()), len(masks)


def count(grid: np.ndarray) -> PartWriting:
    """Return all counts of a piece.

    Raises
    ------
    ScoreError
        The grid is not valid.
    """
    grid = validate(grid)
    heard = chords(grid)
    tertian, beats = tertian_beats(grid)
    time = sounding_time(grid)
    return PartWriting(
        changes=max(len(heard) - 1, 0),
        parallels=len(parallel_motion(heard)),
        crossings=crossings(heard),
        wide=wide_spacings(heard),
        beats=beats,
        tertian=tertian,
        sounding=int(time.sum()),
        in_scale=int(time[list(find_key(time.tolist()).scale)].sum()),
    )


def evaluate(grids: Sequence[np.ndarray], *, seed: int = 0) -> dict[str, dict[str, float]]:
    """Return every measure over pieces with its 95 % bootstrap interval.

    Returns
    -------
    dict
        'parallels', 'crossing' and 'spacing' per 100 changes; 'tertian' and 'in_scale' as shares 0..1 ('in_scale' is
        the mean of the pieces' shares, for each piece has its own key); 'with_parallels', the share of pieces that have
        one. Each has 'value', 'low' and 'high'; not-a-number where nothing was there to count.
    """
    names = [field.name for field in fields(PartWriting)]
    counted = [astuple(count(grid)) for grid in grids]
    table = np.array(counted, float).reshape(-1, len(names))
    column = dict(zip(names, table.T, strict=True))
    sounding = np.where(column["sounding"] > 0, column["sounding"], np.nan)
    return {
        "parallels": _rate(100 * column["parallels"], column["changes"], seed),
        "crossing": _rate(100 * column["crossings"], column["changes"], seed),
        "tertian": _rate(column["tertian"], column["beats"], seed),
        "in_scale": _mean(column["in_scale"] / sounding, seed),
        "spacing": _rate(100 * column["wide"], column["changes"], seed),
        "with_parallels": _mean((column["parallels"] > 0).astype(float), seed),
    }


def _rate(above: np.ndarray, below: np.ndarray, seed: int) -> dict[str, float]:
    low, high = ratio_interval(above, below, seed=seed)
    value = float(above.sum() / below.sum()) if below.sum() else float("nan")
    return {"value": value, "low": low, "high": high}


def _mean(values: np.ndarray, seed: int) -> dict[str, float]:
    values = values[np.isfinite(values)]
    low, high = interval(lambda drawn: values[drawn].mean(axis=1), len(values), seed=seed)
    value = float(values.mean()) if len(values) else float("nan")
    return {"value": value, "low": low, "high": high}


def _tertian_sets() -> np.ndarray:
    """Return, for every set of pitch classes as a 12-bit mask, whether it lies within a seventh chord: bool (4096,)."""
    whole = [sum(1 << (root + i) % 12 for i in chord) for chord in SEVENTH_CHORDS for root in range(12)]
    masks = np.arange(4096)
    return np.any([masks & ~chord == 0 for chord in whole], axis=0)


TERTIAN = _tertian_sets()
