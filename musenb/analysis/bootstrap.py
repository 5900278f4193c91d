"""Percentile bootstrap confidence intervals, over pieces.

Pieces are drawn with replacement, the statistic is taken anew on every draw, and the interval is what the middle 95 %
of the draws span. Seeded by its caller: the same numbers give the same interval.

References
----------
Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 7(1), 1979.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

DRAWS = 2000


def interval(
    statistic: Callable[[np.ndarray], np.ndarray],
    pieces: int,
    *,
    seed: int = 0,
    draws: int = DRAWS,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the ends of the bootstrap interval of a statistic of `pieces` pieces.

    Parameters
    ----------
    statistic : callable
        Takes piece numbers, an int array (draws, pieces), and returns a float array (draws,). A draw on which it is not
        finite is left out.
    pieces : int
        How many pieces there are.
    seed : int
        Seed of the draws.
    level : float
        Share of the draws inside, above 0 and below 1.

    Returns
    -------
    (float, float)
        Not-a-number twice when there is no piece, or when no draw gives a finite value.
    """
    if not pieces:
        return (float("nan"), float("nan"))
    drawn = np.random.default_rng(seed).integers(pieces, size=(draws, pieces))
    values = np.asarray(statistic(drawn), float)
    values = values[np.isfinite(values)]
    if not len(values):
        return (float("nan"), float("nan"))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def ratio_interval(
    above: np.ndarray,
    below: np.ndarray,
    *,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the interval of sum(above) / sum(below) over pieces, for counts (pieces,) of events and occasions."""

    def ratio(drawn: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return above[drawn].sum(1) / below[drawn].sum(1)

    return interval(ratio, len(above), seed=seed)


def win_interval(
    wins: np.ndarray,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> tuple[float, float]:
    """Return the interval of the mean of a comparison of every piece of one set with every piece of another.

    Rows and columns are drawn apart. `wins` is a float array (ones, others), 1 where the row wins, 1/2 for a tie.
    """
    if not wins.size:
        return (float("nan"), float("nan"))
    generator = np.random.default_rng(seed)
    rows, columns = wins.shape
    ones = generator.multinomial(rows, np.full(rows, 1 / rows), size=draws)
    others = generator.multinomial(columns, np.full(columns, 1 / columns), size=draws)
    values = np.einsum("do,op,dp->d", ones, wins, others, optimize=True) / wins.size
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
