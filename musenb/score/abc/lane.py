"""ABC voice overlay state: one lane of notes, a voice or an overlay of it, while it is read.

A lane knows its time and what the next note depends on: accidentals of the bar, open ties, a broken rhythm, tuplets.
Times are exact quarters. Notes stay open to change until the piece is put together: a `>` after a note lengthens it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from musenb.score.abc.tables import SEMITONES

ONE = Fraction(1)
FINEST = 2**40  # largest denominator of a time; what asks for more is no music


@dataclass(slots=True)
class Draft:
    """A note that is not yet final: `letter` 'A'..'G', `alter` in semitones, `octave` as in C4."""

    onset: Fraction
    duration: Fraction
    letter: str
    octave: int
    alter: int
    fermata: bool
    semitones: int

    @property
    def written(self) -> int:
        """MIDI number of the written pitch."""
        return 12 * (self.octave + 1) + SEMITONES[self.letter] + self.alter


@dataclass(slots=True)
class Member:
    """A note as a token says it: `alter` is None without a sign; `length` in quarters, before tuplets and the like."""

    letter: str
    octave: int
    alter: int | None
    length: Fraction
    tied: bool = False


@dataclass(slots=True)
class Tuplet:
    """A running tuplet: what its notes' lengths are multiplied by, and how many notes are to come."""

    ratio: Fraction
    left: int


@dataclass(slots=True)
class Lane:
    """One line of notes and its state.

    `last` holds the notes of the last event; `last_length` is 0 when no broken rhythm can change that event any more.
    """

    notes: list[Draft] = field(default_factory=list)
    time: Fraction = Fraction(0)
    accidentals: dict[tuple[str, int | None], tuple[int, int]] = field(default_factory=dict)
    ties: list[Draft] = field(default_factory=list)
    tuplets: list[Tuplet] = field(default_factory=list)
    broken: Fraction = ONE
    broken_from: Fraction = Fraction(0)
    last: list[Draft] = field(default_factory=list)
    last_lengths: list[Fraction] = field(default_factory=list)
    last_length: Fraction = Fraction(0)

    def alter_of(
        self,
        member: Member,
        signature: Mapping[str, int],
        propagate: str,
    ) -> tuple[int, bool]:
        """Return the alteration of a note, and whether it came from another octave of the bar.

        Parameters
        ----------
        member : Member
        signature : mapping of str to int
            Alterations of the key.
        propagate : str
            How far a sign holds to the end of the bar: 'pitch', in all octaves; 'octave', in its own; 'not' at all.
        """
        place = (member.letter, None if propagate == "pitch" else member.octave)
        if member.alter is not None:
            if propagate != "not":
                self.accidentals[place] = (member.alter, member.octave)
            return member.alter, False
        by_key = signature.get(member.letter, 0)
        alter, octave = self.accidentals.get(place, (by_key, member.octave))
        return alter, octave != member.octave and alter != by_key

    def tied_to(self, member: Member, alter: int) -> Draft | None:
        """Return the open tie that a note ends: of its line, or of its sounding pitch when it has a sign of its own."""
        written = 12 * (member.octave + 1) + SEMITONES[member.letter] + alter
        for draft in self.ties:
            same_line = (draft.letter, draft.octave) == (member.letter, member.octave)
            if draft.written == written or (same_line and member.alter is None):
                return draft
        return None

    def scale(self) -> Fraction:
        """Return what the next event's lengths are multiplied by (`ONE` mostly), and count it in its tuplets."""
        factor, self.broken = self.broken, ONE
        for tuplet in self.tuplets:
            factor *= tuplet.ratio
            tuplet.left -= 1
        if self.tuplets:
            self.tuplets = [tuplet for tuplet in self.tuplets if tuplet.left > 0]
        return factor

    def advance(
        self,
        drafts: Sequence[Draft],
        lengths: Sequence[Fraction],
        length: Fraction,
    ) -> None:
        """End an event: its notes, their lengths, and how far the time goes on."""
        self.last = list(drafts)
        self.last_lengths = list(lengths)
        self.last_length = length
        self.time += length

    def break_rhythm(self, steps: int, *, longer_first: bool) -> bool:
        """Apply `>` (`<` when not `longer_first`) of so many signs; False when there is nothing before it."""
        if not self.last_length:
            return False
        short = Fraction(1, 2**steps)
        first, self.broken = (2 - short, short) if longer_first else (short, 2 - short)
        for draft, length in zip(self.last, self.last_lengths, strict=True):
            draft.duration += length * (first - 1)
        self.time += self.last_length * (first - 1)
        self.broken_from = self.last_length
        self.last_length = Fraction(0)
        return True
