"""The tree of takes as a studio holds it: every change is written into the journal and told to whoever listens."""

from __future__ import annotations

import os
import secrets
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from musenb.analysis.compare import Comparison
from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.studio.drafts import repeat
from musenb.studio.events import Events
from musenb.studio.journal import Journal, Saved, journal_folder
from musenb.studio.recovery import state_to_plain
from musenb.studio.takes import EDITED, Take, Tree, now
from musenb.studio.takes_json import take_to_plain

LABELS = "ABCDEFGH"


class Keeping:
    """Takes, who listens to what happens to them, and their journal.

    Parameters
    ----------
    folder : path or None
        Where the journal is kept; else what MUSENB_JOURNAL says, else the user's data folder.
    tree : Tree, optional
        Takes to go on with; they are written into the new journal first.
    journal : bool
        False keeps everything in memory alone.

    Attributes
    ----------
    tree : Tree
    """

    def __init__(
        self, *, folder: str | os.PathLike[str] | None = None, tree: Tree | None = None, journal: bool = True
    ) -> None:
        self.tree = Tree() if tree is None else tree
        self._lock, self._events = threading.RLock(), Events()
        self._fault: BaseException | None = None
        self._audition: dict[str, int] = {}
        self._place = Path(folder) if folder is not None else journal_folder()
        self._journal = Journal(self._place, self._tell_saved) if journal else None
        self._begin(self.tree)

    def adopt(self, tree: Tree) -> None:
        """Go on with other takes, in a journal of their own; that of the takes before is kept."""
        with self._lock:
            self.tree.watch = lambda act, take: None
            if self._journal is not None:
                self._journal.close()
                self._journal = Journal(self._place, self._tell_saved)
            self._begin(tree)
        self._tell("tree", self.tree)

    def _begin(self, tree: Tree) -> None:
        self.tree = tree
        for take in tree.everything:
            self._log("take", {"take": take_to_plain(take), "state": state_to_plain(tree.state)})
        tree.watch = self._watch

    def on(self, name: str, call: Callable[..., object]) -> Callable[[], None]:
        """Call `call` whenever `name` happens; return a function that ends it. See `musenb.studio.events.EVENTS`."""
        return self._events.on(name, call)

    @property
    def selected(self) -> Take | None:
        """The take that is looked at."""
        return self.tree.selected

    @property
    def saved(self) -> Saved | None:
        """How far the journal is saved; None without one."""
        return None if self._journal is None else self._journal.saved

    @property
    def journal_path(self) -> Path | None:
        """The journal's file, which is there once something was done; None without one."""
        return None if self._journal is None else self._journal.path

    def select(self, take: int) -> Take:
        """Look at a take, and return it."""
        self._change(lambda: self.tree.select(take))
        return self.tree.take(take)

    def rename(self, take: int, name: str) -> None:
        """Give a take a name."""
        self._change(lambda: self.tree.rename(take, name))

    def delete(self, take: int) -> None:
        """Hide a take and all that goes on from it; `undo` brings them back."""
        self._change(lambda: self.tree.delete(take))

    def undo(self) -> bool:
        """Take the last change back; return False when there is none. A take that was written stays in the tree."""
        return self._change(self.tree.undo)

    def redo(self) -> bool:
        """Make the change again that was undone last; return False when there is none."""
        return self._change(self.tree.redo)

    def compare(self, first: int, second: int) -> Comparison:
        """Return the notes of two takes aligned."""
        return self.tree.compare(first, second)

    def repeat(self, take: int) -> Score:
        """Write a take again from its recipe, in this thread, and return its score: the same to the note."""
        return repeat(self.tree, take)

    def audition(self, takes: Sequence[int] | None = None) -> dict[str, Score]:
        """Return scores by labels A, B, ... in an order that nobody knows, to be heard before `vote`.

        Parameters
        ----------
        takes : sequence of int, optional
            Two to eight; by default the selected take and those that go on from the same take.
        """
        with self._lock:
            chosen = self._siblings() if takes is None else list(dict.fromkeys(takes))
            if not 2 <= len(chosen) <= len(LABELS):
                raise SettingError(f"an audition of {len(chosen)} takes: 2 to {len(LABELS)} are needed")
            scores = {number: self.tree.take(number).score for number in chosen}
            secrets.SystemRandom().shuffle(chosen)
            self._audition = dict(zip(LABELS, chosen, strict=False))
            return {label: scores[number] for label, number in self._audition.items()}

    def vote(self, label: str) -> Take:
        """Prefer a label of the audition, which ends it; return the take that it was."""
        with self._lock:
            if label not in self._audition:
                labels = ", ".join(self._audition) or "none: begin an audition first"
                raise SettingError(f"no label {label!r} in the audition; the labels are {labels}")
            among, winner = sorted(self._audition.values()), self._audition[label]
            self._change(lambda: self.tree.vote(among, winner))
            self._audition = {}
            return self.tree.take(winner)

    def close(self) -> None:
        """Let go of the journal's file."""
        if self._journal is not None:
            self._journal.close()

    def graft(self, score: Score, *, parent: int, name: str = "") -> Take:
        """Add a score that was made elsewhere as a take below another, select it, and return it."""
        with self._lock:
            take = Take(self.tree.reserve(), parent, EDITED, score, name=name, made=now())
        self._change(lambda: self.tree.add(take))
        return take

    def _siblings(self) -> list[int]:
        selected = self.tree.selected
        return [] if selected is None else [take.id for take in self.tree.children(selected.parent)]

    def _chosen(self, take: int | None) -> Take:
        if take is not None:
            return self.tree.take(take)
        if self.tree.selected is None:
            raise SettingError("there is nothing yet: hand over a motif with prime(...) first")
        return self.tree.selected

    def _change(self, change: Callable[[], Any]) -> Any:
        with self._lock:
            result = change()
        self._tell("tree", self.tree)
        return result

    def _watch(self, act: str, take: Take | None) -> None:
        """Write a change of the tree into the journal."""
        state = state_to_plain(self.tree.state)
        if take is None:
            self._log("state", {"act": act, "state": state})
        else:
            self._log("take", {"take": take_to_plain(take), "state": state})

    def _log(self, kind: str, data: Any) -> None:
        if self._journal is not None:
            self._journal.append(kind, data)

    def _tell(self, name: str, *values: Any) -> None:
        fault = self._events.tell(name, *values)
        self._fault = self._fault or fault

    def _tell_saved(self, saved: Saved) -> None:
        if saved.reason and not self._events.heard("saved"):
            warnings.warn(f"the journal cannot be written ({saved.reason}): work is in memory alone", stacklevel=2)
        self._tell("saved", saved)
