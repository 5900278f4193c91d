"""The few bytes of a take's thumbnail."""

from __future__ import annotations

import base64
import dataclasses
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Origin, Score, Voice
from musenb.studio.sketches import MOST_NOTES, sketch


def rows(score: Score) -> list[tuple[int, ...]]:
    packed = base64.b64decode(sketch(score))
    return [tuple(packed[at : at + 4]) for at in range(0, len(packed), 4)]


def test_a_note_is_place_length_pitch_and_voice() -> None:
    motif = score_from_text("C5:4 D5:4")
    bass = Voice("bass", (Note(Fraction(4), Fraction(4), 48, origin=Origin("chorale", 7)),))
    assert rows(motif) == [(0, 64, 72, 0), (64, 64, 74, 0)], "sixteen quarters at least are the width"
    assert rows(dataclasses.replace(motif, voices=(*motif.voices, bass)))[-1] == (64, 64, 48, 1 | 128)
    assert sketch(Score()) == ""


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 400), st.integers(0, 127)), max_size=300))
def test_any_music_fits(notes: list[tuple[int, int, int]]) -> None:
    voice = Voice("x", tuple(Note(Fraction(onset), Fraction(long), pitch) for onset, long, pitch in set(notes)))
    found = rows(Score(voices=(voice,)))
    assert len(found) == min(len(voice.notes), MOST_NOTES)
    assert [pitch for _, _, pitch, _ in found] == [note.pitch for note in voice.notes[:MOST_NOTES]]
