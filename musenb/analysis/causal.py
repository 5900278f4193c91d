"""Causal measures: what a change inside a model, or in what it has read, does to its predictions (loss, KL).

Definition
----------
`loss` is -log2 of the probability of what stands in the piece, in bits; `KL` is the Kullback-Leibler divergence of the
prediction after a change from the prediction before it, sum of p log2(p / q) over the words, p before and q after: how
many bits a reader who knows the untouched model loses at each prediction by using the changed one.

Conventions
-----------
- Predictions are rows of log-probabilities (`log_probs`, natural logarithms); all results are in bits.
- A difference is after minus before: a part that helps has a positive change of loss when it is taken out.
- An interval is the percentile bootstrap over independent groups (seeds, or bars of one piece), never over single
  predictions, which hang together. One group gives no interval: not-a-number.

References
----------
Kullback and Leibler (1951), On Information and Sufficiency. Spearman (1904), The Proof and Measurement of Association
between Two Things. Jain and Wallace (2019), Attention is not Explanation, who rank-correlate attention with occlusion.
Michel, Levy and Neubig (2019), Are Sixteen Heads Really Better than One?, who take heads out one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musenb.analysis.bootstrap import interval
from musenb.errors import SettingError

LN2 = float(np.log(2))


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return the log-probabilities (natural logarithms of the softmax) over the last axis, float64."""
    scores = np.asarray(logits, np.float64)
    scores = scores - scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def entropy_bits(log_probs: np.ndarray) -> np.ndarray:
    """Return the entropy of log_probs (..., V) in bits, (...,); words of probability 0 (-inf) add nothing."""
    finite = np.where(np.isfinite(log_probs), log_probs, 0.0)
    return -(np.exp(log_probs) * finite).sum(axis=-1) / LN2


