"""Wire types of every view: the traits that all of them have, and the size of an upload's chunk."""

from __future__ import annotations

from typing import Literal, TypedDict

CHUNK_BYTES = 1_000_000


class ViewState(TypedDict):
    """The traits that every view has."""

    error: str
    description: str
    clock_id: str
    own_id: str


class AskState(TypedDict):
    """Page to kernel: send all traits once more, for some of their changes were not heard."""

    kind: Literal["state"]
