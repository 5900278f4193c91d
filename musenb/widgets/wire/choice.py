"""Wire types of a candidate: one of several takes that are written side by side."""

from __future__ import annotations

from typing import Literal, TypedDict

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import Quarters


class ChoiceState(NotesState):
    """The traits of one of several takes that are written side by side.

    It shows the notes from `shown_from` to `shown_to`; `begins` is where the model began to write.
    """

    engine: str
    name: str
    seed: int
    writing: bool
    current: bool
    begins: Quarters
    shown_from: Quarters
    shown_to: Quarters


class Choose(TypedDict):
    """Page to kernel: go on from this one."""

    kind: Literal["choose"]
