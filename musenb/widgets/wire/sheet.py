"""Wire types of the engraved score: layout of pages, SVG plates, places of noteheads, tints."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import Quarters


class SheetPage(NamedTuple):
    """One page: its bars, half-open, and those that begin a line. Places among the bars of the piece, from 0."""

    first: int
    stop: int
    lines: list[int]


class SheetPlan(TypedDict):
    """How the piece is laid out, for `width` pixels at zoom 1; `edition` counts. `error`: why there are no pages.

    `voices` are those of each staff; a piano's stands on two.
    """

    edition: int
    width: int
    pages: list[SheetPage]
    voices: list[list[int]]
    error: str


class SheetHead(NamedTuple):
    """A notehead in units of its page: left edge, middle, width; its line and staff; '' as name when it is tied to."""

    id: str
    x: int
    y: int
    width: int
    line: int
    staff: int
    name: str


class SheetLine(TypedDict):
    """A line of music: top and bottom of its staves; bar lines, and the quarters at which the bars begin and end."""

    staves: list[tuple[int, int]]
    edges: list[int]
    times: list[Quarters]


class SheetPlate(TypedDict):
    """An engraved page; `key` is the same for the same drawing. `svg` has no style and no script."""

    edition: int
    page: int
    key: str
    svg: str
    width: int
    height: int
    heads: list[SheetHead]
    lines: list[SheetLine]
    error: str


class TintRow(NamedTuple):
    """A value that is shown under a note."""

    id: str
    value: float


class SheetState(NotesState):
    """The traits of a sheet; `plates` holds its first pages (gzip of JSON), `plates_version` counts its changes.

    A `strip` is one line whose pages stand side by side, with empty bars up to `room` quarters.
    """

    engine: str
    zoom: float
    transpose: int
    staves: Literal["each", "two"]
    colours: bool
    strip: bool
    room: Quarters
    tint: list[TintRow]
    tint_name: str
    plan: SheetPlan
    plates: bytes
    plates_version: int


class WantedPlate(NamedTuple):
    """A page that is looked at, and the key of the drawing that the view has of it."""

    page: int
    key: str


class WantPlates(TypedDict):
    """Page to kernel: engrave these pages."""

    kind: Literal["plates"]
    edition: int
    pages: list[WantedPlate]


class PlateReply(TypedDict):
    """Kernel to page: gzip of a SheetPlate in the only buffer; none where the view has that drawing already."""

    kind: Literal["plate"]
    edition: int
    page: int
    key: str


class FitSheet(TypedDict):
    """Page to kernel: lay the piece out for so many pixels at zoom 1."""

    kind: Literal["fit"]
    width: int
