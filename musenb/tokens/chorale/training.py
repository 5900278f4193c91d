"""Training rows of the four-voice grid: random variants of a chorale, as the model will meet it when it writes.

A piece is moved by a random number of semitones within the voices' ranges. In some draws a voice or a passage is given:
the model is told what it sounds a little ahead, as when a melody is to be harmonised, and only the other cells count.
In some draws phrases or key are hidden, so that the model also works without them.
"""

from __future__ import annotations

import numpy as np

from musenb.score.fifths import transposed_fifths
from musenb.tokens.chorale import grid as chorale_grid
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

FREE, PASSAGE = 0.4, 0.15  # shares of draws with nothing given, and with everything given outside a passage
SOPRANO_GIVEN = 0.5  # of the others: the soprano alone, else a random choice of voices
GIVEN_TO_THE_END = 0.5
NO_PHRASES, NO_KEY = 0.15, 0.1


def plain_row(grid: Grid) -> Row:
    """Return a full grid as the row that a model reads with nothing given."""
    return row_with(grid, features_of(grid.frame))


def row_with(
    grid: Grid,
    features: np.ndarray,
    weights: np.ndarray | None = None,
) -> Row:
    """Return a full grid as a row with features (4 T, F) and loss weights (4 T,)."""
    cells = grid.cells
    inputs = chorale_grid.inputs_of(cells)
    related = attributes_of(cells)
    return row_of(cells.ravel(), features, related, begin=chorale_grid.INPUTS, inputs=inputs, weights=weights)


def varied(grid: Grid, rng: np.random.Generator) -> Row:
    """Return a grid as a row: transposed, with random cells given and random parts of the frame hidden."""
    pitches = sounding(grid.cells)
    moves = transpositions(np.where(pitches == HOLD, UNKNOWN, pitches + chorale_grid.LOWEST))
    moved = transposed(grid, int(rng.integers(moves.start, moves.stop)))
    columns = moved.frame.columns.copy()
    if rng.random() < NO_PHRASES:
        under = np.zeros(len(columns), bool)
        chorale_grid.set_phrases(columns, (), under=under, known=False)
    if rng.random() < NO_KEY:
        fifths, mode = chorale_grid.key_columns(None)
        columns[:, chorale_grid.KEY - 1] = fifths
        columns[:, chorale_grid.MODE - 1] = mode
    given = draw_given(len(columns), rng)
    known = np.where(given, sounding(moved.cells), UNKNOWN)
    weights = (~given).astype(np.float32).ravel()
    return row_with(moved, features_of(Frame(columns), known), weights)


def transposed(grid: Grid, semitones: int) -> Grid:
    """Return a grid moved by semitones, its key with it."""
    cells = np.where(grid.cells < HOLD, grid.cells + semitones, grid.cells)
    columns = grid.frame.columns.copy()
    key = columns[:, chorale_grid.KEY - 1]
    moved = [transposed_fifths(fifths, semitones) + 7 for fifths in range(-7, 8)]
    columns[:, chorale_grid.KEY - 1] = np.array([*moved, chorale_grid.NO_KEY])[key]
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
