"""Negative log-likelihood of held-out music, in nats per cell (C1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from musenb.model.torch.transformer import Inputs, Transformer
from musenb.tokens.row import Row


def inputs_of(rows: Sequence[Row], device: torch.device | str = "cpu") -> Inputs:
    """Return rows of one length as model inputs."""
    columns = []
    for name in ("before", "features", "related"):
        stack = np.stack([getattr(row, name) for row in rows])
        columns.append(torch.from_numpy(stack).to(device))
    return Inputs(*columns)


def windows(length: int, context: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, first, stop): read cells start..stop, score first..stop. Together they score every cell once.

    Rows up to `context` are read whole; longer ones in windows of `context` that move by half of it.
    """
    move = max(context // 2, 1)
    yield 0, 0, min(length, context)
    first = context
    while first < length:
        stop = min(first + move, length)
        yield stop - context, first, stop
        first = stop


def nats_per_cell(model: Transformer, row: Row) -> np.ndarray:
    """Return -ln p of each token given all before it within the model's context, float64 (L,)."""
    device = next(model.parameters()).device
    nats = np.empty(len(row))
    with torch.no_grad():
        for start, first, stop in windows(len(row), model.config.context):
            part = row.crop(start, stop)
            targets = torch.from_numpy(part.targets).to(device)
            logits = model(inputs_of([part], device))[0].double()
            losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
            nats[first:stop] = losses[first - start :].cpu().numpy()
    return nats


def mean_nats(model: Transformer, rows: Sequence[Row]) -> float:
    """Return the mean over all cells of all rows that count: long pieces count by their length."""
    losses = np.concatenate([nats_per_cell(model, row) for row in rows])
    weights = np.concatenate([row.weights for row in rows]).astype(float)
    return float((losses * weights).sum() / weights.sum())
