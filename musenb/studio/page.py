"""A piece, or all takes of a studio, as one HTML file that plays without kernel and network."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from musenb.errors import MusenbError, SettingError
from musenb.export.provenance import provenance
from musenb.export.to_page import PagePart, page_bytes
from musenb.questions.ask import questions
from musenb.score.note import Score
from musenb.studio.take_rows import take_rows
from musenb.studio.takes import Take, Tree
from musenb.widgets.attention import Attention
from musenb.widgets.desk import Desk
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound, shared_engine

if TYPE_CHECKING:
    from musenb.analysis.attention import AttentionRecord

# More takes than this make a page that browsers are slow to open.
MOST_TAKES = 60
# Recording takes about a second a take.
MOST_RECORDED = 6


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
    return page_bytes(
        [*parts, shared_engine().page_part(shown=False)], title=title or score.title or "musenb",
        words=words or provenance(score),
    )


def page_of_takes(
    tree: Tree, *, title: str = "", words: str = "", attention: Mapping[int, AttentionRecord] | None = None
) -> bytes:
    """Return a page with the takes of a tree: choosing one shows and plays it.

    Parameters
    ----------
    tree : Tree
    title, words : str
        As for `page_of`.
    attention : mapping from the number of a take to AttentionRecord, optional
        Where a model looked in the takes, for a view of its own; see `recorded`.

    Raises
    ------
    SettingError
        There is no take, or there are more than 60.
    """
    parts = parts_of_takes(tree, attention=attention)
    chosen = tree.selected or next(iter(tree))
    return page_bytes(
        [*parts, shared_engine().page_part(shown=False)], title=title or chosen.score.title or "musenb", words=words
    )


def parts_of_takes(tree: Tree, *, attention: Mapping[int, AttentionRecord] | None = None) -> list[PagePart]:
    """Return desk, player, score and roll of the takes of a tree as parts of a page, the engine not among them.

    Parameters
    ----------
    tree : Tree
    attention : mapping from the number of a take to AttentionRecord, optional
        As for `page_of_takes`.

    Raises
    ------
    SettingError
        There is no take, or there are more than 60.
    """
    takes = list(tree)
    if not takes or len(takes) > MOST_TAKES:
        raise SettingError(f"a page of {len(takes)} takes: 1 to {MOST_TAKES} are needed")
    chosen = tree.selected or takes[0]
    desk = Desk(read_only=True)
    desk.show(takes=take_rows(tree), selected=str(chosen.id))
    records = attention or {}
    kinds: list[Callable[..., Any]] = [Sound, Sheet, Roll, *([Attention] if records else [])]

    def views_of(take: Take, **settings: Any) -> list[Any]:
        heads = {"heads": records.get(take.id)}
        return [kind(take.score, **settings, **(heads if kind is Attention else {})) for kind in kinds]

    views = views_of(chosen, clock=desk)
    parts = [view.page_part() for view in views]
    changing: list[dict[str, dict[str, object] | None]] = [{} for _ in views]
    for take in takes:
        for place, shown in enumerate(views_of(take)):
            state = shown.page_state(edition=take.id) | ({"revision": take.id} if kinds[place] is Attention else {})
            shown.close()
            seen = kinds[place] is not Attention or take.id in records
            changing[place][str(take.id)] = {name: state[name] for name in CHANGING if name in state} if seen else None
    for place, part in enumerate(parts):
        empty = changing[place][str(chosen.id)] is None
        parts[place] = dataclasses.replace(part, empty=empty, takes=changing[place])
    selections = {str(take.id): {"selected": str(take.id)} for take in takes}
    head = dataclasses.replace(desk.page_part(), picture=None, takes=selections)
    for view in (desk, *views):
        view.close()
    return [head, *parts]


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
        takes = [tree.selected or takes[0]]
    records = {}
    for take in takes:
        with contextlib.suppress(MusenbError):
            records[take.id] = questions(take.score, model=model).record()
    return records


# The traits of a view that another take changes.
CHANGING = (
    *("notes", "version", "seq", "piece", "description", "edition", "plan", "plates", "plates_version"),
    *("layers", "heads", "tokens", "kinds", "overview", "overview_shape", "overview_scales", "overview_level"),
    *("query_notes", "key_notes", "labels", "query_labels", "revision"),
)
