"""Atomic file writes: a file is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from pathlib import Path

from musenb.errors import SaveError
from musenb.files.names import windows_fault
from musenb.files.private import open_private, settle

LONGEST_STEM = 40
WINDOWS = os.name == "nt"
# Longer paths Windows takes only in its extended form, which begins with this.
USUAL_PATH, EXTENDED = 200, "\\\\?\\"
# Another program may hold the old file for a moment, as virus scanners do.
REPLACE_WAITS = (0.02, 0.05, 0.1, 0.2, 0.4)


def atomic_write(path: str | os.PathLike[str], data: bytes) -> None:
    """Put `data` at `path`, so that a reader finds the old content or the new one, never a part.

    The bytes go to a new file in the same folder, are forced to the disk and take the place of the old file, whose mode
    they keep. A link stays a link: its target is replaced.

    Parameters
    ----------
    path : str or os.PathLike
        Where to write; its folder must exist.
    data : bytes
        The whole content.

    Raises
    ------
    SaveError
        The file cannot be written; what stood at `path` is unchanged and nothing is left beside it.
    """
    shown = os.fspath(path)
    try:
        target = _target(shown)
        mode = _mode(target)
        partial = target.with_name(f".{target.name[:LONGEST_STEM]}.{secrets.token_hex(6)}.part")
        try:
            _write_whole(partial, data, mode)
            _replace(partial, target)
        except BaseException:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise
        settle(target.parent)
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SaveError(f"cannot write {shown!r}: {reason}; what was there is unchanged") from error


def _target(shown: str | bytes) -> Path:
    """Return the path without links, in the form that the system takes."""
    path = Path(os.fsdecode(shown))
    path = _windows_path(path) if WINDOWS else path
    path.parent.stat()  # 'a/../b' needs an 'a', which resolving would pass over
    return path.resolve() if path.is_symlink() else path.absolute()


def _windows_path(path: Path) -> Path:
    """Return the path as Windows takes it whatever its length; refuse a name that Windows would not keep."""
    if fault := windows_fault(path.name):
        raise ValueError(fault)
    whole = os.path.abspath(path)
    short = len(whole) <= USUAL_PATH or whole.startswith("\\\\")
    return path if short else Path(EXTENDED + whole)


def _replace(partial: Path, target: Path) -> None:
    """Put a file in the place of another, which Windows refuses while a program has that one open."""
    for wait in REPLACE_WAITS if WINDOWS else ():
        try:
            os.replace(partial, target)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    try:
        os.replace(partial, target)
    except PermissionError as error:
        if WINDOWS:
            raise PermissionError("another program has the file open; close it there") from error
        raise


def _mode(target: Path) -> int | None:
    """Return the permissions of the file that stands at `target`, None when there is none."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise IsADirectoryError(f"it is a {'folder' if stat.S_ISDIR(found.st_mode) else 'device'}, not a file")
    if not os.access(target, os.W_OK):
        raise PermissionError("the file is read-only")
    return stat.S_IMODE(found.st_mode)


def _write_whole(partial: Path, data: bytes, mode: int | None) -> None:
    # A new file's mode is left to the umask, as for any other.
    with open(partial, "xb", buffering=0) if mode is None else open_private(partial, "xb") as file:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file.fileno(), rest) :]
        if mode is not None:
            os.chmod(partial, mode)
        os.fsync(file.fileno())
