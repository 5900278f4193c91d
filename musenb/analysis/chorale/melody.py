"""Motion and repetition of the voices: shares of short notes, and phrases of the soprano that come again.

Definitions
-----------
- *Short*: a note of an eighth or less, from where it begins to where it ends or the voice begins another.
- *Phrase*: what the soprano sings up to the end of a stretch under a fermata. It *repeats* an earlier one of the piece
  when all its intervals from note to note are the same.
"""

from __future__ import annotations

import numpy as np

from musenb.analysis.chorale.cadence import Framed, stretches

EIGHTH = 2  # sixteenths


def note_starts(piece: Framed) -> np.ndarray:
    """Return where notes begin, bool (steps, 4): as told, or where the pitch changes."""
    if piece.begins is not None:
        return piece.begins.astype(bool)
    before = np.vstack([np.full((1, piece.grid.shape[1]), -1), piece.grid[:-1]])
    return (piece.grid >= 0) & (piece.grid != before)


def short_notes(piece: Framed) -> tuple[np.ndarray, np.ndarray]:
    """Return how many notes of each voice are short, and how many there are: int (4,) each."""
    begins, short = note_starts(piece), []
    for voice in range(piece.grid.shape[1]):
        cuts = np.flatnonzero(begins[:, voice] | (piece.grid[:, voice] < 0))
        lengths = np.diff(np.append(cuts, len(piece.grid)))
        notes = begins[cuts, voice] & (piece.grid[cuts, voice] >= 0)
        short.append(int((lengths[notes] <= EIGHTH).sum()))
    return np.array(short), (begins & (piece.grid >= 0)).sum(axis=0)


def repeated_phrases(piece: Framed) -> tuple[int, int]:
    """Return how many phrases of the soprano repeat an earlier one, and how many are not the first."""
    begins, seen, repeated, start = note_starts(piece)[:, 0], set(), 0, 0
    ends = [stop for _, stop in stretches(piece.fermata)]
    for number, stop in enumerate(ends):
        notes = piece.grid[start:stop, 0][begins[start:stop]]
        intervals = tuple(np.diff(notes).tolist())
        repeated += number > 0 and intervals in seen
        seen.add(intervals)
        start = stop
    return repeated, max(len(ends) - 1, 0)
