from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musenb.analysis.chorale import report as chorale_report
from musenb.analysis.chorale.jsb import load_jsb
from musenb.commands import doctor
from musenb.commands import measures as evaluation
from musenb.commands.main import main
from musenb.errors import WeightsError
from musenb.model import weights
from musenb.model.shapes import expected_shapes
from musenb.model.weights import manifest_bytes, weights_bytes
from musenb.sample import models
from musenb.sample.policy import DEFAULT_MODEL
from musenb.score.from_text import score_from_text
from musenb.train import chorale_data
from musenb.train.chorale_data import chorale_grid
from musenb.train.jsb import jsb_config, split_rows
from musenb.train.judge_parts import PARTS

MOTIF = "key=G upbeat=1 D5 | G5 F#5 E5 D5"


@pytest.fixture
def shipped(tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ship the tiny model as the default one, from a folder of this test."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / f"{DEFAULT_MODEL}.safetensors").write_bytes(tiny_checkpoint.read_bytes())
    (folder / "manifest.json").write_bytes(manifest_bytes(folder))
    monkeypatch.setattr(models, "SHIPPED", folder)
    for function in (weights.open_shipped, weights.shipped_names):
        monkeypatch.setitem(function.__kwdefaults__, "folder", folder)
    return folder


@pytest.mark.usefixtures("shipped")
def test_the_shipped_model_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["continue", MOTIF, "--bars", "1", "--seed", "1"]) == 0
    assert capsys.readouterr().err == ""


