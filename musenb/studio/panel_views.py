"""What the studio's views are told: the tree, notes as they come, what is locked, differs and is saved."""

from __future__ import annotations

import time
from collections.abc import Sequence

from musenb.score.note import Score
from musenb.studio.asking_place import AskingPlace
from musenb.studio.choices import Choices
from musenb.studio.comparing import comparison_words, differing
from musenb.studio.core import StudioCore
from musenb.studio.drafts import Draft
from musenb.studio.journal import Saved
from musenb.studio.places import Locks, bars_as_text, locked_ids
from musenb.studio.take_rows import NO_TAKE, name_of, take_rows
from musenb.studio.takes import Take
from musenb.tokens.idiom import NoteEvent, Prepared
from musenb.widgets.desk import Desk
from musenb.widgets.keyboard import Keyboard
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound
from musenb.widgets.wire.notes import LOCKED

# The number of notes is shown anew after so long (seconds): each one would be a message of its own.
COUNT_SECONDS = 0.2


class PanelViews(StudioCore):
    """A studio that shows what happens in its views; `musenb.studio.panel.Studio` makes them."""

    desk: Desk
    sound: Sound
    sheet: Sheet
    roll: Roll
    beside: Roll
    keyboard: Keyboard
    choices: Choices
    asking: AskingPlace

    def __init__(self, *values: object, **settings: object) -> None:
        super().__init__(*values, **settings)  # type: ignore[arg-type]
        self._shown: Score | None = None
        self._first: int | None = None
        self._lines: dict[str, int] = {}
        self._differing: dict[str, int] = {}
        self._count, self._counted = 0, 0.0

    def _primed(self, reading: Prepared) -> None:
        self.desk.show(reading=f"The model will read: {'. '.join(str(reading).splitlines())}.")

    def _started(self, drafts: Sequence[Draft]) -> None:
        first = drafts[0]
        score = first.score()
        self._first, self._count = first.id, 0
        self._lines = {voice.name: number for number, voice in enumerate(score.voices)}
        self._show_score(score)
        self.choices.begin(drafts)
        self.desk.show(running=True, written=0, began=float(first.recipe.start))

    def _noted(self, take: int, event: NoteEvent) -> None:
        self.choices.note(take, event)
        if take != self._first or event.note is None:
            return
        self._count += 1
        voice = self._lines.get(event.voice)
        if voice is None:
            return
        for view in (self.roll, self.sheet, self.sound):
            view.append([(voice, event.note)])
        if self._count == 1 or time.monotonic() >= self._counted + COUNT_SECONDS:
            self._counted, self.desk.written = time.monotonic(), self._count

    def _finished_all(self, takes: Sequence[Take]) -> None:
        self._first, self._shown = None, None
        self.show_tree()
        self.choices.finish(takes)
        self.choices.show(self.tree)
        self.desk.show(running=False, written=self._count)

    def _saved(self, saved: Saved) -> None:
        words = f"Not saved: {saved.reason}. The work is in memory alone." if saved.reason else ""
        self.desk.show(kept=words, saved_at=0.0 if saved.reason else saved.at)

    def _show_saved(self) -> None:
        if self.saved is not None:
            self._saved(self.saved)

    def _show_locks(self, locks: Locks) -> None:
        self.desk.show(locked_voices=list(locks.voices), locked_bars=bars_as_text(locks.bars))
        self._mark()

    def show_tree(self) -> None:
        """Bring the desk and the views in line with the tree."""
        if self._first is not None and not self.running:
            return  # what was written is kept by now, and shown as soon as all is over
        selected = self.selected
        if selected is not None and self._first is None and selected.score is not self._shown:
            self._show_score(selected.score)
        rows = take_rows(self.tree)
        if self.desk.compared and not any(row[0] == self.desk.compared for row in rows):
            self.desk.compared = NO_TAKE
        self.desk.show(
            takes=rows, selected=NO_TAKE if selected is None else str(selected.id), can_undo=self.tree.can_undo,
            can_redo=self.tree.can_redo,
        )
        self._show_saved()
        self.choices.show(self.tree)
        self._show_beside()

    def _show_score(self, score: Score) -> None:
        self._shown = score
        self.asking.leave()
        for view in (self.roll, self.sheet, self.sound, self.keyboard):
            view.show_score(score)
        self._mark()

    def _show_beside(self) -> None:
        """Show the compared take below, mark the notes that differ in both, and say how many there are."""
        other, selected = self.desk.compared, self.selected
        marks: dict[str, int] = {}
        if not other or selected is None or other == str(selected.id):
            self.beside.layout.display = "none"
            self.desk.comparison = f"Choose a take to compare with {self._name_of(other)}." if other else ""
        else:
            found = self.compare(int(other), selected.id)
            below, marks = differing(found)
            self.beside.show_score(self.tree.take(int(other)).score)
            self.beside.mark(below)
            if self.beside.layout.display:
                self.beside.layout.display = ""
                self.roll.fit()  # both from the beginning, at the same scale
            self.desk.comparison = comparison_words(found, self._name_of(other), self._name_of(str(selected.id)))
        self._differing = marks
        self._mark()

    def _mark(self) -> None:
        """Mark on the roll what differs from the compared take, and what is locked."""
        marks = dict(self._differing) if self._first is None else {}
        for name in locked_ids(self.locks, self._shown or Score()):
            marks[name] = marks.get(name, 0) + LOCKED
        self.roll.mark(marks)

    def _name_of(self, number: str) -> str:
        return name_of(self.tree, self.tree.take(int(number)))
