"""Exercises of part-writing: what is given, what is asked, and how answers are graded."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import musenb
from musenb.analysis.check.exercises import (
    Exercise,
    bass_to_realise,
    errors_to_find,
    exercise_from_json,
    melody_to_harmonise,
)
from musenb.analysis.check.figures import figures_of, meant
from musenb.analysis.check.grading import graded
from musenb.errors import MusenbError, ScoreError, SettingError
from musenb.score.named import key_named
from musenb.score.note import Note, Score, Voice

PHRASE = (
    "key=G 4/4\nsoprano: D5 D5 C5 A4 | B4:2 A4:2 | G4:4^\nalto: G4 G4 G4 F#4 | G4:2 F#4:2 | D4:4^\n"
    "tenor: B3 D4 E4 D4 | D4:2 D4 C4 | B3:4^\nbass: G3 B2 C3 D3 | G3:2 D3:2 | G2:4^"
)


def named(text: str) -> list[Note]:
    return list(musenb.motif(text).voices[0].notes)


@lru_cache
def phrase() -> Score:
    return musenb.motif(PHRASE)


@pytest.mark.parametrize(
    ("bass", "above", "key", "figures"),
    [
        ("C3", "E3 G3 C4", "C", ""),
        ("E3", "G3 C4 C5", "C", "6"),
        ("G3", "C4 E4 C5", "C", "6 4"),
        ("G2", "B3 D4 F4", "C", "7"),
        ("B2", "D4 F4 G4", "C", "6 5"),
        ("D3", "F4 G4 B4", "C", "4 3"),
        ("F3", "G4 B4 D5", "C", "2"),
        ("E3", "G#3 B3 E4", "A minor", "#"),
        ("D3", "F#4 B4 B4", "C", "6 #"),
        ("G2", "C4 D4 G4", "C", "4"),
        ("C3", "E4 Ab4 C5", "C", "b6"),
        ("E3", "G3 C4 C5", "D", "n6"),
        ("F3", "G4 A4 C5", "C", "5 3 2"),
    ],
)
def test_figures_say_what_stands_above_and_mean_it(bass: str, above: str, key: str, figures: str) -> None:
    (low,), upper, signature = named(bass), named(above), key_named(key)
    assert figures_of(low, upper, signature) == figures
    asked = meant(low, figures, signature)
    classes = {note.pitch % 12 for note in upper}
    assert asked.needed <= classes <= asked.allowed


@pytest.mark.parametrize("figures", ["6 x", "1", "0", "66", "6+"])
def test_figures_that_are_none_are_said(figures: str) -> None:
    with pytest.raises(ScoreError, match=r"figures .* over C3: '.*' is none of 2..9, with #, b or n before it"):
        meant(named("C3")[0], figures, None)


def test_a_melody_is_given_and_four_voices_are_asked() -> None:
    exercise = melody_to_harmonise(phrase())
    assert [voice.name for voice in exercise.given.voices] == ["soprano"]
    assert exercise.ask == "Harmonise this melody in four voices."
    assert graded(exercise, phrase()).right
    other = dataclasses.replace(phrase(), voices=(Voice("soprano", phrase().voices[1].notes), *phrase().voices[1:]))
    answer = graded(exercise, other)
    assert answer.faults == ("The soprano is given and must stay: it differs in bar 1.",)
    assert not answer.right


def test_a_wrong_harmonisation_is_marked() -> None:
    tenor = Voice("tenor", tuple(dataclasses.replace(note, pitch=note.pitch - 12) for note in phrase().voices[0].notes))
    wrong = dataclasses.replace(phrase(), voices=(*phrase().voices[:2], tenor, phrase().voices[3]))
    answer = graded(melody_to_harmonise(phrase()), wrong)
    assert answer.faults == ()
    assert answer.checked is not None
    assert "parallel_octaves" in answer.checked.counts
    assert not answer.right


def test_a_figured_bass_is_realised() -> None:
    exercise = bass_to_realise(phrase())
    assert [(chord.onset, chord.text) for chord in exercise.given.chords] == [(1, "6")]
    assert graded(exercise, phrase()).right
    alto = list(phrase().voices[1].notes)
    alto[3] = dataclasses.replace(alto[3], pitch=64, spelling="E4")
    wrong = dataclasses.replace(
        phrase(), voices=(phrase().voices[0], Voice("alto", tuple(alto)), *phrase().voices[2:])
    )
    (fault,) = graded(exercise, wrong).faults
    assert fault == "Bar 1, beat 4: over D3 stand no figures, a triad; a note does not belong to that chord."


def test_errors_are_planted_and_found() -> None:
    score = musenb.load("corpus:bwv66.6")
    exercise = errors_to_find(score, 3, seed=5)
    errors = exercise.errors
    assert len({mark.rule for mark in errors}) == len(errors) == 3
    assert errors_to_find(score, 3, seed=5) == exercise
    all_of_them = graded(exercise, [(mark.bar, mark.beat) for mark in errors])
    assert all_of_them.right
    assert str(all_of_them) == "3 of 3 errors found."
    some = graded(exercise, [errors[0].notes[-1], (1, 1.5)])
    assert errors[0] in some.found
    assert errors[2] in some.missed
    assert some.faults == ("No error was planted at bar 1, beat 1.5.",)


@settings(max_examples=5)
@given(st.integers(0, 1000), st.integers(1, 3))
def test_what_is_planted_is_one_mark_each(seed: int, count: int) -> None:
    exercise = errors_to_find(phrase(), count, seed=seed)
    assert len(exercise.errors) == count
    assert exercise.solution is not None
    notes = [list(zip(a.notes, b.notes, strict=True)) for a, b in
             zip(exercise.given.voices, exercise.solution.voices, strict=True)]
    changed = [one for voice in notes for one in voice if one[0].pitch != one[1].pitch]
    assert 1 <= len(changed) <= count


@pytest.mark.parametrize("make", [melody_to_harmonise, bass_to_realise, lambda score: errors_to_find(score, 1)])
def test_an_exercise_is_data(make: Any) -> None:
    exercise = make(phrase())
    assert exercise_from_json(exercise.to_json()) == exercise


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: melody_to_harmonise(musenb.motif("C4 D4")), ScoreError, "needs the voices soprano, alto, tenor, bass; "
         "the score has melody"),
        (lambda: bass_to_realise(Score()), ScoreError, "the score has none"),
        (lambda: errors_to_find(phrase(), 0), SettingError, "count 0 of errors is outside 1..8"),
        (lambda: Exercise("sing", phrase()), SettingError, "exercise 'sing' is none of 'harmonise', "),
        (lambda: Exercise("harmonise", phrase(), rules="bach"), SettingError, "rules 'bach' of an exercise are none"),
        (lambda: graded(melody_to_harmonise(phrase()), 3), ScoreError, "the answer 3 is no score in four voices"),
        (lambda: graded(Exercise("find errors", phrase(), phrase()), "v1n1"), SettingError, "are no list of"),
        (lambda: graded(Exercise("find errors", phrase(), phrase()), [3]), SettingError, "place 3 is neither"),
        (lambda: exercise_from_json("{}"), SettingError, "an exercise is damaged"),
        (lambda: exercise_from_json('{"version": 9, "kind": 0, "rules": 0, "given": 0, "solution": 0}'), SettingError,
         "an exercise of version 9; this release reads 1"),
    ],
)
def test_what_cannot_be_is_said(call: Any, error: type[MusenbError], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_an_answer_may_not_end_elsewhere() -> None:
    longer = dataclasses.replace(
        phrase(),
        voices=(
            Voice("soprano", (*phrase().voices[0].notes, Note(Fraction(12), 1, 67))),
            *phrase().voices[1:],
        ),
    )
    assert graded(melody_to_harmonise(phrase()), longer).faults == (
        "The soprano is given and must stay: it differs after the end.",
    )
