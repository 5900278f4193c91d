"""PNG pictures that stand in for a view where widgets do not run."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape

import numpy as np

from musenb.export.palette import VOICES_ON_LIGHT, rgb
from musenb.widgets.wire.notes import GENERATED

COLOURS = tuple(rgb(colour) for colour in VOICES_ON_LIGHT)
PAPER = 255


def png_bytes(pixels: np.ndarray) -> bytes:
    """Return a picture as PNG.

    Parameters
    ----------
    pixels : uint8 (height, width, 3)

    Raises
    ------
    ValueError
        It has another shape or type.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"pixels are {pixels.dtype} {pixels.shape}, needed: uint8 (height, width, 3)")
    height, width, _ = pixels.shape
    unfiltered = np.zeros((height, 1), np.uint8)
    rows = np.concatenate([unfiltered, pixels.reshape(height, -1)], axis=1)

    def chunk(name: bytes, data: bytes) -> bytes:
        length = struct.pack(">I", len(data))
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return length + name + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def figure(png: bytes, words: str) -> str:
    """Return a picture with words below it as HTML that a notebook keeps where it is not trusted."""
    data = base64.b64encode(png).decode("ascii")
    image = f'<img style="max-width: 100%" alt="{escape(words)}" src="data:image/png;base64,{data}">'
    return f'<figure style="margin: 0">{image}<figcaption>{escape(words)}</figcaption></figure>'


def roll_png(notes: np.ndarray, width: int = 800, row: int = 4) -> bytes:
    """Return a piano roll of a note table as PNG; see `roll_pixels`."""
    return png_bytes(roll_pixels(notes, width=width, row=row))


def roll_pixels(
    notes: np.ndarray,
    *,
    width: int = 800,
    row: int = 4,
    span: tuple[int, int] | None = None,
    end: float | None = None,
) -> np.ndarray:
    """Return a piano roll of a note table, uint8 (height, width, 3): voices in colours, generated notes hatched.

    Parameters
    ----------
    notes : structured array (notes,)
        As `musenb.widgets.notes.unpack` returns it, at least one.
    width : int
        Pixels.
    row : int
        Pixels a semitone.
    span : (int, int), optional
        Lowest and highest pitch; those of the notes, with two more on either side, by default.
    end : float, optional
        Quarters at the right edge; where the last note ends, by default.
    """
    ends = notes["onset"] + notes["duration"]
    pitches = notes["pitch"]
    low, high = span or (int(pitches.min()) - 2, int(pitches.max()) + 2)
    end = float(ends.max()) if end is None else end
    pixels = np.full(
        ((high - low + 1) * row, width, 3),
        PAPER,
        np.uint8,
    )
    for pitch in range(low, high + 1):
        if pitch % 12 in (1, 3, 6, 8, 10):
            pixels[(high - pitch) * row : (high - pitch + 1) * row] = 243
    left = np.floor(notes["onset"] / end * width).astype(int)
    right = np.floor(ends / end * width).astype(int) - 1
    right = np.maximum(left + 1, right)
    for note, start, stop in zip(notes, left, right, strict=True):
        top = (high - int(note["pitch"])) * row
        colour = np.array(COLOURS[int(note["voice"]) % len(COLOURS)], np.uint8)
        pixels[top : top + row - 1, start:stop] = colour
        if note["flags"] & GENERATED:
            inside = slice(top + 1, top + row - 2)
            pixels[inside, start + 1 : stop - 1] = (colour.astype(int) + 2 * PAPER) // 3
    return pixels
