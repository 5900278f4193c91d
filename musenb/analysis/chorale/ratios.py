"""Ratio report: counts of written music beside those of real music, with intervals, targets and whether they are met.

Definition: a measure is the sum of one count over pieces, divided by the sum of another, with a 95 % bootstrap interval
over pieces. A target is a bound, or how far the value may lie from that of real music.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musenb.analysis.bootstrap import ratio_interval
from musenb.analysis.chart import Chart, Plottable
from musenb.analysis.chorale.report import format_report, measure_chart

Counts = tuple[Sequence[float], Sequence[float]]
Cell = dict[str, float | None]
NOTHING: Counts = ((), ())


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at.

    Parameters
    ----------
    sign : {'<=', '>=', 'near'}
        'near' is a distance from the value of real music.
    bound : float
    """

    sign: str
    bound: float

    def __str__(self) -> str:
        return f"within {self.bound:g}" if self.sign == "near" else f"{self.sign} {self.bound:g}"

    def met(self, value: float | None, real: float | None) -> bool:
        """Return whether a value is as aimed at; what could not be measured is not."""
        if value is None:
            return False
        if self.sign == "near":
            return real is not None and abs(value - real) <= self.bound
        return value <= self.bound if self.sign == "<=" else value >= self.bound


@dataclass(frozen=True, slots=True)
class Ratio:
    """One measure: its name for reading, and the counts above and below by piece, of written and of real music.

    Parameters
    ----------
    label : str
        What it is, a comma, and its unit.
    written, real : pair of sequences of float
        What happened in each piece, and what could have.
    factor : float
        100 for what is told in a hundred.
    target : Target, optional
    """

    label: str
    written: Counts
    real: Counts = NOTHING
    factor: float = 1.0
    target: Target | None = None


class Report(dict[str, Any], Plottable):
    """Measures of written and of real music as a dict, which can be drawn and tabulated as well.

    'pieces' (how many of each kind), 'seed', and 'measures': for each name a record with its 'label', 'generated' and
    'real', each with 'value', 'low' and 'high' (None where there was nothing to count), 'target' and whether it is
    'met', None where there is none.
    """

    @property
    def labels(self) -> dict[str, str]:
        """What each measure is called."""
        return {name: row["label"] for name, row in self["measures"].items()}

    def charts(self) -> list[Chart]:
        """Return a chart a measure."""
        return [measure_chart(label, self["measures"][name]) for name, label in self.labels.items()]

    def __repr__(self) -> str:
        return format_report(self, self.labels)


def ratio_report(ratios: Mapping[str, Ratio], *, pieces: Mapping[str, int], seed: int = 0) -> Report:
    """Return measures as a report.

    Parameters
    ----------
    ratios : dict of str to Ratio
    pieces : dict
        How many pieces are 'generated' and 'real'.
    seed : int
        Seed of the bootstrap.
    """
    measures: dict[str, dict[str, Any]] = {}
    for name, ratio in ratios.items():
        written = share(ratio.written, factor=ratio.factor, seed=seed)
        real = share(ratio.real, factor=ratio.factor, seed=seed)
        row: dict[str, Any] = {"label": ratio.label, "generated": written, "real": real, "target": None, "met": None}
        if ratio.target is not None:
            met = ratio.target.met(written["value"], real["value"])
            row |= {"target": str(ratio.target), "met": met}
        measures[name] = row
    return Report(pieces=dict(pieces), seed=seed, measures=measures)


def share(counts: Counts, *, factor: float = 1.0, seed: int = 0) -> Cell:
    """Return the ratio of two counts over pieces with its interval; None where nothing was there to count."""
    above, below = (np.array(side, float) for side in counts)
    if not below.sum():
        return {"value": None, "low": None, "high": None}
    ends = ratio_interval(factor * above, below, seed=seed)
    low, high = (None if math.isnan(end) else end for end in ends)
    return {"value": float(factor * above.sum() / below.sum()), "low": low, "high": high}
