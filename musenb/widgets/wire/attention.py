"""Wire types of the attention map: traits, requests for matrices and rows, and their replies."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.notes import NotesState

AttentionWhat = Literal["weights", "content", "relative"]
AttentionLevel = Literal["tokens", "notes"]
AttentionOrder = Literal["time", "voice"]


class HeadId(NamedTuple):
    """One head; both are counted from 0."""

    layer: int
    head: int


class AttentionState(NotesState):
    """The traits of an attention view.

    `live` is false where no kernel answers: then there are pictures of weights alone.
    `overview` holds a small picture of every head, uint8, [layers, heads, overview_shape], by `overview_scales`. The
    maps are int32, the row of the note table for each token, -1 for none; `tokens` counts queries and keys. `labels`
    are those of the keys, `query_labels` those of the queries, None when they are the same; either list may be empty.
    """

    layers: int
    heads: int
    tokens: tuple[int, int]
    kinds: list[AttentionWhat]
    layer: int
    head: int
    what: AttentionWhat
    level: AttentionLevel
    order: AttentionOrder
    query: Literal["mean", "first", "last"]
    overview: bytes
    overview_shape: list[int]
    overview_scales: list[float]
    overview_level: AttentionLevel
    query_notes: bytes
    key_notes: bytes
    labels: list[str]
    query_labels: list[str] | None
    arc_heads: list[HeadId]
    top_k: int
    threshold: float
    shared_arcs: bool
    revision: int
    live: bool


class AttentionRequest(TypedDict):
    """Page to kernel: one head; rows and columns are half-open ranges, shrunk to at most `size` cells a side."""

    kind: Literal["matrix"]
    request: int
    layer: int
    head: int
    what: AttentionWhat
    level: AttentionLevel
    order: AttentionOrder
    rows: tuple[int, int]
    columns: tuple[int, int]
    size: int


class AttentionReply(TypedDict):
    """Kernel to page: a matrix, uint8 row by row in the only buffer: 0 is nothing, else offset + scale * (byte - 1)."""

    kind: Literal["matrix"]
    request: int
    layer: int
    head: int
    what: AttentionWhat
    level: AttentionLevel
    order: AttentionOrder
    rows: tuple[int, int]
    columns: tuple[int, int]
    shape: tuple[int, int]
    scale: float
    offset: float


class AttentionRowsRequest(TypedDict):
    """Page to kernel: whole rows of some heads as they are, in the order of time."""

    kind: Literal["rows"]
    request: int
    heads: list[HeadId]
    what: AttentionWhat
    level: AttentionLevel
    rows: list[int]


class AttentionRowsReply(TypedDict):
    """Kernel to page: float32 [heads, rows, columns] in the only buffer; NaN is nothing."""

    kind: Literal["rows"]
    request: int
    heads: list[HeadId]
    what: AttentionWhat
    level: AttentionLevel
    rows: list[int]
    columns: int
