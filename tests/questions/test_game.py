"""The prediction game: rounds from a seed, scores that can be worked by hand, a record that can be taken up again."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from musenb.analysis.chorale.guesses import count_model, counted_pitches
from musenb.errors import SaveError, SettingError
from musenb.model.numpy.decode import Decoder
from musenb.questions.ask import Questions
from musenb.questions.ask import ask as questions
from musenb.questions.game import Game
from musenb.questions.game_record import class_table, format_table, read_session
from musenb.score.from_text import score_from_text
from musenb.session import Model
from musenb.tokens.chorale.grid import LOWEST

LINE = " ".join("C5 D5 E5 F5 G5 A5 G5 C5 D5 E5 C5 D5 F5 E5 D5 C5".split())


@pytest.fixture(scope="module")
def ask(tiny_decoder: Decoder) -> Questions:
    return questions(score_from_text(LINE), model=Model("tiny", "0" * 64, tiny_decoder), prime_bars=1)


def test_the_same_seed_asks_the_same_places_in_the_order_of_time(ask: Questions) -> None:
    one, same, other = (Game(ask, seed=seed, rounds=4) for seed in (3, 3, 4))
    assert one.rounds == same.rounds != other.rounds
    onsets = [place.onset for place in one.rounds]
    assert onsets == sorted(set(onsets))
    assert min(onsets) >= 4
    assert [place["step"] for place in one.header["rounds"]] == [4 * onset for onset in onsets]
    assert one.heard(0).end == one.rounds[0].onset


def test_a_student_pays_for_confidence_when_wrong_and_is_paid_when_right(ask: Questions) -> None:
    game = Game(ask, seed=0, rounds=3)
    truth = [game.notes(place)["soprano"].note.pitch for place in game.rounds]
    right = game.answer(0, truth[0], 0.8)
    assert right.bits["student"] == pytest.approx(-math.log2(0.8))
    assert right.hits["student"] == 1
    wrong = game.answer(1, truth[1] - 1, 0.8)
    assert wrong.bits["student"] == pytest.approx(-math.log2(0.2 / 45))
    assert wrong.saved["student"] < 0
    assert game.answer(2, truth[2]).bits["student"] == pytest.approx(1)
    likely = np.exp(ask.reading.log_probs[int(16 * game.rounds[0].onset), :46])
    assert right.bits["model"] == pytest.approx(-np.log2(likely[truth[0] - LOWEST] / likely.sum()))


def test_the_count_model_gives_shares_that_follow_the_past_alone(ask: Questions) -> None:
    pitches = ask.piece.pitches
    sung = ask.piece.sung(80)
    assert sung.shape == (21, 4)
    found = counted_pitches(count_model(), sung, 0, pitches)
    assert found.sum() == pytest.approx(1)
    later = sung.copy()
    later[20, 0] = 43
    np.testing.assert_allclose(counted_pitches(count_model(), later, 0, pitches), found)
    assert found.max() > 0.1
    assert abs(int(found.argmax()) + LOWEST - 74) < 12


def test_a_chord_asks_for_all_voices_that_begin(tiny_decoder: Decoder) -> None:
    import dataclasses

    top = score_from_text(LINE).voices[0]
    low = dataclasses.replace(
        top, name="bass", notes=tuple(dataclasses.replace(n, pitch=n.pitch - 24, spelling="") for n in top.notes)
    )
    score = dataclasses.replace(score_from_text(LINE), voices=(dataclasses.replace(top, name="soprano"), low))
    game = Game(questions(score, model=Model("tiny", "0" * 64, tiny_decoder)), voice=None, chord=2, rounds=2)
    assert game.rounds[0].voices == ("soprano", "bass")
    found = game.answer(0, {"soprano": 72, "bass": 48}, 0.5)
    assert set(found.composer) == {"soprano", "bass"}
    assert found.saved["student"] == pytest.approx(2 * game.even - found.bits["student"])
    with pytest.raises(SettingError, match="each of soprano, bass"):
        game.answer(1, 72)


def test_a_record_is_taken_up_again_even_with_a_line_cut_off(ask: Questions, tmp_path: Path) -> None:
    path = tmp_path / "game.jsonl"
    game = Game(ask, seed=1, rounds=3, record=path, student="Ada")
    first = game.answer(0, 72, 0.4)
    with path.open("a") as file:
        file.write('{"kind": "answer", "rou')
    again = Game(ask, seed=1, rounds=3, record=path, student="Ada")
    assert again.answers == {0: first}
    again.answer(1, 74)
    assert [line["kind"] for line in read_session(path)] == ["game", "answer", "answer"]
    with pytest.raises(SettingError, match="answered already"):
        again.answer(0, 72)
    with pytest.raises(SaveError, match="another game"):
        Game(ask, seed=2, rounds=3, record=path, student="Ada")


OLD_RECORD = """\
{"kind": "game", "version": 1, "piece": "text", "model": "chorale", "checksum": "24f0", "seed": 1, "student": "Ada", \
"rounds": [{"step": 28, "voices": ["soprano"]}]}
{"kind": "answer", "round": 0, "composer": {"soprano": 77}, "guesses": {"student": {"soprano": 67}, "model": \
{"soprano": 77}, "counts": {"soprano": 75}}, "bits": {"student": 6.5, "model": 0.6, "counts": 2.8}, "confidence": 0.5}
"""


def test_a_record_of_release_0_1_is_read_and_a_damaged_line_is_left_out(ask: Questions, tmp_path: Path) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    old.write_text(OLD_RECORD)
    (row,) = class_table([old])
    assert (row.student, row.asked, row.hits, row.bits["student"]) == ("Ada", 1, 0, 6.5)
    game = Game(ask, seed=1, rounds=3, record=new, student="Ada")
    game.answer(0, 72)
    game.answer(1, 74)
    new.write_text(new.read_text().replace('"round":1', '"round":2'))
    assert set(Game(ask, seed=1, rounds=3, record=new, student="Ada").answers) == {0}


def test_a_class_is_ranked_by_what_its_answers_cost(ask: Questions, tmp_path: Path) -> None:
    for student, shift in (("Ben", 1), ("Ada", 0), ("Eva", 0)):
        game = Game(ask, seed=1, rounds=3, record=tmp_path / f"{student}.jsonl", student=student)
        for place in game.rounds if student != "Eva" else ():
            game.answer(place.number, game.notes(place)["soprano"].note.pitch - shift, 0.7)
    rows = class_table(sorted(tmp_path.glob("*.jsonl")))
    assert [(row.student, row.hits, row.asked) for row in rows] == [("Ada", 3, 3), ("Ben", 0, 3)]
    assert rows[0].bits["student"] == pytest.approx(-math.log2(0.7))
    assert rows[0].confidence == pytest.approx(0.7)
    assert "3/3" in format_table(rows)
    assert format_table(rows, game.even).endswith("even guessing costs 5.52")


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"voice": "flute"}, "none of soprano"), ({"rounds": 0}, "at least 1 round"), ({"voice": "bass"}, "no place")],
)
def test_a_game_that_cannot_be_played_is_refused(ask: Questions, settings: dict, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Game(ask, **settings)


def test_answers_outside_their_range_and_other_files_are_refused(ask: Questions, tmp_path: Path) -> None:
    game = Game(ask, rounds=1)
    for guess, confidence, message in ((20, None, r"outside 36\.\.81"), (72, 1.5, r"outside 0\.\.1")):
        with pytest.raises(SettingError, match=message):
            game.answer(0, guess, confidence)
    with pytest.raises(SettingError, match=r"round 5 is outside 0\.\.0"):
        game.answer(5, 72)
    (tmp_path / "other.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(SaveError, match="not a recorded game"):
        read_session(tmp_path / "other.jsonl")
