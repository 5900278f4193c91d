"""Studio facade without a panel: one face before parts that do one thing each."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Generator, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from musenb.analysis.compare import Comparison
from musenb.files.folders import journal_folders
from musenb.files.lines import Saved
from musenb.sample.policy import BEST_OF, DEFAULT_MODEL
from musenb.score.development.plan import DevelopmentPlan
from musenb.score.note import Score
from musenb.session import Trimming
from musenb.studio.auditions import Auditions
from musenb.studio.continuing import Continuing, Drawing, Wanted
from musenb.studio.drafts import repeat
from musenb.studio.events import Events
from musenb.studio.exporting import Exporter
from musenb.studio.interrupts import heed_interrupts
from musenb.studio.journaling import Journaling
from musenb.studio.keeping import Keeper
from musenb.studio.places import Locks
from musenb.studio.primer import Primer
from musenb.studio.recovery import recover
from musenb.studio.takes import EDITED, Entry, Tree
from musenb.studio.writings import Writings
from musenb.tokens.idiom import Prepared

if TYPE_CHECKING:
    from musenb.questions.ask import Questions
    from musenb.widgets.wire.roll import EditOp


class StudioCore:
    """Prime a motif, watch it develop, keep every branch.

    Parameters
    ----------
    model : str or path
        Name of a shipped model, or a .safetensors file.
    folder : path or None
        Where the journal is kept; else what MUSENB_JOURNAL says, else the user's data folder or, where that cannot be
        written to, the working folder.
    tree : Tree, optional
        Takes to go on with; they are written into the new journal first.
    journal : bool
        False keeps everything in memory alone.

    Attributes
    ----------
    model : str or path
        May be changed between continuations.
    """

    def __init__(
        self, model: str | os.PathLike[str] = DEFAULT_MODEL, *, folder: str | os.PathLike[str] | None = None,
        tree: Tree | None = None, journal: bool = True,
    ) -> None:
        self.model = model
        places = journal_folders() if folder is None else (Path(folder),)
        place, spare = (*places, None, None)[:2]
        self._events = Events()
        self._journaling = Journaling(place, self._tell_saved, spare=spare, on=journal)
        self._keeper = Keeper(Tree() if tree is None else tree, self._events, self._journaling)
        self._writings = Writings(self._keeper, self._journaling, self._events)
        self._continuing = Continuing(self._keeper, self._writings, lambda: self.model)
        self._primer = Primer(self._keeper, self._events, lambda: self.model)
        self._auditions = Auditions(self._keeper)
        self._exporter = Exporter(self._keeper, lambda: self.model, self._events)
        heed_interrupts(self)

    @classmethod
    def recover(cls, name: str = "last", **settings: Any) -> StudioCore:
        """Return a studio with the takes of a saved session, which is kept; see `musenb.recover`."""
        tree = recover(name, folder=settings.get("folder"))
        return cls(tree=tree if isinstance(tree, Tree) else None, **settings)

    # Takes

    @property
    def tree(self) -> Tree:
        """All takes."""
        return self._keeper.tree

    @property
    def selected(self) -> Entry | None:
        """The take that is looked at."""
        return self.tree.selected

    def take(self, number: int | None = None) -> Entry:
        """Return a take, the selected one by default.

        Raises
        ------
        SettingError
            There is none.
        """
        return self._keeper.chosen(number)

    @property
    def reading(self) -> Prepared | None:
        """What the model reads of the last prime."""
        return self._primer.reading

    def prime(
        self, source: Any, *, voice: str | Sequence[str] | None = None, **wishes: Unpack[Trimming]
    ) -> Prepared:
        """Take a motif, select it, and return what the model will read; parameters as in `musenb.session.prepared`."""
        return self._primer.prime(source, **{"voices": voice, **wishes})

    def read_in(self, *, key: str | None = None, metre: str | None = None) -> Prepared:
        """Take the last motif again in another key or metre, and select it; what is None stays as it was read.

        An empty text takes a choice back: what is written counts again, or what the notes say.

        Raises
        ------
        SettingError
            There was no motif yet, the key or metre is none, or the upbeat does not fit the metre.
        """
        return self._primer.read_in(key=key, metre=metre)

    def read_by(self, style: str = "") -> Prepared | None:
        """Take the motif that is looked at again in a style, or as a changed model reads it.

        Return None where it is not the last motif that is looked at, or nothing changes.
        """
        return self._primer.read_by(style)

    def edit(self, operations: Iterable[EditOp], take: int | None = None) -> Entry:
        """Change notes of a take, as a new take that is selected.

        Parameters
        ----------
        operations : iterable of dict
            As `musenb.widgets.wire.roll` has them, such as ``{"op": "move", "id": "v0n3", "pitch": 62}``.
        take : int, optional
            The selected one by default.

        Raises
        ------
        ScoreError
            An operation does not fit; nothing was changed.
        """
        from musenb.widgets.roll import apply_edits

        parent = self.take(take)
        return self._keeper.add(EDITED, apply_edits(parent.score, operations), parent=parent.id)

    def graft(self, score: Score, *, parent: int, name: str = "") -> Entry:
        """Add a score that was made elsewhere as a take below another, select it, and return it."""
        return self._keeper.add(EDITED, score, parent=parent, name=name)

    def put_edited(self, score: Score) -> Entry:
        """Add an edit of the selected take, select it, and return it; a row of edits is one take."""
        return self._keeper.put_edited(score)

    def adopt(self, tree: Tree) -> None:
        """Go on with other takes, in a journal of their own; that of the takes before is kept.

        What is being written is stopped, and kept with the takes before.
        """
        self._writings.halt()
        self._keeper.adopt(tree)

    def select(self, take: int) -> Entry:
        """Look at a take, and return it."""
        self._keeper.change(lambda: self.tree.select(take))
        return self.tree.take(take)

    def rename(self, take: int, name: str) -> None:
        """Give a take a name."""
        self._keeper.change(lambda: self.tree.rename(take, name))

    def delete(self, take: int) -> None:
        """Hide a take and all that goes on from it; `undo` brings them back."""
        self._keeper.change(lambda: self.tree.delete(take))

    def undo(self) -> bool:
        """Take the last change back; return False when there is none. A take that was written stays in the tree."""
        return self._keeper.change(lambda: self.tree.undo())

    def redo(self) -> bool:
        """Make the change again that was undone last; return False when there is none."""
        return self._keeper.change(lambda: self.tree.redo())

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
        return self._auditions.begin(takes)

    def vote(self, label: str) -> Entry:
        """Prefer a label of the audition, which ends it; return the take that it was."""
        return self._auditions.vote(label)

    def prefer(self, take: int) -> Entry:
        """Vote for a take among those that go on from the same take, select it, and return it.

        Raises
        ------
        SettingError
            It stands alone.
        """
        self.select(take)
        return self._auditions.prefer(take)

    def count_hand(self, take: int, *, taken_back: bool = False) -> None:
        """Count a raised hand for a take, or take one back; errors as in `prefer`."""
        self._auditions.count_hand(take, taken_back=taken_back)

    # Writing

    @property
    def locks(self) -> Locks:
        """What is kept as it is when the model writes."""
        return self._continuing.locks

    def lock(self, *, voices: Iterable[str] = (), bars: Iterable[int] = ()) -> None:
        """Keep these voices and bars from now on, and no others.

        Raises
        ------
        SettingError
            A voice is none of the model's, or a bar's number is no whole number of at least 0.
        """
        self._events.emit("locked", self._continuing.lock(voices, bars))

    def branch(self, take: int, start: Fraction | float | str) -> Fraction:
        """Select a take and let the next continuation go on from a point of it, which is returned; see `continue_`."""
        return self._continuing.branch(take, start)

    def continue_(
        self,
        bars: int = 4,
        *,
        seed: int | None = None,
        candidates: int = 1,
        best_of: int = BEST_OF,
        take: int | None = None,
        start: Fraction | float | str | None = None,
        close: bool | None = True,
        plan: DevelopmentPlan | None = None,
        **drawing: Unpack[Drawing],
    ) -> tuple[int, ...]:
        """Begin to write and return at once; the numbers are those of the takes to come.

        Parameters
        ----------
        bars : int
            1..512, 1 for one bar at a time; a bar that `start` falls into is filled first.
        temperature : float
            Adventurousness, 0..4.
        top_p : float
            Above 0, up to 1.
        guidance : float
            0..2: how much the beginning counts as a theme, by a model that has learnt some.
        seed : int, optional
            Of the first candidate; the next ones have the numbers after it. Drawn when there is none.
        candidates : int
            1..4 takes from the same place.
        best_of : int
            How often each phrase of a take is written, 1..16, the best kept; its notes come when it is chosen.
        take : int, optional
            The one to go on from: the selected one by default.
        start : number of quarters, or id of a note, optional
            What begins there or later is written anew, except what is locked; of a note such as 'v1n7', its end. By
            default the end of the take, or where `branch` said.
        close : bool or None
            Whether the last bar ends the piece, with a cadence; see `musenb.develop`.
        plan : DevelopmentPlan, optional
            The take, a motif, is not gone on from but developed by it, in as many bars as it has.

        Raises
        ------
        MusenbError
            A setting is outside its range, something is being written already, or there is nothing to go on from.
        """
        wanted = Wanted(bars, drawing, seed=seed, candidates=candidates, best_of=best_of, close=close)
        return self._continuing.begin(wanted, take=take, start=start, plan=plan)

    def resume(self, take: int) -> int:
        """Write a stopped take to its end, as a take beside it that has the same recipe; return its number at once.

        Raises
        ------
        SettingError
            The take is complete or no model wrote it, or something is being written already.
        """
        return self._continuing.resume(take)

    @property
    def running(self) -> bool:
        """True while something is written."""
        return self._writings.running

    def stop(self) -> None:
        """End the writing once nothing is left half, and the saving of a file, from any thread; return at once."""
        self._writings.stop()
        self._exporter.stop()

    def wait(self, timeout: float | None = None) -> tuple[Entry, ...]:
        """Wait until nothing is written any more and return the takes of the last continuation.

        An interrupt (Ctrl-C, or the notebook's square button) stops the writing; the takes are what was written.

        Parameters
        ----------
        timeout : float, optional
            Seconds.

        Raises
        ------
        TimeoutError
            It is still being written; it goes on.
        Exception
            What broke the writing off, or what a callback raised, once.
        """
        return self._writings.wait(timeout)

    def __await__(self) -> Generator[Any, None, tuple[Entry, ...]]:
        return self._writings.finished().__await__()

    # Asking and keeping

    def ask(self, take: int | None = None, **settings: Any) -> Questions:
        """Return what can be asked of the model about a take, the selected one by default: see `ask_about`."""
        from musenb.studio.asking import ask_about

        asked = self.take(take)

        def hang(score: Score, name: str) -> None:
            self.graft(score, parent=asked.id, name=name)

        parent = None if asked.parent is None else self.take(asked.parent).score
        return ask_about(asked, parent=parent, usual_model=self.model, branched=hang, **settings)

    def save(self, path: str | os.PathLike[str], take: int | None = None) -> Path:
        """Write a take, the selected one by default, as a file of a kind of `musenb.save`, and return the path.

        .html is one page with all takes, and where the model looked in them.

        Raises
        ------
        SaveError
            The suffix is none of these, or the file cannot be written; what stood there before is unchanged.
        SettingError
            It lasts too long for a sound, or there are too many takes for a page.
        LoadError
            The score cannot be engraved.
        """
        return self._exporter.save(path, self.take(take))

    def file(self, form: str, take: int | None = None) -> tuple[str, str, bytes]:
        """Return name, MIME type and content of a take, the selected one by default, as a file of a form such as 'mid'.

        For 'html' it is the page with all takes. SettingError where there is no such form, or no take.
        """
        return self._exporter.file(form, self.take(take))

    @property
    def saved(self) -> Saved | None:
        """How far the journal is saved; None without one."""
        return self._journaling.saved

    @property
    def journal_path(self) -> Path | None:
        """The journal's file, which is there once something was done; None without one."""
        return self._journaling.path

    def on(self, name: str, callback: Callable[..., object]) -> Callable[[], None]:
        """Call `callback` whenever `name` happens; return a function that ends it. See `studio.events.EVENTS`."""
        return self._events.on(name, callback)

    def close(self) -> None:
        """Let go of the journal's file."""
        self._journaling.close()

    def _tell_saved(self, saved: Saved) -> None:
        if saved.reason and not self._events.has_callback("saved"):
            warnings.warn(f"the journal cannot be written ({saved.reason}): work is in memory alone", stacklevel=2)
        self._events.emit("saved", saved)
