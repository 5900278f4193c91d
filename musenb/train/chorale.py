"""Chorale model configurations, and their training rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.tokens.chorale.grid import Grid
from musenb.tokens.chorale.training import plain_row, varied
from musenb.tokens.known import idiom_named
from musenb.tokens.row import Row
from musenb.train.rows import CroppedRows
from musenb.train.sizes import size_of

SHAPE = idiom_named("chorale").shape
VARIANTS: dict[str, dict[str, Any]] = {
    "relative": {"relations": SHAPE.relations, "relation_layers": 1},
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
        idiom="chorale",
        vocabulary=SHAPE.vocabulary,
        inputs=SHAPE.inputs,
        features=SHAPE.features,
        **size_of(size),
        **VARIANTS[variant],
        max_distance=1024,
        context=2048,
        dropout=0.15,
    )


def chorale_rows(
    splits: Mapping[str, Sequence[Grid]],
    config: ModelConfig,
    *,
    rows: int = 4,
    cells: int = 512,
    validation: int = 0,
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
    held = [fitted(plain_row(grid), config) for grid in splits["valid"][: validation or None]]
    train = splits["train"]
    draws = [partial(drawn, grid, config) for grid in train]
    sizes = [grid.cells.size for grid in train]
    return CroppedRows(draws, sizes, held, rows, cells, device=device)


def drawn(grid: Grid, config: ModelConfig, rng: np.random.Generator) -> Row:
    """Return a random variant of a grid as a model of a configuration reads it."""
    return fitted(varied(grid, rng), config)


def fitted(row: Row, config: ModelConfig) -> Row:
    """Return the part of a row that a model of a configuration reads."""
    return row.fitted(len(config.features), len(config.relations))
