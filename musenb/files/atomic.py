"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from musenb.errors import SaveError

LONGEST_STEM = 40


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
        target = Path(shown).resolve()
        mode = _mode(target)
        partial = target.with_name(f".{target.name[:LONGEST_STEM]}.{secrets.token_hex(6)}.part")
        try:
            _write_whole(partial, data, mode)
            os.replace(partial, target)
        except BaseException:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise
        settle(target.parent)
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SaveError(f"cannot write {shown!r}: {reason}; what was there is unchanged") from error


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
    # 0o666 lets the umask decide, as it does for any new file.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(partial, flags, 0o666 if mode is None else 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        if mode is not None:
            os.chmod(partial, mode)
        os.fsync(handle)
    finally:
        os.close(handle)


def settle(folder: Path) -> None:
    """Force the entries of a folder to the disk where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