def test_a_shipped_model_that_was_changed_is_refused(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shipped / f"{DEFAULT_MODEL}.safetensors"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    assert main(["continue", MOTIF, "--bars", "1", "--seed", "1"]) == 2
    assert "SHA-256 is not" in capsys.readouterr().err
    assert main(["doctor"]) == 1
    captured = capsys.readouterr()
    assert "SHA-256 is not" in captured.out
    assert captured.err == f"amiss: {DEFAULT_MODEL}\n"


@pytest.mark.usefixtures("shipped")
def test_the_doctor_finds_all_well(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["doctor", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["amiss"] == []
    model = record["models"][DEFAULT_MODEL]
    assert model["state"] == "intact"
    assert model["cells_per_second"] > 0
    assert model["times_real_time"] > 0
    assert model["first_note_ms"] > 0
    assert record["packages"]["numpy"] == np.__version__
    monkeypatch.setattr(doctor, "_model", lambda name: record["models"][name])
    assert main(["doctor"]) == 0
    captured = capsys.readouterr()
    assert re.search(r"writes \d+ cells/s, \d+ times as fast as it plays at 100 quarters a minute", captured.out)
    assert captured.err == ""


@pytest.mark.usefixtures("shipped")
def test_the_doctor_tells_of_damaged_chord_labels(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def damaged(name: str) -> bytes:
        raise WeightsError(f"{name}: cut")

    monkeypatch.setattr(doctor, "_model", lambda name: {"state": "intact"})
    monkeypatch.setattr(doctor, "shipped_heads", lambda: ("harmony.npz",))
    monkeypatch.setattr(doctor, "shipped_bytes", damaged)
    assert main(["doctor"]) == 1
    captured = capsys.readouterr()
    assert "harmony.npz: harmony.npz: cut" in captured.out
    assert captured.err == "amiss: harmony.npz\n"


def test_the_doctor_says_what_is_missing(
    shipped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "NEEDED", ("numpy", "no-such-package"))
    (shipped / "manifest.json").write_text("{")
    assert main(["doctor"]) == 1
    captured = capsys.readouterr()
    assert "no-such-package missing  (needed)" in captured.out
    assert re.search("amiss: no-such-package, .*manifest of the shipped models is damaged.*, no models", captured.err)


TEXT = "soprano: C5 D5 E5:2^\nalto: G4:2 G4:2^\ntenor: E4:2 E4:2^\nbass: C3:2 C3:2^"


def test_an_evaluation_of_chorales(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grids = {split: [chorale_grid(score_from_text(TEXT).transpose(n)) for n in range(2)] for split in
             ("train", "valid", "test")}
    monkeypatch.setattr(evaluation, "corpus_grids", lambda: grids)
    bach = load_jsb()["test"]
    monkeypatch.setattr(
        evaluation, "judge_chorales", lambda written: chorale_report.evaluate(written, bach[:3], bach[3:6])
    )
    arguments = ["evaluate", "chorale", "--model", str(tiny_checkpoint), "--pieces", "3"]
    assert main([*arguments, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["pieces"] == {"generated": 3, "real": 3, "train": 3}
    assert record["valid"]["all"] == pytest.approx(record["valid"]["hold"] + record["valid"]["pitch"])
    assert record["part_writing_rules"] is True
    assert record["parts"]["tonal"]["pieces"] == {"generated": 2, "real": 2}  # of the three, two have a test frame
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "generated (3)" in lines[2]
    assert lines[3].startswith("parallel 5ths and 8ves")
    assert lines[-1].endswith("cells/s while writing 3 chorales")
    assert any(line.startswith("tonal: keys, closes and resolutions") for line in lines)
    assert main(["evaluate", "chorale", "--model", str(tiny_checkpoint), "--pieces", "0"]) == 2


def test_an_evaluation_of_chorales_by_parts(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = chorale_grid(score_from_text(TEXT))
    monkeypatch.setattr(evaluation, "corpus_grids", lambda: {"train": [grid], "valid": [grid], "test": [grid]})
    arguments = ["evaluate", "chorale", "--model", str(tiny_checkpoint), "--pieces", "1", "--parts"]
    assert main([*arguments, "harmonise, tonal", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert list(record["parts"]) == ["tonal", "harmonise"]
    assert not {"valid", "measures"} & record.keys()
    assert main([*arguments, "tonal,rhythm"]) == 2
    assert "part 'rhythm' is unknown; allowed are nats, style, tonal" in capsys.readouterr().err
    assert main([*arguments, ","]) == 2
    assert "part ',' is unknown" in capsys.readouterr().err


def test_all_names_every_part() -> None:
    assert evaluation.wanted_parts("all") == ["nats", "style", *PARTS]


def test_an_evaluation_of_the_papers_form(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = replace(jsb_config("relative"), width=8, layers=1, heads=2, feed_forward=8)
    tensors = {name: np.zeros(shape, np.float32) for name, shape in expected_shapes(config).items()}
    path = tmp_path / "relative.safetensors"
    path.write_bytes(weights_bytes(config, tensors))
    monkeypatch.setattr(evaluation, "split_rows", lambda split, config: split_rows(split, config)[:3])
    assert main(["evaluate", "jsb", "--model", str(path), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["variant"] == "relative"
    assert [record["valid"], record["test"]] == pytest.approx([np.log(47)] * 2, abs=1e-6)
    assert main(["evaluate", "jsb", "--model", str(path)]) == 0
    assert capsys.readouterr().out.startswith("variant relative, ")
    assert main(["evaluate", "jsb", "--model", str(tiny_checkpoint)]) == 2
    assert "it does not read the paper's form" in capsys.readouterr().err


def test_the_chorales_are_read_once_and_anew_when_they_are_damaged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reads = []

    def read() -> list:
        reads.append(1)
        grid = chorale_grid(score_from_text(TEXT))
        return [(split, split, grid) for split in ("train", "valid", "test")]

    monkeypatch.setattr(chorale_data, "read_corpus", lambda: iter(read()))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    for _ in range(2):
        assert [len(grids) for grids in chorale_data.corpus_grids().values()] == [1, 1, 1]
    assert len(reads) == 1
    (kept,) = (tmp_path / "musenb").iterdir()
    kept.write_bytes(b"PK")
    chorale_data.corpus_grids()
    assert len(reads) == 2
    assert "reading the chorales of music21's corpus, once" in capsys.readouterr().err


def test_chorales_that_cannot_be_kept_are_used_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = chorale_grid(score_from_text(TEXT))
    monkeypatch.setattr(chorale_data, "read_corpus", lambda: iter([("train", "a", grid), ("valid", "b", grid)]))
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "file" / name)
    assert len(chorale_data.corpus_grids()["train"]) == 1
    assert "could not be kept for next time" in capsys.readouterr().err
