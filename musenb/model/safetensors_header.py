"""Header of a safetensors file, read with distrust, and the file itself: a regular one of a sane size.

References
----------
The safetensors format: 8 bytes of header length, little-endian; the header in JSON; the data, without holes.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping

from musenb.errors import WeightsError

MOST_HEADER_BYTES = 1_000_000
MOST_TENSORS = 10_000
MOST_FILE_BYTES = 2_000_000_000

PICKLE = "a pickle; pickles can run programs and are never read, only safetensors files are"
STRANGERS = (  # first bytes of what is often found in the place of a checkpoint
    (b"version https://git-lfs", "a Git LFS pointer, not the file that it points to: fetch it with `git lfs pull`"),
    (b"PK\x03\x04", "a zip file with pickled objects, as torch.save writes it; only safetensors files are read"),
    *((bytes([0x80, protocol]), PICKLE) for protocol in range(2, 6)),
    (b"\x93NUMPY", "a NumPy array, not a safetensors file"),
)


def read_file(path: str, most: int = MOST_FILE_BYTES) -> bytes:
    """Return the first `most` bytes of a file.

    Raises
    ------
    WeightsError
        It is no regular file, is too large, or cannot be read.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise WeightsError(f"{path}: {'a folder' if stat.S_ISDIR(found.st_mode) else 'a device'}, not a file")
        if found.st_size > MOST_FILE_BYTES:
            raise WeightsError(f"{path}: {found.st_size:,} bytes; at most {MOST_FILE_BYTES:,} are read")
        with open(path, "rb") as file:
            return file.read(min(most, found.st_size))  # Python sets aside whatever number it is given
    except (OSError, ValueError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def header_of(data: bytes, source: str) -> tuple[dict, int]:
    """Return the header and where the data begins; raise WeightsError when `data` is no safetensors file."""
    if not data:
        raise WeightsError(f"{source}: the file is empty")
    for magic, what in STRANGERS:
        if data.startswith(magic):
            raise WeightsError(f"{source}: this is {what}")
    if data[:256].lstrip()[:1] == b"<":
        raise WeightsError(f"{source}: this is a web page (HTML or XML), not a safetensors file: the download failed")
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > MOST_HEADER_BYTES:
        raise WeightsError(
            f"{source}: not a safetensors file: it has {len(data):,} bytes and begins with a header length of "
            f"{length:,}; at most {MOST_HEADER_BYTES:,} are allowed"
        )
    if 8 + length > len(data):
        raise WeightsError(f"{source}: the file is cut: {len(data) - 8:,} of the {length:,} bytes of header are there")
    try:
        header = json.loads(data[8 : 8 + length], object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{source}: the header is not JSON: {str(error)[:200]}") from None
    if not isinstance(header, dict):
        raise WeightsError(f"{source}: the header is not a JSON object")
    if len(header) > MOST_TENSORS:
        raise WeightsError(f"{source}: {len(header):,} tensors in the header; at most {MOST_TENSORS:,} are allowed")
    return header, 8 + length


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def header_bytes(header: Mapping[str, object]) -> bytes:
    """Return a header as a file begins with it."""
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
