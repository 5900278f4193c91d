"""Relative local attention as the paper writes it: blocks, each seeing itself and the block before.

The chunked form gives the same with `block=`, faster and for any relations; this is the form to read.

References
----------
Huang et al., "Music Transformer", arXiv 1809.04281 (2018), section 3.5 and appendix B.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from musenb.model.torch.relative import check_shapes, relative_embeddings, skew


def local_relative_attention(
    q: Tensor, k: Tensor, v: Tensor, table: Tensor, *, block: int, key_mask: Tensor | None = None
) -> Tensor:
    """Attend to the own block, causally, and to all of the block before it: O(L N) logits for blocks of N.

    Parameters
    ----------
    q, k, v : Tensor, (B, H, L, Dh)
        Any L >= 1; the last block is padded inside.
    table : Tensor, (H, D, Dh)
        Relative embeddings, row d for the key d positions back. Distances reach 2N-1; from D on they share row D-1.
    block : int
        N, positions in a block, >= 1.
    key_mask : Tensor, bool, (B, L), or None
        True for the keys that may be attended to; None for all.

    Returns
    -------
    Tensor, (B, H, L, Dh)

    Raises
    ------
    ModelError
        The shapes do not fit each other, L is 0, or the block is below 1.
    """
    check_shapes(q, k, v, table, key_mask=key_mask, block=block)
    length, device = q.shape[2], q.device
    q, k, v = (in_blocks(t, block) for t in (q, k, v))  # (B, H, M, N, Dh)
    er = relative_embeddings(table, 2 * block)[:, None]  # (H, 1, 2N, Dh), distances 2N-1 to 0
    own = q @ k.mT + skew(q @ er[..., block:, :].mT)  # (B, H, M, N, N)
    left = q @ before(k).mT + local_skew(q @ er[..., :-1, :].mT)
    logits = torch.cat([left, own], -1) / math.sqrt(q.shape[-1])  # (B, H, M, N, 2N)

    seen = torch.ones(block, 2 * block, dtype=torch.bool, device=device).tril(block)
    there = torch.ones(1, length, dtype=torch.bool, device=device) if key_mask is None else key_mask
    there = in_blocks(there[:, None, :, None], block)[..., 0]  # (B, 1, M, N)
    seen = seen & torch.cat([before(there[..., None])[..., 0], there], -1)[..., None, :]  # (B, 1, M, N, 2N)
    weights = torch.softmax(logits.masked_fill(~seen, torch.finfo(logits.dtype).min), -1) * seen
    out = weights @ torch.cat([before(v), v], -2)
    return out.flatten(2, 3)[:, :, :length]


def in_blocks(x: Tensor, block: int) -> Tensor:
    """Cut (B, H, L, W) into (B, H, M, N, W), the last block filled up with zeros."""
    return F.pad(x, (0, 0, 0, -x.shape[2] % block)).unflatten(2, (-1, block))


def before(x: Tensor) -> Tensor:
    """Return for each block (B, H, M, N, W) the one before it; zeros before the first."""
    return F.pad(x[:, :, :-1], (0, 0, 0, 0, 1, 0))


def local_skew(products: Tensor) -> Tensor:
    """Turn (..., N, 2N-1) absolute by relative, distances 2N-1 to 1, into (..., N, N) against the block before.

    The paper's steps: pad a column on the right, flatten and pad N-1, read as (N+1, 2N-1), keep the first N rows and
    the last N columns.
    """
    block = products.shape[-2]
    flat = F.pad(F.pad(products, (0, 1)).flatten(-2), (0, block - 1))
    return flat.unflatten(-1, (block + 1, 2 * block - 1))[..., :block, block - 1 :]
