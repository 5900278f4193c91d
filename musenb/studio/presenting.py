"""View presenter of the studio: callbacks that bring the views in line with what happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from musenb.files.lines import Saved
from musenb.score.note import Score
from musenb.studio.comparing import comparison_words, differing
from musenb.studio.core import StudioCore
from musenb.studio.drafts import Draft
from musenb.studio.places import Locks, bars_as_text, locked_ids
from musenb.studio.progressions import Progressions
from musenb.studio.take_rows import NO_TAKE, name_of, take_rows
from musenb.studio.takes import Entry, Tree
from musenb.studio.views import StudioViews
from musenb.studio.wishing import motif_chips
from musenb.tokens.idiom import Idiom, NoteEvent, Prepared
from musenb.tokens.offers import Guided, Styled
from musenb.widgets.wire.notes import LOCKED
from musenb.widgets.worker import Job

# The number of notes is shown anew after so long (seconds): each one would be a message of its own.
COUNT_SECONDS = 0.2
# Where no journal can be written: what the button beside the message does.
TAKE_HOME = "The work is in memory alone: Save all takes puts it on this computer."


class Presenter:
    """Shows what a studio does.

    Parameters
    ----------
    core : StudioCore
    views : StudioViews
    left : callable
        Called when other music is shown, so that a question about the music of before can close.
    queue : callable
        Has a job done in the studio's thread.

    Attributes
    ----------
    shown : Score or None
        What the views show; None while that is being written.
    """

    def __init__(
        self, core: StudioCore, views: StudioViews, left: Callable[[], object], queue: Callable[[Job], object]
    ) -> None:
        self._core, self._views, self._left = core, views, left
        self._chords = Progressions(core, queue, self._show_rows)
        self.shown: Score | None = None
        self._idiom: Idiom | None = None
        self._first: int | None = None
        self._several = False
        self._lines: dict[str, int] = {}
        self._differing: dict[str, int] = {}
        self._count, self._counted = 0, 0.0

    def listen(self) -> None:
        """Hear of everything; what goes wrong in showing it is shown on the desk."""
        desk = self._views.desk
        callbacks = {
            "primed": self._primed,
            "started": self._started,
            "note": self._noted,
            "finished": self._finished,
            "tree": self._changed,
            "saved": self._saved,
            "saving": self._saving,
            "error": desk.show_error,
            "progress": self._grown,
            "locked": self._locked,
        }
        for name, callback in callbacks.items():
            self._core.on(name, desk.guarded(callback))
        desk.observe(desk.guarded(lambda change: self._show_compared()), "compared")

    def show_tree(self) -> None:
        """Bring the desk and the views in line with the tree."""
        core, desk = self._core, self._views.desk
        if self._first is not None and not core.running:
            return  # what was written is kept by now, and shown as soon as all is over
        selected = core.selected
        if selected is not None and self._first is None and selected.score is not self.shown:
            self.show_score(selected.score, room=self._room_after(selected))
        rows = take_rows(core.tree, self._chords.of)
        if desk.compared and not any(row.id == desk.compared for row in rows):
            desk.compared = NO_TAKE
        desk.show(
            takes=rows, selected=NO_TAKE if selected is None else str(selected.id), can_undo=core.tree.can_undo,
            can_redo=core.tree.can_redo,
        )
        self._show_saved()
        self._views.choices.show(core.tree)
        self._show_compared()
        if self._views.sheet.chords:
            self._chords.seek()

    def show_score(self, score: Score, *, room: float = 0.0) -> None:
        """Show a score in every view, with empty bars up to `room` quarters."""
        self.shown = score
        self._left()
        self._views.show_score(score, room=room)
        self._mark()

    def _show_rows(self) -> None:
        """Show what is new in the list of takes alone."""
        self._views.desk.show(takes=take_rows(self._core.tree, self._chords.of))

    def _room_after(self, take: Entry) -> float:
        """Return where the bars end that would be written after a motif: they stand empty, to be sung into."""
        if take.recipe is not None:
            return 0.0
        score = take.score
        return float(score.end + self._views.desk.bars * score.metre_at(score.end).bar_length)

    def show_idiom(self, idiom: Idiom) -> None:
        """Offer on the desk what a model's language has: voices, a close, styles, and how far a motif is held to."""
        desk, styles = self._views.desk, idiom.styles if isinstance(idiom, Styled) else ()
        self._idiom = idiom
        with desk.hold_trait_notifications():
            if desk.style not in styles:
                desk.style = ""
            desk.show(
                styles=[*styles], can_close=idiom.unit == "bars",
                most_guidance=float(idiom.most_guidance) if isinstance(idiom, Guided) else 0.0,
            )
        self._show_voices(self._core.reading)

    def _show_voices(self, reading: Prepared | None) -> None:
        """Offer the voices of the motif's style; all that there are where it has none."""
        idiom = self._idiom
        if idiom is None:
            return
        style = idiom.style_of(reading.score) if reading is not None and isinstance(idiom, Styled) else None
        names = idiom.voices_of(style) if style is not None and isinstance(idiom, Styled) else idiom.voices
        desk = self._views.desk
        if desk.prime_voice not in idiom.voices:
            desk.prime_voice = ""
        desk.show(voices=[*names])

    # What the studio tells

    def _primed(self, reading: Prepared) -> None:
        words = ". ".join(str(reading).splitlines())
        self._show_voices(reading)
        self._views.desk.show(reading=f"The model will read: {words}.", error="", **motif_chips(reading))
        self._views.rewind()

    def _started(self, drafts: Sequence[Draft]) -> None:
        first = drafts[0]
        score = first.score()
        self._first, self._count = first.id, 0
        self._lines = {voice.name: number for number, voice in enumerate(score.voices)}
        ends, several = float(first.ends), len(drafts) > 1
        if several != self._several:
            self._several = several
            self._views.sheet.staves = "two" if several else "each"  # the ways stand above it
        self.show_score(score, room=ends)
        self._views.choices.begin(drafts)
        self._views.desk.show(running=True, written=0, began=float(first.begins), ends=ends, error="")

    def _noted(self, take: int, event: NoteEvent) -> None:
        self._views.choices.note(take, event)
        if take != self._first or event.note is None:
            return
        self._count += 1
        voice = self._lines.get(event.voice)
        if voice is None:
            return
        self._views.append(voice, event.note)
        if self._count == 1 or time.monotonic() >= self._counted + COUNT_SECONDS:
            self._counted = time.monotonic()
            self._views.desk.written = self._count

    def _grown(self, take: int, written: float) -> None:
        self._show_saved()

    def _finished(self, takes: Sequence[Entry]) -> None:
        self._first, self.shown = None, None
        self.show_tree()
        self._views.choices.finish(takes)
        self._views.choices.show(self._core.tree)
        self._views.desk.show(running=False, written=self._count)

    def _changed(self, tree: Tree) -> None:
        self.show_tree()

    def _saved(self, saved: Saved) -> None:
        words = f"Not saved: {saved.reason}. {TAKE_HOME}" if saved.reason else ""
        self._views.desk.show(kept=words, saved_at=0.0 if saved.reason else saved.at)

    def _saving(self, name: str, seconds: float) -> None:
        since = f" {seconds:.0f} s" if seconds >= 1 else ""
        self._views.desk.show(saving=f"writing '{name}' …{since}" if name else "")

    def _locked(self, locks: Locks) -> None:
        self._views.desk.show(locked_voices=list(locks.voices), locked_bars=bars_as_text(locks.bars))
        self._mark()

    # What follows from it

    def _show_saved(self) -> None:
        if self._core.saved is not None:
            self._saved(self._core.saved)

    def _show_compared(self) -> None:
        """Show the compared take below, mark the notes that differ in both, and say how many there are."""
        desk, selected = self._views.desk, self._core.selected
        other = desk.compared
        self._differing = {}
        if not other or selected is None or other == str(selected.id):
            self._views.compare_nothing()
            desk.comparison = f"Choose a take to compare with {self._name_of(int(other))}." if other else ""
        else:
            found = self._core.compare(int(other), selected.id)
            below, self._differing = differing(found)
            self._views.compare(self._core.tree.take(int(other)).score, below)
            desk.comparison = comparison_words(found, self._name_of(int(other)), self._name_of(selected.id))
        self._mark()

    def _mark(self) -> None:
        """Mark on the roll what differs from the compared take, and what is locked."""
        marks = dict(self._differing) if self._first is None else {}
        for name in locked_ids(self._core.locks, self.shown or Score()):
            marks[name] = marks.get(name, 0) + LOCKED
        self._views.roll.mark(marks)

    def _name_of(self, number: int) -> str:
        return name_of(self._core.tree, self._core.tree.take(number))
