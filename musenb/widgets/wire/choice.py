"""Wire types of a candidate: one of several takes that are written side by side."""

from __future__ import annotations

from typing import Literal, TypedDict

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import Quarters


class ChoiceState(NotesState):
    """The traits of one of several takes that are written side by side, the `number`th of them.

    It shows the notes from `shown_from` to `shown_to`; `begins` is where the model began to write.
    """

    engine: str
    number: int
    name: str
    votes: int
    seed: int
    writing: bool
    current: bool
    begins: Quarters
    shown_from: Quarters
    shown_to: Quarters


class RaiseHand(TypedDict):
    """Page to kernel: somebody prefers this one; `by` is -1 for a hand that is taken back."""

    kind: Literal["vote"]
    by: int


class Choose(TypedDict):
    """Page to kernel: go on from this one."""

    kind: Literal["choose"]
