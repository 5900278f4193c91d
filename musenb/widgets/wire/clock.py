"""Wire types of the shared clock: playhead, loop, selection, and commands to it."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.base import ViewState
from musenb.widgets.wire.notes import TempoRow
from musenb.widgets.wire.units import Quarters


class Loop(NamedTuple):
    """A passage that is played again and again; `end` is above `start`."""

    start: Quarters
    end: Quarters


class ClockState(ViewState):
    """The traits of a clock; `playhead` is written by the page while it stands still."""

    playhead: Quarters
    playing: bool
    factor: float
    loop: Loop | None
    selection: list[str]
    tempos: list[TempoRow]
    end: Quarters


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
