"""An idiom of the tests goes through the API and the studio: no file of musenb knows of it."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import musenb
from musenb.errors import ModelError, SettingError
from musenb.model.config import ModelConfig
from musenb.model.shapes import expected_shapes
from musenb.model.weights import weights_bytes
from musenb.score.note import GIVEN, Score
from musenb.studio.core import StudioCore
from musenb.tokens.known import idiom_named, registered

TOY = runpy.run_path(str(Path(__file__).resolve().parent / "toy.py"))
MOTIF = "C4 D4 E4 F4 | G4 A4"


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with registered(TOY["Letters"]()):
        yield


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a checkpoint of the toy with random weights."""
    shape = TOY["Letters"].shape
    config = ModelConfig(
        vocabulary=shape.vocabulary, features=shape.features, width=8, layers=2, heads=2, feed_forward=12,
        max_distance=16, context=64, dropout=0.0, idiom="letters",
    )
    rng = np.random.default_rng(3)
    tensors = {name: rng.normal(0, 0.5, size) for name, size in expected_shapes(config).items()}
    path = tmp_path / "toy.safetensors"
    path.write_bytes(weights_bytes(config, tensors))
    return path


def letters(score: Score) -> str:
    return "".join(TOY["LETTERS"][letter] for letter in TOY["letters_of"](score))


def test_it_develops_a_motif(model: Path, tmp_path: Path) -> None:
    take = musenb.develop(musenb.motif(MOTIF), model=model, bars=2, seed=5)
    said = letters(take.score)
    assert said.startswith("cdefga")
    assert len(said) == 14
    assert "." not in said
    assert [note.origin == GIVEN for note in take.score.notes] == [True] * 6 + [False] * 8
    assert (take.recipe.idiom, take.recipe.voices, take.complete) == ("letters", ("tune",), True)
    assert take == musenb.develop(MOTIF, model=model, bars=2, seed=5)
    assert take.score != musenb.develop(MOTIF, model=model, bars=2, seed=6).score
    assert letters(musenb.load(take.save(tmp_path / "toy.mid"))) == said


def test_it_is_streamed_stopped_and_taken_up(model: Path) -> None:
    whole = musenb.develop(MOTIF, model=model, bars=2, seed=5)
    writing = musenb.stream(MOTIF, model=model, bars=2, seed=5)
    heard = []
    for event in writing:
        heard.append(event)
        if len(heard) == 4:
            writing.stop()
    assert 0 < writing.written < 1
    assert not writing.take.complete
    heard += writing
    assert writing.take == whole
    told = [(event.note.onset, event.note.pitch) for event in heard if event.note]
    assert told == [(note.onset, note.pitch) for note in whole.score.notes if note.origin.generated]


def test_it_goes_beyond_the_context(model: Path) -> None:
    assert len(letters(musenb.develop(MOTIF, model=model, bars=16, seed=1).score)) == 70


def test_what_it_cannot_say_is_refused(model: Path) -> None:
    with pytest.raises(SettingError, match="there is no letter for pitch 61"):
        musenb.develop("C#4", model=model, bars=1)
    with pytest.raises(SettingError, match=r"bars 65 is outside 1\.\.64"):
        musenb.develop(MOTIF, model=model, bars=65)


def test_a_studio_writes_it(model: Path, tmp_path: Path) -> None:
    studio = StudioCore(model, folder=tmp_path / "journal")
    assert str(studio.prime(MOTIF)) == "6 notes, 2 bars: tune"
    studio.continue_(1, seed=5, candidates=2)
    one, two = studio.wait()
    assert letters(one.score) != letters(two.score)
    assert letters(one.score) == letters(musenb.develop(MOTIF, model=model, bars=1, seed=5).score)
    studio.lock(bars=[1])
    studio.continue_(2, seed=7, take=one.id, start=0)
    (refilled,) = studio.wait()
    assert letters(refilled.score)[:4] == "cdef"
    assert letters(refilled.score)[4:] != letters(one.score)[4:8]
    assert studio.repeat(refilled.id) == refilled.score
    with pytest.raises(SettingError, match="cannot lock the voice 'soprano'; allowed are tune"):
        studio.lock(voices=["soprano"])
    studio.close()
    again = StudioCore.recover(folder=tmp_path / "journal")
    assert [take.score for take in again.tree] == [take.score for take in studio.tree]
    assert again.tree.take(refilled.id).recipe.idiom == "letters"


def test_unknown_and_taken_names_are_told() -> None:
    with pytest.raises(ModelError, match="unknown idiom 'opera'; models read chorale, tonal, jsb, notes, letters"):
        idiom_named("opera")
    with pytest.raises(ModelError, match="there is an idiom 'chorale' already"), registered(idiom_named("chorale")):
        pass
