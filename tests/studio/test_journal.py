from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import musenb.files.lines
from musenb.errors import LoadError
from musenb.files.folders import SPARE, journal_folder
from musenb.files.lines import Saved, decode_line, read_lines
from musenb.studio.core import StudioCore
from musenb.studio.journal import Journal
from musenb.studio.recovery import rebuilt, recover
from musenb.studio.takes import Tree


def kinds(journal: Journal) -> list[str]:
    return [line.kind or line.fault for line in read_lines(journal.path)]


def test_lines_are_on_the_disk_when_append_returns(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a" / "b")
    assert not journal.path.exists()
    assert journal.append("take", {"n": 1}) == Saved(1, 0)
    assert journal.append("state", ["é", None, 0.1]) == Saved(2, 0)
    lines = list(read_lines(journal.path))
    assert [(line.number, line.kind, line.data, line.fault) for line in lines] == [
        (1, "take", {"n": 1}, ""), (2, "state", ["é", None, 0.1], "")
    ]  # fmt: skip
    assert journal.path.stat().st_mode & 0o077 == 0
    journal.close()
    assert journal.append("more", 1) == Saved(3, 0)
    assert kinds(journal) == ["take", "state", "more"]


def test_a_full_disk_is_told_once_and_everything_follows_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Saved] = []
    journal = Journal(tmp_path, told.append)
    journal.append("first", 1)
    real = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) > 10:
            return real(handle, data[:10])  # a part goes in before the disk is full
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(musenb.files.lines.os, "write", full)
    assert journal.append("second", 2) == Saved(1, 1, "No space left on device")
    assert journal.append("third", 3) == Saved(1, 2, "No space left on device")
    assert kinds(journal) == ["first"]
    monkeypatch.undo()
    assert journal.append("fourth", 4) == Saved(4, 0)
    assert kinds(journal) == ["first", "second", "third", "fourth"]
    assert told == [Saved(1, 1, "No space left on device"), Saved(4, 0)]


def test_a_folder_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    told: list[Saved] = []
    journal = Journal(tmp_path / "file" / "journal", told.append)
    for number in range(3):
        journal.append("x", number)
    assert [saved.waiting for saved in told] == [1]
    assert told[0].reason
    told.clear()
    nowhere = Journal(None, told.append)
    nowhere.append("x", 1)
    nowhere.append("x", 2)
    assert told == [Saved(0, 1, "there is no folder to keep it in")]


def test_a_journal_that_cannot_be_begun_in_its_folder_lies_in_the_spare_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    told: list[Saved] = []
    journal = Journal(tmp_path / "file", told.append, spare=tmp_path / "spare")
    assert journal.append("take", 1) == Saved(1, 0)
    assert journal.append("state", 2) == Saved(2, 0)
    assert (journal.path.parent, kinds(journal), told) == (tmp_path / "spare", ["take", "state"], [])


def test_where_the_spare_folder_cannot_be_written_either_the_first_one_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "more").write_text("no folder")
    told: list[Saved] = []
    journal = Journal(tmp_path / "file", told.append, spare=tmp_path / "more" / "spare")
    assert journal.append("take", 1).reason == "File exists"
    assert journal.path.parent == tmp_path / "file"
    assert [saved.waiting for saved in told] == [1]
    (tmp_path / "file").unlink()
    assert journal.append("state", 2) == Saved(2, 0), "what waited goes where it can go"
    assert kinds(journal) == ["take", "state"]


def test_a_journal_that_has_begun_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "first", spare=tmp_path / "spare")
    journal.append("take", 1)

    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(musenb.files.lines.os, "write", full)
    assert journal.append("state", 2) == Saved(1, 1, "No space left on device")
    monkeypatch.undo()
    journal.close()
    assert (journal.path.parent, kinds(journal)) == (tmp_path / "first", ["take", "state"])


