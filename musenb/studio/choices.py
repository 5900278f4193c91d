"""Candidate takes panel: two to four that are written at the same time, beside each other."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence

import ipywidgets

from musenb.studio.drafts import Draft
from musenb.studio.take_rows import WORDS, name_of
from musenb.studio.takes import WRITTEN, Entry, Tree
from musenb.tokens.idiom import NoteEvent
from musenb.widgets.choice import Choice

COLUMNS = "repeat(auto-fit, minmax(min(100%, 150px), 1fr))"
WAYS_CLASS = "mnb-ways-box"


class Choices:
    """The small rolls of the takes that were begun together.

    Parameters
    ----------
    choose : callable
        Called with the number of a take that somebody wants to go on from.
    vote : callable
        Called with the number of a take, and 1 or -1, when a hand is raised for it or taken back.

    Attributes
    ----------
    box : ipywidgets.GridBox
        Hidden while there is nothing to choose.
    """

    def __init__(self, choose: Callable[[int], object], vote: Callable[[int, int], object]) -> None:
        self._choose, self._vote = choose, vote
        self._lock = threading.RLock()
        self._views: list[Choice] = []
        self._group: dict[int, Choice] = {}
        self._lines: dict[str, int] = {}
        layout = ipywidgets.Layout(grid_template_columns=COLUMNS, grid_gap="8px", display="none")
        self.box = ipywidgets.GridBox(layout=layout)
        self.box.add_class(WAYS_CLASS)

    @property
    def takes(self) -> tuple[int, ...]:
        """The numbers of the takes that are shown."""
        return tuple(number for number, view in self._group.items() if view in self.box.children)

    def begin(self, drafts: Sequence[Draft]) -> None:
        """Show what is about to be written; a single take needs no choice."""
        with self._lock:
            self._group = {}
            if len(drafts) < 2:
                self._place([])
                return
            while len(self._views) < len(drafts):
                place = len(self._views)
                chosen, voted = functools.partial(self._chosen, place), functools.partial(self._voted, place)
                self._views.append(Choice(chosen=chosen, voted=voted, number=place + 1))
            score = drafts[0].score()
            self._lines = {voice.name: number for number, voice in enumerate(score.voices)}
            for view, draft in zip(self._views, drafts, strict=False):
                name, seed = f"{WORDS[WRITTEN]} {draft.id}", draft.recipe.seed
                view.begin(score, name=name, seed=seed, begins=draft.begins, ends=draft.ends)
                self._group[draft.id] = view
            self._place(list(self._group))

    def note(self, take: int, event: NoteEvent) -> None:
        """Add a note that was written."""
        view, voice = self._group.get(take), self._lines.get(event.voice)
        if view is not None and voice is not None and event.note is not None:
            view.append([(voice, event.note)])

    def finish(self, takes: Sequence[Entry]) -> None:
        """Show the takes as they were kept; what was stopped before its first note goes."""
        with self._lock:
            written = {take.id: take for take in takes}
            self._group = {number: view for number, view in self._group.items() if number in written}
            for number, view in self._group.items():
                view.writing = False
                view.show_score(written[number].score)
            self._place(list(self._group))

    def show(self, tree: Tree) -> None:
        """Mark the current take; leave out those that were deleted, and all while another motif is looked at."""
        with self._lock:
            group = self._group
            if not group or any(view.writing for view in group.values()):
                return
            left = [number for number in group if tree.knows(number) and tree.is_visible(number)]
            selected = tree.state.selected
            here = selected in left or selected in {tree.take(number).parent for number in left}
            self._place(left if here else [])
            standings = tree.standings()
            for number in left:
                view = group[number]
                view.name = name_of(tree, tree.take(number))
                view.current = number == selected
                view.votes = standings.get(number, (0, 0))[0]
                view.refresh_description()

    def close(self) -> None:
        """End the views."""
        for view in (*self._views, self.box):
            view.close()

    def _place(self, shown: Sequence[int]) -> None:
        children = tuple(self._group[number] for number in shown)
        if self.box.children != children:
            self.box.children = children
        self.box.layout.display = "grid" if children else "none"

    def _chosen(self, place: int) -> None:
        number = self._number_of(place)
        if number is not None:
            self._choose(number)

    def _voted(self, place: int, by: int) -> None:
        number = self._number_of(place)
        if number is not None:
            self._vote(number, by)

    def _number_of(self, place: int) -> int | None:
        """Return the take that a view shows, unless it is being written."""
        view = self._views[place]
        numbers = (number for number, other in self._group.items() if other is view)
        return None if view.writing else next(numbers, None)
