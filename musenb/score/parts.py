"""Parts of a score: what each is, which one is likely the tune, and one of them, or its top or bottom line, alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from numbers import Integral
from typing import Literal

from musenb.errors import SettingError
from musenb.score.note import KeySignature, Note, Score, Voice
from musenb.score.spelling import spoken_pitch

Line = Literal["top", "bottom"]
LINES: tuple[Line, ...] = ("top", "bottom")
# Names that people give to the part with the tune, in the languages of the files met so far.
TUNE_NAMES = (
    "melody", "melodie", "vocal", "voice", "vox", "lead", "sing", "soprano", "tune", "chant", "canto", "flute",
)  # fmt: skip
MOST_LISTED = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One sounding part of a score.

    Parameters
    ----------
    number : int
        From 1, as the score has them.
    name : str
    notes : int
    lowest, highest : int
        MIDI pitches.
    lines : int
        Most notes that sound together.
    """

    number: int
    name: str
    notes: int
    lowest: int
    highest: int
    lines: int

    def describe(self, key: KeySignature | None = None) -> str:
        """Return the part in a line: '2 Flute: 264 notes, C#4 to A#4, one line'."""
        most = "one line" if self.lines == 1 else f"up to {self.lines} notes together"
        span = f"{spoken_pitch(self.lowest, key)} to {spoken_pitch(self.highest, key)}"
        count = f"{self.notes} note{'' if self.notes == 1 else 's'}"
        return f"{self.number} {self.name or 'no name'}: {count}, {span}, {most}"


def parts_of(score: Score) -> tuple[Part, ...]:
    """Return the parts of a score that sound, in its order."""
    found = []
    for number, voice in enumerate(score.voices, start=1):
        if voice.notes:
            pitches = [note.pitch for note in voice.notes]
            found.append(
                Part(number, voice.name, len(pitches), min(pitches), max(pitches), most_together(voice.notes))
            )
    return tuple(found)


def likely_tune(score: Score) -> Part:
    """Return the part that most likely has the tune: by its name, else the highest of those that are one line.

    Raises
    ------
    SettingError
        No part sounds.
    """
    parts = parts_of(score)
    if not parts:
        raise SettingError("the score has no part with notes")

    def rank(part: Part) -> tuple[bool, bool, float]:
        named = any(word in part.name.lower() for word in TUNE_NAMES)
        middle = (part.lowest + part.highest) / 2
        return named, part.lines == 1, middle

    return max(parts, key=rank)


def only_part(score: Score, which: int | str, *, line: Line | None = None) -> Score:
    """Return a score with one of its parts alone.

    Parameters
    ----------
    score : Score
    which : int or str
        Number from 1, or name; of a name in any case, a beginning is enough where one part alone has it.
    line : 'top' or 'bottom', optional
        Of chords only the highest or the lowest note; each note ends where the next one begins.

    Raises
    ------
    SettingError
        No part, or more than one, is meant; the message lists them. Or `line` is neither.
    """
    number = _number_of(score, which)
    voice = score.voices[number - 1]
    if line is not None:
        voice = Voice(voice.name, outer_line(voice.notes, line))
    return dataclasses.replace(score, voices=(voice,))


def chosen_part(score: Score, which: int | str | None, line: Line | None) -> Score:
    """Return one part of a score, or its top or bottom line, or all of it where neither is asked for.

    Raises
    ------
    SettingError
        See `only_part`; or a line is asked for of several parts.
    """
    if which is None and line is None:
        return score
    if which is None:
        parts = parts_of(score)
        if len(parts) != 1:
            raise SettingError(f"line {line!r} is of one part; {choice_of_part(score)}")
        which = parts[0].number
    return only_part(score, which, line=line)


def choice_of_part(score: Score) -> str:
    """Return what to say of a score that has more lines than fit: its parts, and how to choose one."""
    parts = parts_of(score)
    if not parts:
        return "the score has no part with notes"
    if len(parts) == 1:
        return "of its chords line='top' (--line top) keeps the highest notes, line='bottom' the lowest"
    return f"choose one part, part=1 (--part 1): {listed(score, between='; ')}"


def outer_line(notes: tuple[Note, ...], line: Line) -> tuple[Note, ...]:
    """Return the highest or lowest of the notes that begin together, each cut where the next one begins.

    Raises
    ------
    SettingError
        `line` is neither 'top' nor 'bottom'.
    """
    if line not in LINES:
        raise SettingError(f"line {line!r} is neither 'top' nor 'bottom'")
    chosen: list[Note] = []
    for onset, group in groupby(sorted(notes, key=lambda note: note.onset), key=lambda note: note.onset):
        outer = (max if line == "top" else min)(group, key=lambda note: note.pitch)
        before = chosen[-1] if chosen else None
        if before is not None and before.end > onset:
            inner = outer.pitch < before.pitch if line == "top" else outer.pitch > before.pitch
            if inner:
                continue  # it lies under a note that goes on, or over one
            chosen[-1] = dataclasses.replace(before, duration=onset - before.onset)
        chosen.append(outer)
    return tuple(chosen)


def most_together(notes: tuple[Note, ...]) -> int:
    """Return how many notes sound together where most do."""
    edges: list[tuple[Fraction, int]] = []
    for note in notes:
        edges += [(note.onset, 1), (note.end, -1)]
    sounding = most = 0
    for _, change in sorted(edges):
        sounding += change
        most = max(most, sounding)
    return most


def listed(score: Score, *, between: str = "\n") -> str:
    """Return the parts of a score in words, the likely tune marked; of many the first twelve."""
    key = score.key_at(Fraction(0))
    parts = parts_of(score)
    tune = likely_tune(score).number if len(parts) > 1 else 0
    lines = [part.describe(key) + (" (likely the tune)" if part.number == tune else "") for part in parts]
    more = [f"and {len(lines) - MOST_LISTED} more"] if len(lines) > MOST_LISTED else []
    return between.join(lines[:MOST_LISTED] + more)


def _number_of(score: Score, which: int | str) -> int:
    parts = parts_of(score)
    if isinstance(which, str) and not which.strip().isdigit():
        wanted = which.strip().lower()
        exact = [part for part in parts if part.name.strip().lower() == wanted]
        found = exact or [part for part in parts if wanted and part.name.strip().lower().startswith(wanted)]
    else:
        whole = isinstance(which, (str, Integral)) and not isinstance(which, bool)
        found = [part for part in parts if whole and part.number == int(which)]
    if len(found) != 1:
        meant = "no part" if not found else f"{len(found)} parts"
        raise SettingError(f"part {which!r} means {meant}; the score has {listed(score, between='; ')}")
    return found[0].number
