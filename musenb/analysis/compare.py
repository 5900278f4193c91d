"""Two takes side by side: which notes are the same, which were changed, which stand in one of them alone.

Definition
----------
Notes are compared voice by voice (by the voice's name), at the same time from the beginning of the piece. Two notes are
the same when onset, duration and pitch agree; a note is changed when the other take has a note with that onset which
differs in duration or pitch. Of several notes that begin together the same ones are paired first, the others from the
lowest up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from musenb.score.note import Note, Score

SAME, CHANGED, ONLY_FIRST, ONLY_SECOND = "same", "changed", "only in the first", "only in the second"
KINDS = (SAME, CHANGED, ONLY_FIRST, ONLY_SECOND)


@dataclass(frozen=True, slots=True)
class Pair:
    """Notes of two takes that stand at the same place.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    voice : str
    onset : Fraction
        Quarters from the beginning.
    first, second : Note or None
    first_id, second_id : str
        Ids such as 'v1n7' (note 7 of the second voice), as engraved scores have them; empty without a note.
    """

    kind: str
    voice: str
    onset: Fraction
    first: Note | None
    second: Note | None
    first_id: str = ""
    second_id: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All notes of two takes, aligned, by onset and then by voice as the takes have them."""

    pairs: tuple[Pair, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many pairs there are of each kind, zeros included."""
        found = Counter(pair.kind for pair in self.pairs)
        return {kind: found[kind] for kind in KINDS}

    @property
    def parting(self) -> Fraction | None:
        """Quarters at which the takes differ for the first time; None when they never do."""
        return next((pair.onset for pair in self.pairs if pair.kind != SAME), None)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {kind}" for kind, count in self.counts.items())
        place = "the takes agree" if self.parting is None else f"they part at quarter {self.parting}"
        return f"{counts}; {place}"


def compare(first: Score, second: Score) -> Comparison:
    """Return the notes of two scores aligned; see the definition at the head of this module."""
    names = dict.fromkeys(voice.name for score in (first, second) for voice in score.voices)
    pairs = [pair for name in names for pair in _voice(name, _placed(first, name), _placed(second, name))]
    order = {name: number for number, name in enumerate(names)}
    return Comparison(tuple(sorted(pairs, key=lambda pair: (pair.onset, order[pair.voice]))))


Placed = dict[Fraction, list[tuple[Note, str]]]


def _placed(score: Score, name: str) -> Placed:
    """Return the notes and ids of the voices with a name, by onset and from the lowest up."""
    found: Placed = {}
    for number, voice in enumerate(score.voices):
        for index, note in enumerate(voice.notes if voice.name == name else ()):
            found.setdefault(note.onset, []).append((note, f"v{number}n{index}"))
    return found


def _voice(name: str, first: Placed, second: Placed) -> list[Pair]:
    pairs = []
    for onset in sorted({*first, *second}):
        ours, theirs = list(first.get(onset, ())), list(second.get(onset, ()))
        for one in list(ours):
            other = next((two for two in theirs if _alike(one[0], two[0])), None)
            if other is not None:
                pairs.append(Pair(SAME, name, onset, one[0], other[0], one[1], other[1]))
                ours.remove(one)
                theirs.remove(other)
        changed = min(len(ours), len(theirs))
        for one, other in zip(ours, theirs, strict=False):
            pairs.append(Pair(CHANGED, name, onset, one[0], other[0], one[1], other[1]))
        pairs += [Pair(ONLY_FIRST, name, onset, note, None, note_id) for note, note_id in ours[changed:]]
        pairs += [Pair(ONLY_SECOND, name, onset, None, note, "", note_id) for note, note_id in theirs[changed:]]
    return pairs


def _alike(one: Note, other: Note) -> bool:
    return (one.pitch, one.duration) == (other.pitch, other.duration)
