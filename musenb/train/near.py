"""First weights of attention to a memory: heads that look near.

Attention to a hundred items that begins even learns slowly.
"""

from __future__ import annotations

import torch

from musenb.model.torch.memory import EncoderBlock, MemoryAttention
from musenb.model.torch.transformer import Transformer


def begin_near(model: Transformer) -> None:
    """Let the heads that read a memory begin near: what sounds now, what follows, what came before.

    Of every four heads one begins at each of these, and one looks all around. In the encoder the first looks at what
    sounds together. The first two relations of the memory must be to the onset and to the end of an item, in
    sixteenths.
    """
    first, last = model.config.memory_relations[:2]
    onset, end = torch.arange(-first, first + 1.0), torch.arange(-last, last + 1.0)
    sounding_now = (-0.5 * (onset > 0) * onset - 0.05 * onset.abs(), -0.5 * end.clamp(max=0).abs())
    following = (-0.5 * (1 - onset).clamp(min=0) - 0.25 * (onset - 4).clamp(min=0), torch.zeros_like(end))
    before = (-0.5 * (onset + 1).clamp(min=0) - 0.25 * (-4 - onset).clamp(min=0), torch.zeros_like(end))
    around = (-0.05 * onset.abs(), torch.zeros_like(end))
    reading = [part for part in model.modules() if isinstance(part, MemoryAttention | EncoderBlock)]
    with torch.no_grad():
        for reader in reading:
            for head in range(model.config.heads):
                for bias, slope in zip(reader.bias, (sounding_now, following, before, around)[head % 4], strict=False):
                    bias[head] = slope
