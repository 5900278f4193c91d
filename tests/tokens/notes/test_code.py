from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import TokenError
from musenb.score.note import KeySignature, Note, Score, TimeSignature, Voice
from musenb.tokens.notes.code import decode, encode, on_grid
from musenb.tokens.notes.fields import FEATURES, FIRST_LINE, ITEM_FEATURES, SILENCE, TICKS, TIED, TOLD
from musenb.tokens.notes.frame import frame_of
from musenb.tokens.notes.given import items_of, queries_of, remembered
from musenb.tokens.notes.rows import Reading, row_of_steps
from musenb.tokens.notes.steps import check_steps, notes_of, steps_of


def ticks(count: int) -> Fraction:
    return Fraction(count, TICKS)


def line(*notes: tuple[int, int, int], name: str = "melody") -> Voice:
    """A voice of (onset, length, pitch) in ticks."""
    return Voice(name, tuple(Note(ticks(onset), ticks(length), pitch) for onset, length, pitch in notes))


def steps(score: Score) -> list[tuple[int, ...]]:
    return [tuple(step) for step in encode(score).steps.tolist()]


onsets = st.one_of(st.integers(0, 400), st.integers(0, 20).map(lambda n: 24 * n))
lengths = st.one_of(st.integers(1, 400), st.sampled_from([96, 97, 192, 193]))
bars = st.sampled_from([(4, 4), (3, 4), (6, 8), (1, 2), (7, 16), (5, 64), (9, 2), (3, 32)])


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Scores on the grid: up to eight voices with chords, overlaps, unisons and rests; metres, keys and a pick-up."""
    note = st.builds(lambda o, d, p: Note(ticks(o), ticks(d), p), onsets, lengths, st.integers(55, 70))
    lines = draw(st.lists(st.lists(note, max_size=8), max_size=8))
    voices = tuple(Voice(f"part {number}", tuple(notes)) for number, notes in enumerate(lines))
    changes = draw(st.lists(st.tuples(st.integers(0, 20), bars), max_size=3, unique_by=lambda change: change[0]))
    metres = tuple(TimeSignature(Fraction(onset), *metre) for onset, metre in changes)
    first = next((metre for metre in metres if metre.onset == 0), TimeSignature())
    upbeat = draw(st.integers(0, max(int(first.bar_length * TICKS) - 1, 0)))
    keys = draw(st.lists(st.builds(KeySignature, st.integers(0, 20).map(Fraction), st.integers(-7, 7)), max_size=3))
    return Score(voices, metres, tuple(keys), anacrusis=ticks(upbeat))


@given(scores())
def test_a_score_on_the_grid_comes_back_as_it_was(score: Score) -> None:
    assert decode(encode(score)) == score


@given(scores())
def test_steps_are_of_the_language_and_end_where_the_piece_does(score: Score) -> None:
    encoded = encode(score)
    check_steps(encoded.steps)
    again = encode(decode(encoded))
    assert np.array_equal(encoded.steps, again.steps)
    if len(encoded.steps):
        assert encoded.steps[-1, 1] == SILENCE


@given(scores(), st.data())
def test_rows_of_any_score_lie_within_their_sizes(score: Score, data: st.DataObject) -> None:
    encoded = encode(score)
    bars = encoded.frame.bars
    cells = np.array(data.draw(st.lists(st.booleans(), min_size=len(bars.metres), max_size=len(bars.metres))), bool)
    read = Reading(encoded.steps, bars, np.tile(cells, (len(score.voices), 1)))
    held = remembered(read)
    made = row_of_steps(read, items_of(read, held), queries_of(read))
    assert ((made.row.features >= 0) & (made.row.features < np.array(FEATURES))).all()
    assert ((made.told >= 0) & (made.told < np.array(TOLD))).all()
    assert ((made.memory.features >= 0) & (made.memory.features < np.array(ITEM_FEATURES))).all()
    assert not held[~read.given_steps()].any()


def test_notes_are_taken_by_onset_then_voice_then_from_the_highest_down() -> None:
    score = Score((line((0, 24, 60), (0, 48, 64), (24, 72, 62)), line((0, 96, 48), name="bass")))
    assert steps(score) == [
        (0, 0, 64, 48), (0, 0, 60, 24), (0, 1, 48, 96), (24, 0, 62, 72), (FIRST_LINE, SILENCE, 128, 0),
    ]


def test_a_long_note_is_tied_on_every_96_ticks() -> None:
    score = Score((line((0, 200, 60)),))
    assert steps(score) == [
        (0, 0, 60, TIED), (96, 0, 60, TIED), (96, 0, 60, 8), (FIRST_LINE, SILENCE, 128, 0),
    ]


def test_a_long_wait_goes_by_bar_lines() -> None:
    score = Score((line((96 * 12 + 30, 66, 60)),))
    assert steps(score) == [
        (FIRST_LINE + 7, SILENCE, 128, 0), (FIRST_LINE + 3, SILENCE, 128, 0), (30, 0, 60, 66),
        (FIRST_LINE, SILENCE, 128, 0),
    ]


def test_a_note_as_long_as_a_tie_before_a_repeated_one_is_not_tied_to_it() -> None:
    score = Score((line((0, 96, 60), (96, 96, 60)),))
    assert decode(encode(score)) == score


def test_two_tied_notes_of_one_pitch_go_on_in_the_order_in_which_they_began() -> None:
    score = Score((line((0, 300, 60), (96, 150, 60)),))
    assert decode(encode(score)) == score


def test_what_is_off_the_grid_is_said_and_can_be_moved() -> None:
    fifth = Fraction(1, 5)
    off = Note(Fraction(0), fifth, 60), Note(fifth, 4 * fifth, 62)
    score = Score((Voice("flute", (*off, Note(Fraction(1), ticks(24), 64))),))
    with pytest.raises(TokenError, match=r"2 notes are off the grid of 24 .* pitch 60 of 'flute' at quarter 0, 1/5"):
        encode(score)
    moved = on_grid(score)
    assert [note.onset for note in moved.voices[0].notes] == [0, ticks(5), 1]
    said = "2 notes off the grid moved to the nearest of 24 ticks a quarter (first: quarter 0 of 'flute')"
    assert str(moved.notices[0]) == said
    assert on_grid(moved) is moved
    assert decode(encode(moved)).voices == moved.voices


def test_a_ninth_voice_is_refused() -> None:
    score = Score(tuple(line((0, 24, 60), name=str(number)) for number in range(9)))
    with pytest.raises(TokenError, match="9 voices: this model reads at most 8"):
        encode(score)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([(0, 0, 60, 0)], "step 0 is"),
        ([(0, SILENCE, 60, 0)], "step 0 is"),
        ([(FIRST_LINE, 0, 60, 24)], "step 0 is"),
        ([(0, 0, 60, 24), (200, 0, 60, 24)], "step 1 is"),
        ([(0, 0, 60, TIED), (97 - 1, 0, 61, 24), (1, 0, 60, 24)], "step 2 begins at tick 97, .* tied on at tick 96"),
        ([(0, 0, 60, TIED), (FIRST_LINE + 1, SILENCE, 128, 0)], "tied on at tick 96"),
    ],
)
def test_steps_that_tell_nothing_are_refused(wrong: list[tuple[int, ...]], words: str) -> None:
    frame = frame_of(Score((line((0, 384, 60)),)))
    with pytest.raises(TokenError, match=words):
        notes_of(np.array(wrong), frame.bars)


def test_a_voice_that_the_piece_lacks_is_refused() -> None:
    encoded = encode(Score((line((0, 24, 60)),)))
    steps = encoded.steps.copy()
    steps[0, 1] = 3
    with pytest.raises(TokenError, match="a note of voice 4 at tick 0: the piece has 1 voices"):
        decode(dataclasses.replace(encoded, steps=steps))


def test_a_piece_without_notes_has_no_steps() -> None:
    assert len(steps_of(np.zeros((0, 4), np.int64), frame_of(Score((Voice("melody"),))).bars)) == 0
