"""Harmonisation: how often a piece and another on the same tune stand on the same root.

Definition: of the beats on which all voices sound in both pieces and both sonorities are chords (`sonority`), the share
whose chords have one root. A beat is a quarter: every fourth step from the first.

Conventions
-----------
- Where Bach set a tune twice, he agrees with himself on .629 of the beats; by chance (another beat of the piece with
  the same soprano pitch class) it is .357.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musenb.analysis.bootstrap import ratio_interval
from musenb.analysis.chorale.part_writing import STEPS_PER_QUARTER, validate
from musenb.errors import ScoreError
from musenb.score.sonority import NONE, chords_of


def agreeing_beats(one: np.ndarray, other: np.ndarray) -> tuple[int, int]:
    """Return on how many beats two grids (steps, 4) have one root, and on how many both have a chord.

    Raises
    ------
    ScoreError
        A grid is not valid, or they are not of one length.
    """
    one, other = validate(one), validate(other)
    if len(one) != len(other):
        raise ScoreError(f"pieces of {len(one)} and {len(other)} steps are not settings of one tune beat by beat")
    roots = []
    for grid in (one, other):
        beats = grid[::STEPS_PER_QUARTER]
        roots.append(np.where((beats >= 0).all(axis=1), chords_of(beats).root, NONE))
    both = (roots[0] != NONE) & (roots[1] != NONE)
    return int((both & (roots[0] == roots[1])).sum()), int(both.sum())


def root_agreement(pairs: Sequence[tuple[np.ndarray, np.ndarray]], *, seed: int = 0) -> dict[str, float]:
    """Return the share of agreeing beats over pairs of pieces, with its 95 % bootstrap interval over pairs."""
    counts = np.array([agreeing_beats(one, other) for one, other in pairs], float).reshape(-1, 2)
    agreeing, beats = counts.T
    low, high = ratio_interval(agreeing, beats, seed=seed)
    return {"value": float(agreeing.sum() / beats.sum()) if beats.sum() else float("nan"), "low": low, "high": high}
