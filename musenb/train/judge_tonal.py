"""Tonal home of written chorales: keys, closes and resolutions in the frames of test chorales.

They are written from nothing, or after the first two bars, which are given; what is given is not measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from musenb.analysis.chorale.cadence import Framed
from musenb.analysis.chorale.ratios import Report
from musenb.analysis.chorale.tonal import tonal_report
from musenb.errors import SettingError
from musenb.score.key import Key
from musenb.tokens.chorale.grid import FERMATA, HOLD, LOWEST, MODES, NO_KEY, REST, UNKNOWN, Frame, Grid, sounding
from musenb.train.judge_writing import Tick, Writing, write_frame

GIVEN_BARS = 2


def told_key(grid: Grid) -> Key | None:
    """Return the key of a frame's last step; None where it has no signature or no mode."""
    fifths, mode = (int(value) for value in grid.frame.columns[-1, 3:5])
    if fifths == NO_KEY or MODES[mode] == "":
        return None
    minor = MODES[mode] == "minor"
    return Key((7 * (fifths - 7) + (9 if minor else 0)) % 12, minor)


def framed(grid: Grid) -> Framed:
    """Return a full grid as sounding pitches with its key, fermatas and beginnings of notes."""
    pitches = sounding(grid.cells)
    silent = (pitches == HOLD) | (pitches == UNKNOWN)
    begins = (grid.cells >= 0) & (grid.cells < HOLD)
    fermata = grid.frame.columns[:, FERMATA - 1] == 1
    return Framed(np.where(silent, -1, pitches + LOWEST), fermata, told_key(grid), begins)


def scratch_report(
    writing: Writing, splits: Mapping[str, Sequence[Grid]], pieces: int, tick: Tick
) -> Report:
    """Return the tonal measures of chorales in the frames of test chorales, written from nothing."""
    chosen = splits["test"][:pieces]
    written = []
    for number, real in enumerate(chosen):
        written.append(write_frame(writing, real, number=number))
        tick(number + 1, len(chosen))
    return tonal_report([framed(grid) for grid in written], [framed(grid) for grid in splits["test"]])


def after_report(
    writing: Writing, splits: Mapping[str, Sequence[Grid]], pieces: int, tick: Tick
) -> Report:
    """Return the tonal measures of what follows the first two bars of test chorales.

    Raises
    ------
    SettingError
        None of them is longer than that.
    """
    found = {number: third_bar(grid) for number, grid in enumerate(splits["test"])}
    starts = {number: start for number, start in found.items() if start is not None}
    longer = list(starts)
    if not longer:
        raise SettingError(f"no test chorale is longer than {GIVEN_BARS} bars")
    chosen = longer[:pieces]
    written = []
    for done, number in enumerate(chosen):
        real = splits["test"][number]
        given = np.zeros(real.cells.shape, bool)
        given[: starts[number]] = True
        grid = write_frame(writing, real, number=number, given=given)
        written.append(framed(_rest(grid, starts[number])))
        tick(done + 1, len(chosen))
    theirs = [framed(_rest(splits["test"][number], starts[number])) for number in longer]
    return tonal_report(written, theirs)


def third_bar(grid: Grid) -> int | None:
    """Return the step at which two full bars are over; None where nothing follows."""
    lines = np.flatnonzero(grid.frame.columns[:, 0] == 0)
    return int(lines[GIVEN_BARS]) if len(lines) > GIVEN_BARS else None


def _rest(grid: Grid, start: int) -> Grid:
    """Return a grid from a step on; what sounds across it begins there."""
    cells = grid.cells[start:].copy()
    across = sounding(grid.cells)[start]
    cells[0] = np.where(across == HOLD, REST, across)
    return Grid(cells, Frame(grid.frame.columns[start:]))
