"""Negative log-likelihood of held-apart music, in nats per cell (C1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from musenb.model.config import ModelConfig
from musenb.model.transformer import Inputs, Transformer
from musenb.tokens.pitch_grid import PitchRow


def inputs_of(config: ModelConfig, rows: Sequence[PitchRow], device: torch.device | str = "cpu") -> Inputs:
    """Return rows of one length as model inputs: tokens and attributes move one place to the right."""
    tokens = np.stack([row.tokens for row in rows])
    attributes = np.stack([row.attributes for row in rows])
    before = np.roll(tokens, 1, axis=1)
    before[:, 0] = config.begin
    related = np.roll(attributes, 1, axis=1)
    related[:, 0] = -1
    features = np.stack([row.features for row in rows])
    return Inputs(*(torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in (before, features, related)))


def windows(length: int, context: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, first, stop): read cells start..stop, score first..stop. Together they score every cell once.

    Rows up to `context` are read whole; longer ones in windows of `context` that move by half of it.
    """
    if length <= context:
        yield 0, 0, length
        return
    yield 0, 0, context
    first = context
    while first < length:
        stop = min(first + context // 2, length)
        yield max(0, stop - context), first, stop
        first = stop


def nats_per_cell(model: Transformer, row: PitchRow) -> np.ndarray:
    """Return -ln p of each token given all before it within the model's context, float64 (L,)."""
    device = next(model.parameters()).device
    config, nats = model.config, np.empty(len(row.tokens))
    whole = inputs_of(config, [row], device)
    targets = torch.from_numpy(row.tokens).to(device)
    with torch.no_grad():
        for start, first, stop in windows(len(row.tokens), config.context):
            part = Inputs(whole.tokens[:, start:stop], whole.features[:, start:stop], whole.attributes[:, start:stop])
            losses = torch.nn.functional.cross_entropy(model(part)[0].double(), targets[start:stop], reduction="none")
            nats[first:stop] = losses[first - start :].cpu().numpy()
    return nats


def mean_nats(model: Transformer, rows: Sequence[PitchRow]) -> float:
    """Return the mean over all cells of all rows: long pieces count by their length."""
    losses = [nats_per_cell(model, row) for row in rows]
    return float(np.concatenate(losses).mean())
