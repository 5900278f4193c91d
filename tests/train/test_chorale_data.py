from __future__ import annotations

import csv
import re
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from musenb.errors import SettingError, TokenError
from musenb.export.to_midi import midi_bytes
from musenb.score.from_text import score_from_text
from musenb.tokens.chorale.grid import HOLD, REST, VOICES, Grid, encode
from musenb.train import chorale_data
from musenb.train.chorale_data import (
    chorale_grid,
    corpus_splits,
    gather,
    read_chorale,
    read_folder,
    read_grids,
    write_grids,
)

TEXT = "soprano: C5 D5 E5:2\nalto: G4:2 G4:2\ntenor: E4:2 E4:2\nbass: C3:2 C3:2"


@pytest.fixture
def piece() -> Grid:
    return chorale_grid(score_from_text(TEXT))


def same(one: Grid, other: Grid) -> bool:
    return np.array_equal(one.cells, other.cells) and np.array_equal(one.frame.columns, other.frame.columns)


def test_no_file_is_in_two_splits_and_none_is_lost() -> None:
    splits = corpus_splits()
    names = [name for split in splits.values() for name in split]
    assert len(set(names)) == len(names)
    text = (resources.files("musenb") / "data" / "jsb_splits.csv").read_text(encoding="utf-8")
    table = list(csv.DictReader(text.splitlines()))
    assert set(names) == {line["music21_file"] for line in table if line["music21_file"]}
    for line in table:
        if line["split"] == "test" and line["music21_file"]:
            assert line["music21_file"] in splits["test"]
        if line["split"] == "valid" and line["music21_file"]:
            assert line["music21_file"] not in splits["train"]
    assert len(splits["train"]) > 200
    assert len(splits["valid"]) > 60
    assert len(splits["test"]) > 60


def test_a_chorale_of_the_corpus_is_read() -> None:
    grid = read_chorale("bwv66.6.mxl")
    assert isinstance(grid, Grid)
    assert grid.cells.shape == (144, 4)
    assert ((grid.cells >= 0) & (grid.cells <= REST)).all()
    assert set(grid.frame.columns[:, 2]) == {0}
    assert (grid.frame.columns[:, 5] == 1).any()


def test_a_chorale_that_is_none_says_why() -> None:
    assert "bwv846" in str(read_chorale("bwv846.mxl")) or "voices" in str(read_chorale("bwv846.mxl"))


def test_silence_around_a_voice_is_a_rest() -> None:
    grid = chorale_grid(score_from_text("soprano: C5:4\nalto: r:2 G4\ntenor: E4:2\nbass: C3:4"))
    assert grid.cells[:, 1].tolist() == [REST] * 8 + [31, HOLD, HOLD, HOLD] + [REST] * 4
    assert grid.cells[8:, 2].tolist() == [REST] * 8


def test_of_more_voices_the_choir_is_taken() -> None:
    with_violin = score_from_text(f'{TEXT}\n"Violin 1": C6:4')
    assert same(chorale_grid(with_violin), chorale_grid(score_from_text(TEXT)))


