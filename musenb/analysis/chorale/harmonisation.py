"""Harmonisation: how often a piece and another on the same tune stand on the same root.

Definition: of the beats on which all voices sound in both pieces and both sonorities are chords (`sonority`), the share
whose chords have one root. A beat is a quarter: every fourth step from the first.

Conventions
-----------
- Where Bach set a tune twice, he agrees with himself on .629 of the beats; by chance (another beat of the piece with
  the same soprano pitch class) it is .357.
- Two pieces on one tune are compared on the longest run of beats whose sopranos move alike, each as if that run began
  on the same note.
"""

from __future__ import annotations

import numpy as np

from musenb.analysis.chorale.part_writing import OCTAVE, STEPS_PER_QUARTER, validate
from musenb.analysis.chorale.twins import longest_run
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


def agreeing_twin(piece: np.ndarray, other: np.ndarray) -> tuple[int, int]:
    """Return as `agreeing_beats` does, on the beats of the longest run of soprano that two pieces share in any key."""
    start, there, beats = longest_run(piece, other)
    parts = []
    for grid, first in ((piece, start), (other, there)):
        part = grid[STEPS_PER_QUARTER * first :][: STEPS_PER_QUARTER * beats].astype(int)
        shift = -part[0, 0] % OCTAVE if len(part) else 0
        parts.append(np.where(part >= 0, part % OCTAVE + shift, part))
    length = min(map(len, parts))
    return agreeing_beats(*(part[:length] for part in parts))
