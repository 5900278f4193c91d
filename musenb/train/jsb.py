"""JSB chorale experiment of the paper: the canonical split, and the variants of its Table 2.

A variant is what a model knows of positions, pitches and times; everything else (size, rows, seed, budget) is the same
for all. The paper's own models are of the size 'paper'; the others are sizes that two processor cores train.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), section 4.1 and Table 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from musenb.analysis.chorale.jsb import load_jsb
from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.tokens.jsb import grid as pitch_grid
from musenb.tokens.jsb.grid import encode_pitches
from musenb.tokens.row import Row
from musenb.tokens.voice_ranges import transpositions
from musenb.train.rows import CroppedRows
from musenb.train.sizes import size_of

PITCH_AND_TIME = (45, 64)
VOICE = pitch_grid.FEATURES[:1]


@dataclass(frozen=True, slots=True)
class Variant:
    """A line of Table 2: the model's shape, and the paper's nats per cell on validation (None: not in the paper)."""

    shape: dict[str, Any]
    paper: float | None


VARIANTS = {
    "absolute": Variant({"relative": False, "positions": "added"}, 0.417),
    "absolute-sinusoids": Variant({"relative": False, "positions": "concatenated"}, 0.398),
    "absolute-sinusoids-voices": Variant({"relative": False, "positions": "concatenated", "features": VOICE}, 0.370),
    "relative": Variant({}, 0.357),
    "relative-sinusoids-voices": Variant({"positions": "concatenated", "features": VOICE}, 0.347),
    "relative-pitch-time": Variant(
        {"positions": "concatenated", "features": VOICE, "relations": PITCH_AND_TIME}, 0.335
    ),
    "relative-pitch-time-beat": Variant({"features": pitch_grid.FEATURES, "relations": PITCH_AND_TIME}, None),
}
BEST = "relative-pitch-time-beat"


def jsb_config(variant: str = BEST, *, size: str = "medium") -> ModelConfig:
    """Return the shape of a variant.

    Raises
    ------
    ModelError
        There is no such variant, or no such size.
    """
    if variant not in VARIANTS:
        raise ModelError(f"unknown variant {variant!r} of the JSB experiment; the variants are {', '.join(VARIANTS)}")
    shape: dict[str, Any] = {
        **size_of(size),
        "context": 2048,
        "dropout": 0.15,
        **VARIANTS[variant].shape,
    }
    return ModelConfig(idiom="jsb", vocabulary=pitch_grid.VOCABULARY, **shape)


def variant_of(config: ModelConfig) -> str:
    """Return the name of the variant that a model is, whatever its size.

    Raises
    ------
    ModelError
        It is none: it does not read the paper's form of the chorales.
    """
    fields = ("features", "relations", "relative", "positions", "vocabulary")
    for name in VARIANTS:
        variant = jsb_config(name)
        if all(getattr(config, field) == getattr(variant, field) for field in fields):
            return name
    raise ModelError("the model is no variant of the JSB experiment: it does not read the paper's form of the chorales")


def split_rows(split: str, config: ModelConfig) -> list[Row]:
    """Return the whole pieces of 'train', 'valid' or 'test' as a model reads them."""
    return [read_by(config, piece.astype(np.int64)) for piece in load_jsb()[split]]


def jsb_rows(
    config: ModelConfig, *, rows: int = 4, cells: int = 512, device: str = "cpu"
) -> CroppedRows:
    """Return the rows of the experiment: training crops transposed within the voices' ranges, validation pieces whole.

    Parameters
    ----------
    config : ModelConfig
    rows, cells : int
        Crops in a batch, and their length.
    device : str
    """
    pieces = [piece.astype(np.int64) for piece in load_jsb()["train"]]
    draws = [partial(transposed, piece, config) for piece in pieces]
    held = split_rows("valid", config)
    sizes = [piece.size for piece in pieces]
    return CroppedRows(draws, sizes, held, rows, cells, device=device)


def transposed(piece: np.ndarray, config: ModelConfig, rng: np.random.Generator) -> Row:
    """Return a grid (T, 4) as a row, moved by a random number of semitones that fits its voices."""
    moves = transpositions(piece)
    shift = int(rng.integers(moves.start, moves.stop))
    return read_by(config, np.where(piece >= 0, piece + shift, -1))


def read_by(config: ModelConfig, piece: np.ndarray) -> Row:
    """Return a grid (T, 4) as the row that a model reads."""
    return encode_pitches(piece).fitted(len(config.features), len(config.relations))
