from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import ModelError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.model.shapes import expected_shapes
from musenb.model.torch.transformer import Transformer
from musenb.model.weights import load_weights
from musenb.score.from_text import score_from_text
from musenb.tokens.chorale.grid import HOLD, Grid, encode
from musenb.tokens.chorale.tonal import key_number
from musenb.tokens.chorale.training import plain_row
from musenb.tokens.row import Row, row_of
from musenb.train.chorale_data import chorale_grid
from musenb.train.evaluate import inputs_of, mean_nats, nats_per_cell, windows
from musenb.train.judge import log_probs_of, nats, row_of_grid, split_nats
from musenb.train.tonal import Piece, given_row

CONFIG = ModelConfig(
    idiom="chorale",
    vocabulary=6, features=(3,), relations=(4,), width=8, layers=2, heads=2, feed_forward=12, max_distance=6,
    context=10, dropout=0.3,
)


@pytest.fixture(scope="module")
def model() -> Transformer:
    torch.manual_seed(1)
    model = Transformer(CONFIG)
    torch.nn.init.normal_(model.readout.weight, std=0.3)
    return model.eval()


def row(length: int, seed: int = 0, weights: np.ndarray | None = None) -> Row:
    rng = np.random.default_rng(seed)
    tokens, features = rng.integers(0, 6, length), rng.integers(0, 3, (length, 1))
    return row_of(tokens, features, rng.integers(-1, 6, (length, 1)), begin=6, weights=weights)


@given(st.integers(0, 300), st.integers(1, 60))
def test_windows_score_every_cell_once_with_at_least_half_a_context(length: int, context: int) -> None:
    scored = []
    for start, first, stop in windows(length, context):
        assert 0 <= start <= first <= stop <= length
        assert stop - start <= context
        assert first == start == 0 or first - start >= context // 2
        scored += range(first, stop)
    assert scored == list(range(length))


def test_nats_are_those_of_each_window_read_alone(model: Transformer) -> None:
    piece = row(23)
    found = nats_per_cell(model, piece)
    for cell in range(23):
        start = 0 if cell < 10 else {0: 5, 1: 10, 2: 13}[(cell - 10) // 5]
        part = piece.crop(start, cell + 1)
        with torch.no_grad():
            logits = model(inputs_of([part]))[0, -1].double()
        assert found[cell] == pytest.approx(-torch.log_softmax(logits, 0)[piece.targets[cell]].item(), abs=1e-4)


def test_the_mean_counts_cells_and_their_weights(model: Transformer) -> None:
    long, short = row(23), row(4, 1, np.array([1, 0, 0, 2]))
    losses = np.concatenate([nats_per_cell(model, long), nats_per_cell(model, short)[[0, 3, 3]]])
    assert mean_nats(model, [long, short]) == pytest.approx(losses.mean())


def test_the_decoder_finds_the_same_nats(model: Transformer) -> None:
    decoder = Decoder(CONFIG, {name: value.numpy() for name, value in model.state_dict().items()})
    ticks = []
    sums = nats(decoder, [row(23), row(4, 1)], lambda done, total: ticks.append((done, total)))
    expected = [nats_per_cell(model, piece).sum() for piece in (row(23), row(4, 1))]
    np.testing.assert_allclose(sums[:, 0], expected, rtol=1e-4)
    assert sums[:, 1].tolist() == [23, 4]
    assert ticks == [(1, 2), (2, 2)]
    np.testing.assert_allclose(np.exp(log_probs_of(decoder, row(23))).sum(axis=1), 1, atol=1e-6)


def chorale() -> Grid:
    text = "soprano: C5:1/2 C5:1/2 r:1/4 D5:3/4\nalto: G4:2\ntenor: E4 D4\nbass: C3:2"
    return chorale_grid(score_from_text(text))


def test_nats_are_split_into_holding_and_pitch(tiny_decoder: Decoder) -> None:
    grid = chorale()
    probabilities = np.exp(log_probs_of(tiny_decoder, plain_row(grid)))
    targets = grid.cells.ravel()
    holds = targets == HOLD
    whole = -np.log(probabilities[np.arange(len(targets)), targets])
    holding = -np.log(np.where(holds, probabilities[:, HOLD], 1 - probabilities[:, HOLD]))
    pitch = -np.log(probabilities[np.arange(len(targets)), targets] / (1 - probabilities[:, HOLD]))[~holds]
    found = split_nats(tiny_decoder, [grid, grid])
    assert found["all"] == pytest.approx(whole.mean())
    assert found["hold"] == pytest.approx(holding.mean())
    assert found["pitch"] == pytest.approx(np.sum(pitch) / len(targets))
    assert encode(score_from_text("C4")).cells.shape == (4, 4)


def test_a_grid_is_judged_as_the_idiom_of_its_model_reads_it(tonal_checkpoint: Path, tiny_decoder: Decoder) -> None:
    score = score_from_text("key=C\nsoprano: C5:1/2 r:1/2 D5^\nalto: G4:2\ntenor: E4 D4\nbass: C3 B2")
    grid, told = chorale_grid(score), Decoder(*load_weights(tonal_checkpoint))
    given = np.zeros(grid.cells.shape, bool)
    given[:, 0] = True
    row = row_of_grid(told.config, grid, given)
    expected = given_row(Piece(grid, key_number(grid.frame)), given)
    assert row.memory.same_as(expected.memory)
    assert (row.features == expected.features).all()
    assert (row.related == expected.related).all()
    assert not np.allclose(log_probs_of(told, row), log_probs_of(told, row_of_grid(told.config, grid)))
    assert 0 < split_nats(told, [grid])["all"] < 20
    plain, mine = plain_row(grid), row_of_grid(tiny_decoder.config, grid)
    assert (plain.features == mine.features).all()
    assert (plain.before == mine.before).all()
    with pytest.raises(ModelError, match="'jsb' reads no chorales"):
        row_of_grid(dataclasses.replace(CONFIG, idiom="jsb"), grid)


def test_an_untrained_model_guesses(tiny_decoder: Decoder) -> None:
    config = tiny_decoder.config
    blank = Decoder(config, {name: np.zeros(shape, np.float32) for name, shape in expected_shapes(config).items()})
    assert split_nats(blank, [chorale()])["all"] == pytest.approx(np.log(48))