def test_work_in_the_spare_folder_is_found_beside_that_in_the_usual_one(
    tmp_path: Path, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MUSENB_JOURNAL", raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *names, **_: tmp_path / "data")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    (tmp_path / "data").write_text("no folder")
    studio = StudioCore(tiny_checkpoint)
    studio.prime("C5 D5")
    assert studio.journal_path.parent == tmp_path / "work" / SPARE
    (tmp_path / "data").unlink()
    later = StudioCore(tiny_checkpoint)
    later.prime("E5 F5 G5")
    assert later.journal_path.parent == tmp_path / "data" / "journal"
    assert [one.path for one in recover()] == [later.journal_path, studio.journal_path]
    assert [len(take.score.notes) for take in recover(studio.journal_path.stem)] == [2]


def test_two_sessions_at_once_have_a_file_each(tmp_path: Path) -> None:
    one, two = Journal(tmp_path), Journal(tmp_path)
    for number in range(20):
        (one if number % 2 else two).append("x", number)
    assert [line.data for line in read_lines(one.path)] == list(range(1, 20, 2))
    assert [line.data for line in read_lines(two.path)] == list(range(0, 20, 2))


def test_the_folder_is_what_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSENB_JOURNAL", str(tmp_path / "here"))
    assert journal_folder() == tmp_path / "here"
    monkeypatch.delenv("MUSENB_JOURNAL")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert journal_folder().name == "journal"


def session(folder: Path, model: Path) -> tuple[StudioCore, Tree]:
    """Return a studio in which much was done."""
    studio = StudioCore(model, folder=folder)
    studio.prime("C5 D5 E5 G5")
    for seed in (1, 2):
        studio.continue_(1, seed=seed, take=1)
        studio.wait()
    studio.rename(2, "dark")
    studio.audition([2, 3])
    studio.vote("A")
    studio.delete(3)
    studio.undo()
    studio.redo()
    studio.close()
    return studio, studio.tree


def test_a_session_comes_back_as_it_was(tmp_path: Path, tiny_checkpoint: Path) -> None:
    studio, tree = session(tmp_path, tiny_checkpoint)
    (found,) = recover(folder=tmp_path)
    assert found.name == studio.journal_path.stem
    assert found.takes == 3
    assert found.name in str(recover(folder=tmp_path))
    for name in ("last", found.name):
        back = recover(name, folder=tmp_path)
        assert (back.everything, back.state, back.notices) == (tree.everything, tree.state, ())
    assert back.undo()
    tree.undo()
    assert back.state == tree.state
    with pytest.raises(LoadError, match="no session 'yesterday'"):
        recover("yesterday", folder=tmp_path)
    assert str(recover(folder=tmp_path / "none")) == "no sessions are saved"


def test_a_recovered_session_goes_on_in_a_journal_of_its_own(tmp_path: Path, tiny_checkpoint: Path) -> None:
    first, tree = session(tmp_path, tiny_checkpoint)
    before = first.journal_path.read_bytes()
    again = StudioCore.recover(folder=tmp_path, model=tiny_checkpoint)
    again.select(1)
    assert again.journal_path != first.journal_path
    assert first.journal_path.read_bytes() == before
    back = recover(again.journal_path.stem, folder=tmp_path)
    assert back.everything == tree.everything
    assert back.selected.id == 1


def test_whatever_line_is_broken_is_named_and_the_rest_comes_back(tmp_path: Path, tiny_checkpoint: Path) -> None:
    studio, _ = session(tmp_path, tiny_checkpoint)
    lines = [line for line in read_lines(studio.journal_path) if line.kind in ("take", "state")]
    for lost in lines:
        kept = [decode_line(line.number, b"{}\n") if line is lost else line for line in lines]
        back = rebuilt(kept)
        assert any(f"line {lost.number} is lost" in notice for notice in back.notices)
        missing = lost.data["take"]["id"] if lost.kind == "take" else None
        assert {take.id for take in back.everything} == {1, 2, 3} - {missing}
        if lost.number != lines[-1].number:
            assert back.state.names.get(2) == (None if missing == 2 else "dark")
    for end in range(len(lines)):
        assert len(rebuilt(lines[:end]).everything) == sum(line.kind == "take" for line in lines[:end])


KILLED = """
import os, signal, sys
from musenb.studio.core import StudioCore
studio = StudioCore(sys.argv[2], folder=sys.argv[1])
studio.prime("C5 D5 E5 G5")
cells = 0
def saved(take, share):
    print(take, studio.saved.lines, flush=True)
    if share > 0.1:
        os.kill(os.getpid(), signal.SIGKILL)
import musenb.studio.writing
musenb.studio.writing.SAVE_SECONDS = 0
studio.on("progress", saved)
studio.continue_(8, seed=11)
studio.wait()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_a_killed_process_loses_only_what_was_not_said_to_be_saved(tmp_path: Path, tiny_checkpoint: Path) -> None:
    places = {name: tmp_path / name for name in ("home", "work", "temp", "journal")}
    for place in places.values():
        place.mkdir()
    root = str(Path(musenb.__file__).parents[1])
    environment = {
        **os.environ, "HOME": str(places["home"]), "TMPDIR": str(places["temp"]), "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": root,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(places["journal"]), str(tiny_checkpoint)],
        cwd=places["work"], env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    take, said = map(int, done.stdout.split()[-2:])
    assert [name for name in ("home", "work", "temp") if any(places[name].iterdir())] == []
    tree = recover("last", folder=places["journal"])
    assert tree.notices == (f"take {take} was being written: it is back as far as it was saved",)
    found = tree.take(take)
    assert not found.complete
    (path,) = places["journal"].iterdir()
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert len(lines) == said
    assert found.position == sum(len(line["data"]["cells"]) for line in lines if line["kind"] == "cells") > 40
    studio = StudioCore(tree=tree, journal=False)
    assert studio.repeat(take) == found.score
