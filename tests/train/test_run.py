from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from musenb.errors import ModelError, SaveError, SettingError
from musenb.export.to_midi import midi_bytes
from musenb.model.config import ModelConfig
from musenb.score.from_text import score_from_text
from musenb.session import develop
from musenb.train import run as run_module
from musenb.train.chorale import chorale_config
from musenb.train.jsb import VARIANTS, jsb_config, jsb_rows, split_rows, variant_of
from musenb.train.loop import Progress, Schedule
from musenb.train.run import Run, prepared, train

TEXT = "soprano: C5 D5 E5:2\nalto: G4:2 G4:2\ntenor: E4:2 E4:2\nbass: C3:2 C3:2"
FEW = Schedule(steps=4, warmup=1, validate_every=2, average=0.5)


def tiny(config: ModelConfig) -> ModelConfig:
    return dataclasses.replace(config, width=16, layers=1, heads=2, feed_forward=16, max_distance=32, context=256)


@pytest.fixture
def small_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train models of the right form that are small."""
    monkeypatch.setattr(run_module, "chorale_config", lambda *names, **sizes: tiny(chorale_config(*names, **sizes)))


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.mid").write_bytes(midi_bytes(score_from_text(TEXT).transpose(number)))
    return folder


@pytest.mark.usefixtures("small_models")
def test_a_users_folder_becomes_a_model_that_writes(music: Path, tmp_path: Path) -> None:
    run = Run("chorale", tmp_path / "run", music, schedule=FEW, rows=2, cells=32)
    lines: list[Progress] = []
    threads = torch.get_num_threads()
    best = train(run, lines.append)
    assert torch.get_num_threads() == threads
    assert [line.step for line in lines] == [2, 4]
    assert best == min(line.validation for line in lines)
    take = develop(score_from_text("C5 D5"), model=tmp_path / "run" / "best.safetensors", bars=1, seed=1)
    assert take.complete
    more = dataclasses.replace(run, schedule=dataclasses.replace(FEW, steps=6))
    train(more, lines.append)
    assert [line.step for line in lines] == [2, 4, 6]


@pytest.mark.usefixtures("small_models")
def test_a_stopped_training_is_taken_up(music: Path, tmp_path: Path) -> None:
    run = Run("chorale", tmp_path / "run", music, schedule=FEW, rows=2, cells=32)
    asked = iter([False, True])
    lines: list[Progress] = []
    train(run, lines.append, lambda: next(asked))
    assert lines == []
    train(run, lines.append)
    assert [line.step for line in lines] == [2, 4]


@pytest.mark.usefixtures("small_models")
def test_a_folder_belongs_to_the_music_that_it_was_begun_with(music: Path, tmp_path: Path) -> None:
    run = Run("chorale", tmp_path / "run", music)
    assert len(prepared(run)[1].held) == 1
    (music / "0.mid").unlink()
    assert len(prepared(run)[1].draws) == 2
    for data in (None, tmp_path):
        with pytest.raises(SettingError, match=re.escape(f"are those of '{music}', not of")):
            prepared(dataclasses.replace(run, data=data))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SaveError, match=r"cannot make the folder '.*file/run' of the run: Not a directory"):
        train(Run("jsb", tmp_path / "file" / "run"), lambda line: None)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"task": "opera"}, "training 'opera' is none of chorale, jsb"),
        ({"rows": 0}, "rows 0 must be at least 1"),
        ({"cells": 0}, "cells 0 a multiple of 4"),
        ({"cells": 510}, "cells 510 a multiple of 4"),
        ({"threads": 0}, "threads 0 is below 1"),
        ({"device": "tpu"}, "device 'tpu' is not there; 'cpu' always is"),
        ({"task": "jsb", "data": Path(".")}, "--data is for training on one's own chorales; 'jsb' uses its own data"),
        ({"data": Path("nowhere")}, "no folder 'nowhere' to train on"),
    ],
)
def test_runs_outside_their_range_are_named(settings: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=re.escape(message)):
        Run(**({"task": "chorale", "folder": tmp_path} | settings))


def test_a_graphics_card_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SettingError, match="device 'cuda' is not there"):
        Run("jsb", tmp_path, device="cuda")


def test_every_variant_is_known_by_its_model() -> None:
    for name in VARIANTS:
        assert variant_of(tiny(jsb_config(name))) == name
    with pytest.raises(ModelError, match="the model is no variant of the JSB experiment"):
        variant_of(chorale_config())
    with pytest.raises(ModelError, match="unknown variant 'best' of the JSB experiment; the variants are absolute, "):
        jsb_config("best")


def test_a_batch_is_as_long_as_its_longest_piece() -> None:
    batch = jsb_rows(jsb_config(), rows=4, cells=2048).batch([np.random.default_rng(seed) for seed in range(4)])
    lengths = batch.weights.sum(1)
    assert len(set(lengths.tolist())) > 1
    assert batch.targets.shape == (4, int(lengths.max()))
    for row, length in enumerate(lengths.int().tolist()):
        assert not batch.weights[row, length:].any()
        assert (batch.inputs.attributes[row, length:] == -1).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_rows_fit_the_variant(variant: str) -> None:
    config = jsb_config(variant)
    rows = jsb_rows(config, rows=2, cells=64)
    batch = rows.batch([np.random.default_rng(seed) for seed in (0, 1)])
    batch.inputs.check(config)
    assert batch.targets.shape == (2, 64)
    assert len(rows.held) == 76
    assert len(split_rows("test", config)) == 77


def test_training_rows_are_transposed_pieces() -> None:
    rows, rng = jsb_rows(jsb_config()), np.random.default_rng(1)
    first = [rows.draws[0](rng).targets for _ in range(10)]
    assert len({tuple(row[:8]) for row in first}) > 2
    assert len({tuple(np.diff(row[row < 46][:40])) for row in first}) == 1
