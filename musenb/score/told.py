"""Key and metre of a prime: as asked for, as the music states them, or guessed from the motif.

Where each comes from is one of `SOURCES`, and is said in a sentence. A signature of no accidentals in a MIDI file is
doubted: many programs write it when nobody chose a key.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from musenb.errors import SettingError
from musenb.score.key import MAJOR_SCALE
from musenb.score.key_guess import guess_key, guess_mode
from musenb.score.metre_guess import USUAL, guess_metre
from musenb.score.named import name_of_key, name_of_metre
from musenb.score.note import KeySignature, Score, TimeSignature

Source = Literal["asked", "file", "motif"]
SOURCES: tuple[Source, ...] = ("asked", "file", "motif")

MIDI = {".mid", ".midi", ".kar", ".rmi", ".smf"}
DOUBTED_SHARE = 0.05  # of the time outside C major, from which on a MIDI file's C major is not believed


@dataclass(frozen=True, slots=True)
class ToldKey:
    """The key that a prime is read in, at its beginning.

    Parameters
    ----------
    key : KeySignature
    source : str
        One of `SOURCES`.
    sentence : str
        'C major, from your motif'.
    """

    key: KeySignature
    source: Source
    sentence: str


@dataclass(frozen=True, slots=True)
class ToldMetre:
    """The metre that a prime is read in, at its beginning; as in `ToldKey`."""

    metre: TimeSignature
    source: Source
    sentence: str


def told_key(score: Score, asked: KeySignature | None = None) -> tuple[Score, ToldKey]:
    """Return a score with a key, which stands for all of it unless the score states more than one, and what it is."""
    if asked is not None:
        key = _with_mode(dataclasses.replace(asked, onset=Fraction(0)), score)
        return with_key(score, key), ToldKey(key, "asked", f"{name_of_key(key)}, as asked")
    stated = score.keys if score.keys and score.keys[0].onset <= score.anacrusis else ()
    if stated and not doubtful(score):
        keys = tuple(_with_mode(key, score) for key in stated)
        how = "as written" if stated[0].mode else "by its signature and its notes"
        return dataclasses.replace(score, keys=keys), ToldKey(keys[0], "file", f"{name_of_key(keys[0])}, {how}")
    key = guess_key(score)
    later = tuple(one for one in score.keys if not stated)
    how = "from the notes: its C major stands in many files that nobody gave a key" if stated else "from your motif"
    found = ToldKey(key, "motif", f"{name_of_key(key)}, {how}")
    return dataclasses.replace(score, keys=(key, *later)), found


def with_key(score: Score, key: KeySignature) -> Score:
    """Return a score that is in one key from its beginning on."""
    return dataclasses.replace(score, keys=(dataclasses.replace(key, onset=Fraction(0)),))


def doubtful(score: Score) -> bool:
    """Return whether a score's C major may be nobody's: in a MIDI file, and against its notes."""
    only = len(score.keys) == 1 and score.keys[0].fifths == 0 and score.keys[0].mode != "minor"
    if not only or Path(score.source).suffix.lower() not in MIDI:
        return False
    total = sum(note.duration for note in score.notes)
    outside = sum(note.duration for note in score.notes if note.pitch % 12 not in MAJOR_SCALE)
    return outside > DOUBTED_SHARE * total and guess_key(score).fifths != 0


def told_metre(score: Score, asked: TimeSignature | None = None) -> tuple[Score, ToldMetre]:
    """Return a score with a metre, and what it is.

    Raises
    ------
    SettingError
        The upbeat is not shorter than a bar of the metre that is asked for.
    """
    if asked is not None:
        return with_metre(score, asked), ToldMetre(asked, "asked", f"{name_of_metre(asked)}, as asked")
    first = score.metres[0]
    if first.stated:
        return score, ToldMetre(first, "file", f"{name_of_metre(first)}, as written")
    found = guess_metre(score)
    usual = (found.beats, found.unit) == USUAL
    how = "as your motif tells no other metre" if usual else "from your motif"
    told = ToldMetre(found, "motif", f"{name_of_metre(found)}, {how}")
    return (score if usual else with_metre(score, found)), told


def with_metre(score: Score, metre: TimeSignature) -> Score:
    """Return a score that is in one metre from its beginning on; its bars are drawn anew.

    Raises
    ------
    SettingError
        The upbeat is not shorter than a bar.
    """
    if score.anacrusis >= metre.bar_length:
        raise SettingError(
            f"metre {name_of_metre(metre)} has bars of {metre.bar_length} quarters, and the upbeat of "
            f"{score.anacrusis} is to be shorter than one: ask for a longer metre, or for a shorter upbeat"
        )
    alone = dataclasses.replace(metre, onset=Fraction(0))
    return dataclasses.replace(score, metres=(alone,), measures=())


def _with_mode(key: KeySignature, score: Score) -> KeySignature:
    return key if key.mode else dataclasses.replace(key, mode=guess_mode(score, key))
