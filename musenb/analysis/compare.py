"""Score alignment, note by note: which notes are the same, which were changed, which stand in one alone.

Definition
----------
Notes are compared voice by voice at the same time from the beginning of the piece. Voices belong together that have one
name; where the scores have no name in common, those at the same place. Two notes are the same when onset, duration and
pitch agree; a note is changed when the other score has a note with that onset which differs in pitch (and perhaps in
duration), or in duration alone. Of several notes that begin together the same ones are paired first, the others from
the lowest up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from musenb.score.note import Note, Score

SAME, PITCH, DURATION = "same", "pitch", "duration"
ONLY_FIRST, ONLY_SECOND = "only in the first", "only in the second"
KINDS = (SAME, PITCH, DURATION, ONLY_FIRST, ONLY_SECOND)


@dataclass(frozen=True, slots=True)
class Pair:
    """Notes of two scores that stand at the same place.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    voice : str
        Its name; its place, where the scores have no name in common.
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
    """All notes of two scores, aligned, by onset and then by voice as the scores have them."""

    pairs: tuple[Pair, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many pairs there are of each kind, zeros included."""
        found = Counter(pair.kind for pair in self.pairs)
        return {kind: found[kind] for kind in KINDS}

    @property
    def changed(self) -> int:
        """How many pairs differ in pitch or duration."""
        return sum(pair.kind in (PITCH, DURATION) for pair in self.pairs)

    @property
    def parting(self) -> Fraction | None:
        """Quarters at which the scores differ for the first time; None when they never do."""
        return next((pair.onset for pair in self.pairs if pair.kind != SAME), None)

    def __str__(self) -> str:
        if self.parting is None:
            return f"the same {len(self.pairs)} notes"
        counts = ", ".join(f"{count} {kind}" for kind, count in self.counts.items() if count)
        return f"they part at quarter {float(self.parting):g}; {counts}"


def compare(first: Score, second: Score) -> Comparison:
    """Return the notes of two scores aligned; see the definition at the head of this module."""
    ours, theirs = _names(first), _names(second)
    if not set(ours) & set(theirs):
        ours = [str(place) for place in range(len(ours))]
        theirs = [str(place) for place in range(len(theirs))]
    names = list(dict.fromkeys([*ours, *theirs]))
    pairs = []
    for name in names:
        pairs += _voice(name, _placed(first, ours, name), _placed(second, theirs, name))
    order = {name: number for number, name in enumerate(names)}
    pairs.sort(key=lambda pair: (pair.onset, order[pair.voice]))
    return Comparison(tuple(pairs))


def _names(score: Score) -> list[str]:
    return [voice.name for voice in score.voices]


Placed = dict[Fraction, list[tuple[Note, str]]]


def _placed(score: Score, names: Sequence[str], name: str) -> Placed:
    """Return the notes and ids of the voices with a name, by onset and from the lowest up."""
    found: Placed = {}
    for number, voice in enumerate(score.voices):
        for index, note in enumerate(voice.notes if names[number] == name else ()):
            found.setdefault(note.onset, []).append((note, f"v{number}n{index}"))
    return found


def _voice(name: str, first: Placed, second: Placed) -> list[Pair]:
    pairs = []
    for onset in sorted({*first, *second}):
        ours = list(first.get(onset, ()))
        theirs = list(second.get(onset, ()))
        for one in list(ours):
            note, note_id = one
            other = next((two for two in theirs if _alike(note, two[0])), None)
            if other is not None:
                pairs.append(Pair(SAME, name, onset, note, other[0], note_id, other[1]))
                ours.remove(one)
                theirs.remove(other)
        changed = min(len(ours), len(theirs))
        for (note, note_id), (other_note, other_id) in zip(ours, theirs, strict=False):
            kind = DURATION if note.pitch == other_note.pitch else PITCH
            pairs.append(Pair(kind, name, onset, note, other_note, note_id, other_id))
        pairs += [Pair(ONLY_FIRST, name, onset, note, None, note_id) for note, note_id in ours[changed:]]
        pairs += [Pair(ONLY_SECOND, name, onset, None, note, "", note_id) for note, note_id in theirs[changed:]]
    return pairs


def _alike(one: Note, other: Note) -> bool:
    return (one.pitch, one.duration) == (other.pitch, other.duration)
