"""The paper's chorale experiment: rows from the canonical split, and its model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from musenb.analysis.jsb import load_jsb
from musenb.model.config import ModelConfig
from musenb.model.transformer import Transformer
from musenb.tokens import pitch_grid
from musenb.tokens.pitch_grid import encode_pitches, transpositions
from musenb.train.evaluate import inputs_of, mean_nats
from musenb.train.loop import Batch

CELLS_A_STEP = pitch_grid.VOICE_COUNT


def jsb_config() -> ModelConfig:
    """Return the shape of the benchmark's model: relative attention, with pitch and time related in the first layer."""
    return ModelConfig(
        vocabulary=pitch_grid.VOCABULARY, features=pitch_grid.FEATURES, relations=(45, 64), relation_layers=1,
        width=192, layers=6, heads=6, feed_forward=512, max_distance=1024, context=2048, dropout=0.15,
    )


class JsbRows:
    """Random crops of transposed training chorales; validation on whole pieces.

    Parameters
    ----------
    config : ModelConfig
    rows : int
        Crops in a batch.
    steps : int
        Sixteenths in a crop.
    device : str
    validation : int
        How many of the 76 validation pieces to judge by; all when 0.
    """

    def __init__(self, config: ModelConfig, *, rows: int = 2, steps: int = 256, device: str = "cpu", validation: int = 0) -> None:
        self.config, self.rows, self.steps, self.device = config, rows, steps, device
        splits = load_jsb()
        self.train = [piece.astype(np.int64) for piece in splits["train"]]
        self.held = [encode_pitches(piece) for piece in splits["valid"][: validation or None]]
        sizes = np.array([len(piece) for piece in self.train], dtype=float)
        self.chances = sizes / sizes.sum()

    def batch(self, rng: np.random.Generator) -> Batch:
        """Draw crops: a piece by its length, a transposition that fits the voices, then a place."""
        crops = [self._crop(rng) for _ in range(self.rows)]
        inputs = inputs_of(self.config, [_padded(row, self.steps * CELLS_A_STEP) for row, _ in crops], self.device)
        for index, (_, previous) in enumerate(crops):
            if previous is not None:
                inputs.tokens[index, 0], inputs.attributes[index, 0] = int(previous[0]), torch.from_numpy(previous[1])
        lengths = [len(row.tokens) for row, _ in crops]
        size = self.steps * CELLS_A_STEP
        targets = np.zeros((self.rows, size), np.int64)
        weights = np.zeros((self.rows, size), np.float32)
        for index, (row, _) in enumerate(crops):
            targets[index, : lengths[index]] = row.tokens
            weights[index, : lengths[index]] = 1
        return Batch(inputs, torch.from_numpy(targets).to(self.device), torch.from_numpy(weights).to(self.device))

    def _crop(self, rng: np.random.Generator) -> tuple[pitch_grid.PitchRow, tuple | None]:
        piece = self.train[rng.choice(len(self.train), p=self.chances)]
        moves = transpositions(piece)
        shift = int(rng.integers(moves.start, moves.stop))
        row = encode_pitches(np.where(piece >= 0, piece + shift, -1))
        start = int(rng.integers(0, max(len(piece) - self.steps, 0) + 1)) * CELLS_A_STEP
        stop = start + self.steps * CELLS_A_STEP
        part = pitch_grid.PitchRow(row.tokens[start:stop], row.features[start:stop], row.attributes[start:stop])
        return part, (row.tokens[start - 1], row.attributes[start - 1]) if start else None

    def validate(self, model: Transformer) -> float:
        """Return C1 on the validation pieces, nats per cell."""
        return mean_nats(model, self.held)


def _padded(row: pitch_grid.PitchRow, size: int) -> pitch_grid.PitchRow:
    missing = size - len(row.tokens)
    return pitch_grid.PitchRow(
        np.pad(row.tokens, (0, missing)),
        np.pad(row.features, ((0, missing), (0, 0))),
        np.pad(row.attributes, ((0, missing), (0, 0)), constant_values=-1),
    )


def split_rows(split: str) -> Sequence[pitch_grid.PitchRow]:
    """Return the rows of 'train', 'valid' or 'test'."""
    return [encode_pitches(piece) for piece in load_jsb()[split]]
