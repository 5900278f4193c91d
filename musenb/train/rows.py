"""Training batches of random crops drawn from pieces, for every task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from musenb.model.torch.transformer import Transformer
from musenb.tokens.row import Row
from musenb.train.evaluate import inputs_of, mean_nats
from musenb.train.loop import Batch

Draw = Callable[[np.random.Generator], Row]


@dataclass(frozen=True, slots=True)
class CroppedRows:
    """Random crops of drawn pieces; validation on whole pieces.

    Parameters
    ----------
    draws : sequence of callable
        One a training piece: draws a variant of it (transposed, with some voices given ...) as a whole row.
    sizes : sequence of int
        Length of each piece in cells; a piece is drawn in proportion to it.
    held : sequence of Row
        Whole validation pieces.
    rows : int
        Crops in a batch.
    cells : int
        Length of a crop; a multiple of `align`.
    align : int
        Crops begin at multiples of it.
    device : str
    """

    draws: Sequence[Draw]
    sizes: Sequence[int]
    held: Sequence[Row]
    rows: int = 4
    cells: int = 512
    align: int = 4
    device: str = "cpu"

    def batch(self, rngs: Sequence[np.random.Generator]) -> Batch:
        """Draw a crop from each generator; all are padded to the longest with positions that do not count."""
        chances = np.asarray(self.sizes, dtype=float)
        chances /= chances.sum()
        crops = []
        for rng in rngs:
            piece = rng.choice(len(self.draws), p=chances)
            row = self.draws[piece](rng)
            last = max(len(row) - self.cells, 0) // self.align
            start = self.align * int(rng.integers(0, last + 1))
            crops.append(row.crop(start, start + self.cells))
        longest = max(map(len, crops))
        crops = [crop.pad(longest) for crop in crops]
        targets = torch.from_numpy(np.stack([crop.targets for crop in crops]))
        weights = torch.from_numpy(np.stack([crop.weights for crop in crops]))
        inputs = inputs_of(crops, self.device)
        return Batch(inputs, targets.to(self.device), weights.to(self.device))

    def validate(self, model: Transformer) -> float:
        """Return the mean nats per cell of the validation pieces."""
        return mean_nats(model, self.held)
