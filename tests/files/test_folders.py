from __future__ import annotations

import os
from pathlib import Path

import pytest

from musenb.files.folders import SPARE, journal_folder, journal_folders


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the user a home of two folders, one of them the working folder."""
    monkeypatch.delenv("MUSENB_JOURNAL", raising=False)
    for name in ("data", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("platformdirs.user_data_path", lambda *names, **_: tmp_path / "data" / names[0])
    monkeypatch.chdir(tmp_path / "work")


def forbid(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) not in folders)


def test_a_journal_lies_in_the_data_folder(tmp_path: Path) -> None:
    assert journal_folder() == tmp_path / "data" / "musenb" / "journal"
    assert list((tmp_path / "data").iterdir()) == []


def test_a_data_folder_that_cannot_be_written_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(monkeypatch, tmp_path / "data")
    assert journal_folder() == tmp_path / "work" / SPARE


def test_a_file_in_the_place_of_the_data_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "data" / "musenb").write_bytes(b"")
    assert journal_folder() == tmp_path / "work" / SPARE


def test_where_nothing_can_be_written_the_data_folder_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(monkeypatch, tmp_path / "data", tmp_path / "work")
    assert journal_folder() == tmp_path / "data" / "musenb" / "journal"


def test_a_place_that_cannot_be_written_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, work = tmp_path / "data" / "musenb" / "journal", tmp_path / "work" / SPARE
    assert journal_folders() == (data, work)
    forbid(monkeypatch, tmp_path / "data")
    assert journal_folders() == (work, data)
    monkeypatch.setenv("MUSENB_JOURNAL", str(tmp_path / "named"))
    assert journal_folders() == (tmp_path / "named",)


def test_the_variable_has_the_first_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSENB_JOURNAL", str(tmp_path / "named"))
    assert journal_folder() == tmp_path / "named"
