"""Lines that are cut, damaged, written by two at once or never reach the disk: what is whole comes back."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import musenb.files.lines
from musenb.files.lines import (
    Line,
    LineFile,
    Saved,
    append_lines,
    decode_line,
    decode_lines,
    encode_line,
    read_lines,
)  # fmt: skip

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TEN = [encode_line(number, "take", {"pitch": [60, number], "name": "dark"}) for number in range(1, 11)]
FILE = b"".join(TEN)


def sound(lines: list[Line]) -> list[int]:
    return [line.data["pitch"][1] for line in lines if not line.fault]


@given(JSON)
def test_every_value_comes_back(value: object) -> None:
    raw = encode_line(1, "x", value)
    assert raw.count(b"\n") == 1
    line = decode_line(1, raw)
    assert (line.fault, line.data) == ("", value)


@given(st.integers(0, len(FILE)))
def test_a_file_that_is_cut_anywhere_keeps_its_whole_lines(end: int) -> None:
    lines = decode_lines(FILE[:end])
    whole = FILE[:end].count(b"\n")
    assert sound(lines) == list(range(1, whole + 1))
    torn = [line.fault for line in lines if line.fault]
    assert torn == ([] if FILE[:end].endswith(b"\n") or not end else ["it was not written to its end"])


@given(st.integers(0, len(FILE) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_named_and_costs_no_other_line(place: int, bit: int) -> None:
    damaged = bytearray(FILE)
    damaged[place] ^= 1 << bit
    lines = decode_lines(bytes(damaged))
    hit = FILE[:place].count(b"\n") + 1
    lost = {hit, hit + 1} if FILE[place] == ord("\n") else {hit}  # without its end a line runs into the next
    assert sound(lines) == [number for number in range(1, 11) if number not in lost]
    assert all(line.fault for line in lines if line.data is None)


@given(st.integers(1, len(TEN[0]) - 1))
def test_a_torn_end_is_closed_before_the_next_line(kept: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "torn.jsonl"
        path.write_bytes(TEN[0] + TEN[1][:kept])
        append_lines(path, TEN[2])
        lines = list(read_lines(path))
    lacks_its_end_alone = kept == len(TEN[1]) - 1
    assert sound(lines) == ([1, 2, 3] if lacks_its_end_alone else [1, 3])
    assert len(lines) == 3


def test_lines_of_earlier_releases_without_a_checksum_are_read_where_they_may_stand() -> None:
    raw = b'{"kind": "game", "seed": 1}\n'
    assert decode_line(1, raw, unsummed=("game",)) == Line(1, "game", {"seed": 1})
    assert decode_line(1, raw).fault == "it is not a line of a journal"
    summed = encode_line(1, "game", {"seed": 1}).replace(b'"seed":1', b'"seed":2')
    assert decode_line(1, summed, unsummed=("game",)).fault == "its checksum does not fit"


def test_a_file_from_a_system_with_other_line_ends_is_read() -> None:
    assert sound(decode_lines(FILE.replace(b"\n", b"\r\n"))) == list(range(1, 11))


WRITER = """
import sys
from pathlib import Path
from musenb.files.lines import append_lines, encode_line
name = sys.argv[2]
for number in range(40):
    head = encode_line(1, "head", name)
    append_lines(Path(sys.argv[1]), encode_line(number, name, "x" * 3000), head=head)
"""


def test_two_programs_write_into_one_file_and_all_lines_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "both.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(Path(musenb.__file__).parents[1])}
    programs = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], env=environment) for name in ("one", "two")
    ]
    assert [program.wait(60) for program in programs] == [0, 0]
    lines = list(read_lines(path))
    assert [line.fault for line in lines if line.fault] == []
    assert [line.kind for line in lines].count("head") == 1, "whoever came first began the file"
    for name in ("one", "two"):
        assert sum(line.kind == name for line in lines) == 40


def test_who_writes_waits_for_another_and_goes_on_when_that_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl", reason="another kind of lock on this system")
    monkeypatch.setattr(musenb.files.lines, "PATIENCE", 0.2)
    path = tmp_path / "held.jsonl"
    append_lines(path, TEN[0])
    with open(path, "ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        writing = threading.Thread(target=append_lines, args=(path, TEN[1]))
        writing.start()
        time.sleep(0.05)
        assert sound(list(read_lines(path))) == [1]
        writing.join(10)
        assert sound(list(read_lines(path))) == [1, 2]


def test_a_new_file_is_the_users_alone_unless_said_otherwise(tmp_path: Path) -> None:
    append_lines(tmp_path / "mine", TEN[0])
    append_lines(tmp_path / "ours", TEN[0], mode=0o644)
    assert [(tmp_path / name).stat().st_mode & 0o077 for name in ("mine", "ours")] == [0, 0o044]


def test_what_cannot_be_written_waits_and_goes_with_the_next_line_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = LineFile(tmp_path / "a" / "b.jsonl", head=TEN[0], lines=1)
    assert (file.saved, file.waiting, file.path.exists()) == (Saved(1, 0), b"", False)
    (tmp_path / "a").write_text("no folder")
    assert file.append("take", {"pitch": [0, 2]}).waiting == 1
    assert file.saved.reason
    (tmp_path / "a").unlink()
    assert file.append("take", {"pitch": [0, 3]}) == Saved(3, 0)
    assert sound(list(read_lines(file.path))) == [1, 2, 3]
    file.path.unlink()
    file.append("take", {"pitch": [0, 4]})
    assert sound(list(read_lines(file.path))) == [1, 4], "a file that was thrown away is begun anew"


def test_a_torn_line_that_cannot_be_taken_back_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = LineFile(tmp_path / "x.jsonl")
    file.append("first", 1)
    real = os.write

    def failing(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(musenb.files.lines.os, "fsync", failing)
    monkeypatch.setattr(musenb.files.lines.os, "ftruncate", failing)
    shortened = lambda handle, data: real(handle, bytes(data)[:-5]) and len(data)  # noqa: E731
    monkeypatch.setattr(musenb.files.lines.os, "write", shortened)
    assert file.append("second", 2) == Saved(1, 1, "Input/output error")
    monkeypatch.undo()
    file.append("third", 3)
    kinds = [line.kind or line.fault for line in read_lines(file.path)]
    assert kinds == ["first", "it is not a line of a journal", "second", "third"]