@pytest.mark.parametrize("text", ["C4 D4", "soprano: C5\nalto: A4\nbass: C3"])
def test_fewer_voices_are_refused(text: str) -> None:
    with pytest.raises(TokenError, match=r"voices soprano, alto, tenor, bass do not name the score's [13] voices"):
        chorale_grid(score_from_text(text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    music = tmp_path / "music"
    (music / "more").mkdir(parents=True)
    for number in range(12):
        score = score_from_text(TEXT).transpose(number % 3)
        (music / ("more" if number % 2 else ".") / f"piece{number}.mid").write_bytes(midi_bytes(score))
    (music / "tune.MID").write_bytes(midi_bytes(score_from_text("C4 D4")))
    (music / "broken.mid").write_text("this is no MIDI")
    (music / "notes.txt").write_text("not music")
    return music


def test_a_users_folder_is_read_and_each_file_keeps_its_side(folder: Path) -> None:
    found = {Path(name).name: (split, grid) for split, name, grid in read_folder(folder)}
    assert len(found) == 14
    assert "tune.MID" in found
    assert isinstance(found["piece1.mid"][1], Grid)
    assert same(found["piece0.mid"][1], chorale_grid(score_from_text(TEXT)))
    assert "do not name the score's 1 voices" in found["tune.MID"][1]
    assert "broken.mid" in found["broken.mid"][1]
    sides = {name: split for name, (split, _) in found.items()}
    (folder / "piece3b.mid").write_bytes((folder / "piece0.mid").read_bytes())
    (folder / "piece0.mid").unlink()
    again = {Path(name).name: split for split, name, _ in read_folder(folder)}
    assert all(again[name] == split for name, split in sides.items() if name in again)


def test_what_is_left_out_is_told_and_the_rest_is_gathered(folder: Path) -> None:
    with pytest.warns(UserWarning, match=r"2 pieces were left out: .*broken\.mid.*tune\.MID"):
        splits = gather(read_folder(folder))
    assert len(splits["train"]) + len(splits["valid"]) == 12
    assert splits["valid"]
    assert not any(one is other for one in splits["train"] for other in splits["valid"])


def test_every_tenth_is_held_apart_when_no_name_is(piece: Grid) -> None:
    pieces = [chorale_grid(score_from_text(TEXT)) for _ in range(12)]
    splits = gather(("train", str(number), grid) for number, grid in enumerate(pieces))
    assert [id(grid) for grid in splits["valid"]] == [id(pieces[0]), id(pieces[10])]
    assert len(splits["train"]) == 10
    with pytest.warns(UserWarning, match="only one piece to train on"):
        alone = gather(iter([("train", "a", piece)]))
    assert alone["train"] == alone["valid"] == [piece]


def test_nothing_to_train_on_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=re.escape(f"no music in '{tmp_path}'")):
        list(read_folder(tmp_path))
    with pytest.raises(SettingError, match="no music in"):
        list(read_folder(tmp_path / "nowhere"))
    (tmp_path / "tune.mid").write_bytes(midi_bytes(score_from_text("C4 D4")))
    with (
        pytest.warns(UserWarning, match="1 pieces were left out"),
        pytest.raises(SettingError, match=r"none of the 1 pieces fits four voices on sixteenths: .*tune\.mid"),
    ):
        gather(read_folder(tmp_path))


def test_kept_grids_come_back(piece: Grid, tmp_path: Path) -> None:
    other = Grid(piece.cells[:7], type(piece.frame)(piece.frame.columns[:7]))
    write_grids(tmp_path / "grids.npz", {"train": [piece, other], "valid": [other], "test": []}, source="here")
    for source in ("", "here"):
        splits = read_grids(tmp_path / "grids.npz", source=source)
        assert [len(splits[name]) for name in ("train", "valid", "test")] == [2, 1, 0]
        assert same(splits["train"][0], piece)
        assert same(splits["train"][1], other)
        assert same(splits["valid"][0], other)


def test_grids_of_another_source_or_damaged_ones_are_refused(piece: Grid, tmp_path: Path) -> None:
    path = tmp_path / "grids.npz"
    write_grids(path, {"train": [piece], "valid": [], "test": []}, source="here")
    with pytest.raises(SettingError, match=r"those of here, not of there; use another folder"):
        read_grids(path, source="there")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SettingError, match=r"grids\.npz' are damaged: .*; delete the file"):
        read_grids(path)
    path.write_bytes(b"")
    with pytest.raises(SettingError, match=r"grids\.npz' are damaged"):
        read_grids(path)


def test_the_names_of_the_voices_are_those_of_the_grid(piece: Grid) -> None:
    assert same(encode(score_from_text(TEXT), voices=VOICES), piece)
    assert chorale_data.SPLITS == ("train", "valid", "test")
