"""A toy idiom goes through every question and the attention view; no file of the package knows it."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from musenb.analysis.causal import loss_bits
from musenb.errors import ModelError, SettingError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.model.shapes import expected_shapes
from musenb.questions.ask import Questions
from musenb.questions.ask import ask as questions
from musenb.sample.models import Model
from musenb.score.note import Score
from musenb.tokens.known import registered
from musenb.widgets.attention import Attention

TOY = runpy.run_path(str(Path(__file__).resolve().parents[1] / "toy.py"))
LETTERS, PITCHES, Letters = TOY["LETTERS"], TOY["PITCHES"], TOY["Letters"]
TUNE = TOY["score_of"](np.array([LETTERS.index(letter) for letter in "cdefgfe.dcbagfed"]), Score())


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    idiom = Letters()
    shape = idiom.shape
    config = ModelConfig(
        vocabulary=shape.vocabulary, features=shape.features, width=16, layers=2, heads=2, feed_forward=24,
        max_distance=32, context=64, idiom=idiom.name,
    )
    rng = np.random.default_rng(3)
    tensors = {name: rng.normal(0, 0.5, size) for name, size in expected_shapes(config).items()}
    with registered(idiom):
        yield Model("toy", "0" * 64, Decoder(config, tensors))


@pytest.fixture(scope="module")
def asked(model: Model) -> Questions:
    return questions(TUNE, model=model, prime_bars=2, bars=1, seeds=2, composer=TUNE)


def test_listening(asked: Questions) -> None:
    assert asked.prime_bars == (1, 2)
    assert str(asked.note("v0n4")) == "G4 of the tune, bar 2"
    found = asked.attention("v0n4")
    assert found.weights.shape == (2, 2, 15)
    assert found.weights[:, :, 4:].sum() == 0
    assert len(asked.heads()) == 4
    assert "G4 of the tune" in asked.agreement("v0n4").words
    view = Attention(TUNE, asked.record(), query="first")
    assert "% to " in view.looks("v0n4", 1, layer=0, head=0)[0]
    view.close()


def test_what_else(asked: Questions) -> None:
    (found,) = asked.next("v0n4")
    assert sum(choice.probability for choice in found.choices) == pytest.approx(1)
    assert (found.voice, found.taken.words, found.hold, found.held) == ("tune", "g", 0, None)
    assert {choice.words for choice in found.choices} == {*LETTERS[:-1], "silence"}
    assert asked.next("v0n4", rules=True)[0].rest == 0
    assert [one.words for one in asked.composed("v0n4")] == ["g"]
    assert asked.layers("v0n4")[-1].pitches == pytest.approx(found.pitches)
    with pytest.raises(SettingError, match="nothing was planned"):
        asked.next()


def test_surprise(asked: Questions) -> None:
    lost = loss_bits(asked.reading.log_probs, asked.reading.row.targets)
    assert asked.surprise().total == pytest.approx(lost.sum())
    assert asked.surprise().other_bits == pytest.approx(lost[7]), "the silence"


def test_what_if(asked: Questions) -> None:
    silent = asked.silence(layer=0)
    assert silent.piece.kl.mean > 0
    assert silent.seeds.predictions == 2 * 4
    assert silent.before.score.end <= 3 * 4
    assert len(silent.before.piece.tokens) == 3 * 4
    moved = asked.change(PITCHES[6], note="v0n0")
    assert moved.question == "With C4 of the tune, bar 1 as B4"
    assert moved.after.score.voices[0].notes[0].pitch == PITCHES[6]
    assert not any(note.origin.generated for note in moved.after.score.notes if note.onset < 8)
    with pytest.raises(SettingError, match="no letter for pitch 61"):
        asked.change(61, note="v0n0")


def test_a_branch(asked: Questions) -> None:
    take = asked.branch(PITCHES[0], note="v0n4")
    notes = take.score.voices[0].notes
    assert [note.pitch for note in notes[:5]] == [60, 62, 64, 65, 60]
    assert all(note.origin.generated for note in notes[5:])
    assert (take.complete, take.recipe.idiom) == (True, "letters")


def test_the_game_is_for_four_voices(asked: Questions) -> None:
    with pytest.raises(SettingError, match="needs a piece in voices"):
        asked.game(record=None)


def test_a_model_of_another_idiom_is_no_twin(asked: Questions) -> None:
    with pytest.raises(ModelError, match="reads the idiom 'chorale', and this piece is in 'letters'"):
        asked.against("chorale")


def test_the_panel_shows_it(asked: Questions) -> None:
    panel = asked.panel
    panel.settle()
    panel.asking._receive(None, {"kind": "ask", "id": "v0n4"}, [])
    panel.settle()
    assert panel.asking.error == ""
    (shown,) = panel.asking.voices
    assert {row.words for row in shown["choices"] if row.begins} == set(LETTERS[:-1])
    assert shown["words"].startswith("The piece has g (")
    assert (panel.asking.lowest, panel.asking.highest) == (60, 71)
    panel.asking._receive(None, {"kind": "branch", "voice": 0, "pitch": 60}, [])
    panel.settle()
    assert panel.versions.heading == "With C4 in bar 2 in the tune"
    panel.close()
