"""Self-similarity matrix of a piece: which of its bars are alike.

Definition
----------
A bar is the bag of its small figures: for every two neighbouring notes of a line, the first of which begins in the bar,
the interval in steps and the time from onset to onset. Two bars are as alike as their bags overlap: the number of
figures in common over the number in either (Ruzicka's measure, the Jaccard index of bags), 0..1. It does not change
when a bar is transposed or given to another voice. A bar in which no figure begins is like none, itself included.

References
----------
J. Foote (1999), "Visualizing music and audio using self-similarity", ACM Multimedia: the matrix.
M. Ružička (1958), "Anwendung mathematisch-statistischer Methoden in der Geobotanik", Biológia 13: the measure.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from musenb.analysis.motif.lines import lines_of, ticks_a_quarter
from musenb.score.note import Score
from musenb.score.spelling import spell_score


def self_similarity(score: Score) -> np.ndarray:
    """Return how alike any two bars are, a float64 array (bars, bars), 0..1, symmetric; an anacrusis is a bar."""
    score = spell_score(score)
    ticks = ticks_a_quarter(score.notes)
    bars = list(score.bars())
    ends = np.array([round(bar.end * ticks) for bar in bars], np.int64)
    bags: list[Counter] = [Counter() for _ in bars]
    for line in lines_of(score, ticks):
        steps = np.diff(line.steps).tolist()
        lengths = line.lengths[:-1].tolist()
        places = np.searchsorted(ends, line.onsets[:-1], side="right").tolist()
        for bar, step, length in zip(places, steps, lengths, strict=True):
            bags[bar][step, length] += 1
    figures = sorted({figure for bag in bags for figure in bag})
    numbers = {figure: number for number, figure in enumerate(figures)}
    counts = np.zeros((len(bars), len(numbers)))
    for bar, bag in enumerate(bags):
        for figure, count in bag.items():
            counts[bar, numbers[figure]] = count
    rows = [np.minimum(row, counts).sum(1) for row in counts]
    common = np.array(rows).reshape(len(bars), len(bars))
    sizes = counts.sum(1)
    either = sizes[:, None] + sizes[None, :] - common
    return np.divide(common, either, out=np.zeros_like(common), where=either > 0)
