"""Encoding of a score: what it must be to stand on the grid, its steps, and a score from steps."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from musenb.errors import TokenError
from musenb.score.marks import Notice
from musenb.score.note import Note, Score, Voice
from musenb.tokens.notes.fields import TICKS, VOICES
from musenb.tokens.notes.frame import NO_STYLE, Frame, frame_of
from musenb.tokens.notes.steps import notes_of, steps_of


@dataclass(frozen=True, slots=True)
class Encoded:
    """A score as steps, and what is known beside them.

    Parameters
    ----------
    steps : int64 (L, 4)
        Shift, voice, pitch and length of each.
    frame : Frame
    """

    steps: np.ndarray
    frame: Frame


def encode(score: Score, *, style: int = NO_STYLE) -> Encoded:
    """Write a score in steps. Loudness, spelling and fermatas are not told.

    Raises
    ------
    TokenError
        A time is off the grid of 24 to the quarter, or there are more than eight voices; `on_grid` moves such times.
    """
    frame = frame_of(score, style=style)
    return Encoded(steps_of(table_of(score), frame.bars), frame)


def decode(encoded: Encoded) -> Score:
    """Read steps back as a score: the inverse of `encode` but for what it does not tell.

    Raises
    ------
    TokenError
        The steps are none of the language, or tell of a voice that the frame lacks.
    """
    voices: list[list[Note]] = [[] for _ in encoded.frame.score.voices]
    for onset, voice, pitch, length in notes_of(encoded.steps, encoded.frame.bars).tolist():
        if voice >= len(voices):
            raise TokenError(f"a note of voice {voice + 1} at tick {onset}: the piece has {len(voices)} voices")
        voices[voice].append(Note(Fraction(onset, TICKS), Fraction(length, TICKS), pitch))
    named = zip(encoded.frame.score.voices, voices, strict=True)
    return dataclasses.replace(encoded.frame.score, voices=tuple(Voice(v.name, tuple(notes)) for v, notes in named))


def table_of(score: Score) -> np.ndarray:
    """Return the notes of a score by voice, int64 (N, 4): onset, voice, pitch and length in ticks.

    Raises
    ------
    TokenError
        As `encode`.
    """
    if len(score.voices) > VOICES:
        raise TokenError(f"{len(score.voices)} voices: this model reads at most {VOICES}; choose some of them")
    rows = []
    for number, voice in enumerate(score.voices):
        for note in voice.notes:
            onset, length = note.onset * TICKS, note.duration * TICKS
            if onset.denominator > 1 or length.denominator > 1:
                raise TokenError(_off_grid(score))
            rows.append((int(onset), number, note.pitch, int(length)))
    return np.array(rows, np.int64).reshape(-1, 4)


def _off_grid(score: Score) -> str:
    off = [(note, voice.name) for voice in score.voices for note in voice.notes if not on_tick(note)]
    note, name = min(off, key=lambda found: found[0].onset)
    which = "1 note is" if len(off) == 1 else f"{len(off)} notes are"
    return (
        f"{which} off the grid of {TICKS} ticks a quarter; the first is pitch {note.pitch} of {name!r} at quarter "
        f"{note.onset}, {note.duration} quarters long"
    )


def on_tick(note: Note) -> bool:
    """Return whether a note begins and ends on a tick."""
    return (note.onset * TICKS).denominator == 1 and (note.duration * TICKS).denominator == 1


def on_grid(score: Score) -> Score:
    """Return a score whose notes begin and end on the nearest tick, at least one long, and say which were moved."""
    voices, moved, first = [], 0, ""
    for voice in score.voices:
        notes = []
        for note in voice.notes:
            if on_tick(note):
                notes.append(note)
                continue
            moved, first = moved + 1, first or f"quarter {note.onset} of {voice.name!r}"
            onset = round(note.onset * TICKS)
            length = max(round(note.end * TICKS) - onset, 1)
            notes.append(dataclasses.replace(note, onset=Fraction(onset, TICKS), duration=Fraction(length, TICKS)))
        voices.append(dataclasses.replace(voice, notes=tuple(notes)))
    if not moved:
        return score
    notice = Notice("notes off the grid", f"moved to the nearest of {TICKS} ticks a quarter", moved, first)
    return dataclasses.replace(score, voices=tuple(voices), notices=(*score.notices, notice))
