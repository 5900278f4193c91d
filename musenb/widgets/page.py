"""HTML export of the views: self-contained pages of one or several pieces."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from musenb.analysis.attention import AttentionRecord
from musenb.errors import MusenbError
from musenb.export.provenance import provenance
from musenb.export.to_page import PagePart, page_bytes
from musenb.score.note import Score
from musenb.widgets.attention import Attention
from musenb.widgets.base import MusenbWidget
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound, shared_engine

# The traits of a view that another piece changes.
CHANGING = (
    *("notes", "version", "seq", "piece", "description", "edition", "plan", "plates", "plates_version"),
    *("layers", "heads", "tokens", "kinds", "overview", "overview_shape", "overview_scales", "overview_level"),
    *("query_notes", "key_notes", "labels", "query_labels", "revision"),
)


@dataclass(frozen=True, slots=True)
class PagePiece:
    """One of the pieces of a page.

    Parameters
    ----------
    number : int
        By which it is chosen.
    score : Score
    attention : AttentionRecord or None
        Where a model looked while it read the score.
    """

    number: int
    score: Score
    attention: AttentionRecord | None = None


def page_of(
    score: Score, *, title: str = "", words: str = "", attention: AttentionRecord | None = None
) -> bytes:
    """Return a page with player, score and roll of a piece.

    Parameters
    ----------
    score : Score
    title : str
        The score's own by default.
    words : str
        Paragraphs above the views, apart by empty lines; by default, which notes were given and which were written.
    attention : AttentionRecord, optional
        Where a model looked while it read the score, for a view of its own.
    """
    sound = Sound(score)
    views = [sound, Sheet(score, clock=sound), Roll(score, clock=sound)]
    if attention is not None:
        views.append(Attention(score, attention, clock=sound))
    parts = [view.page_part() for view in views]
    for view in views:
        view.close()
    return with_engine(parts, title=title or score.title, words=words or provenance(score))


def with_engine(
    parts: Sequence[PagePart],
    *,
    title: str = "",
    words: str = "",
) -> bytes:
    """Return a page of parts, the engine that sounds for them among it."""
    engine = shared_engine().page_part(shown=False)
    return page_bytes([*parts, engine], title=title or "musenb", words=words)


def changing_parts(pieces: Sequence[PagePiece], chosen: PagePiece, *, clock: MusenbWidget) -> list[PagePart]:
    """Return player, score and roll as parts of a page that show the piece which is chosen there, `chosen` first.

    There is a view of attention when any piece has a record; it is empty for one that has none.
    """
    kinds: list[type] = [Sound, Sheet, Roll]
    if any(piece.attention is not None for piece in pieces):
        kinds.append(Attention)
    parts = []
    for kind in kinds:
        view = _view(kind, chosen, clock=clock)
        states = {str(piece.number): _changed_state(kind, piece) for piece in pieces}
        part = view.page_part()
        parts.append(dataclasses.replace(
            part,
            empty=states[str(chosen.number)] is None,
            takes=states,
        ))
        view.close()
    return parts


def _view(kind: type, piece: PagePiece, **settings: Any) -> Any:
    if kind is Attention:
        settings["heads"] = piece.attention
    return kind(piece.score, **settings)


def _changed_state(kind: type, piece: PagePiece) -> dict[str, object] | None:
    """Return the traits of a view that shows a piece; None when it has nothing to show."""
    if kind is Attention and piece.attention is None:
        return None
    view = _view(kind, piece)
    state = view.page_state(edition=piece.number)
    view.close()
    if kind is Attention:
        state["revision"] = piece.number
    return {name: state[name] for name in CHANGING if name in state}


def recorded(
    pieces: Iterable[PagePiece], record: Callable[[Score], AttentionRecord]
) -> list[PagePiece]:
    """Return pieces with where a model looked in them; one that `record` refuses stays without."""
    found = []
    for piece in pieces:
        with contextlib.suppress(MusenbError):
            piece = dataclasses.replace(piece, attention=record(piece.score))
        found.append(piece)
    return found
