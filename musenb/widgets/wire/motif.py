"""Wire types of the motif view: returns by form, similarity of bars, heads that look at returns."""

from __future__ import annotations

from typing import NamedTuple

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import Quarters


class ReturnRow(NamedTuple):
    """The motif or one of its returns; `voices` are the numbers of those it passes through, `words` a sentence.

    `confidence` is the share of the motif that is kept, 0..1; `expected` how many such readings chance would give.
    """

    onset: Quarters
    end: Quarters
    voices: list[int]
    form: str
    interval: str
    words: str
    confidence: float
    expected: float
    ids: list[str]


class LaneRow(NamedTuple):
    """One form: its name, what it means, how often it was found, and how often by chance (-1: not counted yet)."""

    form: str
    words: str
    found: int
    by_chance: float


class LookingRow(NamedTuple):
    """How one head looks at the places of return: its mean weight, what distance alone would give, and the p-value."""

    layer: int
    head: int
    looking: float
    recency: float
    p_value: float


class MotifState(NotesState):
    """The traits of a motif view; `selected` is the number of a return, -1 for none.

    `likeness` says which bars are alike, `attention` which look at which: first the mean of all heads, then each. They
    are uint8 [side, side] each; with `side` below the number of bars a cell stands for a few. Scales are of the bytes.
    """

    motif: ReturnRow | None
    returns: list[ReturnRow]
    lanes: list[LaneRow]
    selected: int
    verdict: str
    side: int
    likeness: bytes
    likeness_scale: float
    attention: bytes
    attention_scales: list[float]
    heads: int
    looking: list[LookingRow]
    looking_words: str
    matrices: int
