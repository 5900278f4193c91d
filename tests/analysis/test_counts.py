"""The count model: a distribution, blind to what comes later, in nats that can be compared."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.analysis.chorale import counts
from musenb.analysis.chorale.jsb import load_jsb


@pytest.fixture(scope="module")
def chorales():
    return load_jsb()


@pytest.fixture(scope="module")
def model(chorales):
    return counts.CountModel(chorales["train"], tune=chorales["valid"])


def test_outcomes_of_a_cell_sum_to_one(chorales, model):
    cells = counts.describe(chorales["test"][4][:12])
    outcomes = range(counts.OUTCOMES)
    total = sum(model.probabilities(cells | {"outcome": np.full(48, outcome)}) for outcome in outcomes)
    assert total == pytest.approx(np.ones(48))


def test_nothing_later_is_looked_at(chorales, model):
    grid = chorales["test"][0][:40].astype(int)
    other = grid.copy()
    other[20, 2:] = 61, -1
    other[21:] = 60
    before, after = model.surprise(grid).ravel(), model.surprise(other).ravel()
    assert np.array_equal(before[: 20 * 4 + 2], after[: 20 * 4 + 2])
    assert before[20 * 4 + 2] != after[20 * 4 + 2]


def test_the_past_of_a_voice():
    column = np.array([-1, 60, 60, -1, 60, 62, 64])
    newest, last, last_but_one = counts.past_pitches(column)
    assert newest.tolist() == [0, 0, 60, 60, 60, 60, 62]
    assert last.tolist() == [0, 0, 0, 0, 0, 0, 60]
    assert last_but_one.tolist() == [0] * 7
    assert counts.held(column).tolist() == [0, 1, 1, 2, 1, 1, 1]


def test_the_key_is_taken_from_the_past():
    cadence = np.repeat([[72, 67, 64, 48], [74, 67, 59, 43], [72, 69, 65, 53], [72, 67, 64, 48]], 4, axis=0)
    assert counts.local_key(np.concatenate([cadence, cadence + 2]))[16] == 0
    assert counts.local_key(np.concatenate([np.tile(cadence, (2, 1)), np.tile(cadence + 2, (5, 1))]))[-1] == 2


def test_music_in_another_key_is_no_surprise(chorales, model):
    grid = chorales["test"][9].astype(int)
    assert (grid >= 0).all()
    there, here = model.surprise(grid + 5)[1:].mean(), model.surprise(grid)[1:].mean()
    assert there == pytest.approx(here, abs=0.01)


def test_nats_per_cell_on_the_canonical_splits(chorales, model):
    surprise = {split: np.concatenate([model.surprise(g) for g in chorales[split]]) for split in ("valid", "test")}
    assert surprise["valid"].size == 73_632
    assert surprise["test"].size == 75_600
    assert surprise["valid"].mean() == pytest.approx(0.438, abs=0.002)
    assert surprise["test"].mean() == pytest.approx(0.447, abs=0.002)
