"""Append-only session journal: what was done in a studio, line by line.

See `musenb.files.lines` for the file. Its kinds of lines are 'take' (one was added), 'state' (something else about the
tree changed), 'draft' (a take was begun) and 'cells' (so much more of it is written).
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from musenb.files.lines import SUFFIX, LineFile, Saved, encode_line, read_lines

__all__ = ["Journal", "encode_line", "read_lines"]


class Journal:
    """One session's file, under a name that no other has, made when the first line is written.

    Parameters
    ----------
    folder : Path or None
        None: nothing is written, all stays in memory.
    on_change : callable
        Called with a `Saved` when lines can no longer be written, once, and when they can be again.
    spare : Path or None
        Where the file is made if not even its first line can be written in the folder.
    """

    def __init__(
        self,
        folder: Path | None,
        on_change: Callable[[Saved], object] = lambda saved: None,
        *,
        spare: Path | None = None,
    ) -> None:
        started = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        self.name = f"{started}-{os.getpid()}-{secrets.token_hex(4)}"
        self._file = LineFile(None if folder is None else folder / f"{self.name}{SUFFIX}")
        self._spare = None if spare is None else spare / f"{self.name}{SUFFIX}"
        self._on_change = on_change
        self._guard = threading.Lock()
        self._reason = ""

    @property
    def path(self) -> Path | None:
        """The file, whether it is there yet or not; None without a folder."""
        return self._file.path

    @property
    def saved(self) -> Saved:
        """How far it is saved now."""
        return self._file.saved

    def append(self, kind: str, data: Any) -> Saved:
        """Write a line, and those that wait, and return when they are on the disk or cannot be."""
        saved = self._file.append(kind, data)
        if saved.reason and not saved.lines and self._spare is not None:
            saved = self._file.move(self._spare)
        with self._guard:
            before, self._reason = self._reason, saved.reason
        if saved.reason != before:
            self._on_change(saved)
        return saved

    def close(self) -> None:
        """Write what waits, if it can be."""
        self._file.flush()
