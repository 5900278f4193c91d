"""Figured bass: what stands above a bass note, as figures, and which chord figures ask for.

Definitions
-----------
- A figure is an interval above the bass in steps of the staff, octaves left out, as the key signature has it; a sign
  (`#`, `b`, `n`) before it alters the note, and a sign alone alters the third.
- What is not written is understood: nothing is 5 3, `6` is 6 3, `7` is 7 5 3, `6 5` is 6 5 3, `4 3` is 6 4 3, `2` is
  6 4 2, `4` is 5 4. Of what is understood only the third must be there: four voices leave out a fifth.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapter 4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from musenb.errors import ScoreError
from musenb.score.note import KeySignature, Note
from musenb.score.spelling import SEMITONES, STEPS, split_spelling

#           figures as written: all that they mean
UNDERSTOOD = {
    (): (5, 3), (5,): (5, 3), (3,): (5, 3), (5, 3): (5, 3), (8,): (5, 3), (6,): (6, 3), (6, 3): (6, 3),
    (6, 4): (6, 4), (7,): (7, 5, 3), (7, 3): (7, 5, 3), (7, 5): (7, 5, 3), (6, 5): (6, 5, 3), (4, 3): (6, 4, 3),
    (2,): (6, 4, 2), (4, 2): (6, 4, 2), (6, 2): (6, 4, 2), (4,): (5, 4), (5, 4): (5, 4), (9,): (9, 5, 3),
}  # fmt: skip
#           intervals that sound: what is written
SHORT = {
    (): (), (3,): (), (5,): (), (5, 3): (), (6,): (6,), (6, 3): (6,), (7, 5, 3): (7,), (7, 3): (7,), (7, 5): (7,),
    (6, 5, 3): (6, 5), (6, 5): (6, 5), (6, 4, 3): (4, 3), (6, 4, 2): (2,), (4, 2): (2,), (6, 2): (2,), (5, 4): (4,),
}  # fmt: skip
LETTERS = "CDEFGAB"
SIGNS = {"#": 1, "b": -1, "n": 0, "": None}
_FIGURE = re.compile(r"([#bn]?)(\d?)")


@dataclass(frozen=True, slots=True)
class Figured:
    """What figures ask for above a bass note.

    Parameters
    ----------
    allowed : frozenset of int
        Pitch classes that the voices may have.
    needed : frozenset of int
        Those that one of them must have.
    """

    allowed: frozenset[int]
    needed: frozenset[int]


def figures_of(bass: Note, above: Sequence[Note], key: KeySignature | None) -> str:
    """Return the figures of what sounds above a bass note; all notes have names."""
    intervals = {_interval(bass, note): note for note in above}
    intervals.pop(1, None)
    numbers = tuple(sorted(intervals, reverse=True))
    written = list(SHORT.get(numbers, numbers))
    altered = {number: sign for number, note in intervals.items() if (sign := _sign(note, key))}
    for number in altered:
        if number not in written:
            written.append(number)
    written.sort(reverse=True)
    signed = [(altered.get(number, ""), number) for number in written]
    return " ".join(sign if sign and number == 3 else f"{sign}{number}" for sign, number in signed)


def meant(bass: Note, figures: str, key: KeySignature | None) -> Figured:
    """Return the chord that figures ask for above a bass note.

    Raises
    ------
    ScoreError
        They are none.
    """
    signs: dict[int, int | None] = {}
    for figure in figures.split():
        found = _FIGURE.fullmatch(figure)
        if found is None or figure == "" or found[2] in ("0", "1"):
            place = f"figures {figures!r} over {bass.spelling}"
            raise ScoreError(f"{place}: {figure!r} is none of 2..9, with #, b or n before it or alone")
        signs[int(found[2] or 3)] = SIGNS[found[1]]
    bare = tuple(sorted((number for number in signs if number != 3 or signs[3] is None), reverse=True))
    numbers = {*UNDERSTOOD.get(bare, bare), *signs}
    classes = {number: _class_above(bass, number, signs.get(number), key) for number in numbers}
    needed = frozenset(pitch for number, pitch in classes.items() if number in signs or number == 3)
    return Figured(frozenset({*classes.values(), bass.pitch % 12}), needed)


def _interval(bass: Note, note: Note) -> int:
    """Return the interval above the bass as a figure, 1..7; a second from the ninth on is a 2 too."""
    letters = [LETTERS.index(split_spelling(one.spelling)[0]) for one in (bass, note)]
    return (letters[1] - letters[0]) % 7 + 1


def _sign(note: Note, key: KeySignature | None) -> str:
    letter, alter, _ = split_spelling(note.spelling)
    if alter == _signature(letter, key):
        return ""
    return {1: "#", 2: "#", -1: "b", -2: "b", 0: "n"}[alter]


def _signature(letter: str, key: KeySignature | None) -> int:
    """Return how a key signature alters a letter."""
    fifths = key.fifths if key else 0
    place = STEPS.index(letter)
    return (fifths > place) - (-fifths > 6 - place)


def _class_above(bass: Note, number: int, sign: int | None, key: KeySignature | None) -> int:
    letter = LETTERS[(LETTERS.index(split_spelling(bass.spelling)[0]) + number - 1) % 7]
    alter = _signature(letter, key) if sign is None else sign
    return (SEMITONES[letter] + alter) % 12
