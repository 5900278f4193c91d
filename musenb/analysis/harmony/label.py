"""Chord label: a chord in a key over a stretch of a score, how sure it is, and what else it may be."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from musenb.analysis.harmony.names import DIMINISHED, QUALITIES, Chord, write_numeral
from musenb.score.key import Key
from musenb.score.note import KeySignature, Note
from musenb.score.spelling import name_at, spell, split_spelling

NATURAL = {0: 0, 2: 2, 4: 4, 5: -1, 7: 1, 9: 3, 11: 5}  # semitones above the tonic to fifths above it
LOWERED = {1: -5, 3: -3, 6: -6, 8: -4, 10: -2}
RAISED = {1: 7, 3: 9, 6: 6, 8: 8, 10: 10}
MEMBER_FIFTHS = ({4: 4, 3: -3}, {7: 1, 6: -6, 8: 8}, {10: -2, 11: 5, 9: -9})  # of third, fifth and seventh
FIGURES = {3: ((5, 3), (6, 3), (6, 4)), 4: ((7, 5, 3), (6, 5, 3), (6, 4, 3), (6, 4, 2))}
WRITTEN = {3: ((), (6,), (6, 4)), 4: ((7,), (6, 5), (4, 3), (2,))}  # of these what is always written
SIGNS = {-2: "bb", -1: "b", 0: "n", 1: "#", 2: "##"}
STEPS = "CDEFGAB"


@dataclass(frozen=True, slots=True)
class Choice:
    """A chord in a key, with how likely it is, 0..1."""

    key: Key
    chord: Chord
    confidence: float

    @property
    def numeral(self) -> str:
        """Such as 'ii6/5'."""
        return write_numeral(self.chord, minor=self.key.minor)

    def __str__(self) -> str:
        return f"{self.numeral} in {key_name(self.key)}"


@dataclass(frozen=True, slots=True)
class ForeignNote:
    """A note that is not of the chord it sounds in: its voice, the note, and its name such as 'passing tone'."""

    voice: str
    note: Note
    name: str


@dataclass(frozen=True, slots=True)
class ChordLabel:
    """A chord of a score.

    Parameters
    ----------
    onset, end : Fraction
        Quarters from the beginning of the piece.
    bar : int
        Printed number, 0 for an anacrusis.
    beat : Fraction
        From 1.
    key : Key
        The local key.
    chord : Chord
    confidence : float
        How likely key, numeral and inversion are right together, whether with a seventh or without, 0..1.
    second : Choice or None
        The next likely one.
    cadence : str
        'authentic', 'half', 'deceptive' or 'plagal' where a phrase closes with this chord, else ''.
    foreign : tuple of ForeignNote
        Notes within its stretch that are not of the chord.
    overruled : bool
        True where a person chose the label.
    """

    onset: Fraction
    end: Fraction
    bar: int
    beat: Fraction
    key: Key
    chord: Chord
    confidence: float = 1.0
    second: Choice | None = None
    cadence: str = ""
    foreign: tuple[ForeignNote, ...] = ()
    overruled: bool = False

    @property
    def numeral(self) -> str:
        """Such as 'ii6/5' or 'V7/IV'."""
        return write_numeral(self.chord, minor=self.key.minor)

    @property
    def figures(self) -> str:
        """Figured bass from the highest figure down, with spaces between: '6 5', '#', '' for a root position."""
        return " ".join(figured_bass(self.chord, self.key))

    @property
    def root(self) -> int:
        """Pitch class of the root, 0..11."""
        return (self.key.tonic + self.chord.root) % 12

    @property
    def members(self) -> tuple[int, ...]:
        """Pitch classes of its notes, from the root upwards."""
        return tuple((self.key.tonic + member) % 12 for member in self.chord.members)

    def __str__(self) -> str:
        return f"{self.numeral} in {key_name(self.key)}"


def key_name(key: Key) -> str:
    """Return 'D minor', 'Bb major'."""
    name = spell(60 + key.tonic, _own(key))[:-1]
    return f"{name.rstrip('-')} {'minor' if key.minor else 'major'}"


def _own(key: Key) -> KeySignature:
    return key.signature


def figured_bass(chord: Chord, key: Key) -> list[str]:
    """Return the figures of a chord above its bass, the highest first, as they are written.

    What stands in the key is shortened as usual: nothing for a root position, 6 for 6/3, 2 for 6/4/2. What does not has
    its accidental, the third alone when it is one.
    """
    signature = key.signature.fifths
    tonic = signature + (3 if key.minor else 0)
    places = [place + tonic for place in member_fifths(chord)]
    letters = [name_at(0, place) for place in places]
    bass = STEPS.index(letters[chord.inversion][0])
    size = len(places)
    found = []
    for place, letter in zip(places, letters, strict=True):
        above = (STEPS.index(letter[0]) - bass) % 7 + 1
        if above == 1:
            continue
        altered = not signature - 1 <= place <= signature + 5
        if not altered and above not in WRITTEN[size][chord.inversion]:
            continue
        sign = SIGNS[split_spelling(letter)[1]] if altered else ""
        number = "" if altered and above == 3 else str(above)
        found.append((above, sign + number))
    return [text for _, text in sorted(found, reverse=True)]


def member_fifths(chord: Chord) -> list[int]:
    """Return the places of a chord's notes on the line of fifths, from the tonic, the root first."""
    far = RAISED if chord.quality in DIMINISHED else LOWERED
    root = NATURAL.get(chord.root, far.get(chord.root, 0))
    steps = QUALITIES[chord.quality][1:]
    return [root, *(root + fifths[step] for fifths, step in zip(MEMBER_FIFTHS, steps, strict=False))]
