"""The canonical JSB chorales on a sixteenth grid, as shipped in `musenb/data/jsb16.npz`.

A piece is a grid: an int8 array (steps, 4) of sounding MIDI pitches, four steps a quarter, columns soprano, alto,
tenor, bass; -1 is a rest. Pieces stand in their original keys. The source does not tell a held note from a repeated
one.

References
----------
Allan and Williams, "Harmonising Chorales by Probabilistic Inference", NIPS 2004 (the split).
Boulanger-Lewandowski et al., "Modeling Temporal Dependencies in High-Dimensional Sequences", ICML 2012.
Huang et al., "Counterpoint by Convolution", ISMIR 2017 (the sixteenth grid with separated voices).
"""

from __future__ import annotations

from importlib import resources
from typing import IO

import numpy as np

SPLITS = ("train", "valid", "test")
VOICES = ("soprano", "alto", "tenor", "bass")
REST = -1

Grid = np.ndarray
Splits = dict[str, list[Grid]]


def load_jsb() -> Splits:
    """Return the shipped chorales: 229 to train, 76 to validate, 77 to test.

    Returns
    -------
    dict of str to list of int8 array (steps, 4)
        Keys 'train', 'valid' and 'test', pieces in the canonical order; MIDI pitches 36..81 or -1 for a rest.
    """
    with (resources.files("musenb") / "data" / "jsb16.npz").open("rb") as file:
        return read_packed(file)


def read_packed(file: IO[bytes]) -> Splits:
    """Read grids from the run-length form that `write_packed` writes."""
    with np.load(file, allow_pickle=False) as packed:
        pieces, runs, pitch, steps = (packed[name] for name in ("pieces", "runs", "pitch", "steps"))
    ends = np.cumsum(runs.ravel().astype(int))
    pitches = np.split(pitch, ends[:-1])
    lengths = np.split(steps, ends[:-1])
    columns = [np.repeat(*voice) for voice in zip(pitches, lengths, strict=True)]
    chorales = [columns[first : first + 4] for first in range(0, len(columns), 4)]
    grids = [np.stack(voices, axis=1) for voices in chorales]
    stops = np.cumsum(pieces.astype(int))
    return {
        split: grids[stop - count : stop]
        for split, count, stop in zip(SPLITS, pieces.astype(int), stops, strict=True)
    }


def write_packed(file: IO, splits: Splits) -> None:
    """Write grids as runs: how many pieces a split has, how many runs a voice has, then a pitch and a length a run."""
    grids = [grid for split in SPLITS for grid in splits[split]]
    columns = [run_lengths(grid[:, voice]) for grid in grids for voice in range(4)]
    np.savez_compressed(
        file,
        pieces=np.array([len(splits[split]) for split in SPLITS], np.uint16),
        runs=np.array([len(pitch) for pitch, _ in columns], np.uint16).reshape(-1, 4),
        pitch=np.concatenate([pitch for pitch, _ in columns]).astype(np.int8),
        steps=np.concatenate([steps for _, steps in columns]).astype(np.uint8),
    )


def run_lengths(column: np.ndarray, *, longest: int = 255) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of the runs of equal cells and their lengths; a run above `longest` steps is cut in two."""
    begins = np.flatnonzero(np.r_[True, column[1:] != column[:-1]])
    parts = -(-np.diff(begins, append=len(column)) // longest)
    part = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    cuts = np.repeat(begins, parts) + part * longest
    return column[cuts], np.diff(cuts, append=len(column))
