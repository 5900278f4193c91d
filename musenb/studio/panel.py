"""The studio as a panel in a notebook: desk, player, score, roll and keyboard on one clock.

Everything the panel does is a method of `Studio`: what is pressed in the page is put into a queue, and one thread works
it off, so that neither a running cell nor the page waits. Only Stop does not queue.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import ipywidgets

from musenb.errors import MusenbError, SettingError
from musenb.export.formats import FORMATS
from musenb.model.weights import shipped_names
from musenb.questions.working import Worker
from musenb.score.note import Score
from musenb.session import SEEDS
from musenb.studio.asking_place import AskingPlace
from musenb.studio.choices import Choices
from musenb.studio.hosting import idle_minutes
from musenb.studio.page import page_of_takes, recorded
from musenb.studio.panel_hands import StudioHands
from musenb.studio.panel_views import PanelViews
from musenb.studio.places import another_way
from musenb.studio.recovery import sessions
from musenb.studio.shelf import SHELF
from musenb.studio.take_rows import name_of
from musenb.studio.takes import EDITED, Take, Tree, now
from musenb.tokens.chorale.grid import VOICES
from musenb.tokens.idiom import Prepared
from musenb.widgets.desk import Desk
from musenb.widgets.keyboard import Keyboard
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound

FORMS = ("mid", "musicxml", "wav", "pdf", "png", "svg", "brf", "html")
# So long (seconds) after the last edit of the roll a take is made of it.
REST_SECONDS = 1.0


class Studio(PanelViews):
    """Hand over a motif, watch it develop, keep every branch: one panel in a notebook.

    Parameters
    ----------
    prime : anything that `StudioCore.prime` takes, or None
        The first motif.
    model : str or path
        Name of a shipped model, or a .safetensors file.
    **settings
        `bars`, `temperature`, `top_p`, `seed`, `candidates`, `one_bar` for the desk; `folder`, `tree` and `journal` as
        `StudioCore` takes them.

    Attributes
    ----------
    desk, sound, sheet, roll, keyboard : views
        All on one clock; each can be shown in a cell of its own.
    choices : Choices
        The takes that are written at the same time, beside each other, each on a clock of its own.
    asking : AskingPlace
        Where a question about a take is open, in place of the music.
    panel : ipywidgets.VBox
    """

    def __init__(self, prime: Any = None, *, model: str | os.PathLike[str] = "chorale", **settings: Any) -> None:
        core = {name: settings.pop(name) for name in ("folder", "tree", "journal") if name in settings}
        super().__init__(model, **core)
        names = list(shipped_names())
        chosen = os.fsdecode(model)
        settings = {"seed": secrets.randbelow(SEEDS), "idle_minutes": idle_minutes()} | settings
        self.desk = Desk(StudioHands(self), model=chosen, **settings)
        self.sound = Sound(clock=self.desk)
        self.sheet, self.roll = Sheet(clock=self.desk), Roll(clock=self.desk, height=320)
        self.keyboard = Keyboard(clock=self.desk, low=36, high=84)
        self.beside = Roll(clock=self.desk, height=240, editable=False)
        self.beside.layout.display = "none"
        self.choices = Choices(lambda take: self.queue(lambda: self.select(take)))
        music = [self.choices.box, self.sound, self.sheet, self.roll, self.beside, self.keyboard]
        self._music = ipywidgets.VBox(music, layout=ipywidgets.Layout(width="100%"))
        self.asking = AskingPlace(self, self._music)
        self.panel = ipywidgets.VBox(
            [self.desk, self.asking.box, self._music], layout=ipywidgets.Layout(width="100%")
        )
        self._worker = Worker(self.desk, name="studio")
        self._guard = threading.Lock()
        self._resting: threading.Timer | None = None
        models = [name for name in names if name != "jsb"] if chosen in names else [*names, chosen]
        self.desk.show(
            shelf=[(motif.key, f"{motif.title}, {motif.composer}") for motif in SHELF], models=models,
            voices=list(VOICES), forms=list(FORMS), sessions=_session_rows(self),
        )
        self._listen()
        if prime is not None:
            self.prime(prime)
        elif self.selected is not None:
            self.show_tree()

    def _listen(self) -> None:
        heard = {
            "primed": self._primed, "started": self._started, "note": self._noted, "finished": self._finished_all,
            "tree": lambda tree: self.show_tree(), "saved": self._saved, "error": self.desk.show_error,
            "progress": lambda take, written: self._show_saved(), "locked": self._show_locks,
        }
        for name, call in heard.items():
            self.on(name, self.desk.guarded(call))
        self.roll.on_edit(self._edited_soon)
        self.keyboard.on_recorded(lambda score: self.queue(lambda: self.prime_with_settings(score)))
        self.desk.observe(lambda change: setattr(self, "model", change["new"]), "model")

    # What the page asks for

    def queue(self, job: Callable[[], object]) -> None:
        """Do a job in the studio's thread, after those before it; what it raises is shown on the desk."""
        self._worker.do(job)

    def settle(self, timeout: float = 60.0) -> None:
        """Wait until everything that was pressed in the page so far is done (but not until it is written: see `wait`).

        Raises
        ------
        TimeoutError
            It takes longer than `timeout` seconds.
        """
        self._worker.settle(timeout)

    def prime_with_settings(self, source: Any) -> Prepared:
        """Take a motif with the desk's bars and voice."""
        return self.prime(source, bars=self.desk.prime_bars or None, voice=self.desk.prime_voice or None)

    def go_on(
        self, *, bars: int | None = None, again: bool = False, start: Fraction | None = None
    ) -> tuple[int, ...]:
        """Begin to write with the desk's settings, as Continue does; return the numbers of the takes to come.

        Parameters
        ----------
        bars : int, optional
            In place of the desk's.
        again : bool
            Another way: from where the selected take began, with another seed. What is locked in it is kept.
        start : Fraction, optional
            Quarters of the selected take from which on it is written anew; by default its end.
        """
        self._keep_edit()
        desk = self.desk
        settings: dict[str, Any] = {"bars": bars or desk.bars, "temperature": desk.temperature, "top_p": desk.top_p}
        settings["start"] = start
        if again:
            settings |= another_way(self.tree, self._chosen(None), self.locks)
        if again or not desk.seed_locked:
            desk.seed = secrets.randbelow(SEEDS)
        return self.continue_(**settings, seed=desk.seed, candidates=desk.candidates)

    def go_on_from(self, ids: Sequence[str]) -> tuple[int, ...]:
        """Keep the selected take up to the end of the last of these notes of the roll, and go on from there.

        Raises
        ------
        SettingError
            It has none of these notes.
        """
        notes = self.roll.notes_of(ids)
        if not notes:
            raise SettingError("select a note first, in the score or on the roll: what follows it is written anew")
        return self.go_on(bars=1 if self.desk.one_bar else None, start=max(note.end for note in notes))

    def as_file(self, form: str) -> tuple[str, str, bytes]:
        """Return name, MIME type and content of a file: the selected take, or for 'html' a page with all takes.

        Raises
        ------
        SettingError
            There is no such form, or no take.
        """
        self._keep_edit()
        take = self._chosen(None)
        if form not in FORMS:
            raise SettingError(f"a take cannot be kept as {form!r}; there are {', '.join(FORMS)}")
        if form == "html":
            records = recorded(self.tree, self.model)
            mime, content = "text/html", page_of_takes(self.tree, attention=records)
        else:
            kind = FORMATS[f".{form}"]
            mime, content = kind.mime, kind.write(take.score)
        return f"{_file_name(name_of(self.tree, take))}.{form}", mime, content

    def open_question(self, kind: str, take: int | None = None) -> None:
        """Open a question about a take, the selected one by default, below the desk: see `AskingPlace.open`."""
        self._keep_edit()
        self.asking.open(kind, self._chosen(take))

    def close_question(self) -> None:
        """Close the question that is open, if one is, and show the score again."""
        self.asking.close()

    def prefer(self, take: int) -> None:
        """Vote for a take among those that go on from the same take.

        Raises
        ------
        SettingError
            It stands alone.
        """
        self.select(take)
        self.audition()
        self.vote(next(label for label, number in self._audition.items() if number == take))

    def bring_back(self, found: Tree, name: str) -> None:
        """Put other takes in the place of these, which stay in their own journal entry."""
        self.adopt(found)
        self.desk.show(reading=" ".join([f"Brought back: {name}.", *found.notices]))

    def _edited_soon(self, score: Score) -> None:
        """Show an edit of the roll in the other views at once; a take is made of it when the hand has rested."""
        for view in (self.sheet, self.sound, self.keyboard):
            view.show_score(score)
        with self._guard:
            if self._resting is not None:
                self._resting.cancel()
            self._resting = threading.Timer(REST_SECONDS, lambda: self.queue(self._keep_edit))
            self._resting.daemon = True
            self._resting.start()

    def _keep_edit(self) -> None:
        """Make a take of what is edited on the roll, if anything is; a row of edits becomes one take."""
        with self._guard:
            if self._resting is not None:
                self._resting.cancel()
            self._resting = None
        score, parent = self.roll.score, self.selected
        if self.running or score == self._shown:
            return
        if parent is None:
            self.prime(score)
            return
        again = parent.kind == EDITED and not self.tree.children(parent.id)
        self._shown = score
        with self._lock:
            take = Take(self.tree.reserve(), parent.parent if again else parent.id, EDITED, score, made=now())
            self.tree.add(take)
            if again:
                self.tree.delete(parent.id)
        if any(shown != written for written, shown in self.roll.page_ids().items()):
            self._show_score(score)
        self._tell("tree", self.tree)

    # As a widget

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the panel; where widgets do not run, the score."""
        shown = self.panel._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        stand_in = self.sheet._repr_mimebundle_(**kwargs) if self.selected is not None else None
        if stand_in is not None:
            kinds = ("image/svg+xml", "image/png")
            data = data | {kind: stand_in[0][kind] for kind in kinds if kind in stand_in[0]}
        return data | {"text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        """Return what the desk says."""
        return f"<musenb Studio: {self.desk.describe()}>"

    def close(self) -> None:
        """End the views, the thread and the journal."""
        self.stop()
        self._worker.close(finish=True)
        self.asking.end()
        self.choices.close()
        views = (self.desk, self.sound, self.sheet, self.roll, self.beside, self.keyboard, self._music, self.panel)
        for view in views:
            view.close()
        super().close()


def _session_rows(studio: Studio) -> list[tuple[str, str]]:
    path = studio.journal_path
    if path is None:
        return []
    with contextlib.suppress(MusenbError, OSError):
        found = [one for one in sessions(path.parent) if one.path != path]
        return [(one.name, f"{one.name}, {one.takes} take{'' if one.takes == 1 else 's'}") for one in found[:20]]
    return []


def _file_name(name: str) -> str:
    kept = "".join(sign if sign.isalnum() or sign in " -_." else "-" for sign in name).strip(" .-")
    return kept[:60] or "take"
