"""The game in a notebook without a page: rounds, what may be heard, the record, the class."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest

from musenb.errors import SettingError
from musenb.model.numpy.decode import Decoder
from musenb.questions.ask import Questions
from musenb.questions.ask import ask as questions
from musenb.questions.game_panel import round_row
from musenb.questions.game_record import read_session
from musenb.score.from_text import score_from_text
from musenb.session import Model

LINE = "C5 D5 E5 F5 | G5 A5 G5 C5 | D5 E5 C5 D5 | F5 E5 D5 C5"


@pytest.fixture(scope="module")
def ask(tiny_decoder: Decoder) -> Questions:
    return questions(score_from_text(LINE), model=Model("tiny", "0" * 64, tiny_decoder), prime_bars=1)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_game_is_kept_in_a_file_of_its_own_name_and_goes_on(ask: Questions) -> None:
    game = ask.game(seed=2, rounds=3, student="Ada B.")
    assert game.current == 0
    found = game.answer(72, 0.5)
    (path,) = Path().glob("*.jsonl")
    assert path.name == "game-text-2-Ada-B.jsonl"
    assert path.name in game.recorded
    again = ask.game(seed=2, rounds=3, student="Ada B.")
    assert (again.current, again.game.answers) == (1, {0: found})
    assert again.result() == game.result() != ""
    other = ask.game(seed=2, rounds=2, student="Ada B.")
    assert other.game.answers == {}
    assert "game-text-2-Ada-B-2.jsonl" in other.recorded
    assert [line["kind"] for line in read_session(path)] == ["game", "answer"]


def test_none_keeps_nothing_and_a_folder_that_cannot_be_written_is_said(
    ask: Questions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = ask.game(rounds=1, record=None)
    game.answer(72)
    assert (list(tmp_path.iterdir()), game.recorded, game.sessions()) == ([], "Not recorded.", [])

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("musenb.questions.game_record.append_lines", refuse)
    closed = ask.game(rounds=1)
    assert closed.recorded.startswith("Not recorded: cannot record the game in")
    assert closed.answer(72).round.number == 0


def test_only_what_came_before_may_be_heard(ask: Questions) -> None:
    game = ask.game(seed=1, rounds=4, record=None)
    for number, place in enumerate(game.game.rounds):
        assert game.heard(number).end <= place.onset
        game.go(number)
        assert game.current == number
        game.go(3) if number < 2 else None
        assert game.current == number, "a round behind the next one stays closed"
        game.answer(72)
        after = game.heard(number)
        assert after.end > place.onset
        assert after.notes[-1].onset == place.onset
    game.go(0)
    assert game.current == 0


def test_a_round_that_follows_at_once_is_not_told_by_the_one_before(tiny_decoder: Decoder) -> None:
    score = score_from_text("soprano: C5 D5 E5 F5 | G5:4 | A5:4\nalto: C4 D4 E4 F4 | G4:1/4 A4:1/4 B4:1/2 C5:3 | C4:4")
    asked = questions(score, model=Model("tiny", "0" * 64, tiny_decoder), prime_bars=1)
    game = asked.game(voice="alto", rounds=4, record=None)
    places = game.game.rounds
    assert places[1].onset - places[0].onset == Fraction(1, 4)
    game.answer(60)
    # The note of the alto sounds on to the next round; that of the soprano would sound beyond it.
    assert game.heard(0).end == places[1].onset < score.voices[0].notes[4].end


def test_the_class_is_those_who_played_the_same_game(ask: Questions) -> None:
    for student, pitch in (("Ada", 72), ("Ben", 60)):
        ask.game(seed=1, rounds=2, student=student).answer(pitch, 0.9)
    ask.game(seed=9, rounds=2, student="Eva").answer(72)
    Path("other.jsonl").write_text("{}\n")
    mine = ask.game(seed=1, rounds=2, student="Ada")
    assert [path.name for path in mine.sessions()] == ["game-text-1-Ada.jsonl", "game-text-1-Ben.jsonl"]
    table = mine.class_result()
    assert "Ada" in table
    assert "Ben" in table
    assert "Eva" not in table
    assert "Eva" in mine.class_result(Path().glob("game-*.jsonl"))


def test_places_are_named_as_people_count(ask: Questions) -> None:
    game = ask.game(seed=1, rounds=4, record=None)
    place = game.game.rounds[0]
    beat = float(place.onset % 4) + 1
    assert round_row(ask.piece.score, place).place == f"bar {int(place.onset // 4) + 1}, beat {beat:g}"


def test_settings_that_no_game_has_are_refused(ask: Questions) -> None:
    with pytest.raises(SettingError, match="none of soprano"):
        ask.game(voice="flute")
    assert os.listdir() == []


def test_pitches_are_called_as_the_key_of_the_whole_piece_has_them(tiny_decoder: Decoder) -> None:
    line = "Ab4 Bb4 C5 Db5 | Eb5 F5 Eb5 Db5 | C5 Bb4 Ab4 G4 | Ab4:4"
    asked = questions(score_from_text(line), model=Model("tiny", "0" * 64, tiny_decoder), prime_bars=1)
    game = asked.game(seed=1, rounds=3, record=None)
    assert game.game.ask.piece.score.keys == ()
    assert all("♯" not in str(place) for place in asked.notes)
    game.panel  # noqa: B018
    alters = {tuple(game.view.piece["alters"])}
    for _ in game.game.rounds:
        game.answer(61)
        game.go(game.next or 0)
        game._show()
        alters.add(tuple(game.view.piece["alters"]))
        assert "you said D♭4" in game.view.reveals[-1].words
    assert len(alters) == 1, "not by what may be heard so far"
    game.close()
