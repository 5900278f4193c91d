"""Note lookup in a piece: notes by id, the bars of the prime, and the places of notes for head measures."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np

from musenb.analysis.heads import Places
from musenb.errors import SettingError
from musenb.score.note import Bar, Score, Voice
from musenb.tokens.piece import NotePlace, Piece


def number_of(piece: Piece, note: str | int) -> int:
    """Return the number in `piece.notes` of an id such as 'v1n7', or of a number itself.

    Raises
    ------
    SettingError
        There is no such note.
    """
    for number, place in enumerate(piece.notes):
        if note in (place.id, number):
            return number
    raise SettingError(f"the piece has no note {note!r}; it has {len(piece.notes)}, such as 'v0n0'")


def note_of(piece: Piece, note: str | int) -> NotePlace:
    """Return a note by its id or number; errors as in `number_of`."""
    return piece.notes[number_of(piece, note)]


def prime_bars(piece: Piece) -> tuple[int, int]:
    """Return the numbers of the first and the last bar in which all was given; (0, -1) for none."""
    given = piece.token_bars[: piece.plan.first]
    if not len(given):
        return 0, -1
    return int(given[0]), int(given[-1])


def places_of(piece: Piece) -> Places:
    """Return onset, pitch, voice and place in the bar of all notes, and which were given."""
    bars = list(piece.score.bars())

    def bar_of(onset: Fraction) -> Bar:
        return next(bar for bar in bars if bar.onset <= onset < bar.end)

    around = [bar_of(place.note.onset) for place in piece.notes]
    phases = [
        place.note.onset - bar.first_beat
        for place, bar in zip(piece.notes, around, strict=True)
    ]
    return Places(
        tuple(place.note.onset for place in piece.notes),
        np.array([place.note.pitch for place in piece.notes], np.int64),
        np.array([place.voice for place in piece.notes], np.int64),
        tuple(phases),
        tuple(bar.metre.bar_length for bar in around),
        np.array([piece.given(place) for place in piece.notes], bool),
    )


def in_voices(piece: Piece) -> Score:
    """Return the score of a piece with all voices of its idiom by name, as what is written anew has them."""
    if not piece.voices:
        return piece.score
    sung: dict[str, list] = {name: [] for name in piece.voices}
    for place in piece.notes:
        sung[place.voice_name].append(place.note)
    voices = tuple(
        Voice(name, tuple(notes))
        for name, notes in sung.items()
    )
    return dataclasses.replace(piece.score, voices=voices)
