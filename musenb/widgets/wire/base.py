"""Wire types of every view: the traits that all of them have, and the size of an upload's chunk."""

from __future__ import annotations

from typing import TypedDict

CHUNK_BYTES = 1_000_000


class ViewState(TypedDict):
    """The traits that every view has."""

    error: str
    description: str
    clock_id: str
