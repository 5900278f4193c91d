from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from musenb.errors import SettingError, TokenError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice
from musenb.tokens.idiom import Keep, Wishes
from musenb.tokens.notes.idiom import IDIOM
from musenb.tokens.notes.plan import plan_piece
from musenb.tokens.notes.styles import PARTS, style_of, with_style

TWO = "soprano: C5 D5 E5 F5 | G5:4 | C5:4\nbass: C3:4 | G3:4 | C3:4"


def duo() -> Score:
    return with_style(score_from_text(TWO), "string quartet", ("violin 1", "cello"))


def test_names_tell_the_style_and_missing_voices_are_there() -> None:
    score = duo()
    assert [voice.name for voice in score.voices] == ["violin 1", "violin 2", "viola", "cello"]
    assert [len(voice.notes) for voice in score.voices] == [6, 0, 0, 3]
    assert style_of(("soprano", "bass")) == 2
    assert style_of(("soprano", "cello")) == len(PARTS)


def test_voices_are_taken_from_the_highest_down_or_as_they_are_named() -> None:
    read = IDIOM.prepare(score_from_text("C4 D4"), Wishes(style="song")).score
    assert [(voice.name, len(voice.notes)) for voice in read.voices] == [("voice", 2), ("piano", 0)]
    read = IDIOM.prepare(score_from_text("C4 D4"), Wishes(style="string quartet", voices=("viola",))).score
    assert [len(voice.notes) for voice in read.voices] == [0, 0, 2, 0]


@pytest.mark.parametrize(
    ("count", "wishes", "error", "words"),
    [
        (1, {"style": "waltz"}, SettingError, "style 'waltz' is none of string quartet"),
        (2, {"style": "tune"}, TokenError, "2 voices sound, and a tune has 1: melody"),
        (1, {"style": "song", "voices": ("viola",)}, TokenError, "a song has voice, piano, each once"),
        (9, {}, TokenError, "9 voices: this model reads at most 8"),
    ],
)
def test_voices_that_do_not_fit_are_refused(
    count: int, wishes: dict[str, Any], error: type[Exception], words: str
) -> None:
    voices = tuple(Voice(f"part {n}", (Note(Fraction(0), Fraction(1), 60 + n),)) for n in range(count))
    with pytest.raises(error, match=words):
        IDIOM.prepare(Score(voices), Wishes(**wishes))


def test_notes_off_the_grid_are_moved_and_told() -> None:
    off = Score((Voice("melody", (Note(Fraction(1, 5), Fraction(1), 60),)),))
    read = IDIOM.prepare(off, Wishes())
    assert read.score.notes[0].onset == Fraction(5, 24)
    assert any("off the grid" in notice for notice in read.notices)
    with pytest.raises(TokenError, match="off the grid of 24 ticks"):
        IDIOM.prepare(off, Wishes(exact=True))


def test_voices_that_sound_are_given_and_the_others_written_from_the_beginning() -> None:
    plan = plan_piece(duo(), extent=2)
    assert plan.given.tolist() == [[True] * 3 + [False] * 2, [False] * 5, [False] * 5, [True] * 3 + [False] * 2]
    assert plan.begins.tolist() == [288, 0, 0, 288]
    assert (plan.opens, plan.first, plan.end) == (0, 0, 20)
    assert len(plan_piece(duo(), extent=1, keep=Keep(bars=(1,))).parts) == 9


def test_a_locked_voice_and_a_locked_bar_stay() -> None:
    plan = plan_piece(duo(), extent=3, start=Fraction(0), keep=Keep(("violin 1",), (2,)))
    assert plan.given.astype(int).tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert [len(voice.notes) for voice in plan.prime.voices] == [6, 0, 0, 1]


def test_a_bar_that_is_begun_is_filled() -> None:
    score = with_style(score_from_text("C4 D4 E4 F4 | G4 A4"), "tune")
    plan = plan_piece(score, extent=1)
    assert plan.given.tolist() == [[True, False, False]]
    assert (plan.opens, plan.first, plan.end) == (144, 24, 12)


def test_a_long_beginning_is_read_from_a_bar_line() -> None:
    score = with_style(score_from_text(" | ".join(["C4 D4 E4 F4"] * 20)), "tune")
    plan = plan_piece(score, extent=2, reach=16)
    assert (plan.offset, plan.first_steps, plan.end) == (72, 8, 88)
    assert len(plan.prime.notes) == 80
    assert plan_piece(score, extent=2, reach=100).offset == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"extent": 0}, r"bars 0 is not a whole number in 1\.\.512"),
        ({"extent": 1, "start": Fraction(99)}, "the piece lasts from 0 to 12"),
        ({"extent": 1, "start": Fraction(0)}, "nothing is kept"),
        ({"extent": 1, "keep": Keep(("flute",))}, "cannot keep the voice 'flute'"),
        ({"extent": 1, "keep": Keep(bars=(7,))}, "cannot keep bar 7: the piece has the bars 1..3"),
        ({"extent": 1, "reach": 0}, "reach 0 positions"),
    ],
)
def test_plans_that_cannot_be_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        plan_piece(duo(), **settings)


def test_nothing_to_write_is_refused() -> None:
    whole = with_style(score_from_text("C4 D4 E4 F4 | C4:4"), "tune")
    with pytest.raises(SettingError, match="there is nothing to write"):
        plan_piece(whole, extent=1, start=Fraction(4), keep=Keep(("melody",)))


def test_steps_without_notes_count_among_the_given_ones() -> None:
    notes = (Note(Fraction(0), Fraction(1), 60), Note(Fraction(20), Fraction(1), 60))
    plan = plan_piece(Score((Voice("melody", notes),)), extent=1)
    assert plan.first_steps == 3
    assert plan.goes_on.tolist() == [False, False]
    assert np.array_equal(plan.parts[:, 0], [0, 480])
