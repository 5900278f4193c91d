"""Motif transformations that a development plan asks for: a motif in its key to the same in another form and key.

Conventions
-----------
- A note is a step of the scale, counted in letters from the tonic, and what the letter is altered by beside the scale.
  Moved and turned, a motif stays in the scale; into another key it keeps its steps.
- A motif that leaves its scale is moved and turned by semitones (a *real* transposition): its intervals are what is
  heard of it. In minor the raised sixth and seventh are of the scale; a moved motif raises a seventh that goes up to
  the tonic, and a sixth that goes up to such a seventh.
- The inversion is around the first note. Backwards, the times are mirrored: what was last begins.
- A tonal answer has the tonic for each dominant at the subject's head, as long as its notes are of the tonic chord.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011. A. Mann, "The Study of Fugue", 1958:
real and tonal answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from musenb.score.development.plan import ANSWERS, Statement
from musenb.score.named import key_named
from musenb.score.note import KeySignature, Note
from musenb.score.spelling import SEMITONES, is_named, spell, spelled_pitch, split_spelling

LETTERS = "CDEFGAB"
SHARPENED = "FCGDAEB"  # the order in which sharps come into a signature
DOMINANT, SIXTH, SEVENTH = 4, 5, 6  # steps above the tonic
TRIAD = (0, 2, 4)
SPEEDS = {"augmented": Fraction(2), "diminished": Fraction(1, 2)}
FEWEST = 4  # notes of a head or tail, where the motif has so many


@dataclass(frozen=True, slots=True)
class Tone:
    """A note of a motif.

    Parameters
    ----------
    onset, duration : Fraction
        Quarters; the onset from the beginning of the statement.
    letter : int
        Letters above C-1: 35 for C4.
    alter : int
        Semitones from the letter up.
    """

    onset: Fraction
    duration: Fraction
    letter: int
    alter: int

    @property
    def pitch(self) -> int:
        """MIDI number."""
        return natural(self.letter) + self.alter

    @property
    def spelling(self) -> str:
        """Its name; empty where it would need more than two accidentals."""
        if abs(self.alter) > 2:
            return ""
        signs = "#" * self.alter if self.alter > 0 else "b" * -self.alter
        return f"{LETTERS[self.letter % 7]}{signs}{self.letter // 7 - 1}"


@dataclass(frozen=True, slots=True)
class Scale:
    """A key as letters.

    Parameters
    ----------
    key : KeySignature
    """

    key: KeySignature

    @property
    def tonic(self) -> int:
        """The letter of the tonic, 0 for C."""
        place = self.key.fifths + (3 if self.key.mode == "minor" else 0)
        return LETTERS.index(SHARPENED[(place + 1) % 7])

    @property
    def minor(self) -> bool:
        """Whether its sixth and seventh may be raised."""
        return self.key.mode == "minor"

    def alter(self, letter: int) -> int:
        """Return by how much the signature alters a letter."""
        place = SHARPENED.index(LETTERS[letter % 7])
        if self.key.fifths >= 0:
            return (self.key.fifths + 6 - place) // 7
        return -((-self.key.fifths + place) // 7)

    def degree(self, letter: int) -> int:
        """Return the step of a letter above the tonic, 0..6."""
        return (letter - self.tonic) % 7

    def outside(self, tone: Tone) -> bool:
        """Return whether a note is not of the scale."""
        off = tone.alter - self.alter(tone.letter)
        raised = self.minor and off == 1 and self.degree(tone.letter) in (SIXTH, SEVENTH)
        return off != 0 and not raised

    def pitch(self, letter: int) -> int:
        """Return the MIDI number of a letter in the scale."""
        return natural(letter) + self.alter(letter)


def natural(letter: int) -> int:
    """Return the MIDI number of a letter without an accidental."""
    return 12 * (letter // 7) + SEMITONES[LETTERS[letter % 7]]


def tones_of(notes: Sequence[Note], key: KeySignature) -> list[Tone]:
    """Return a motif's notes as letters, from its first onset on; notes without a name get the key's."""
    tones = []
    for note in notes:
        name = note.spelling if is_named(note) else spell(note.pitch, key)
        letter, alter, octave = split_spelling(name)
        steps = 7 * (octave + 1) + LETTERS.index(letter)
        assert spelled_pitch(name) == note.pitch
        tones.append(Tone(note.onset - notes[0].onset, note.duration, steps, alter))
    return tones


def key_of(statement: Statement, home: KeySignature) -> KeySignature:
    """Return the key that a statement is in: its own, an answer's dominant, or the motif's."""
    if statement.key is not None:
        return key_named(statement.key)
    if statement.form in ANSWERS:
        fifths = home.fifths + 1
        return KeySignature(fifths=fifths if fifths <= 7 else fifths - 12, mode=home.mode)
    return replace(home, onset=Fraction(0))


def transformed(motif: Sequence[Tone], statement: Statement, home: KeySignature) -> list[Tone]:
    """Return a motif in the form, steps and key of a statement, as near to where it was as its letters say."""
    source, target = Scale(home), Scale(key_of(statement, home))
    tones = list(motif)
    real = any(source.outside(tone) for tone in tones)
    if statement.form == "inversion":
        tones = _inverted(tones, source, real=real)
    if statement.form == "retrograde":
        tones = _backwards(tones)
    speed = SPEEDS.get(statement.form, Fraction(1))
    if speed != 1:
        tones = [replace(tone, onset=tone.onset * speed, duration=tone.duration * speed) for tone in tones]
    if statement.form in ("head", "tail"):
        tones = _part(tones, statement.form)
    moved = _in_key(tones, source, target)
    if statement.steps:
        moved = _stepped(moved, target, statement.steps, real=real)
    if statement.form == "tonal answer":
        moved = _tonal(tones, moved, source)
    same = target.key.mode == source.key.mode and not statement.steps and statement.form not in ("inversion",)
    return moved if same or real or not target.minor else _raised(moved, target)


def _inverted(tones: Sequence[Tone], scale: Scale, *, real: bool) -> list[Tone]:
    axis = tones[0]
    turned = []
    for tone in tones:
        letter = 2 * axis.letter - tone.letter
        pitch = 2 * axis.pitch - tone.pitch if real else scale.pitch(letter)
        turned.append(replace(tone, letter=letter, alter=pitch - natural(letter)))
    return turned


def _backwards(tones: Sequence[Tone]) -> list[Tone]:
    end = tones[-1].onset + tones[-1].duration
    return [replace(tone, onset=end - tone.onset - tone.duration) for tone in reversed(tones)]


def _part(tones: Sequence[Tone], form: str) -> list[Tone]:
    count = min(max(-(-len(tones) // 2), FEWEST), len(tones))
    if form == "head":
        return list(tones[:count])
    first = tones[-count].onset
    return [replace(tone, onset=tone.onset - first) for tone in tones[-count:]]


def _in_key(tones: Sequence[Tone], source: Scale, target: Scale) -> list[Tone]:
    """Return notes on the same steps of another key, the tonic moved by at most a fifth."""
    up = (target.tonic - source.tonic) % 7
    shift = up if up <= DOMINANT else up - 7
    moved = []
    for tone in tones:
        letter = tone.letter + shift
        beside = tone.alter - source.alter(tone.letter)
        raised = source.minor and beside == 1 and source.degree(tone.letter) in (SIXTH, SEVENTH)
        if raised and not target.minor:
            beside = 0
        moved.append(replace(tone, letter=letter, alter=target.alter(letter) + beside))
    return moved


def _stepped(tones: Sequence[Tone], scale: Scale, steps: int, *, real: bool) -> list[Tone]:
    """Return notes some steps of a scale higher; by the semitones that its first note moves where it is left."""
    first = tones[0].letter
    semitones = scale.pitch(first + steps) - scale.pitch(first)
    moved = []
    for tone in tones:
        letter = tone.letter + steps
        pitch = tone.pitch + semitones if real else scale.pitch(letter)
        moved.append(replace(tone, letter=letter, alter=pitch - natural(letter)))
    return moved


def _tonal(subject: Sequence[Tone], answer: Sequence[Tone], scale: Scale) -> list[Tone]:
    """Return an answer whose dominants at the head, in the subject, became a step lower: the tonic."""
    changed = list(answer)
    for number, tone in enumerate(subject):
        if scale.degree(tone.letter) not in TRIAD or scale.outside(tone):
            break
        if scale.degree(tone.letter) == DOMINANT:
            letter = answer[number].letter - 1
            changed[number] = replace(answer[number], letter=letter, alter=scale.alter(letter))
    return changed


def _raised(tones: Sequence[Tone], scale: Scale) -> list[Tone]:
    """Return notes in minor with leading notes where a seventh goes up to the tonic, and the sixth before it raised."""
    changed = list(tones)
    for number in range(len(tones) - 2, -1, -1):
        here, following = changed[number], changed[number + 1]
        up = following.letter - here.letter == 1
        degree = scale.degree(here.letter)
        led = degree == SIXTH and following.alter > scale.alter(following.letter)
        if up and (degree == SEVENTH or led):
            changed[number] = replace(here, alter=scale.alter(here.letter) + 1)
    return changed
