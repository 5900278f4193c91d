"""Append-only JSON Lines files with a checksum in every line: journals, students' answers, games.

A line is a JSON object {"sum", "n", "at", "kind", "data"}: the first 16 hexadecimal digits of the SHA-256 of the rest,
the number of the line from 1, the time (UTC), what happened and its values. A line counts as saved when it has been
forced to the disk. What cannot be written stays in memory and goes with the next line that can.

Each line stands for itself: a torn or damaged one costs no other, and is named by whoever reads. Several programs may
append to one file; each waits for the others, and every call appends whole lines.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from musenb.files.private import settle

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

SUFFIX = ".jsonl"
LONGEST_LINE = 64 * 2**20
# So long (seconds) an append waits for another writer of the same file; then it goes on beside it.
PATIENCE, PAUSE = 2.0, 0.01
# Far behind the end of every file: on Windows what is locked cannot be read by others.
_LOCKED_BYTE = 2**40


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was read.

    Parameters
    ----------
    number : int
        Its place in the file, from 1.
    kind : str
        Empty for a broken line.
    data : Any
    at : str
        The time, UTC; empty where the line does not tell it.
    fault : str
        What is wrong with it; empty for a good one.
    """

    number: int
    kind: str = ""
    data: Any = None
    at: str = ""
    fault: str = ""


def now() -> str:
    """Return the time as a line keeps it: UTC, as in '2026-11-21T09:30:00.123456Z'."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def encode_line(number: int, kind: str, data: Any, *, at: str = "") -> bytes:
    """Return a line with its checksum, the line's end included; `at` is the time, now when it is empty."""
    body = {"n": number, "at": at or now(), "kind": kind, "data": data}
    return f"{_dumped({'sum': _checksum(body), **body})}\n".encode("ascii")


def decode_line(number: int, raw: bytes, *, unsummed: Collection[str] = ()) -> Line:
    """Return what a line says, or what is wrong with it.

    Parameters
    ----------
    number : int
    raw : bytes
    unsummed : collection of str
        Kinds that earlier releases wrote without a checksum, their values beside "kind".
    """
    if not raw.endswith(b"\n"):
        return Line(number, fault="it was not written to its end")
    try:
        body = json.loads(raw)
        if "sum" not in body and body["kind"] in unsummed:
            return Line(number, str(body.pop("kind")), body)
        checksum = body.pop("sum")
        if checksum != _checksum(body):
            return Line(number, fault="its checksum does not fit")
        return Line(number, str(body["kind"]), body["data"], str(body["at"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Line(number, fault="it is not a line of a journal")


def decode_lines(content: bytes, *, unsummed: Collection[str] = ()) -> list[Line]:
    """Return the lines of a file's content, broken ones too; parameters as in `decode_line`."""
    return list(_lines_of(io.BytesIO(content), unsummed))


def read_lines(path: Path, *, unsummed: Collection[str] = ()) -> Iterator[Line]:
    """Yield the lines of a file, broken ones too; parameters as in `decode_line`.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with open(path, "rb") as file:
        yield from _lines_of(file, unsummed)


def _lines_of(file: IO[bytes], unsummed: Collection[str]) -> Iterator[Line]:
    for number, raw in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
        yield decode_line(number, raw, unsummed=unsummed)


def append_lines(path: Path, lines: bytes, *, head: bytes = b"", mode: int = 0o600) -> None:
    """Append whole lines to a file and force them to the disk.

    Parameters
    ----------
    path : Path
        Made when it is missing; its folder must exist.
    lines : bytes
        As `encode_line` returns them, one or more.
    head : bytes
        Lines that an empty file begins with.
    mode : int
        Permissions of a new file; by default, for the user's eyes only.

    Raises
    ------
    OSError
        It cannot be written: the file is as long as before, or ends in a torn line, which the next call closes.
    """

    def opened(name: str, flags: int) -> int:
        return os.open(name, flags, mode)  # the flags that Windows needs for bytes are among them

    with open(path, "a+b", buffering=0, opener=opened) as file, _waiting_for_others(file.fileno()) as alone:
        handle = file.fileno()
        size = os.fstat(handle).st_size
        begun = b"\n" if size and not _ends_whole(file) else b""
        try:
            _write_whole(handle, (begun if size else head) + lines)
            os.fsync(handle)
        except OSError:
            if alone:  # else it might be another's line that is cut off
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, size)
            raise
    if not size:
        settle(path.parent)


def _ends_whole(file: IO[bytes]) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _write_whole(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


@contextlib.contextmanager
def _waiting_for_others(handle: int) -> Iterator[bool]:
    """Keep other writers of a file away; yield False when that cannot be had, as on some network drives."""
    give_up = time.monotonic() + PATIENCE
    alone = _locked(handle)
    while alone is None and time.monotonic() < give_up:
        time.sleep(PAUSE)
        alone = _locked(handle)
    yield bool(alone)  # closing the file ends the lock


def _locked(handle: int) -> bool | None:
    """Lock a file; return None when another writer has it, False when nobody can."""
    try:
        if sys.platform == "win32":
            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return None
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Saved:
    """How far the lines of a file are saved.

    Parameters
    ----------
    lines : int
        Lines on the disk.
    waiting : int
        Lines that are in memory alone.
    reason : str
        Why there are such; empty when there are none.
    at : float
        When a line was last written, seconds since 1970; 0 when none was.
    """

    lines: int
    waiting: int
    reason: str = ""
    at: float = field(default=0.0, compare=False)


class LineFile:
    """Lines of one file, each kept in memory until it is on the disk. Methods may be called from any thread.

    Parameters
    ----------
    path : Path or None
        Made, with its folder, when the first line is written. None: all stays in memory.
    head : bytes
        Lines that an empty file begins with.
    lines : int
        Lines that are there by now.
    """

    def __init__(self, path: Path | None, *, head: bytes = b"", lines: int = 0) -> None:
        self.path, self._head = path, head
        self._lock = threading.RLock()
        self._number, self._at = lines, 0.0
        self._waiting: list[bytes] = []
        self._reason = "" if path else "there is no folder to keep it in"

    @property
    def saved(self) -> Saved:
        """How far it is saved now."""
        with self._lock:
            waiting = len(self._waiting)
            return Saved(self._number - waiting, waiting, self._reason if waiting else "", self._at)

    @property
    def waiting(self) -> bytes:
        """The lines that are in memory alone."""
        with self._lock:
            return b"".join(self._waiting)

    def append(self, kind: str, data: Any, *, at: str = "") -> Saved:
        """Write a line, and those that wait, and return when they are on the disk or cannot be."""
        with self._lock:
            self._number += 1
            self._waiting.append(encode_line(self._number, kind, data, at=at))
            return self.flush()

    def move(self, path: Path) -> Saved:
        """Go on in another file, if nothing is written yet and the lines that wait can be written there."""
        with self._lock:
            before, reason = self.path, self._reason
            if self.saved.lines:
                return self.saved
            self.path = path
            if self.flush().waiting:
                self.path, self._reason = before, reason
            return self.saved

    def flush(self) -> Saved:
        """Write the lines that wait, if they can be."""
        with self._lock:
            if self._waiting and self.path is not None:
                try:
                    self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    append_lines(self.path, b"".join(self._waiting), head=self._head)
                except OSError as error:
                    self._reason = error.strerror or str(error)
                else:
                    self._waiting.clear()
                    self._reason, self._at = "", time.time()
            return self.saved


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(_dumped(body).encode("ascii")).hexdigest()[:16]


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
