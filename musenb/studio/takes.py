"""Take tree with undo: what was given, each continuation and each edit, reproducible from its recipe.

Takes are never lost: deleting hides them, and every change of names, votes, chord labels, selection or what is hidden
can be undone.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from musenb.analysis.compare import Comparison, compare
from musenb.errors import ModelError, SettingError
from musenb.sample.recipe import Recipe
from musenb.score.marks import ChordSymbol
from musenb.score.note import Score
from musenb.session import Take
from musenb.tokens.known import idiom_named

GIVEN, WRITTEN, EDITED = "given", "written", "edited"
NUMERAL = "numeral"
KINDS = (GIVEN, WRITTEN, EDITED)
MOST_UNDO = 500
DEEPEST_INDENT = 30
# A longer beginning is read from its last eight bars on, or the first new note would be long in coming.
REACH = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A take in the tree: what it is, and which one it goes on from.

    Parameters
    ----------
    id : int
        Counts from 1 in the order in which takes were begun.
    parent : int or None
    kind : str
        'given', 'written' (by a model) or 'edited' (by hand).
    music : Score or Take
        A take where a model wrote it.
    name : str
    made : str
        UTC, as in '2026-11-21T09:30:00Z'.
    position : int or None
        Tokens that were written when it was stopped; None for one that was written to its end.
    """

    id: int
    parent: int | None
    kind: str
    music: Score | Take
    name: str = ""
    made: str = ""
    position: int | None = None

    @property
    def score(self) -> Score:
        """Its notes."""
        return self.music if isinstance(self.music, Score) else self.music.score

    @property
    def recipe(self) -> Recipe | None:
        """All it takes to write it again; None unless a model wrote it."""
        return None if isinstance(self.music, Score) else self.music.recipe

    @property
    def complete(self) -> bool:
        """False when the writing was stopped before its end."""
        return isinstance(self.music, Score) or self.music.complete


@dataclass(frozen=True, slots=True)
class Vote:
    """One blind audition: the takes that were heard, and the one that was preferred."""

    among: tuple[int, ...]
    winner: int


@dataclass(frozen=True, slots=True)
class State:
    """Everything about a tree that can be undone; all takes ever made stand beside it.

    `labels` has the chords of takes that a person named, in place of the numerals of their scores.
    """

    selected: int | None = None
    deleted: frozenset[int] = frozenset()
    names: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    votes: tuple[Vote, ...] = ()
    labels: Mapping[int, tuple[ChordSymbol, ...]] = field(default_factory=lambda: MappingProxyType({}))


