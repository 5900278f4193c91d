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

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from musenb.tokens.chorale.grid import HOLD, RELATION_SPANS, UNKNOWN, VOICE_COUNT, sounding
from musenb.tokens.row import Row

CLASSES = 12
NO_BASS = -1  # it is given, silent or outside the row
STEP = len(RELATION_SPANS)  # the column of a row's attributes that tells the step of a position


def hints_of(row: Row) -> np.ndarray:
    """Return what the free voices sound at the onsets of the M items of a row's memory.

    Returns
    -------
    int64 (M, 13)
        The bass's pitch class or NO_BASS, then 1 for each class that sounds; nothing outside the row.
    """
    onsets = np.zeros(0, np.int64) if row.memory is None else row.memory.attributes[:, 0]
    hints = np.zeros((len(onsets), 1 + CLASSES), np.int64)
    hints[:, 0] = NO_BASS
    steps = len(row) // VOICE_COUNT
    if not len(onsets) or not steps:
        return hints
    cells = row.targets[: steps * VOICE_COUNT].reshape(-1, VOICE_COUNT)
    free = row.weights[: steps * VOICE_COUNT].reshape(-1, VOICE_COUNT) > 0
    pitches = sounding(cells)
    heard = free & (pitches != UNKNOWN) & (pitches != HOLD)
    here = onsets - row.related[0, STEP]
    for item in np.flatnonzero((here >= 0) & (here < steps)):
        step = here[item]
        hints[item, 1 + pitches[step, heard[step]] % CLASSES] = 1
        if heard[step, -1]:
            hints[item, 0] = pitches[step, -1] % CLASSES
    return hints


def stacked_hints(rows: Sequence[Row]) -> Tensor:
    """Return the hints of rows, int64 (B, M, 13), with nothing in the padding."""
    hints = [hints_of(row) for row in rows]
    table = np.zeros((len(hints), max(map(len, hints)), 1 + CLASSES), np.int64)
    for place, told in zip(table, hints, strict=True):
        place[: len(told)] = told
    return torch.from_numpy(table)


class HintHead(nn.Linear):
    """The head, from the width of the model to 24 logits."""

    def __init__(self, width: int) -> None:
        super().__init__(width, 2 * CLASSES)

    def nats(self, items: Tensor, hints: Tensor) -> Tensor:
        """Return the summed loss of items (B, M, D) with hints (B, M, 13); items without a class do not count."""
        counts = hints[..., 1:].any(-1)
        logits, wanted = self(items[counts].float()), hints[counts]
        bass = functional.cross_entropy(logits[:, :CLASSES], wanted[:, 0], ignore_index=NO_BASS, reduction="sum")
        classes = functional.binary_cross_entropy_with_logits(
            logits[:, CLASSES:], wanted[:, 1:].float(), reduction="sum"
        )
        return bass + classes
