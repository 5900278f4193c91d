"""Chorale piece builders from scores: which cells were given, and which a model wrote or may write."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.tokens.chorale.grid import REST, STEP, UNKNOWN, Grid, assign_voices, encode, frame_of
from musenb.tokens.chorale.piece import GridPiece
from musenb.tokens.chorale.plan import Plan, plan_piece
from musenb.tokens.chorale.prepare import with_chorale_names
from musenb.tokens.chorale.rows import ColumnRows, RowsOf


def piece_of(
    score: Score,
    *,
    plan: Plan | None = None,
    given: int | None = None,
    extent: int = 4,
    voices: Sequence[str] | None = None,
    rows: RowsOf = ColumnRows,
) -> GridPiece:
    """Return a score for questions.

    Parameters
    ----------
    score : Score
    plan : Plan, optional
        By which it was written; one of the end of a longer piece says nothing of the rest.
    given : int, optional
        Without a plan: the first so many bars were given, at least 1. Left out, all before the first generated note
        was; of a score without generated notes half its bars, or all when there are less than four.
    extent : int
        Room for so many bars behind a piece that was given whole.
    voices : sequence of str, optional
        Which chorale voice each sounding voice of the score is.
    rows : callable
        Of a plan: what a model reads.

    Raises
    ------
    MusenbError
        The score does not fit the grid, or no bar is given.
    """
    if plan is not None and not plan.offset:
        cells = _filled(encode(score, steps=len(plan.grid.cells)).cells)
        return GridPiece(score, plan, cells.ravel(), assign_voices(score), rows=rows)
    names = assign_voices(score) if voices is None else tuple(voices)
    cells = _filled(encode(score, voices=names).cells)
    generated = [note.onset for note in score.notes if note.origin.generated]
    written = bool(generated) and given is None
    first = int(min(generated) / STEP) if written else _given_steps(score, given, len(cells))
    if first < len(cells):
        kept = np.where(np.arange(len(cells))[:, None] < first, cells, UNKNOWN)
        nothing = dataclasses.replace(score, voices=())
        prime = score.cut(Fraction(0), first * STEP) if first else nothing
        grid = Grid(kept, frame_of(score, len(cells)))
        plan = Plan(prime, names, grid, first)
        return GridPiece(score, plan, cells.ravel(), names, rows=rows)
    plan = plan_piece(with_chorale_names(score, names), extent=extent)
    kept = np.full_like(plan.grid.cells, UNKNOWN)
    kept[: len(cells)] = cells
    grid = Grid(kept, plan.grid.frame)
    plan = dataclasses.replace(plan, grid=grid, steps=len(cells))
    return GridPiece(score, plan, cells.ravel(), names, rows=rows)


def _given_steps(score: Score, bars: int | None, steps: int) -> int:
    full = [bar for bar in score.bars() if bar.number >= 1]
    if bars is None:
        bars = len(full) if len(full) < 4 else len(full) // 2
    if bars < 1:
        raise SettingError(f"a prime of {bars} bars; at least 1 is needed")
    if not full:
        return steps
    last = full[min(bars, len(full)) - 1]
    return min(int(last.end / STEP), steps)


def _filled(cells: np.ndarray) -> np.ndarray:
    """Return the cells up to the last step of which anything is known, with rests where nothing is."""
    known = np.flatnonzero((cells != UNKNOWN).any(axis=1))
    kept = cells[: known[-1] + 1] if len(known) else cells[:0]
    return np.where(kept == UNKNOWN, REST, kept)
