"""HTML page export of all takes of a studio, playing without kernel and network."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from musenb.errors import SettingError
from musenb.export.to_page import PagePart
from musenb.questions.ask import ask
from musenb.score.heed import heed
from musenb.score.note import Score
from musenb.studio.take_rows import take_rows
from musenb.studio.takes import Entry, Tree
from musenb.widgets.desk import Desk
from musenb.widgets.page import PagePiece, changing_parts, with_engine
from musenb.widgets.page import recorded as with_records

if TYPE_CHECKING:
    from musenb.analysis.attention import AttentionRecord

# More takes than this make a page that browsers are slow to open.
MOST_TAKES = 60
# Recording takes about a second a take.
MOST_RECORDED = 6


def page_of_takes(
    tree: Tree, *, title: str = "", words: str = "", attention: Mapping[int, AttentionRecord] | None = None
) -> bytes:
    """Return a page with the takes of a tree: choosing one shows and plays it.

    Parameters
    ----------
    tree : Tree
    title, words : str
        As for `musenb.widgets.page.page_of`.
    attention : mapping from the number of a take to AttentionRecord, optional
        Where a model looked in the takes, for a view of its own; see `recorded`.

    Raises
    ------
    SettingError
        There is no take, or there are more than 60.
    """
    parts = parts_of_takes(tree, attention=attention)
    return with_engine(parts, title=title or _chosen(tree).score.title, words=words)


def parts_of_takes(tree: Tree, *, attention: Mapping[int, AttentionRecord] | None = None) -> list[PagePart]:
    """Return desk, player, score and roll of the takes of a tree as parts of a page, the engine not among them.

    Parameters and errors as for `page_of_takes`.
    """
    takes = list(tree)
    if not takes or len(takes) > MOST_TAKES:
        raise SettingError(f"a page of {len(takes)} takes: 1 to {MOST_TAKES} are needed")
    chosen = _chosen(tree)
    records = attention or {}
    pieces: dict[int, PagePiece] = {}
    selections: dict[str, dict[str, object] | None] = {}
    for take in takes:
        pieces[take.id] = PagePiece(take.id, take.score, records.get(take.id))
        selections[str(take.id)] = {"selected": str(take.id)}
    desk = Desk(read_only=True)
    desk.show(takes=take_rows(tree), selected=str(chosen.id))
    views = changing_parts(list(pieces.values()), pieces[chosen.id], clock=desk)
    head = dataclasses.replace(desk.page_part(), picture=None, takes=selections)
    desk.close()
    return [head, *views]


def recorded(tree: Tree, model: Any) -> dict[int, AttentionRecord]:
    """Return where a model looks in the takes of a tree, for `page_of_takes`.

    Parameters
    ----------
    tree : Tree
        Of more than six takes only the selected one is read; a take that does not fit the model is left out.
    model : str, path or Model
    """
    takes = list(tree)
    if len(takes) > MOST_RECORDED:
        takes = [_chosen(tree)]
    unread = [PagePiece(take.id, take.score) for take in takes]

    def record(score: Score) -> AttentionRecord:
        heed()
        return ask(score, model=model).record()

    pieces = with_records(unread, record)
    return {piece.number: piece.attention for piece in pieces if piece.attention is not None}


def _chosen(tree: Tree) -> Entry:
    return tree.selected or next(iter(tree))
