"""Auxiliary loss of the tonal model's encoder: at each given note, guess the harmony of the voices yet to be written.

A linear head on what the encoder has read of an item tells the pitch class of the bass at the item's onset, and which
pitch classes sound there in the voices that are not given. It is there in training alone. The encoder, which reads
given notes both ways, is led to hear the harmony that they imply; the loss of single cells teaches it that too slowly
(`musenb/weights/LOG.md`, chorale-2).

References
----------
Lee et al., "Deeply-Supervised Nets", AISTATS (2015): losses inside a network.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

CLASSES = 12
NO_BASS = -1


class HintHead(nn.Linear):
    """The head, from the width of the model to 24 logits."""

    def __init__(self, width: int) -> None:
        super().__init__(width, 2 * CLASSES)

    def nats(self, items: Tensor, hints: Tensor) -> Tensor:
        """Return the summed loss of items (B, M, D) with hints; items without a class do not count.

        Parameters
        ----------
        items : float (B, M, D)
        hints : int64 (B, M, 13)
            The bass's pitch class or -1, then 1 for each class that sounds.
        """
        counts = hints[..., 1:].any(-1)
        logits, wanted = self(items[counts].float()), hints[counts]
        bass = functional.cross_entropy(logits[:, :CLASSES], wanted[:, 0], ignore_index=NO_BASS, reduction="sum")
        classes = functional.binary_cross_entropy_with_logits(
            logits[:, CLASSES:], wanted[:, 1:].float(), reduction="sum"
        )
        return bass + classes
