from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from musenb.errors import SaveError
from musenb.files.atomic import atomic_write


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a file with something in it, alone in its folder."""
    path = tmp_path / "song.mid"
    path.write_bytes(b"old")
    return path


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def alone(path: Path) -> bool:
    return [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_new_file_is_written_with_the_usual_mode(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        atomic_write(tmp_path / "new.mid", b"data")
    finally:
        os.umask(mask)
    assert (tmp_path / "new.mid").read_bytes() == b"data"
    assert stat.S_IMODE((tmp_path / "new.mid").stat().st_mode) == 0o640
    assert alone(tmp_path / "new.mid")


def test_an_old_file_is_replaced_and_keeps_its_mode(old: Path) -> None:
    old.chmod(0o604)
    atomic_write(str(old), b"new and longer")
    assert old.read_bytes() == b"new and longer"
    assert stat.S_IMODE(old.stat().st_mode) == 0o604
    assert alone(old)


def test_a_link_stays_a_link(old: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.mid"
    link.symlink_to(old)
    atomic_write(link, b"new")
    assert link.is_symlink()
    assert old.read_bytes() == b"new"
    assert alone(link)


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "chmod"])
def test_a_full_disk_leaves_the_old_file_whole(old: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(os, call, full)
    with pytest.raises(
        SaveError, match=r"cannot write '.*song\.mid': No space left on device; what was there is unchanged"
    ):
        atomic_write(old, b"new")
    assert old.read_bytes() == b"old"
    assert alone(old)


def test_a_disk_that_fills_halfway_leaves_the_old_file_whole(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, calls = os.write, []

    def some(handle: int, data: memoryview) -> int:
        calls.append(len(data))
        return write(handle, data[:100]) if len(calls) < 3 else full()

    monkeypatch.setattr(os, "write", some)
    with pytest.raises(SaveError, match="No space left"):
        atomic_write(old, bytes(1000))
    assert calls == [1000, 900, 800]
    assert old.read_bytes() == b"old"
    assert alone(old)


def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    atomic_write(tmp_path / "a", bytes(range(100)))
    assert (tmp_path / "a").read_bytes() == bytes(range(100))


def test_a_stop_in_the_middle_leaves_nothing_behind(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        atomic_write(old, b"new")
    assert old.read_bytes() == b"old"
    assert alone(old)


def test_a_read_only_file_or_folder_is_refused(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everywhere, so the system's refusal is played."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(SaveError, match="the file is read-only"):
            atomic_write(old, b"new")

    def denied(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(SaveError, match="Permission denied"):
        atomic_write(old, b"new")
    assert old.read_bytes() == b"old"
    assert alone(old)


def test_places_that_cannot_be_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for place, message in [
        (tmp_path, "it is a folder"),
        (tmp_path / "no" / "a.mid", "No such file or directory"),
        (tmp_path / "loop", "loop"),
        (f"{tmp_path}/a\0b", "null"),
        ("/dev/null", "it is a device"),
    ]:
        with pytest.raises(SaveError, match=f"cannot write .*{message}"):
            atomic_write(place, b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["loop"]


@pytest.mark.parametrize("name", ["é" * 120 + ".mid", "音楽🎵.mid", "a\nb.mid", "-", "x" * 255])
def test_any_name_the_system_takes_is_written(tmp_path: Path, name: str) -> None:
    atomic_write(tmp_path / name, b"data")
    assert (tmp_path / name).read_bytes() == b"data"
    assert alone(tmp_path / name)
