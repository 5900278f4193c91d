"""Two models on one piece: their losses are paired, their continuations share a seed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musenb.analysis.causal import loss_bits
from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.model.shapes import expected_shapes
from musenb.questions.against_panel import Against, AgainstPanel
from musenb.questions.ask import ask as questions
from musenb.questions.ask import compare_models
from musenb.score.note import Score
from musenb.session import Model
from musenb.tokens.chorale import grid


def tiny(name: str, seed: int, **changes: object) -> Model:
    config = ModelConfig(
        idiom="chorale",
        vocabulary=len(grid.VOCABULARY), inputs=grid.INPUTS, features=grid.FEATURES, relations=grid.RELATION_SPANS,
        width=16, layers=2, heads=2, feed_forward=24, max_distance=64, context=256, dropout=0.0,
    )
    config = dataclasses.replace(config, **changes)
    rng = np.random.default_rng(seed)
    tensors = {name: rng.normal(0, 0.5, shape) for name, shape in expected_shapes(config).items()}
    return Model(name, "0" * 64, Decoder(config, tensors))


@pytest.fixture(scope="module")
def relative() -> Model:
    return tiny("relative", 1)


@pytest.fixture(scope="module")
def absolute() -> Model:
    return tiny("absolute", 2, relative=False, positions="added", relation_layers=0)


@pytest.fixture(scope="module")
def pair(relative: Model, absolute: Model, duet: Score) -> Against:
    return compare_models(duet, (relative, absolute), prime_bars=1, bars=1, seeds=2, seed=4)


def test_the_losses_are_those_of_each_model_and_their_change_is_paired(pair: Against) -> None:
    lost = [float(loss_bits(q.reading.log_probs, q.reading.row.targets).mean()) for q in (pair.one, pair.other)]
    assert [pair.loss.loss_before, pair.loss.loss_after] == pytest.approx(lost)
    assert pair.loss.change.mean == pytest.approx(lost[1] - lost[0])
    assert pair.loss.change.groups == 3
    one, other = pair.surprise()
    assert len(one.bits) == len(other.bits) == len(pair.one.notes)


def test_a_model_against_itself_differs_in_nothing(relative: Model, duet: Score) -> None:
    same = questions(duet, model=relative, prime_bars=1, bars=1).against(relative)
    assert same.loss.change.mean == same.loss.kl.mean == 0
    assert same.continuations()[2].parting is None
    assert "cannot be told apart" in same.words()[0]
    assert same.names == ("relative (1)", "relative (2)")


def test_both_go_on_from_one_seed_and_keep_the_prime(pair: Against) -> None:
    first, second, difference = pair.continuations()
    assert first.seed == second.seed == 4
    assert difference.parting is not None
    assert difference.parting >= 4


def test_the_words_name_the_model_that_predicts_better(pair: Against) -> None:
    lower = pair.names[int(pair.loss.change.mean < 0)]
    assert pair.words()[0].startswith(f"{lower} predicts this piece better")
    assert pair.names == ("relative", "absolute")
    labels = [row[0] for row in pair.rows()]
    assert labels[:2] == ["Loss, bits a token", "Surprise, bits a note"]
    assert "relative" in str(pair)


def test_what_they_look_at_sums_to_all(pair: Against) -> None:
    for reach in pair.reach:
        assert reach.sum() == pytest.approx(1)
    assert pair.one.silence(relative=True, listen=False).piece.kl.mean > 0
    assert pair.other.silence(relative=True, listen=False).piece.kl.mean == 0


def test_a_missing_twin_is_named(relative: Model, duet: Score) -> None:
    with pytest.raises(ModelError, match="no-such-model"):
        compare_models(duet, (relative, "no-such-model"), prime_bars=1)


def test_both_looks_stand_side_by_side_on_one_clock(pair: Against) -> None:
    ipywidgets = pytest.importorskip("ipywidgets", reason="the views need the 'lab' extra")
    before = set(ipywidgets.widgets.widget._instances)
    looks = pair.attention()
    one, other = looks.views
    assert one.clock_id == other.clock_id
    assert [column.children[0].value for column in looks.panel.children] == ["relative", "absolute"]
    assert repr(looks).startswith("relative: <musenb Attention: ")
    for view, asked in zip(looks.views, (pair.one, pair.other), strict=True):
        assert view.score is asked.piece.score
        assert (view.layers, view.heads, view.shared_arcs) == (2, 2, False)
        weights = asked.weights()[0, 0]
        number = len(asked.notes) - 1
        best = asked.notes[int(weights[number].argmax())]
        assert view.looks(asked.notes[number].id, 1, layer=0, head=0)[0].split(" to ")[1].startswith(best.name)
    other.order = "voice"
    assert one.order == "voice", "shown alike"
    one.layer = 1
    assert other.layer == 0, "heads of two models have nothing in common"
    looks.close()
    assert set(ipywidgets.widgets.widget._instances) == before


def test_the_panel_shows_the_looks_below_and_closes_them(pair: Against) -> None:
    ipywidgets = pytest.importorskip("ipywidgets", reason="the views need the 'lab' extra")
    from musenb.widgets.sound import Sound

    Sound().close()  # the first one makes the engine that all share
    before = set(ipywidgets.widgets.widget._instances)
    panel = AgainstPanel(pair)
    panel.settle(300)
    assert panel.versions.error == ""
    assert panel.panel.children[-1] is panel.attention.panel
    assert {view.clock_id for view in panel.attention.views} == {panel.sheet.clock_id}
    panel.close()
    assert set(ipywidgets.widgets.widget._instances) == before
