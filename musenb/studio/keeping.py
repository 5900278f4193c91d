"""Take tree keeper: every change is made under one lock, journaled, and passed to callbacks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.studio.events import Events
from musenb.studio.journaling import Journaling
from musenb.studio.takes import EDITED, Entry, Tree, now, numerals_of

Result = TypeVar("Result")


class Keeper:
    """The tree that a studio works on.

    Parameters
    ----------
    tree : Tree
    events : Events
        Hears of 'tree' after each change.
    journaling : Journaling

    Attributes
    ----------
    tree : Tree
    lock : threading.RLock
        Held while the tree is changed.
    """

    def __init__(self, tree: Tree, events: Events, journaling: Journaling) -> None:
        self.tree, self.lock = tree, threading.RLock()
        self._events, self._journaling = events, journaling
        journaling.begin(tree)

    def adopt(self, tree: Tree) -> None:
        """Go on with other takes, in a journal of their own; that of the takes before is kept."""
        with self.lock:
            self._journaling.begin(tree)
            self.tree = tree
        self.notify()

    def change(self, change: Callable[[], Result]) -> Result:
        """Make a change of the tree and tell of it."""
        with self.lock:
            result = change()
        self.notify()
        return result

    def notify(self) -> None:
        """Tell that the tree has changed."""
        self._events.emit("tree", self.tree)

    def chosen(self, number: int | None) -> Entry:
        """Return a take; the selected one for None.

        Raises
        ------
        SettingError
            There is none.
        """
        if number is not None:
            return self.tree.take(number)
        if self.tree.selected is None:
            raise SettingError("there is nothing yet: hand over a motif with prime(...) first")
        return self.tree.selected

    def add(self, kind: str, score: Score, *, parent: int | None = None, name: str = "") -> Entry:
        """Add a take that no model wrote, select it, and return it."""
        with self.lock:
            take = Entry(self.tree.reserve(), parent, kind, score, name=name, made=now())
        self.change(lambda: self.tree.add(take))
        return take

    def label(self, score: Score) -> None:
        """Keep the numerals of a score with the selected take."""
        chosen = self.chosen(None)
        self.change(lambda: self.tree.label(chosen.id, numerals_of(score)))

    def put_edited(self, score: Score) -> Entry:
        """Add an edit of the selected take, select it, and return it.

        It takes the place of the selected one when that is an edit itself and nothing goes on from it: a row of edits
        is one take.
        """
        with self.lock:
            parent = self.chosen(None)
            in_place = parent.kind == EDITED and not self.tree.children(parent.id)
            above = parent.parent if in_place else parent.id
            take = Entry(self.tree.reserve(), above, EDITED, score, made=now())
            self.tree.add(take)
            if in_place:
                self.tree.delete(parent.id)
        self.notify()
        return take
