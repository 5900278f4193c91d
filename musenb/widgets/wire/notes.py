"""Wire types of notes: the binary note table, what a piece has beside its notes, and streamed batches.

Records are `TypedDict` (JSON objects), rows are `NamedTuple` (JSON arrays), binary data goes in buffers beside a
message or in a `Bytes` trait. Each module of this folder is the single source of the file of its name in
`frontend/src/core/wire/`: `python -m musenb.widgets.wire.typescript` writes them; `tests/test_wire.py` compares.

Notes travel as a table of columns, little-endian, `NOTE_BYTES` a note::

    onset    float64[n]   quarters from the beginning of the piece
    duration float64[n]   quarters
    index    uint32[n]    with the voice, the note's id: 'v{voice}n{index}'
    pitch    uint8[n]     MIDI number
    velocity uint8[n]     1..127
    voice    uint8[n]     0 for the first voice
    flags    uint8[n]     GENERATED, FERMATA, DIFFERS (from the take beside it), LOCKED (kept when a model writes); and
                          NAMED times the alteration of the note's name plus 3, 0 where it is the key's

A large table in a trait is `squeezed`: laid out as `musenb.widgets.squeeze` tells.

Every kind of message has a `kind`; a stream of messages has a `seq` that counts up by one from 1.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, NotRequired, TypedDict

from musenb.widgets.wire.base import ViewState
from musenb.widgets.wire.units import Quarters

NOTE_BYTES = 24
GENERATED = 1
FERMATA = 2
DIFFERS = 4
LOCKED = 8
NAMED = 16
STREAM_RATE = 30


class Bar(NamedTuple):
    """One bar; `number` is 0 for an anacrusis."""

    onset: Quarters
    end: Quarters
    number: int
    beats: int
    unit: int
    beat: Quarters


class BarRun(NamedTuple):
    """`count` bars that follow each other, all like the first; an anacrusis is alone."""

    onset: Quarters
    end: Quarters
    number: int
    beats: int
    unit: int
    beat: Quarters
    count: int  # pyright: ignore[reportIncompatibleMethodOverride]


class TempoRow(NamedTuple):
    """Quarters a minute from `onset` on."""

    onset: Quarters
    qpm: float


class KeyRow(NamedTuple):
    """Sharps (negative: flats) from `onset` on."""

    onset: Quarters
    fifths: int


class Piece(TypedDict):
    """What a view needs to know of a score beside its notes. Names are user text: never HTML.

    `alters`: by how many semitones the names of the pitch classes, C first, are altered in its key.
    """

    title: str
    voices: list[str]
    bars: list[BarRun]
    tempos: list[TempoRow]
    keys: list[KeyRow]
    alters: NotRequired[list[int]]
    end: Quarters


class NotesState(ViewState):
    """The traits of a view of notes; `version` counts the changes of the table `notes`, `seq` the batches in it."""

    notes: bytes
    squeezed: bool
    version: int
    seq: int
    streaming: bool
    piece: Piece


class Append(TypedDict):
    """Kernel to page: notes that come after those of the trait; the table is the only buffer."""

    kind: Literal["append"]
    seq: int


class Resend(TypedDict):
    """Page to kernel: batch `seq` and those behind it have not come."""

    kind: Literal["resend"]
    seq: int
