"""Wire types of the player and the synthesiser: traits, the engine's code, the soundfont in chunks."""

from __future__ import annotations

from typing import Literal, TypedDict

from musenb.widgets.wire.base import ViewState
from musenb.widgets.wire.notes import NotesState


class SoundState(NotesState):
    """The traits of a player. Voices are numbered as in the note table; `volume` is 0..1."""

    volume: float
    muted: list[int]
    soloed: list[int]
    metronome: bool
    count_in: int
    programs: list[int]
    strip: bool
    soundfont: str
    engine: str


class EngineState(ViewState):
    """The sound engine, once a notebook: its code (gzip) and the soundfont of the piano."""

    code: bytes
    soundfont: bytes


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
