"""The chorale model: its shape, and the variants of a piece that it is trained on.

A training piece is moved by a random number of semitones within the voices' ranges. In some draws a voice or a passage
is given: the model is told what it sounds a little ahead, as when a melody is to be harmonised, and only the other
cells count. In some draws phrases or key are hidden, so that the model also works without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.score.note import transposed_fifths
from musenb.tokens.chorale import grid as words
from musenb.tokens.chorale.grid import (
    HOLD,
    UNKNOWN,
    VOICE_COUNT,
    VOICES,
    Frame,
    Grid,
    attributes_of,
    features_of,
    sounding,
)
from musenb.tokens.row import Row, row_of
from musenb.tokens.voice_ranges import transpositions
from musenb.train.rows import CroppedRows
from musenb.train.sizes import size_of

FREE, PASSAGE = 0.4, 0.15  # shares of draws with nothing given, and with everything given outside a passage
SOPRANO_GIVEN = 0.5  # of the others: the soprano alone, else a random choice of voices
GIVEN_TO_THE_END = 0.5
NO_PHRASES, NO_KEY = 0.15, 0.1


VARIANTS: dict[str, dict[str, Any]] = {
    "relative": {"relations": words.RELATION_SPANS, "relation_layers": 1},
    "absolute": {"relative": False, "positions": "added"},
}


def chorale_config(variant: str = "relative", *, size: str = "medium") -> ModelConfig:
    """Return the shape of a chorale model; the shipped one is 'relative' and 'medium'.

    Raises
    ------
    ModelError
        There is no such variant, or no such size.
    """
    if variant not in VARIANTS:
        raise ModelError(f"unknown variant {variant!r} of the chorale model; the variants are {', '.join(VARIANTS)}")
    return ModelConfig(
        idiom="chorale", vocabulary=len(words.VOCABULARY), inputs=words.INPUTS, features=words.FEATURES,
        **size_of(size), **VARIANTS[variant], max_distance=1024, context=2048, dropout=0.15,
    )


def chorale_rows(
    splits: dict[str, Sequence[Grid]], config: ModelConfig, *, rows: int = 4, cells: int = 512, validation: int = 0,
    device: str = "cpu",
) -> CroppedRows:
    """Return the training rows of grids, and whole validation pieces with nothing given.

    Parameters
    ----------
    splits : dict of str to sequence of Grid
        'train' and 'valid'.
    config : ModelConfig
    rows, cells : int
        Crops in a batch, and their length.
    validation : int
        How many validation pieces to judge by; all when 0.
    device : str
    """
    held = [plain_row(grid, config) for grid in splits["valid"][: validation or None]]
    train = splits["train"]
    draws, sizes = [partial(varied, grid, config) for grid in train], [grid.cells.size for grid in train]
    return CroppedRows(draws, sizes, held, rows, cells, device=device)


def plain_row(grid: Grid, config: ModelConfig) -> Row:
    """Return a full grid as the row that a model reads with nothing given."""
    return row_with(grid, config, features_of(grid.frame))


def row_with(grid: Grid, config: ModelConfig, features: np.ndarray, weights: np.ndarray | None = None) -> Row:
    """Return a full grid as a row with features (4 T, F) and loss weights (4 T,)."""
    cells = grid.cells
    inputs = words.inputs_of(cells)
    row = row_of(cells.ravel(), features, attributes_of(cells), begin=words.INPUTS, inputs=inputs, weights=weights)
    return row.fitted(len(config.features), len(config.relations))


def varied(grid: Grid, config: ModelConfig, rng: np.random.Generator) -> Row:
    """Return a grid as a row: transposed, with random cells given and random parts of the frame hidden."""
    pitches = sounding(grid.cells)
    moves = transpositions(np.where(pitches == HOLD, UNKNOWN, pitches + words.LOWEST))
    moved = transposed(grid, int(rng.integers(moves.start, moves.stop)))
    columns = moved.frame.columns.copy()
    if rng.random() < NO_PHRASES:
        words.set_phrases(columns, (), under=np.zeros(len(columns), bool), known=False)
    if rng.random() < NO_KEY:
        columns[:, words.KEY - 1], columns[:, words.MODE - 1] = words.key_columns(None)
    given = draw_given(len(columns), rng)
    known = np.where(given, sounding(moved.cells), UNKNOWN)
    weights = (~given).astype(np.float32).ravel()
    return row_with(moved, config, features_of(Frame(columns), known), weights)


def transposed(grid: Grid, semitones: int) -> Grid:
    """Return a grid moved by semitones, its key with it."""
    cells = np.where(grid.cells < HOLD, grid.cells + semitones, grid.cells)
    columns = grid.frame.columns.copy()
    key = columns[:, words.KEY - 1]
    moved = [transposed_fifths(fifths, semitones) + 7 for fifths in range(-7, 8)]
    columns[:, words.KEY - 1] = np.array([*moved, words.NO_KEY])[key]
    return Grid(cells, Frame(columns))


def draw_given(length: int, rng: np.random.Generator) -> np.ndarray:
    """Return which cells are given, bool (length, 4)."""
    given = np.zeros((length, VOICE_COUNT), bool)
    chance = rng.random()
    if chance < FREE:
        return given
    if chance < FREE + PASSAGE:
        start, stop = sorted(rng.integers(0, length + 1, size=2))
        given[:] = True
        given[start:stop, rng.random(VOICE_COUNT) < 0.75] = False
        return given if not given.all() else ~given
    if rng.random() < SOPRANO_GIVEN:
        chosen = np.arange(VOICE_COUNT) == VOICES.index("soprano")
    else:
        chosen = rng.permutation(VOICE_COUNT) < rng.integers(1, VOICE_COUNT)
    stop = length if rng.random() < GIVEN_TO_THE_END else int(rng.integers(1, length + 1))
    given[:stop, chosen] = True
    return given
