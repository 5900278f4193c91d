"""Session recovery from a journal, after a killed kernel, a closed tab or a full disk."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from musenb.errors import LoadError, MusenbError
from musenb.files.folders import journal_folders
from musenb.files.lines import SUFFIX, Line, read_lines
from musenb.sample.recipe import Recipe, recipe_from_plain
from musenb.score.marks import ChordSymbol
from musenb.score.plain import plain_text
from musenb.studio.drafts import replayed_draft
from musenb.studio.takes import NUMERAL, Entry, State, Tree, Vote
from musenb.studio.takes_json import take_from_plain, take_number, whole_number
from musenb.studio.wishing import motif_text

MOST_LISTED = 20
# A journal tells of its first motif so early.
LINES_OF_A_MOTIF = 4
LONGEST_LABEL = 40
# What damaged or invented lines raise when they are put together.
DAMAGED = (MusenbError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, MemoryError)


@dataclass(frozen=True, slots=True)
class Session:
    """A journal on the disk.

    Parameters
    ----------
    name : str
        The file's name without its suffix; begins with the time (UTC) at which the session began.
    takes : int
        Takes that were written into it.
    changed : float
        When it was last written, seconds since 1970.
    path : Path
    """

    name: str
    takes: int
    changed: float
    path: Path


class Sessions(tuple[Session, ...]):
    """Journals, the newest first."""

    __slots__ = ()

    def __str__(self) -> str:
        if not self:
            return "no sessions are saved"
        lines = [f"{session.name}  {_takes_in_words(session)}" for session in self]
        return "\n".join(["saved sessions, the newest first; musenb.recover(name) brings one back:", *lines])

    __repr__ = __str__


def _takes_in_words(session: Session) -> str:
    return f"{session.takes} take{'' if session.takes == 1 else 's'}"


def recover(name: str | None = None, *, folder: str | os.PathLike[str] | None = None) -> Sessions | Tree:
    """List the saved sessions, or bring one back.

    Parameters
    ----------
    name : str, optional
        Name of a session, or 'last'. Without it the sessions are listed.
    folder : path, optional
        Where to look; else what MUSENB_JOURNAL says, else the user's data folder and the working folder.

    Returns
    -------
    Sessions or Tree
        The tree's `notices` name every line that could not be read and what was lost with it.

    Raises
    ------
    LoadError
        kind 'missing': there is no such session, or it cannot be read.
    """
    try:
        places = journal_folders() if folder is None else (Path(folder),)
    except TypeError:
        raise LoadError("missing", f"folder {folder!r} is no path") from None
    return sessions(*places) if name is None else tree_of(name, *places)


def tree_of(name: str, *folders: Path) -> Tree:
    """Return the takes of a session in one of some folders; errors as in `recover`."""
    found = sessions(*folders)
    session = next((one for one in found if name in (one.name, "last")), None)
    if session is None:
        known = ", ".join(one.name for one in found) or "none"
        raise LoadError("missing", f"no session {plain_text(str(name))!r}", f"the saved sessions are: {known}")
    try:
        return rebuilt(list(read_lines(session.path)))
    except OSError as error:
        raise LoadError("missing", f"the session {session.name!r} cannot be read: {error.strerror}") from None


def sessions(*folders: Path) -> Sessions:
    """Return the journals in some folders that hold at least one take or the beginning of one."""
    found = []
    for path in _journals(folders):
        try:
            with open(path, "rb") as file:
                takes = sum(b'"kind":"take"' in line for line in file)
            found.append(Session(path.stem, takes, path.stat().st_mtime, path))
        except OSError:
            continue
    filled = [session for session in found if session.takes]
    newest_first = sorted(filled, key=lambda session: (session.changed, session.name), reverse=True)
    return Sessions(newest_first)


def _journals(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        with contextlib.suppress(OSError):
            yield from sorted(folder.glob(f"*{SUFFIX}"))


def folders_beside(journal: Path) -> tuple[Path, ...]:
    """Return the folders in which earlier journals may lie: that of a journal, and what it may stand in for."""
    usual = journal_folders()
    return usual if journal.parent in usual else (journal.parent,)


def session_rows(journal: Path) -> list[tuple[str, str]]:
    """Return name and label of the newest sessions but a journal's own, for a list to choose from.

    A label says date, time, motif and how many takes there are.
    """
    found = [one for one in sessions(*folders_beside(journal)) if one.path != journal]
    return [(one.name, _label(one)) for one in found[:MOST_LISTED]]


def _label(session: Session) -> str:
    changed = dt.datetime.fromtimestamp(session.changed)
    when = f"{changed.day} {changed:%B, %H:%M}"
    parts = [when, _motif_in_words(session.path), _takes_in_words(session)]
    return ": ".join([parts[0], ", ".join(filter(None, parts[1:]))])


def _motif_in_words(path: Path) -> str:
    """Return the first motif of a journal as text or by its title, cut short; empty where neither is known."""
    try:
        first = next(iter(rebuilt(list(itertools.islice(read_lines(path), LINES_OF_A_MOTIF)))), None)
    except (OSError, *DAMAGED):
        return ""
    if first is None:
        return ""
    text = first.score.title or motif_text(first.score)
    return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}…"


def state_to_plain(state: State) -> dict[str, Any]:
    """Return a tree's state as a dict of JSON values."""
    return {
        "selected": state.selected,
        "deleted": sorted(state.deleted),
        "names": [[number, name] for number, name in state.names.items()],
        "votes": [[list(vote.among), vote.winner] for vote in state.votes],
        "labels": [
            [number, [[str(label.onset), label.text] for label in labels]] for number, labels in state.labels.items()
        ],
    }


