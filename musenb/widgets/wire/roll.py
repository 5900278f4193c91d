"""Wire types of the piano roll: its traits, edit operations and their replies."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import MidiPitch, Quarters

RollUnits = Literal["bars", "seconds"]


class RollState(NotesState):
    """The traits of a piano roll; with another `edition` the edits before are history. `snap`: quarters, 0 for none.

    A `strip` lies below a score in one line and has its time axis.
    """

    editable: bool
    edition: int
    units: RollUnits
    follow: bool
    snap: float
    velocity_lane: bool
    height: int
    strip: bool


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
