"""Dropout whose mask of a row depends on that row's generator alone.

However the rows of a batch are shared out, in turn or between processes, each one is masked alike, so that training is
the same on any number of them.

References
----------
Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15 (2014).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

from musenb.errors import ModelError


class Dropout(nn.Module):
    """Set numbers to zero at random in training, and raise the others so that the mean stays.

    Outside `seeded` it draws from torch's own generator.

    Parameters
    ----------
    chance : float
        Probability of a zero, 0 to below 1.
    """

    def __init__(self, chance: float) -> None:
        super().__init__()
        self.chance = chance
        self.generators: Sequence[torch.Generator] | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Return x (B, ...) with a mask for each of the B rows."""
        if not self.training or self.chance == 0:
            return x
        if self.generators is None:
            return functional.dropout(x, self.chance)
        if len(self.generators) != len(x):
            raise ModelError(f"{len(self.generators)} generators do not fit the {len(x)} rows of a batch")
        kept = torch.stack([self._kept(row, generator) for row, generator in zip(x, self.generators, strict=True)])
        return x * kept.to(x.dtype).mul_(1 / (1 - self.chance))

    def _kept(self, row: Tensor, generator: torch.Generator) -> Tensor:
        """Return which numbers of a row stay; each takes 16 bits of a draw, four times as fast as a draw a number."""
        draws = torch.empty(-(-row.numel() // 4), dtype=torch.int64, device=row.device)
        bits = draws.random_(-(2**63), None, generator=generator).view(torch.int16)[: row.numel()]
        return (bits >= round(self.chance * 2**16) - 2**15).view(row.shape)


@contextmanager
def seeded(model: nn.Module, generators: Sequence[torch.Generator]) -> Iterator[None]:
    """Let every dropout of a model draw the mask of row n from generator n inside.

    Parameters
    ----------
    model : Module
    generators : sequence of Generator
        One a row of the batch, on the model's device.
    """
    places = [module for module in model.modules() if isinstance(module, Dropout)]
    for place in places:
        place.generators = generators
    try:
        yield
    finally:
        for place in places:
            place.generators = None
