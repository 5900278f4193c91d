"""Agreement verdict in words: whether attention and occlusion name the same notes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musenb.analysis.causal import Agreement
from musenb.tokens.piece import NotePlace

AGREED = 0.3
# Notes in both lists, beyond what chance puts there, from which on two lists of five are said to agree.
SHARED = 1.5


def verdict_in_words(
    note: NotePlace, keys: Sequence[NotePlace], attention: np.ndarray, occluded: np.ndarray, found: Agreement
) -> str:
    """Return a sentence or two on whether attention (keys,) and occlusion (keys,) name the same notes."""
    looked, mattered = keys[int(attention.argmax())], keys[int(occluded.argmax())]
    shared = round(found.overlap * found.top)
    counted = f"{shared} of the {found.top} notes most looked at are among the {found.top} that mattered most"
    measured = f"(rank correlation {found.correlation:.2f}; {counted}, {found.chance * found.top:.1f} by chance)"
    if not occluded.max():
        return f"No single earlier note changes what is expected for {note}, wherever the heads look."
    if np.isnan(found.correlation):
        return f"For {note}, attention and occlusion cannot be ranked against each other."
    if looked.id == mattered.id and found.correlation >= AGREED:
        return f"For {note}, attention and occlusion agree that {looked} counts most {measured}."
    if found.correlation >= AGREED:
        many = shared - found.chance * found.top >= SHARED
        order = "put the notes in a like order and agree little on those that count most"
        agree = "agree by and large" if many else order
        return (
            f"For {note}, attention and occlusion {agree} {measured}, but the heads look most at {looked}, "
            f"while taking away {mattered} changes most."
        )
    return (
        f"For {note}, attention and occlusion disagree {measured}: the heads look most at {looked}, but it is "
        f"{mattered} whose absence changes most what is expected. Do not read the attention as the reason."
    )
