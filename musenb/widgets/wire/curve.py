"""Wire types of a curve along the piece, such as surprisal in bits."""

from __future__ import annotations

from typing import TypedDict

from musenb.widgets.wire.notes import NotesState


class CurveLine(TypedDict):
    """One value for each row of the note table, null where there is none; `name` tells lines apart."""

    name: str
    values: list[float | None]


class CurveState(NotesState):
    """The traits of a curve along the piece; `unit` is that of the values, such as 'bits'."""

    lines: list[CurveLine]
    unit: str
    height: int
