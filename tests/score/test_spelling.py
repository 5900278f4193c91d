"""Note names and keys."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import ScoreError
from musenb.score.corpus import corpus_names, corpus_score
from musenb.score.key import estimate_key
from musenb.score.note import KeySignature, Note, Score, Voice
from musenb.score.spelling import place_of, spell, spell_score, spelled_pitch, split_spelling

C_MAJOR, A_MINOR = KeySignature(mode="major"), KeySignature(mode="minor")


def score_of(*pitches: int, key: KeySignature | None = None, names: dict[int, str] | None = None) -> Score:
    notes = [Note(i, 1, pitch, spelling=(names or {}).get(i, "")) for i, pitch in enumerate(pitches)]
    return Score((Voice("melody", tuple(notes)),), keys=(key,) if key else ())


def names_of(score: Score) -> str:
    return " ".join(note.spelling for voice in score.voices for note in voice.notes)


def without_names(score: Score) -> Score:
    voices = [
        dataclasses.replace(v, notes=tuple(dataclasses.replace(n, spelling="") for n in v.notes)) for v in score.voices
    ]
    return dataclasses.replace(score, voices=tuple(voices))


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (C_MAJOR, "C4 C#4 D4 Eb4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
        (A_MINOR, "C4 C#4 D4 D#4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
        (KeySignature(fifths=-3, mode="minor"), "C4 Db4 D4 Eb4 E4 F4 F#4 G4 Ab4 A4 Bb4 B4"),
        (KeySignature(fifths=7, mode="major"), "B#3 C#4 C##4 D#4 E4 E#4 F#4 F##4 G#4 G##4 A#4 B4"),
        (None, "C4 C#4 D4 Eb4 E4 F4 F#4 G4 G#4 A4 Bb4 B4"),
    ],
)
def test_the_names_of_a_key(key: KeySignature | None, names: str) -> None:
    assert " ".join(spell(pitch, key) for pitch in range(60, 72)) == names


@given(st.integers(0, 127), st.integers(-7, 7), st.sampled_from(("major", "minor", "")))
def test_a_name_means_its_pitch(pitch: int, fifths: int, mode: str) -> None:
    name = spell(pitch, KeySignature(Fraction(0), fifths, mode))
    assert spelled_pitch(name) == pitch
    assert -15 <= place_of(name) <= 19


@pytest.mark.parametrize("text", ["", "H4", "F#", "F#b4", "f4", "F###4", "F-4x", "B-"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ScoreError, match="is not a spelling"):
        split_spelling(text)


def test_a_step_below_c_minus_one_is_a_name() -> None:
    assert split_spelling("C-1") == ("C", 0, -1)
    assert spelled_pitch("C-1") == 0


@given(st.lists(st.integers(21, 108), max_size=30), st.sampled_from((None, C_MAJOR, A_MINOR)))
def test_every_note_gets_a_name_and_nothing_else_changes(pitches: list[int], key: KeySignature | None) -> None:
    score = score_of(*pitches, key=key)
    named = spell_score(score)
    assert all(spelled_pitch(note.spelling) == note.pitch for note in named.notes)
    assert without_names(named) == score
    assert spell_score(named) is named


def test_names_that_fit_stay_and_wrong_ones_are_replaced() -> None:
    named = spell_score(score_of(60, 61, 62, key=C_MAJOR, names={1: "Db4", 2: "E4"}))
    assert names_of(named) == "C4 Db4 D4"


def test_a_chromatic_note_follows_its_neighbours() -> None:
    assert "D#4" in names_of(spell_score(score_of(64, 71, 63, 66, 71, 64, key=C_MAJOR)))
    assert "Eb4" in names_of(spell_score(score_of(67, 60, 63, 70, 60, 65, key=C_MAJOR)))


@pytest.mark.parametrize(
    ("pitches", "fifths", "mode"),
    [
        ((60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60), 0, "major"),
        ((69, 71, 72, 74, 76, 77, 80, 81, 76, 72, 69), 0, "minor"),
        ((63, 65, 67, 68, 70, 72, 74, 75, 70, 67, 63), -3, "major"),
        ((66, 69, 73, 74, 71, 68, 65, 66), 3, "minor"),
        ((), 0, "major"),
    ],
)
def test_the_key_of_a_short_tune(pitches: tuple[int, ...], fifths: int, mode: str) -> None:
    key = estimate_key(score_of(*pitches))
    assert (key.onset, key.fifths, key.mode) == (0, fifths, mode)


@given(st.integers(-11, 11))
def test_the_estimated_key_moves_with_the_music(semitones: int) -> None:
    score = score_of(60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60)
    key = estimate_key(score.transpose(semitones))
    assert key.tonic == semitones % 12


def test_bach_is_spelled_as_bach_wrote() -> None:
    total = same = keys = 0
    names = [name for name in corpus_names("bach") if name.startswith("bwv2")][4:200:22]
    scores = [s for s in map(corpus_score, names) if len(s.voices) == 4]
    assert len(scores) >= 4
    for score in scores:
        named = spell_score(without_names(score))
        for note, again in zip(score.notes, named.notes, strict=True):
            total, same = total + 1, same + (note.spelling == again.spelling)
        keys += estimate_key(score).fifths == score.keys[0].fifths
    assert same / total > 0.995
    assert keys / len(scores) > 0.7
