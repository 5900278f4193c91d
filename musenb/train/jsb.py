"""The paper's chorale experiment: rows from the canonical split, and its model."""

from __future__ import annotations

from functools import partial

import numpy as np

from musenb.analysis.jsb import load_jsb
from musenb.model.config import ModelConfig
from musenb.tokens import pitch_grid
from musenb.tokens.pitch_grid import encode_pitches, transpositions
from musenb.tokens.row import Row
from musenb.train.rows import CroppedRows


def jsb_config() -> ModelConfig:
    """Return the shape of the benchmark's model: relative attention, with pitch and time related in the first layer."""
    return ModelConfig(
        vocabulary=pitch_grid.VOCABULARY, features=pitch_grid.FEATURES, relations=(45, 64), relation_layers=1,
        width=192, layers=6, heads=4, feed_forward=512, max_distance=1024, context=2048, dropout=0.15,
    )


def split_rows(split: str) -> list[Row]:
    """Return the whole pieces of 'train', 'valid' or 'test' as rows."""
    return [encode_pitches(piece.astype(np.int64)) for piece in load_jsb()[split]]


def jsb_rows(*, rows: int = 4, cells: int = 512, validation: int = 0, device: str = "cpu") -> CroppedRows:
    """Return the rows of the experiment: training crops transposed within the voices' ranges, validation pieces whole.

    Parameters
    ----------
    rows, cells : int
        Crops in a batch, and their length.
    validation : int
        How many of the 76 validation pieces to judge by while training; all when 0.
    device : str
    """
    pieces = [piece.astype(np.int64) for piece in load_jsb()["train"]]
    held = split_rows("valid")[: validation or None]
    return CroppedRows([partial(transposed, piece) for piece in pieces], [piece.size for piece in pieces], held, rows, cells, device=device)


def transposed(piece: np.ndarray, rng: np.random.Generator) -> Row:
    """Return a grid (T, 4) as a row, moved by a random number of semitones that fits its voices."""
    moves = transpositions(piece)
    shift = int(rng.integers(moves.start, moves.stop))
    return encode_pitches(np.where(piece >= 0, piece + shift, -1))
