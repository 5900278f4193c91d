"""What travels between Python and the page: the single source of `frontend/src/wire.ts`.

Records are `TypedDict` (JSON objects), rows are `NamedTuple` (JSON arrays), binary data goes in buffers beside a
message or in a `Bytes` trait. `python -m musenb.widgets.wire.typescript` writes the
TypeScript; `tests/test_wire.py` compares.

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

from typing import Literal, NamedTuple, NewType, NotRequired, TypedDict

Quarters = NewType("Quarters", float)
Seconds = NewType("Seconds", float)
MidiPitch = NewType("MidiPitch", int)

NOTE_BYTES = 24
GENERATED = 1
FERMATA = 2
DIFFERS = 4
LOCKED = 8
NAMED = 16
STREAM_RATE = 30
CHUNK_BYTES = 1_000_000


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
    count: int


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


class Loop(NamedTuple):
    """A passage that is played again and again; `end` is above `start`."""

    start: Quarters
    end: Quarters


RollUnits = Literal["bars", "seconds"]


class ViewState(TypedDict):
    """The traits that every view has."""

    error: str
    description: str
    clock_id: str


class NotesState(ViewState):
    """The traits of a view of notes; `version` counts the changes of the table `notes`, `seq` the batches in it."""

    notes: bytes
    squeezed: bool
    version: int
    seq: int
    streaming: bool
    piece: Piece


class ClockState(ViewState):
    """The traits of a clock; `playhead` is written by the page while it stands still."""

    playhead: Quarters
    playing: bool
    factor: float
    loop: Loop | None
    selection: list[str]
    tempos: list[TempoRow]
    end: Quarters


class SoundState(NotesState):
    """The traits of a player. Voices are numbered as in the note table; `volume` is 0..1."""

    volume: float
    muted: list[int]
    soloed: list[int]
    metronome: bool
    count_in: int
    programs: list[int]
    soundfont: str
    engine: str


class RollState(NotesState):
    """The traits of a piano roll; with another `edition` the edits before are history. `snap`: quarters, 0 for none."""

    editable: bool
    edition: int
    units: RollUnits
    follow: bool
    snap: float
    velocity_lane: bool
    height: int


class EngineState(ViewState):
    """The sound engine, once a notebook: its code (gzip) and the soundfont of the piano."""

    code: bytes
    soundfont: bytes


class Append(TypedDict):
    """Kernel to page: notes that come after those of the trait; the table is the only buffer."""

    kind: Literal["append"]
    seq: int


class Resend(TypedDict):
    """Page to kernel: batch `seq` and those behind it have not come."""

    kind: Literal["resend"]
    seq: int


class Seek(TypedDict):
    """Kernel to page: move the playhead."""

    kind: Literal["seek"]
    playhead: Quarters


class Play(TypedDict):
    """Kernel to page: start or stop."""

    kind: Literal["play"]
    playing: bool


class Select(TypedDict):
    """Kernel to page: select these notes and no others."""

    kind: Literal["select"]
    ids: list[str]


ClockCommand = Seek | Play | Select


class AddNote(TypedDict):
    """A new note; its id must be free. `like` names a note, perhaps a deleted one, whose origin and fermata it has."""

    op: Literal["add"]
    id: str
    voice: int
    onset: Quarters
    duration: Quarters
    pitch: MidiPitch
    velocity: int
    like: NotRequired[str]


class MoveNote(TypedDict):
    """A note at another onset or pitch; what is not named stays. (The voice is part of the id: delete and add.)"""

    op: Literal["move"]
    id: str
    onset: NotRequired[Quarters]
    pitch: NotRequired[MidiPitch]


class ResizeNote(TypedDict):
    """A note with another duration, and perhaps another onset."""

    op: Literal["resize"]
    id: str
    duration: Quarters
    onset: NotRequired[Quarters]


class SetVelocity(TypedDict):
    """A note played louder or softer."""

    op: Literal["velocity"]
    id: str
    velocity: int


class DeleteNote(TypedDict):
    """A note taken away."""

    op: Literal["delete"]
    id: str


EditOp = AddNote | MoveNote | ResizeNote | SetVelocity | DeleteNote


class Edit(TypedDict):
    """Page to kernel: operations that belong together (one undo step); `page` tells the pages of one view apart."""

    kind: Literal["edit"]
    page: str
    seq: int
    ops: list[EditOp]


class Edited(TypedDict):
    """Kernel to page: edit `seq` was taken, or why not; the notes themselves come in the trait."""

    kind: Literal["edited"]
    page: str
    seq: int
    error: str


class Fit(TypedDict):
    """Kernel to page: show the whole piece from its beginning."""

    kind: Literal["fit"]


AttentionWhat = Literal["weights", "content", "relative"]
AttentionLevel = Literal["tokens", "notes"]
AttentionOrder = Literal["time", "voice"]


class EngineRequest(TypedDict):
    """Page to kernel: the engine's model cannot be reached, send it as a message."""

    kind: Literal["engine"]


class EngineReply(TypedDict):
    """Kernel to page: two buffers, the code (gzip) and the soundfont."""

    kind: Literal["engine"]


class SoundfontRequest(TypedDict):
    """Page to kernel: the user's soundfont, please."""

    kind: Literal["soundfont"]


class SoundfontPart(TypedDict):
    """Kernel to page: one of `parts` pieces of the soundfont, in the only buffer."""

    kind: Literal["soundfont"]
    part: int
    parts: int
