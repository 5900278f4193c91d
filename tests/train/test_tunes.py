"""A small model of a few tunes: prepared, trained, heard before and after, taken up again, and refused in words."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest
import torch

from musenb.errors import LoadError, SettingError, TokenError
from musenb.score.from_text import score_from_text
from musenb.score.load import load
from musenb.session import develop
from musenb.tokens.chorale.grid import HOLD, REST, VOCABULARY
from musenb.train.tunes import MOVE, REST_WEIGHT, nats_of, on_tunes, tune_grid, tune_row, tune_rows

LINES = ("C4 D4 E4 F4 | G4 F4 E4 D4", "G4 F4 E4 D4 | C4 D4 E4 F4", "E4 F4 G4 A4 | G4 F4 E4 D4 | C4:4")


@pytest.fixture
def tunes() -> list:
    return [score_from_text(line) for line in LINES]


def test_a_tune_is_a_full_grid_whose_other_voices_rest(tunes: list) -> None:
    grid = tune_grid(tunes[0])
    assert grid.cells.shape == (32, 4)
    assert (grid.cells[:, 1:] == REST).all()
    assert (grid.cells[::4, 0] < HOLD).all()
    row = tune_row(grid)
    assert np.array_equal(row.weights.reshape(-1, 4)[0], np.float32([1, *[REST_WEIGHT] * 3]))


def test_a_tune_is_moved_within_the_range_and_never_out_of_it() -> None:
    lowest = tune_grid(score_from_text("C2 D2 E2 F2"))
    rows = tune_rows([lowest, lowest], held=1)
    first = [rows.draws[0](np.random.default_rng(seed)).targets[0] for seed in range(60)]
    assert set(first) == set(range(MOVE + 1)), "from C2 only upwards"
    assert len(rows.held) == 1


def test_training_lowers_the_surprise_and_both_models_go_on_from_one_prime(tunes: list, tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    training = on_tunes(tunes, tmp_path, held=1, steps=8, seed=3)
    told = []
    best = training.run(told.append)
    assert nats_of(training.untrained) == pytest.approx(log(len(VOCABULARY)), abs=0.05), "knows nothing"
    assert best == pytest.approx(nats_of(training.best), abs=1e-5)
    assert best < 0.9 * nats_of(training.untrained)
    assert [line.step for line in told if line.validation is not None] == [2, 4, 6, 8]
    assert torch.get_num_threads() == threads
    prime = tunes[0].first_bars(1)
    for model in (training.untrained, training.best):
        takes = [develop(prime, model=model, bars=1, seed=5, voices=["soprano"]).score for _ in range(2)]
        assert takes[0] == takes[1]
        assert takes[0].end > prime.end


def test_the_same_seed_trains_the_same_model_and_a_stopped_run_goes_on(tunes: list, tmp_path: Path) -> None:
    whole = on_tunes(tunes, tmp_path / "whole", steps=4).run()
    steps = iter([False, False, True])
    on_tunes(tunes, tmp_path / "parts", steps=4).run(stop=lambda: next(steps))
    again = on_tunes(tunes, tmp_path / "parts", steps=4)
    assert again.trainer.step == 2
    assert again.run() == pytest.approx(whole, rel=1e-5)
    assert on_tunes(tunes, tmp_path / "other", steps=4, seed=1).run() != pytest.approx(whole, rel=1e-5)


def test_what_cannot_be_learned_from_is_told(tunes: list, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="2 tunes of which 2 are held apart"):
        on_tunes(tunes[:2], tmp_path / "none")
    with pytest.raises(SettingError, match="3 tunes of which 0 are held apart"):
        on_tunes(tunes, held=0)
    two = score_from_text("soprano: C5:4\nbass: C3:4")
    with pytest.raises(TokenError, match="tune 2: 2 voices, and a single line is needed"):
        on_tunes([tunes[0], two, tunes[1]], held=1)
    with pytest.raises(TokenError, match="tune 3: "):
        on_tunes([*tunes[:2], score_from_text("C4:1/3 D4:1/3 E4:1/3")], held=1)
    with pytest.raises(LoadError, match=r"tune 1: .*nosuch\.mid"):
        on_tunes([tmp_path / "nosuch.mid", *tunes])
    assert not (tmp_path / "none").exists()


def test_a_tune_may_be_a_file(tunes: list, tmp_path: Path) -> None:
    from musenb.export.to_midi import midi_bytes

    path = tmp_path / "tune.mid"
    path.write_bytes(midi_bytes(tunes[0]))
    assert np.array_equal(tune_grid(path).cells, tune_grid(load(path)).cells)