def kl_bits(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return KL(before || after) of log_probs (..., V) in bits, (...,); infinite where `after` rules out a word."""
    likely = np.exp(before)
    with np.errstate(invalid="ignore"):
        terms = np.where(likely > 0, likely * (before - after), 0.0)
    return np.maximum(terms.sum(axis=-1), 0.0) / LN2


def loss_bits(log_probs: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return -log2 p of the words `taken` (...,) under log_probs (..., V)."""
    index = np.asarray(taken)[..., None]
    nats = -np.take_along_axis(log_probs, index, axis=-1)[..., 0]
    return nats / LN2


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, and the 95 % bootstrap interval over its groups.

    Parameters
    ----------
    mean, low, high : float
        Not-a-number where there is nothing, or for the interval of a single group.
    groups : int
        How many groups, such as seeds or bars, there are.
    """

    mean: float
    low: float
    high: float
    groups: int

    def __str__(self) -> str:
        if np.isnan(self.low):
            return f"{self.mean:.3f}"
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimate(sums: np.ndarray, counts: np.ndarray | None = None, *, seed: int = 0) -> Estimate:
    """Return sum(sums) / sum(counts) with its interval over the groups.

    Parameters
    ----------
    sums : float (groups,)
        Total of each group.
    counts : float (groups,), optional
        How many values each total holds; 1 each when left out. Groups of none do not count.
    """
    sums = np.asarray(sums, np.float64)
    counts = np.ones(len(sums)) if counts is None else np.asarray(counts, np.float64)
    sums, counts = sums[counts > 0], counts[counts > 0]
    nothing = float("nan")
    if not len(sums):
        return Estimate(nothing, nothing, nothing, 0)
    mean = float(sums.sum() / counts.sum())
    if len(sums) == 1:
        return Estimate(mean, nothing, nothing, 1)

    def ratio(drawn: np.ndarray) -> np.ndarray:
        return sums[drawn].sum(1) / counts[drawn].sum(1)

    low, high = interval(ratio, len(sums), seed=seed)
    return Estimate(mean, low, high, len(sums))


def grouped(values: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum and the number of values (n,) in each group (n,) of whole numbers, in ascending order of group."""
    _, place = np.unique(groups, return_inverse=True)
    return np.bincount(place, weights=values), np.bincount(place).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did to a run of predictions.

    Parameters
    ----------
    loss_before, loss_after : float
        Mean bits a prediction.
    change : Estimate
        Of the loss, after minus before, in bits a prediction.
    kl : Estimate
        Of the distributions, in bits a prediction.
    predictions : int
    over : str
        What the groups of the intervals are, such as 'bars' or 'seeds'.
    """

    loss_before: float
    loss_after: float
    change: Estimate
    kl: Estimate
    predictions: int
    over: str


def effect_of(
    before: np.ndarray,
    after: np.ndarray,
    taken: np.ndarray,
    groups: np.ndarray,
    *,
    over: str,
    seed: int = 0,
) -> Effect:
    """Return the effect from log_probs (n, V) before and after, the words taken (n,), and a group (n,) for each.

    Raises
    ------
    SettingError
        The shapes do not agree.
    """
    lengths = {len(before), len(taken), len(groups)}
    if before.shape != after.shape or len(lengths) > 1:
        raise SettingError(
            f"predictions of shapes {before.shape} and {after.shape}, {len(taken)} words and {len(groups)} groups: "
            "there must be one of each for every prediction"
        )
    if not len(before):
        nothing, unknown = float("nan"), estimate(np.zeros(0))
        return Effect(nothing, nothing, unknown, unknown, 0, over)
    lost, found = loss_bits(before, taken), loss_bits(after, taken)
    change = estimate(*grouped(found - lost, groups), seed=seed)
    divergence = estimate(*grouped(kl_bits(before, after), groups), seed=seed)
    return Effect(
        loss_before=float(lost.mean()),
        loss_after=float(found.mean()),
        change=change,
        kl=divergence,
        predictions=len(taken),
        over=over,
    )


# Do two accounts of what mattered agree?


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two importances of the same things agree.

    Parameters
    ----------
    correlation : float
        Spearman's rank correlation, -1..1; not-a-number when one of them is constant.
    overlap : float
        Share of the `top` most important by one that are among the `top` by the other, 0..1.
    chance : float
        The overlap to be expected of two unrelated importances.
    top, count : int
        How many are compared, of how many.
    """

    correlation: float
    overlap: float
    chance: float
    top: int
    count: int


def agreement_of(one: np.ndarray, other: np.ndarray, *, top: int = 5) -> Agreement:
    """Return how far two importances (n,) agree; `top` is at least 1, and n at most.

    Raises
    ------
    SettingError
        They differ in length, or `top` is below 1.
    """
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if one.shape != other.shape or one.ndim != 1 or top < 1:
        raise SettingError(f"cannot compare the top {top} of importances of shapes {one.shape} and {other.shape}")
    top = min(top, len(one))
    if not top:
        return Agreement(float("nan"), float("nan"), float("nan"), 0, 0)
    return Agreement(
        correlation=spearman(one, other),
        overlap=top_overlap(one, other, top),
        chance=top / len(one),
        top=top,
        count=len(one),
    )


def spearman(one: Sequence[float] | np.ndarray, other: Sequence[float] | np.ndarray) -> float:
    """Return the rank correlation of two series (n,); equal values share their mean rank."""
    first, second = (_ranks(np.asarray(series, np.float64)) for series in (one, other))
    if len(first) < 2:
        return float("nan")
    first, second = first - first.mean(), second - second.mean()
    size = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / size) if size else float("nan")


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[place]


def top_overlap(one: np.ndarray, other: np.ndarray, top: int) -> float:
    """Return the share of the `top` largest of one series that are among those of the other; of equals, the earlier."""
    first, second = _largest(one, top), _largest(other, top)
    return len(first & second) / top


def _largest(values: np.ndarray, top: int) -> set[int]:
    """Return the places of the `top` largest values."""
    order = np.argsort(-np.asarray(values), kind="stable")
    return set(order[:top].tolist())
