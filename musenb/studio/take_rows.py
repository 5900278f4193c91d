"""Take list rows of the desk: a tree of takes in words."""

from __future__ import annotations

from collections.abc import Callable

from musenb.studio.sketches import sketch
from musenb.studio.takes import EDITED, GIVEN, WRITTEN, Entry, Tree, extent_words
from musenb.widgets.wire.desk import TakeRow

NO_TAKE = ""
WORDS = {GIVEN: "Motif", WRITTEN: "Take", EDITED: "Edited"}


def take_rows(tree: Tree, chords: Callable[[Entry], str] = lambda take: "") -> list[TakeRow]:
    """Return the rows of the desk for the takes that are not deleted; `chords` tells how one closes, or nothing."""
    standings = tree.standings()
    rows = []
    for take in tree:
        parent = NO_TAKE if take.parent is None else str(take.parent)
        won, _ = standings.get(take.id, (0, 0))
        words = " · ".join(filter(None, (about(take), chords(take))))
        rows.append(TakeRow(str(take.id), parent, name_of(tree, take), words, won, sketch(take.score)))
    return rows


def name_of(tree: Tree, take: Entry) -> str:
    """Return the name that was given to a take, its title, or its number."""
    return tree.state.names.get(take.id) or take.name or f"{WORDS[take.kind]} {take.id}"


def about(take: Entry) -> str:
    """Return what a take is, in words."""
    if take.recipe is None:
        count = len(take.score.notes)
        return f"{take.kind}, {count} note{'' if count == 1 else 's'}"
    stopped = "" if take.complete else ", stopped"
    held = f", held to the motif {take.recipe.guidance:g}" if take.recipe.guidance else ""
    return f"{extent_words(take.recipe)}, seed {take.recipe.seed}{held}{stopped}"