def rebuilt(lines: list[Line]) -> Tree:
    """Return the tree that the lines of a journal tell of; broken lines are left out and named in its notices."""
    rebuilding = _Rebuilding()
    for line in lines:
        rebuilding.read(line)
    return rebuilding.finish()


class _Rebuilding:
    def __init__(self) -> None:
        self.tree = Tree()
        self.notices: list[str] = []
        self.drafts: dict[int, tuple[int, Recipe, list[int]]] = {}

    def read(self, line: Line) -> None:
        """Take one line."""
        if line.fault:
            self.notices.append(f"line {line.number} is lost: {line.fault}")
            return
        acts = {
            "take": self._take,
            "state": self._state,
            "draft": self._draft,
            "cells": self._cells,
        }
        try:
            act = acts.get(line.kind)
            if act is not None:
                act(line.data)
        except DAMAGED as error:
            self.notices.append(f"line {line.number} ({plain_text(line.kind)}) is lost: {plain_text(str(error))}")

    def finish(self) -> Tree:
        """Bring back the takes that were being written, and return the tree."""
        for number, (parent, recipe, cells) in self.drafts.items():
            try:
                tokens = np.array(cells, np.int64)
                draft = replayed_draft(number, self.tree.take(parent), recipe, tokens)
                if draft.begun:
                    self.tree.add(draft.entry())
                    self.notices.append(f"take {number} was being written: it is back as far as it was saved")
            except DAMAGED as error:
                self.notices.append(f"take {number}, which was being written, is lost: {plain_text(str(error))}")
        self.tree.notices = tuple(self.notices)
        return self.tree

    def _take(self, data: Any) -> None:
        take = take_from_plain(data["take"])
        if self.tree.knows(take.id):
            raise ValueError(f"there is a take {take.id} already")
        self.drafts.pop(take.id, None)
        if take.parent is not None and not self.tree.knows(take.parent):
            self.notices.append(f"take {take.id} went on from take {take.parent}, which is lost: it stands alone now")
            take = dataclasses.replace(take, parent=None)
        self.tree.recall("do", self._known(data["state"], take), take)

    def _state(self, data: Any) -> None:
        if data["act"] not in ("do", "undo", "redo"):
            raise ValueError(f"the change {data['act']!r} is not known")
        self.tree.recall(data["act"], self._known(data["state"]))

    def _draft(self, data: Any) -> None:
        number = take_number(data["id"])
        if self.tree.knows(number) or number in self.drafts:
            raise ValueError(f"there is a take {number} already")
        self.drafts[number] = take_number(data["parent"]), recipe_from_plain(data["recipe"]), []
        self.tree.reserve(number - 1)

    def _cells(self, data: Any) -> None:
        _, _, cells = self.drafts[take_number(data["id"])]
        if data["from"] != len(cells):
            raise ValueError(f"cells from {data['from']} on, where {len(cells)} are known")
        cells += map(whole_number, data["cells"])

    def _known(self, plain: Any, added: Entry | None = None) -> State:
        """Return a state that names only takes which are there."""

        def here(number: Any) -> bool:
            whole = isinstance(number, int) and not isinstance(number, bool)
            return whole and (self.tree.knows(number) or (added is not None and number == added.id))

        selected = plain["selected"] if here(plain["selected"]) else None
        deleted = frozenset(filter(here, plain["deleted"]))
        names = {number: str(name) for number, name in plain["names"] if here(number)}
        votes = []
        for among, winner in plain["votes"]:
            if here(winner):
                votes.append(Vote(tuple(filter(here, among)), winner))
        labels = {number: _labels(pairs) for number, pairs in plain.get("labels", []) if here(number)}
        return State(
            selected=selected,
            deleted=deleted,
            names=MappingProxyType(names),
            votes=tuple(votes),
            labels=MappingProxyType(labels),
        )


def _labels(pairs: Any) -> tuple[ChordSymbol, ...]:
    """Return chord labels from their onsets and texts; a journal of before there were any has none."""
    return tuple(ChordSymbol(Fraction(onset), plain_text(text, LONGEST_LABEL), NUMERAL) for onset, text in pairs)
