"""The game's view passes on what is entered and holds no more than may be known."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.errors import SettingError
from musenb.model.numpy.decode import Decoder
from musenb.questions.ask import ask as questions
from musenb.score.from_text import score_from_text
from musenb.session import Model
from musenb.widgets.game import GameView
from musenb.widgets.notes import unpack
from musenb.widgets.wire.game import RoundRow

LINE = "C5 D5 E5 F5 | G5 A5 G5 C5 | D5 E5 C5 D5 | F5 E5 D5 C5"


class Recording:
    """Hands that write down what they are asked for."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.done.append((name, *values))


def test_answers_and_rounds_reach_the_hands() -> None:
    view = GameView(score_from_text(LINE), Recording())
    view._receive(None, {"kind": "guess", "round": 1, "pitches": [72, 60], "confidence": 0.5}, [])
    view._receive(None, {"kind": "guess", "round": 2, "pitches": [72], "confidence": -1}, [])
    view._receive(None, {"kind": "class"}, [])
    view.set_state({"current": 2})
    assert view._hands.done == [
        ("guess", 1, [72, 60], 0.5), ("guess", 2, [72], None), ("gather_class",), ("go", 2)
    ]
    assert view.error == ""


def test_what_was_entered_stays_in_its_round_alone() -> None:
    view, score = GameView(), score_from_text(LINE)
    rounds = [RoundRow(4.0, "bar 2, beat 1", ["soprano"]), RoundRow(8.0, "bar 3, beat 1", ["soprano", "bass"])]
    view.show_round(score, rounds=rounds, reveals=[], current=0, result="")
    view.set_state({"entered": [72], "confidence": 0.9})
    view.show_round(score, rounds=rounds, reveals=[], current=0, result="")
    assert (view.entered, view.confidence) == ([72], 0.9)
    view.show_round(score, rounds=rounds, reveals=[], current=1, result="")
    assert (view.entered, view.confidence) == ([-1, -1], -1)
    assert "What comes next in the soprano and the bass, which begin notes here?" in view.description
    with pytest.raises(SettingError, match=r"there is no round 2: they are 0\.\.1"):
        view.show_round(score, rounds=rounds, reveals=[], current=2, result="")


def test_the_page_holds_no_note_before_it_was_predicted(tiny_decoder: Decoder) -> None:
    ask = questions(score_from_text(LINE), model=Model("tiny", "0" * 64, tiny_decoder), prime_bars=1)
    game = ask.game(seed=1, rounds=3, record=None)
    view, sheet = game.panel.children
    for number, place in enumerate(game.game.rounds):
        game.go(number)
        game._show()
        for shown in (view, sheet):
            notes = unpack(shown.notes)
            assert (notes["onset"] + notes["duration"]).max() <= place.onset
            assert shown.piece["end"] <= place.onset
        assert len(view.reveals) == number
        found = game.answer(72, 0.5)
        row = view.reveals[-1]
        assert [answer.player for answer in row.answers] == ["composer", "student", "model", "counts"]
        assert row.answers[0].pitches == list(found.composer.values())
        assert [answer.bits for answer in row.answers[1:]] == list(found.bits.values())
        assert [ask.number_of(one) for one in row.ids]
        assert row.words in view.description
    assert game.result() in view.description
    game.close()
