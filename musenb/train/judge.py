"""Model evaluation: C1 by the decoder that plays, and chorales sampled for C2, C3 and C4."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musenb.analysis.chorale import report as chorale_report
from musenb.analysis.chorale.jsb import load_jsb
from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.score.note import Score
from musenb.tokens.chorale.grid import HOLD, LOWEST, UNKNOWN, Grid, sounding
from musenb.tokens.chorale.idiom import Chorale
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.chorale.rows import whole_row
from musenb.tokens.known import idiom_named
from musenb.tokens.row import Row
from musenb.train.evaluate import windows
from musenb.train.judge_writing import Tick, Writing, no_tick, write_frame


def log_probs_of(decoder: Decoder, row: Row) -> np.ndarray:
    """Return log_probs of every token at every position, float64 (L, V), given all before it within the context."""
    log_probs = np.empty((len(row), decoder.config.vocabulary))
    for start, first, stop in windows(len(row), decoder.config.context):
        part = row.crop(start, stop)
        inputs = (part.before[None], part.features[None], part.related[None])
        logits = decoder.extend(decoder.start(1, part.memory), *inputs)[0]
        scores = logits[first - start :].astype(np.float64)
        scores -= scores.max(axis=1, keepdims=True)
        sums = np.exp(scores).sum(axis=1, keepdims=True)
        log_probs[first:stop] = scores - np.log(sums)
    return log_probs


def row_of_grid(config: ModelConfig, grid: Grid, given: np.ndarray | None = None) -> Row:
    """Return a full grid as a model reads it, with cells given, bool (T, 4), that are told ahead.

    Raises
    ------
    ModelError
        The model reads no grids.
    """
    idiom = idiom_named(config.idiom)
    if not isinstance(idiom, Chorale):
        raise ModelError(f"a model of the idiom '{idiom.name}' reads no chorales in four voices")
    kept = np.zeros(grid.cells.shape, bool) if given is None else given
    free = ~kept.all(axis=1)
    steps = int(free.argmax()) if free.any() else len(kept)
    plan = Plan(Score(), (), Grid(np.where(kept, grid.cells, UNKNOWN), grid.frame), steps)
    row = whole_row(idiom.rows(plan), grid.cells.ravel())
    return row.fitted(len(config.features), config.related)


def _target_log_probs(log_probs: np.ndarray, row: Row) -> np.ndarray:
    """Return the log_probs (L,) of a row's own tokens out of those of all tokens (L, V)."""
    positions = np.arange(len(row))
    return log_probs[positions, row.targets]


def nats(
    decoder: Decoder, rows: Sequence[Row], tick: Tick = no_tick
) -> np.ndarray:
    """Return the summed nats and the cells of each piece, float64 (pieces, 2)."""
    sums = []
    for number, row in enumerate(rows):
        log_probs = _target_log_probs(log_probs_of(decoder, row), row)
        sums.append((-log_probs.sum(), len(row)))
        tick(number + 1, len(rows))
    return np.array(sums)


def split_nats(
    decoder: Decoder, grids: Sequence[Grid], tick: Tick = no_tick
) -> dict[str, float]:
    """Return nats per cell of chorales in the product's form: in all, for hold or not, for the pitch of what begins.

    The parts add up: ln p(token) = ln p(hold or not) + ln p(token given that it is not a hold).
    """
    total = holding = cells = 0.0
    for number, grid in enumerate(grids):
        row = row_of_grid(decoder.config, grid)
        log_probs = log_probs_of(decoder, row)
        total -= _target_log_probs(log_probs, row).sum()
        hold = log_probs[:, HOLD]
        no_hold = np.log1p(-np.exp(np.minimum(hold, -1e-12)))
        holding -= np.where(row.targets == HOLD, hold, no_hold).sum()
        cells += len(row)
        tick(number + 1, len(grids))
    return {"all": total / cells, "hold": holding / cells, "pitch": (total - holding) / cells}


def write_chorales(writing: Writing, frames: Sequence[Grid], tick: Tick = no_tick) -> list[Grid]:
    """Return whole chorales as full grids, from the frames of real ones: length, metre, key and phrases."""
    written = []
    for number, real in enumerate(frames):
        written.append(write_frame(writing, real, number=number))
        tick(number + 1, len(frames))
    return written


def pitches_of(grid: Grid) -> np.ndarray:
    """Return a full grid as sounding MIDI pitches, int (T, 4), -1 for a rest."""
    pitches = sounding(grid.cells)
    return np.where(pitches == HOLD, -1, pitches + LOWEST)


def judge_chorales(written: Sequence[np.ndarray]) -> chorale_report.Record:
    """Return C2, C3 and C4 of written chorales beside the real ones of the canonical test split."""
    real = load_jsb()
    return chorale_report.evaluate(written, real["test"], real["train"])
