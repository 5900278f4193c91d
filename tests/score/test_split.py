from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import ScoreError, SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice
from musenb.score.split import split_voices

F = Fraction
HYMN = """
4/4 key=G upbeat=1
soprano: G4 | G4 F#4 E4 D4 | G4 A4 B4^ B4 | B4 B4 A4 G4 | C5 B4 A4^
alto:    D4 | D4 D4 B3 B3 | D4 F#4 G4 G4 | G4 D4 D4 E4 | E4 G4 F#4
tenor:   B3 | B3 A3 G3 F#3 | B3 D4 D4 D4 | D4 B3 F#3 G3 | G3 D4 D4
bass:    G3 | G3 D3 E3 B2 | G3 D3 G2 G3 | G3 G3 D3 E3 | C3 G3 D3
"""


def piled(score: Score) -> Score:
    """Return the score with all its notes in one voice."""
    return Score(
        (Voice("piano", tuple(note for voice in score.voices for note in voice.notes)),), anacrusis=score.anacrusis
    )


def pitches(score: Score) -> dict[str, list[int]]:
    return {voice.name: [note.pitch for note in voice.notes] for voice in score.voices}


def chords(*notes: tuple[int, int, int], name: str = "piano") -> Score:
    return Score((Voice(name, tuple(Note(F(on), F(end - on), pitch) for on, end, pitch in notes)),))


def test_a_hymn_comes_apart_as_it_was_written() -> None:
    hymn = score_from_text(HYMN)
    assert pitches(split_voices(piled(hymn))) == pitches(hymn)


def test_a_lone_note_goes_to_the_line_it_is_near() -> None:
    score = chords((0, 2, 72), (0, 1, 48), (1, 2, 50), (2, 3, 52), (3, 4, 71))
    assert pitches(split_voices(score)) == {"voice 1": [72, 71], "voice 2": [48, 50, 52]}


def test_a_line_has_its_register_before_its_first_note() -> None:
    score = chords((0, 1, 48), (1, 2, 72), (2, 3, 72), (2, 3, 48))
    assert pitches(split_voices(score)) == {"voice 1": [72, 72], "voice 2": [48, 48]}


def test_a_held_note_is_not_crossed_when_there_is_another_way() -> None:
    score = chords((0, 4, 60), (0, 1, 64), (0, 1, 55), (1, 2, 59), (2, 3, 61))
    assert pitches(split_voices(score)) == {"voice 1": [64, 61], "voice 2": [60], "voice 3": [55, 59]}


def test_one_line_keeps_its_name() -> None:
    assert pitches(split_voices(chords((0, 1, 60), (1, 2, 62), name="flute"))) == {"flute": [60, 62]}


def test_a_shared_key_becomes_the_longer_note() -> None:
    hands = Score((Voice("right", (Note(F(0), F(1), 60),)), Voice("left", (Note(F(0), F(2), 60),))))
    assert [(n.pitch, n.duration) for n in split_voices(hands).notes] == [(60, 2)]


def test_too_many_notes_are_refused_by_place() -> None:
    hymn = score_from_text(HYMN)
    five = Score((*piled(hymn).voices, Voice("x", (Note(F(6), F(2), 90),))), anacrusis=F(1))
    with pytest.raises(ScoreError, match=r"5 notes sound together at bar 2, beat 2 \(quarter 6\); at most 4 lines"):
        split_voices(five)
    with pytest.raises(ScoreError, match=r"at bar 0, beat 4 \(quarter 0\); at most 3 lines"):
        split_voices(piled(hymn), 3)


def test_silence_has_no_voices_and_counts_have_a_range() -> None:
    assert split_voices(Score((Voice("a"),))).voices == ()
    for count in (0, 9):
        with pytest.raises(SettingError, match=f"cannot split into {count} lines: 1..8"):
            split_voices(Score(), count)


NOTES = st.builds(Note, st.integers(0, 12).map(F), st.integers(1, 3).map(F), st.integers(50, 70))


@given(st.lists(NOTES, min_size=1, max_size=14, unique_by=lambda note: (note.onset, note.pitch)))
def test_the_lines_hold_every_note_once_and_never_two_at_a_time(notes: list[Note]) -> None:
    score = Score((Voice("piano", tuple(notes)),))
    try:
        split = split_voices(score)
    except ScoreError:
        sounding = (sum(a.onset <= b.onset < a.end for a in notes) for b in notes)
        assert max(sounding) > 4
        return
    assert all(voice.monophonic for voice in split.voices)
    assert split.notes == score.notes