def now() -> str:
    """Return the time as a take keeps it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Tree:
    """Takes, which one is selected, and what was done to them. Iterate for the takes that are not deleted.

    Attributes
    ----------
    watch : callable
        Called after every change with 'do', 'undo' or 'redo', and with the take when one was added.
    notices : tuple of str
        What a recovery could not bring back; empty for a tree of one's own.
    """

    def __init__(self, watch: Callable[[str, Entry | None], object] = lambda act, take: None) -> None:
        self.watch = watch
        self._takes: dict[int, Entry] = {}
        self._labelled: dict[int, Entry] = {}
        self._last = 0
        self.state = State()
        self._past: list[State] = []
        self._future: list[State] = []
        self.notices: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        hidden = self._below(self.state.deleted)
        return (self.take(number) for number in list(self._takes) if number not in hidden)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __str__(self) -> str:
        return "\n".join(self._lines()) or "no takes yet"

    __repr__ = __str__

    @property
    def everything(self) -> tuple[Entry, ...]:
        """All takes, the deleted ones too."""
        return tuple(map(self.take, self._takes))

    @property
    def selected(self) -> Entry | None:
        """The take that is looked at."""
        return None if self.state.selected is None else self.take(self.state.selected)

    def take(self, number: int) -> Entry:
        """Return a take, deleted or not, under its present name and with the chords that a person named.

        Raises
        ------
        SettingError
            There is no such take.
        """
        if number not in self._takes:
            raise SettingError(f"there is no take {number!r}; the takes are {_listed(self._takes)}")
        take = self._with_labels(self._takes[number])
        name = self.state.names.get(number)
        return take if name is None else dataclasses.replace(take, name=name)

    def recall(self, act: str, state: State, take: Entry | None = None) -> None:
        """Make a change again that `watch` was told of: `act`, the state after it, and the take when one was added."""
        if take is not None:
            self._takes[take.id] = take
            self._last = max(self._last, take.id)
        if act == "do":
            self._do(state)
        elif self._swap(act):
            self.state = state

    def knows(self, number: int | None) -> bool:
        """Return whether there is a take with this number, deleted or not."""
        return number in self._takes

    def children(self, number: int | None) -> tuple[Entry, ...]:
        """Return the visible takes that go on from a take, or from nothing for None."""
        return tuple(take for take in self if take.parent == number)

    def path(self, number: int) -> tuple[Entry, ...]:
        """Return the takes from what was given to this one."""
        path = [self.take(number)]
        while path[-1].parent is not None:
            path.append(self.take(path[-1].parent))
        return tuple(reversed(path))

    def is_visible(self, number: int) -> bool:
        """Return whether neither a take nor one that it goes on from was deleted."""
        return self.state.deleted.isdisjoint(take.id for take in self.path(number))

    def reserve(self, above: int = 0) -> int:
        """Return the number of a take to come: the next one, and more than `above`."""
        self._last = max(self._last, above) + 1
        return self._last

    def add(self, take: Entry, *, select: bool = True) -> None:
        """Add a take. One that goes on from a deleted take brings that back.

        Undo goes back to what was selected before; the take itself stays.

        Raises
        ------
        SettingError
            Its number is taken, or its parent unknown.
        """
        if take.id in self._takes or take.id < 1:
            raise SettingError(f"the number {take.id} of a new take is below 1 or taken")
        above = () if take.parent is None else self.path(take.parent)
        deleted = self.state.deleted - {found.id for found in above}
        self._takes[take.id] = take
        self._last = max(self._last, take.id)
        selected = take.id if select else self.state.selected
        self._do(dataclasses.replace(self.state, selected=selected, deleted=deleted), take)

    def select(self, number: int) -> None:
        """Look at a take.

        Raises
        ------
        SettingError
            There is no such take, or it is deleted.
        """
        self._require(number)
        if number != self.state.selected:
            self._do(dataclasses.replace(self.state, selected=number))

    def rename(self, number: int, name: str) -> None:
        """Give a take a name; errors as in `select`."""
        self._require(number)
        names = MappingProxyType({**self.state.names, number: str(name)})
        self._do(dataclasses.replace(self.state, names=names))

    def label(self, number: int, labels: Sequence[ChordSymbol]) -> None:
        """Name chords of a take, in place of all that were named before; errors as in `select`."""
        self._require(number)
        known = MappingProxyType({**self.state.labels, number: tuple(labels)})
        self._do(dataclasses.replace(self.state, labels=known))

    def delete(self, number: int) -> None:
        """Hide a take and all that goes on from it; undo brings them back. Errors as in `select`."""
        take = self._require(number)
        deleted = self.state.deleted | {number}
        selected = self.state.selected
        if selected is not None and any(found.id == number for found in self.path(selected)):
            below = self._below({number})
            left = [other.id for other in self if other.id not in below]
            selected = take.parent if take.parent is not None else max(left, default=None)
        self._do(dataclasses.replace(self.state, deleted=deleted, selected=selected))

    def vote(self, among: Sequence[int], winner: int) -> None:
        """Keep the result of a blind audition.

        Raises
        ------
        SettingError
            A take is unknown or deleted, fewer than two were heard, or the winner was not among them.
        """
        heard = tuple(dict.fromkeys(self._require(number).id for number in among))
        if len(heard) < 2 or winner not in heard:
            raise SettingError(f"a vote for take {winner!r} among {_listed(heard)}: two or more, with it, are needed")
        votes = (*self.state.votes, Vote(heard, winner))
        self._do(dataclasses.replace(self.state, votes=votes))

    def unvote(self, winner: int) -> None:
        """Take the last vote for a take back; without one nothing changes. Errors as in `select`."""
        number = self._require(winner).id
        last = max((place for place, vote in enumerate(self.state.votes) if vote.winner == number), default=None)
        if last is not None:
            votes = (*self.state.votes[:last], *self.state.votes[last + 1 :])
            self._do(dataclasses.replace(self.state, votes=votes))

    def standings(self) -> dict[int, tuple[int, int]]:
        """Return, for each take that was auditioned, how often it was preferred and how often heard."""
        table: dict[int, tuple[int, int]] = {}
        for vote in self.state.votes:
            for number in vote.among:
                won, heard = table.get(number, (0, 0))
                table[number] = (won + (number == vote.winner), heard + 1)
        return table

    @property
    def can_undo(self) -> bool:
        """True when there is something to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """True when something was undone and nothing done since."""
        return bool(self._future)

    def undo(self) -> bool:
        """Take the last change back; return False when there is none."""
        return self._swap("undo")

    def redo(self) -> bool:
        """Make the change again that was undone last; return False when there is none."""
        return self._swap("redo")

    def compare(self, first: int, second: int) -> Comparison:
        """Return the notes of two takes aligned; see `musenb.analysis.compare`."""
        return compare(self.take(first).score, self.take(second).score)

    def _with_labels(self, take: Entry) -> Entry:
        """Return a take with its chords as they are named now; the same one as long as they are."""
        labels = self.state.labels.get(take.id)
        if labels is None:
            return take
        known = self._labelled.get(take.id)
        if known is None or numerals_of(known.score) != labels:
            others = tuple(mark for mark in take.score.chords if mark.kind != NUMERAL)
            score = dataclasses.replace(take.score, chords=(*others, *labels))
            music = score if isinstance(take.music, Score) else dataclasses.replace(take.music, score=score)
            known = self._labelled[take.id] = dataclasses.replace(take, music=music)
        return known

    def _require(self, number: int) -> Entry:
        take = self.take(number)
        if not self.is_visible(number):
            raise SettingError(f"take {number} is deleted; undo brings it back")
        return take

    def _do(self, state: State, take: Entry | None = None) -> None:
        self._past = [*self._past[-MOST_UNDO + 1 :], self.state]
        self._future = []
        self.state = state
        self.watch("do", take)

    def _swap(self, act: str) -> bool:
        source, target = (self._past, self._future) if act == "undo" else (self._future, self._past)
        if not source:
            return False
        target.append(self.state)
        self.state = source.pop()
        self.watch(act, None)
        return True

    def _below(self, numbers: Collection[int]) -> set[int]:
        """Return the numbers of takes and of all that go on from them."""
        below: set[int] = set()
        for number, take in self._takes.items():  # each stands behind the one that it goes on from
            if number in numbers or take.parent in below:
                below.add(number)
        return below

    def _lines(self) -> Iterator[str]:
        children: dict[int | None, list[Entry]] = {}
        for take in self:
            children.setdefault(take.parent, []).append(take)
        left = [(take, 0) for take in reversed(children.get(None, []))]
        while left:
            take, depth = left.pop()
            mark = "*" if take.id == self.state.selected else " "
            yield f"{mark} {'  ' * min(depth, DEEPEST_INDENT)}{describe(take)}"
            below = reversed(children.get(take.id, []))
            left += [(child, depth + 1) for child in below]


def describe(take: Entry) -> str:
    """Return a take in a line: number, name, what it is."""
    name = f" '{take.name}'" if take.name else ""
    if take.recipe is None:
        return f"{take.id}{name}: {take.kind}, {len(take.score.notes)} notes"
    recipe = take.recipe
    stopped = "" if take.complete else ", stopped"
    place = "the end" if recipe.start is None else f"quarter {recipe.start}"
    return f"{take.id}{name}: {recipe.model}, {extent_words(recipe)} from {place}, seed {recipe.seed}{stopped}"


def extent_words(recipe: Recipe) -> str:
    """Return how much a recipe writes, in the unit of its model: '4 bars', '1 second'."""
    unit = "bars"
    with contextlib.suppress(ModelError):  # of a session that was made elsewhere
        unit = idiom_named(recipe.idiom).unit
    return f"{recipe.extent} {unit.removesuffix('s') if recipe.extent == 1 else unit}"


def numerals_of(score: Score) -> tuple[ChordSymbol, ...]:
    """Return the chords of a score that are named by numerals."""
    return tuple(mark for mark in score.chords if mark.kind == NUMERAL)


def _listed(numbers: Collection[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
