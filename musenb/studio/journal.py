"""What was done in a studio, line by line, in a file of its own that only grows.

A line is a JSON object {"sum", "n", "at", "kind", "data"}: the first 16 hexadecimal digits of the SHA-256 of the rest,
the number of the line from 1, the time (UTC), what happened and its values. A line counts as saved when it has been
forced to the disk. What cannot be written stays in memory and goes with the next line that can.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

VARIABLE = "MUSENB_JOURNAL"
SUFFIX = ".jsonl"
LONGEST_LINE = 64 * 2**20


def journal_folder() -> Path | None:
    """Return where journals lie: what MUSENB_JOURNAL says, else in the user's data folder; None when there is none."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    try:
        return user_data_path("musenb", appauthor=False) / "journal"
    except (OSError, RuntimeError, KeyError):
        return None


@dataclass(frozen=True, slots=True)
class Saved:
    """How far a journal is saved.

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


class Journal:
    """One session's file, made when the first line is written.

    Parameters
    ----------
    folder : Path or None
        None: nothing is written, all stays in memory.
    told : callable
        Called with a `Saved` when lines can no longer be written, once, and when they can be again.
    """

    def __init__(self, folder: Path | None, told: Callable[[Saved], object] = lambda saved: None) -> None:
        started = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        self.name = f"{started}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = None if folder is None else folder / f"{self.name}{SUFFIX}"
        self._told, self._lock = told, threading.RLock()
        self._handle: int | None = None
        self._length, self._torn = 0, False
        self._number, self._at = 0, 0.0
        self._waiting: list[bytes] = []
        self._reason = "" if self.path else "there is no folder to keep it in"

    @property
    def saved(self) -> Saved:
        """How far it is saved now."""
        with self._lock:
            waiting = len(self._waiting)
            return Saved(self._number - waiting, waiting, self._reason if waiting else "", self._at)

    def append(self, kind: str, data: Any) -> Saved:
        """Write a line, and those that wait, and return when they are on the disk or cannot be."""
        with self._lock:
            self._number += 1
            self._waiting.append(encode_line(self._number, kind, data))
            before = self._reason
            self._reason = self._flush()
            saved = self.saved
        if saved.reason != before or (saved.reason and saved.lines + saved.waiting == 1):
            self._told(saved)
        return saved

    def close(self) -> None:
        """Write what waits, if it can be, and let go of the file."""
        with self._lock:
            if self._waiting:
                self._reason = self._flush()
            if self._handle is not None:
                handle, self._handle = self._handle, None
                with contextlib.suppress(OSError):
                    os.close(handle)

    def _flush(self) -> str:
        """Write the waiting lines; return why that is not possible, or nothing."""
        if self.path is None:
            return self._reason
        try:
            if self._handle is None:
                self._open(self.path)
            data = b"\n" * self._torn + b"".join(self._waiting)
            self._write_whole(data)
        except OSError as error:
            return error.strerror or str(error)
        self._length, self._torn, self._at = self._length + len(data), False, time.time()
        self._waiting.clear()
        return ""

    def _open(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        settle(path.parent)

    def _write_whole(self, data: bytes) -> None:
        """Write and force to the disk; after an error the file is as long as before, or ends in a torn line."""
        assert self._handle is not None
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._handle, rest) :]
            os.fsync(self._handle)
        except OSError:
            try:
                os.ftruncate(self._handle, self._length)
            except OSError:
                self._length, self._torn = os.fstat(self._handle).st_size, True
            raise


def settle(folder: Path) -> None:
    """Force the entries of a folder to the disk where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def encode_line(number: int, kind: str, data: Any) -> bytes:
    """Return a line with its checksum, the line's end included."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    body = {"n": number, "at": at, "kind": kind, "data": data}
    return f"{_dumped({'sum': _checksum(body), **body})}\n".encode("ascii")


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
    fault : str
        What is wrong with it; empty for a good one.
    """

    number: int
    kind: str = ""
    data: Any = None
    at: str = ""
    fault: str = ""


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a journal, broken ones too.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with open(path, "rb") as file:
        for number, raw in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
            yield decode_line(number, raw)


def decode_line(number: int, raw: bytes) -> Line:
    """Return what a line says, or what is wrong with it."""
    if not raw.endswith(b"\n"):
        return Line(number, fault="it was not written to its end")
    try:
        body = json.loads(raw)
        told = body.pop("sum")
        if told != _checksum(body):
            return Line(number, fault="its checksum does not fit")
        return Line(number, str(body["kind"]), body["data"], str(body["at"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Line(number, fault="it is not a line of a journal")


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(_dumped(body).encode("ascii")).hexdigest()[:16]


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
