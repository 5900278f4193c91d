"""A run's best checkpoint becomes a shipped model: half precision, named idiom, checksum, manifest."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from musenb.errors import ModelError, SettingError, WeightsError
from musenb.model.safetensors_header import header_of
from musenb.model.weights import (
    CHECKSUM,
    load_weights,
    open_shipped,
    parse_weights,
    shipped_names,
    weights_bytes,
    with_idiom,
)
from musenb.sample.models import open_model
from musenb.train import ship


@pytest.fixture
def run(tmp_path: Path, tonal_checkpoint: Path) -> Path:
    """Return the folder of a run whose best checkpoint is of single precision, names no idiom and has no checksum."""
    config, tensors = load_weights(tonal_checkpoint)
    finer = {name: array + np.float32(1e-6) for name, array in tensors.items()}
    data = weights_bytes(config, finer, half=False)
    summed, _ = header_of(data, "it")
    assert CHECKSUM in summed["__metadata__"]
    unnamed = with_idiom(data, "", source="it")
    (tmp_path / "best.safetensors").write_bytes(unnamed)
    return tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "weights"
    made.mkdir()
    return made


def test_a_run_is_shipped_under_the_idiom_that_is_named(run: Path, folder: Path, tonal_checkpoint: Path) -> None:
    path = ship.ship(run, "chorale-2", idiom="tonal", folder=folder)
    assert shipped_names(folder=folder) == ("chorale-2",)
    config, tensors = open_shipped("chorale-2", folder=folder)
    _, expected = load_weights(tonal_checkpoint)
    assert config.idiom == "tonal"
    for name, array in tensors.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-3, atol=2e-6)
    header, _ = header_of(path.read_bytes(), str(path))
    metadata = header.pop("__metadata__")
    assert CHECKSUM in metadata
    assert {entry["dtype"] for entry in header.values()} == {"F16"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_model(path).idiom.name == "tonal"
    assert open_model(path).decoder.compile().compiled is None or open_model(path).decoder.compiled.half


def test_a_run_without_an_idiom_is_refused(run: Path, folder: Path) -> None:
    with pytest.raises(WeightsError, match="does not name its idiom"):
        ship.ship(run, "chorale-2", folder=folder)
    with pytest.raises(ModelError, match="unknown idiom 'waltz'"):
        ship.ship(run, "chorale-2", idiom="waltz", folder=folder)
    with pytest.raises(ModelError, match=r"does not read the idiom 'chorale' .* its sizes differ"):
        ship.ship(run, "chorale-2", idiom="chorale", folder=folder)
    assert not list(folder.iterdir())


def test_a_run_that_names_its_idiom_needs_none(run: Path, folder: Path, tiny_checkpoint: Path) -> None:
    (run / "best.safetensors").write_bytes(tiny_checkpoint.read_bytes())
    path = ship.ship(run, "small", folder=folder)
    assert parse_weights(path.read_bytes(), source="it")[0].idiom == "chorale"


def test_names_and_sizes_are_bounded(run: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match=r"letters, digits and hyphens, not '\.\./it'"):
        ship.ship(run, "../it", idiom="tonal", folder=folder)
    monkeypatch.setattr(ship, "MOST_BYTES", 1000)
    with pytest.raises(SettingError, match=r"bytes in half precision, over 1,000"):
        ship.ship(run, "it", idiom="tonal", folder=folder)


def test_the_command_line_says_how_it_is_used(
    run: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ship.main([]) == 2
    assert "RUN NAME [IDIOM]" in capsys.readouterr().err
    monkeypatch.setattr(ship.ship, "__kwdefaults__", {"idiom": "", "folder": folder})
    assert ship.main([str(run), "chorale-2", "tonal"]) == 0
    assert capsys.readouterr().out.strip() == str(folder / "chorale-2.safetensors")
