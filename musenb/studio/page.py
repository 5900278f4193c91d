"""A piece, or all takes of a studio, as one HTML file that plays without kernel and network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musenb.errors import SettingError
from musenb.export.provenance import provenance
from musenb.export.to_page import PagePart, page_bytes
from musenb.score.note import Score
from musenb.studio.take_rows import take_rows
from musenb.studio.takes import Tree
from musenb.widgets.attention import Attention
from musenb.widgets.desk import Desk
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound, shared_engine

if TYPE_CHECKING:
    from musenb.analysis.attention import AttentionRecord

# More takes than this make a page that browsers are slow to open.
MOST_TAKES = 60


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


def page_of_takes(tree: Tree, *, title: str = "", words: str = "") -> bytes:
    """Return a page with the takes of a tree: choosing one shows and plays it.

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
    sound = Sound(chosen.score, clock=desk)
    views = [sound, Sheet(chosen.score, clock=desk), Roll(chosen.score, clock=desk)]
    parts = [view.page_part() for view in views]
    recorded: list[dict[str, dict[str, object]]] = [{} for _ in views]
    for take in takes:
        for place, kind in enumerate((Sound, Sheet, Roll)):
            shown = kind(take.score)
            state = shown.page_state(edition=take.id)
            shown.close()
            recorded[place][str(take.id)] = {name: state[name] for name in CHANGING if name in state}
    for place, part in enumerate(parts):
        parts[place] = PagePart(
            part.id, part.bundle, part.module, part.state, part.words, part.picture, takes=recorded[place]
        )
    selections = {str(take.id): {"selected": str(take.id)} for take in takes}
    part = desk.page_part()
    head = PagePart(part.id, part.bundle, part.module, part.state, part.words, takes=selections)
    for view in (desk, *views):
        view.close()
    return page_bytes(
        [head, *parts, shared_engine().page_part(shown=False)], title=title or chosen.score.title or "musenb",
        words=words,
    )


# The traits of a view that another take changes.
CHANGING = ("notes", "version", "seq", "piece", "description", "edition", "plan", "plates", "plates_version")
