"""Pitch predictions of the count model: a baseline for the prediction game.

The count model knows no difference between a held and a repeated note, so the pitch that the voice sounds already gets
REPEATED of the probability, the share of repeated pitches among the notes of the chorales, and the others the rest by
their counts. It has counted the canonical training split; a piece in it is no news to it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musenb.analysis.chorale.counts import CountModel, describe
from musenb.analysis.chorale.jsb import load_jsb

REPEATED = 0.14  # 13.8 % of 49,783 notes of the training chorales that follow another of their voice without a rest


@lru_cache(maxsize=1)
def count_model() -> CountModel:
    """Return the count model of the canonical chorales: training split counted, weights fitted on validation."""
    splits = load_jsb()
    return CountModel(splits["train"], tune=splits["valid"])


def counted_pitches(counts: CountModel, sung: np.ndarray, voice: int, pitches: range) -> np.ndarray:
    """Return the probability of each of `pitches` for a note that begins in the last step, float64 (P,).

    Parameters
    ----------
    counts : CountModel
    sung : int64 (T, 4)
        MIDI pitches by voice and sixteenth, -1 for silence; of the last step only the voices above are looked at.
    voice : int
        The column in which the note begins.
    pitches : range
        MIDI pitches that may come.
    """
    grid, step = sung.copy(), len(sung) - 1
    grid[step, voice:] = pitches[0]
    described = describe(grid)
    place = step * grid.shape[1] + voice
    # An outcome is told as its distance from an anchor; that of the lowest pitch gives the anchor away.
    anchor = pitches[0] + 128 - int(described["outcome"][place])
    wanted = {name: np.repeat(column[place], len(pitches)) for name, column in described.items()}
    wanted["outcome"] = np.array(pitches) - anchor + 128
    likely = counts.probabilities(wanted)
    before = int(grid[step - 1, voice]) if step else -1
    if before in pitches:
        likely[before - pitches[0]] = 0
        likely *= (1 - REPEATED) / likely.sum()
        likely[before - pitches[0]] = REPEATED
    return likely / likely.sum()
