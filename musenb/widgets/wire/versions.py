"""Wire types of two versions of a piece, compared side by side."""

from __future__ import annotations

from typing import NamedTuple

from musenb.widgets.wire.base import ViewState
from musenb.widgets.wire.notes import Piece
from musenb.widgets.wire.units import Quarters


class VersionRow(NamedTuple):
    """A figure of both versions and how far they are apart, in words; empty where there is none."""

    label: str
    before: str
    after: str
    change: str


class VersionsState(ViewState):
    """The traits of two versions of a piece; both note tables stand on the time of `piece`.

    `differ` holds the ids of the notes that stand in one of them alone, of the first version and of the second.
    `parts` is the quarter at which they part, null where they are the same. `version` counts the changes.
    """

    engine: str
    piece: Piece
    first: bytes
    second: bytes
    names: tuple[str, str]
    differ: tuple[list[str], list[str]]
    parts: Quarters | None
    heading: str
    words: list[str]
    rows: list[VersionRow]
    version: int
