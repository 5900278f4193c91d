"""Evaluation report of generated chorales, beside real ones and beside what is aimed at.

Definition: part-writing (`chorale`), distance from Bach (`mock_grade`) and copying (`copying`) of generated chorales
and of real test chorales, with 95 % bootstrap intervals over pieces, and whether each figure meets its target.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from musenb.analysis.chart import Chart, Plottable, Series
from musenb.analysis.chorale import copying, mock_grade
from musenb.analysis.chorale import part_writing as chorale
from musenb.errors import ScoreError

TARGETS: Mapping[str, tuple[str, float]] = {
    "parallels": ("<=", 0.54),
    "crossing": ("<=", 4.0),
    "tertian": (">=", 0.88),
    "in_scale": (">=", 0.93),
    "spacing": ("<=", 4.0),
    "mock_auc": ("<=", 0.75),
    "copying_p95": ("<=", 10.0),
}

LABELS: Mapping[str, str] = {
    "parallels": "parallel 5ths and 8ves, per 100 changes",
    "crossing": "voice crossings, per 100 changes",
    "tertian": "beats with a chord built of thirds, share",
    "in_scale": "notes in the scale of the key, share",
    "spacing": "upper voices over an octave apart, per 100 changes",
    "with_parallels": "pieces with a parallel, share",
    "mock_auc": "graded worse than real chorales (AUC)",
    "copying_p95": "longest run shared with training, chords, 95th percentile",
}


class Record(dict[str, Any], Plottable):
    """The measures of `evaluate` as a dict, which can be drawn and tabulated as well."""

    def charts(self) -> list[Chart]:
        """Return a chart a measure: generated beside real, with their intervals, and the target where there is one."""
        return [measure_chart(label, self["measures"][name]) for name, label in LABELS.items()]

    def __repr__(self) -> str:
        return format_report(self)


def evaluate(
    generated: Sequence[np.ndarray],
    real_test: Sequence[np.ndarray],
    train: Sequence[np.ndarray],
    *,
    seed: int = 0,
) -> Record:
    """Return every measure of generated and of real chorales.

    Parameters
    ----------
    generated, real_test, train : sequence of int array (steps, 4)
        Sounding MIDI pitches on sixteenths, soprano to bass, -1 for a rest.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    Record
        A dict with 'pieces' (how many of each kind), 'seed', and 'measures': for each name of LABELS the records
        'generated' and 'real', each with 'value', 'low' and 'high', and, where there is one, 'target' and whether it is
        'met'. Only text, numbers, truth values and None (for what could not be measured), as JSON holds them.

    Raises
    ------
    ScoreError
        One of the three has no piece, or a grid is not valid.
    """
    for name, grids in (("generated", generated), ("real test", real_test), ("training", train)):
        if not len(grids):
            raise ScoreError(f"an evaluation needs at least 1 {name} chorale, got 0")
    reference = mock_grade.fit(train)
    corpus = copying.Corpus(copying.chord_steps(grid) for grid in train)
    sides = {
        side: _measure(grids, real_test, reference, corpus, seed)
        for side, grids in (("generated", generated), ("real", real_test))
    }
    return Record(
        pieces={"generated": len(generated), "real": len(real_test), "train": len(train)},
        seed=seed,
        measures={name: _beside(name, sides) for name in LABELS},
    )


def format_report(record: Mapping[str, Any], labels: Mapping[str, str] = LABELS) -> str:
    """Return the record of `evaluate`, or of another report with these labels, as a table, a line a measure."""
    pieces, measures = record["pieces"], record["measures"]
    width = max(map(len, labels.values()))
    heads = [f"generated ({pieces['generated']})", f"real ({pieces['real']})"]
    lines = [f"{'':{width}}  {heads[0]:>24}  {heads[1]:>24}  target"]
    for name, label in labels.items():
        row = measures[name]
        cells = [f"{_figure(row[side]):>24}" for side in ("generated", "real")]
        aim = f"{row['target']}  {'met' if row['met'] else 'not met'}" if row["target"] else ""
        lines.append(f"{label:{width}}  {'  '.join(cells)}  {aim}".rstrip())
    lines.append(f"In brackets: 95 % bootstrap intervals over pieces, seed {record['seed']}.")
    return "\n".join(lines)


def measure_chart(label: str, row: Mapping[str, Any]) -> Chart:
    """Return one measure of both kinds of chorales as a chart; a target relative to the real value is not drawn."""
    what, _, unit = label.partition(", ")
    sides = tuple(
        Series(side, [side], [cell["value"]], [cell["low"]], [cell["high"]], kind="points")
        for side, cell in (("generated", row["generated"]), ("real", row["real"]))
    )
    target: tuple[tuple[str, float], ...] = ()
    sign, _, level = (row["target"] or "").partition(" ")
    if sign in ("<=", ">="):
        target = ((f"target {row['target']}", float(level)),)
    return Chart(what, "chorales", unit or "value", sides, target)


def _measure(
    grids: Sequence[np.ndarray],
    real: Sequence[np.ndarray],
    reference: mock_grade.BachHistograms,
    corpus: copying.Corpus,
    seed: int,
) -> dict[str, dict[str, float]]:
    return {
        **chorale.evaluate(grids, seed=seed),
        "mock_auc": mock_grade.evaluate(grids, real, reference, seed=seed),
        "copying_p95": copying.evaluate([copying.chord_steps(grid) for grid in grids], corpus, seed=seed),
    }


def _beside(name: str, sides: Mapping[str, Mapping[str, dict[str, float]]]) -> dict:
    row: dict = {}
    for side, measured in sides.items():
        row[side] = {figure: _finite(value) for figure, value in measured[name].items()}
    sign, bound = TARGETS.get(name, ("", 0.0))
    value = row["generated"]["value"]
    met = value is not None and (value <= bound if sign == "<=" else value >= bound)
    return {**row, "target": f"{sign} {bound:g}" if sign else None, "met": met if sign else None}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _figure(cell: Mapping[str, float | None]) -> str:
    if cell["value"] is None:
        return "-"
    interval = f" [{cell['low']:.3f}, {cell['high']:.3f}]" if cell["low"] is not None else ""
    return f"{cell['value']:.3f}{interval}"
