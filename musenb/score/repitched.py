"""Scores with some notes at other pitches, as a what-if asks for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from musenb.score.note import GIVEN, Score


def with_pitches(score: Score, changed: Mapping[str, int | None]) -> Score:
    """Return a score with some notes, by id, at other pitches, or without those for which it is None."""
    voices = []
    for number, voice in enumerate(score.voices):
        notes = []
        for index, note in enumerate(voice.notes):
            pitch = changed.get(f"v{number}n{index}", note.pitch)
            if pitch == note.pitch:
                notes.append(note)
            elif pitch is not None:
                notes.append(dataclasses.replace(note, pitch=pitch, spelling="", origin=GIVEN))
        voices.append(dataclasses.replace(voice, notes=tuple(notes)))
    return dataclasses.replace(score, voices=tuple(voices))
