"""Two versions of one piece, aligned note by note.

Both stand on the same time from the same beginning, as two continuations of one prime do; voices are matched by place.
Two notes that begin together in a voice are the same when pitch and duration are, and a change when they are not. A
note that begins where the other version's voice begins none is missing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest

from musenb.score.note import Note, Score, Voice

SAME, PITCH, DURATION, ONLY_BEFORE, ONLY_AFTER = "same", "pitch", "duration", "only before", "only after"


@dataclass(frozen=True, slots=True)
class Pair:
    """Notes that stand at one place of the two versions.

    Parameters
    ----------
    voice : int
        Place of the voice in the scores.
    kind : str
        'same', 'pitch' (and perhaps the duration), 'duration', 'only before' or 'only after'.
    before, after : int or None
        Index of the note in its voice.
    onset : Fraction
        Quarters.
    """

    voice: int
    kind: str
    before: int | None
    after: int | None
    onset: Fraction


@dataclass(frozen=True, slots=True)
class Difference:
    """All pairs of two versions, by onset, then voice.

    Parameters
    ----------
    pairs : tuple of Pair
    """

    pairs: tuple[Pair, ...]

    @property
    def parts(self) -> Fraction | None:
        """The quarter at which the versions part; None when they are the same."""
        return next((pair.onset for pair in self.pairs if pair.kind != SAME), None)

    @property
    def counts(self) -> dict[str, int]:
        """How many pairs there are of each kind."""
        kinds = (SAME, PITCH, DURATION, ONLY_BEFORE, ONLY_AFTER)
        return {kind: sum(pair.kind == kind for pair in self.pairs) for kind in kinds}

    def __str__(self) -> str:
        if self.parts is None:
            return f"the same {len(self.pairs)} notes"
        counts = self.counts
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        return f"they part at quarter {float(self.parts):g}; {told}"


def difference_of(before: Score, after: Score) -> Difference:
    """Return what differs between two versions of a piece."""
    empty = Voice("")
    pairs = []
    for number, (one, other) in enumerate(zip_longest(before.voices, after.voices, fillvalue=empty)):
        first = {note.onset: (index, note) for index, note in enumerate(one.notes)}
        second = {note.onset: (index, note) for index, note in enumerate(other.notes)}
        for onset in first.keys() | second.keys():
            index, note = first.get(onset, (None, None))
            place, changed = second.get(onset, (None, None))
            pairs.append(Pair(number, _kind(note, changed), index, place, onset))
    return Difference(tuple(sorted(pairs, key=lambda pair: (pair.onset, pair.voice))))


def _kind(before: Note | None, after: Note | None) -> str:
    if before is None:
        return ONLY_AFTER
    if after is None:
        return ONLY_BEFORE
    if before.pitch != after.pitch:
        return PITCH
    return SAME if before.duration == after.duration else DURATION
