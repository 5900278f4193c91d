"""Wire types of the engraved score: layout of pages, SVG plates, places of noteheads, tints."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import Quarters

ChordTrust = Literal["sure", "unsure", "unknown"]


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


class ChordRow(NamedTuple):
    """A chord label below the score; texts are for people to read.

    `key` is the local key, 'D minor'; `key_begins` says that the chord before has another. `cadence` is '' where no
    phrase closes. `confidence` 0..1; `trust` says how the label is shown: as it is, grey, or as a dot alone. `second`
    is the next likely label, a numeral and its key; two '' where there is none.
    """

    onset: Quarters
    end: Quarters
    numeral: str
    key: str
    key_begins: bool
    cadence: str
    confidence: float
    trust: ChordTrust
    second: tuple[str, str]
    overruled: bool


class SheetState(NotesState):
    """The traits of a sheet; `plates` holds its first pages (gzip of JSON), `plates_version` counts its changes.

    A `strip` is one line whose pages stand side by side, with empty bars up to `room` quarters. `chords` says whether
    the chord line is shown, `chord_rows` what stands on it, `chords_fixed` that there is no kernel to name them
    otherwise.
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
    chords: bool
    chord_rows: list[ChordRow]
    chords_fixed: bool
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


class OverruleChord(TypedDict):
    """Page to kernel: name the chord that begins at `onset` otherwise; an empty numeral takes a person's label back."""

    kind: Literal["overrule"]
    onset: Quarters
    numeral: str
    key: str
