"""A piece of the four-voice grid: its tokens and notes agree, and what is changed in one is changed in the other."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Origin, Score
from musenb.tokens.chorale.grid import HOLD, LOWEST, REST, UNKNOWN, encode
from musenb.tokens.chorale.idiom import IDIOM
from musenb.tokens.chorale.piece import GridPiece
from musenb.tokens.piece import Sung

MUSIC = score_from_text("soprano: C5 r D5 E5 | F5:2 E5:2 | D5:4\nbass: C3:2 D3 E3 | F3:4 | G3:4")
WRITTEN = Origin("by hand", 1)


@pytest.fixture(scope="module")
def piece() -> GridPiece:
    return IDIOM.piece(MUSIC, given=1)


def sung(score: Score) -> list[tuple]:
    return [(voice.name, note.onset, note.duration, note.pitch) for voice in score.voices for note in voice.notes]


def test_each_token_belongs_to_the_note_that_it_begins_or_holds(piece: GridPiece) -> None:
    for at, number in enumerate(piece.token_notes):
        step, row = divmod(at, 4)
        sounding = [
            n for n, place in enumerate(piece.notes)
            if place.voice == row and place.note.onset <= Fraction(step, 4) < place.note.end
        ]
        assert list(filter(lambda n: n >= 0, [number])) == sounding
    assert [place.position for place in piece.notes[:2]] == [0, 3]
    assert piece.token_bars[[0, 63, 64, 128]].tolist() == [1, 1, 2, 3]


def test_what_was_given_is_the_first_bar(piece: GridPiece) -> None:
    assert piece.plan.first == 64
    assert {place.bar for place in piece.notes if piece.given(place)} == {1}
    assert [place.bar for place in IDIOM.piece(MUSIC).notes if not IDIOM.piece(MUSIC).given(place)] == []
    with pytest.raises(SettingError, match="a prime of 0 bars"):
        IDIOM.piece(MUSIC, given=0)


@given(st.integers(0, 9), st.one_of(st.none(), st.integers(36, 81)))
def test_an_edit_is_that_of_the_score(number: int, pitch: int | None) -> None:
    piece = IDIOM.piece(MUSIC, given=3)
    edited = piece.edited({number: pitch})
    place = piece.notes[number]
    wanted = [note for note in sung(MUSIC) if note[:2] != (place.voice_name, place.note.onset)]
    if pitch is not None:
        wanted.append((place.voice_name, place.note.onset, place.note.duration, pitch))
    assert sorted(sung(edited.score)) == sorted(wanted)
    cells = encode(edited.score, steps=48).cells
    assert np.array_equal(edited.cells, np.where(cells == UNKNOWN, REST, cells))
    assert np.array_equal(edited.plan.grid.cells[:48], edited.cells)
    assert np.array_equal(edited.row().before[1:], IDIOM.piece(edited.score, plan=edited.plan).row().before[1:])


def test_a_pitch_that_the_grid_cannot_hold_is_refused(piece: GridPiece) -> None:
    with pytest.raises(SettingError, match=r"C5 of the soprano, bar 1 would become pitch 82, outside 36\.\.81"):
        piece.edited({0: 82})
    with pytest.raises(SettingError, match=r"pitch 35 is outside 36\.\.81"):
        piece.forked(0, 35)


def test_a_continuation_keeps_what_was_given_and_marks_what_is_new(piece: GridPiece) -> None:
    same = piece.continued(piece.tokens, WRITTEN)
    assert sorted(sung(same.score)) == sorted(sung(MUSIC))
    assert {note.onset < 4 for note in same.score.notes if not note.origin.generated} == {True}
    assert {note.onset < 4 for note in same.score.notes if note.origin.generated} == {False}
    silent = piece.continued(np.full(100, REST), WRITTEN)
    assert sorted(sung(silent.score)) == sorted(note for note in sung(MUSIC) if note[1] < 4)
    assert len(silent.tokens) == 100


def test_a_fork_ends_with_the_other_note_and_leaves_the_rest_open(piece: GridPiece) -> None:
    fork = piece.forked(piece.notes[2].position, 74)
    assert piece.notes[2].position == 4 * 8 + 0
    assert (fork.tokens[-1], len(fork.tokens), fork.kept) == (74 - LOWEST, 33, 33)
    assert (fork.plan.first, fork.plan.length) == (4 * 7, len(piece.tokens))
    longer = fork.continued(np.append(fork.tokens, np.full(3 + 8, REST)), WRITTEN)
    chosen = next(note for note in longer.score.notes if note.onset == 2 and note.pitch == 74)
    assert not chosen.origin.generated


def test_the_plan_of_a_few_bars_ends_with_them(piece: GridPiece) -> None:
    assert [piece.within(bars).end for bars in (1, 2, 9)] == [8, 12, 12]


def test_what_is_sung_before_a_position_knows_nothing_of_it(piece: GridPiece) -> None:
    assert isinstance(piece, Sung)
    found = piece.sung(4 * 4 + 3)
    assert found.shape == (5, 4)
    assert found[3].tolist() == [72, -1, -1, 48]
    assert found[4].tolist() == [-1, -1, -1, -1]
    assert piece.sung(4 * 8 + 3)[8].tolist() == [74, -1, -1, -1]


def test_choices_know_what_sounds_and_what_stands_there(piece: GridPiece) -> None:
    logits = np.zeros(HOLD + 2)
    found = piece.choices(logits, 4)
    assert (found.voice, found.held, found.taken.words) == ("soprano", 72, "C5 goes on")
    assert piece.choices(logits, 4 * 4).taken.words == "rest"
    assert piece.choices(logits, 4 * 5).held is None
    ruled = piece.choices(logits, 0, rules=True)
    assert set(ruled.pitches) == set(range(60, 82))
    assert list(piece.moment(piece.notes[1])) == [0, 1, 2, 3]
    with pytest.raises(SettingError, match="nothing was planned behind the last note"):
        piece.moment()
