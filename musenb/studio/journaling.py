"""Journal writer of a studio: which change of the tree, or part of a take, becomes which line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from musenb.files.lines import Saved
from musenb.sample.recipe import recipe_to_plain
from musenb.studio.drafts import Draft
from musenb.studio.journal import Journal
from musenb.studio.recovery import state_to_plain
from musenb.studio.takes import Entry, Tree
from musenb.studio.takes_json import take_to_plain


class Journaling:
    """Writes a tree into a journal, change by change.

    Parameters
    ----------
    folder : Path or None
        Where journals lie; None keeps the lines in memory.
    saved : callable
        Called with a `Saved` when lines can no longer be written, once, and when they can be again.
    spare : Path or None
        Where a journal lies that cannot be begun in the folder.
    on : bool
        False: there is no journal.
    """

    def __init__(
        self,
        folder: Path | None,
        saved: Callable[[Saved], object],
        *,
        spare: Path | None = None,
        on: bool = True,
    ) -> None:
        self._folder, self._spare, self._told, self._on = folder, spare, saved, on
        self._journal: Journal | None = None
        self._tree = Tree()
        self._logged: dict[int, int] = {}

    @property
    def saved(self) -> Saved | None:
        """How far the journal is saved; None without one."""
        return None if self._journal is None else self._journal.saved

    @property
    def path(self) -> Path | None:
        """The journal's file, which is there once something was done; None without one."""
        return None if self._journal is None else self._journal.path

    def begin(self, tree: Tree) -> None:
        """Write a tree into a journal of its own, and each change of it from now on; leave the tree of before."""
        self._tree.watch = lambda act, take: None
        self.close()
        self._journal = Journal(self._folder, self._told, spare=self._spare) if self._on else None
        self._tree = tree
        for take in tree.everything:
            self._log("take", {"take": take_to_plain(take), "state": state_to_plain(tree.state)})
        tree.watch = self._changed

    def begun(self, drafts: Sequence[Draft]) -> None:
        """Write down how takes are made, before their first note."""
        for draft in drafts:
            self._logged[draft.id] = 0
            recipe = recipe_to_plain(draft.recipe)
            self._log("draft", {"id": draft.id, "parent": draft.parent, "recipe": recipe})

    def grown(self, draft: Draft) -> None:
        """Write down the tokens of a take that are new."""
        known, position = self._logged[draft.id], draft.sampling.position
        if position > known:
            new = draft.sampling.writer.tokens[known:position]
            cells = [int(token) for token in new]
            self._log("cells", {"id": draft.id, "from": known, "cells": cells})
            self._logged[draft.id] = position

    def kept(self, drafts: Sequence[Draft]) -> None:
        """Forget takes that are being written no longer."""
        for draft in drafts:
            self._logged.pop(draft.id, None)

    def close(self) -> None:
        """Write what waits, if it can be."""
        if self._journal is not None:
            self._journal.close()

    def _changed(self, act: str, take: Entry | None) -> None:
        state = state_to_plain(self._tree.state)
        if take is None:
            self._log("state", {"act": act, "state": state})
        else:
            self._log("take", {"take": take_to_plain(take), "state": state})

    def _log(self, kind: str, data: Any) -> None:
        if self._journal is not None:
            self._journal.append(kind, data)
