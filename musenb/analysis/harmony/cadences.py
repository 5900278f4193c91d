"""Cadence of a phrase: how its last two chords close it.

Definitions
-----------
A phrase ends under a fermata, and at the end of the piece; its last chord is the last label that begins before that
fermata is over. In the key of that chord, or of the one before for a half close:

- *authentic*: the tonic in root position after V, V7, or a diminished chord on the leading note;
- *plagal*: the tonic in root position after the subdominant or the supertonic;
- *deceptive*: the sixth degree after V or V7;
- *half*: V, in root position, without seventh.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 8 to 11.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

from musenb.analysis.harmony.label import ChordLabel
from musenb.score.note import Score

TONIC, SUPERTONIC, SUBDOMINANT, DOMINANT, LEADING = 0, 2, 5, 7, 11
TRIADS = ("maj", "min")


def phrase_ends(score: Score) -> list[Fraction]:
    """Return where phrases end, in quarters, sorted."""
    ends = {note.end for note in score.voices[0].notes if note.fermata} if score.voices else set()
    return sorted(ends | {score.end})


def cadences_of(score: Score, labels: Sequence[ChordLabel]) -> dict[int, str]:
    """Return the cadences by the number of the label that each arrives at."""
    onsets = [label.onset for label in labels]
    found = {}
    for end in phrase_ends(score):
        last = bisect_left(onsets, end) - 1
        if last >= 0 and (kind := cadence_at(labels, last)):
            found[last] = kind
    return found


def cadence_at(labels: Sequence[ChordLabel], last: int) -> str:
    """Return how the label of a number closes after the one before it; '' when it is no cadence."""
    label = labels[last]
    root, quality, inversion = label.chord.root, label.chord.quality, label.chord.inversion
    before = _before(labels, last)
    if before is not None and before.key == label.key:
        led = _dominant(before)
        if root == TONIC and quality in TRIADS and inversion == 0:
            if led or (before.chord.root == LEADING and before.chord.quality in ("dim", "half-dim", "dim7")):
                return "authentic"
            if before.chord.root in (SUBDOMINANT, SUPERTONIC):
                return "plagal"
        if led and root == (8 if label.key.minor else 9) and quality in TRIADS:
            return "deceptive"
    return "half" if root == DOMINANT and quality == "maj" and inversion == 0 else ""


def _before(labels: Sequence[ChordLabel], last: int) -> ChordLabel | None:
    """Return the label before that has another root, None when there is none."""
    for label in reversed(labels[:last]):
        if label.root != labels[last].root:
            return label
    return None


def _dominant(label: ChordLabel) -> bool:
    return label.chord.root == DOMINANT and label.chord.quality in ("maj", "7")
