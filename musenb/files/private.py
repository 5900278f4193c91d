"""Private append-only files, which only their owner reads.

Python's files know that Windows changes line ends in what `os.open` alone opens.
"""

from __future__ import annotations

import contextlib
import os
from io import FileIO
from pathlib import Path
from typing import Literal


def owner_only(path: str, flags: int) -> int:
    """Open a file that nobody else may read when it is new: an opener, to which Python's files give the flags."""
    return os.open(path, flags, 0o600)


def open_private(path: str | os.PathLike[str], mode: Literal["xb", "ab", "a+b"]) -> FileIO:
    """Return a file without a buffer; a new one is for its owner alone.

    Raises
    ------
    OSError
        It cannot be opened, or with 'xb' is there already.
    """
    return FileIO(path, mode, opener=owner_only)


def settle(folder: Path) -> None:
    """Force the entries of a folder to the disk where the system can; Windows cannot."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
