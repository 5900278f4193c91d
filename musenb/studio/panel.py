"""Studio panel of a notebook: desk, player, score, roll and keyboard on one clock.

What is pressed in the page is put into a queue, and one worker thread works it off, so that neither a running cell nor
the page waits. Only Stop does not queue.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import ipywidgets

from musenb.errors import MusenbError, SettingError
from musenb.export.formats import FORMS
from musenb.sample.models import continuing_models, idiom_of_model
from musenb.sample.policy import DEFAULT_MODEL
from musenb.score.note import Score
from musenb.session import SEEDS
from musenb.studio.asking_place import AskingPlace
from musenb.studio.controls import Controls
from musenb.studio.core import StudioCore
from musenb.studio.going_on import GoingOn
from musenb.studio.hosting import idle_minutes
from musenb.studio.planning import Planning
from musenb.studio.presenting import Presenter
from musenb.studio.recovery import session_rows
from musenb.studio.roll_edits import RollEdits
from musenb.studio.shelf import SHELF
from musenb.studio.takes import Tree
from musenb.studio.views import STUDIO_CLASS, WIDE, StudioViews
from musenb.tokens.idiom import Prepared
from musenb.widgets.kept import AGAIN, Panelled, show_kept
from musenb.widgets.worker import Job, Worker, mime_bundle

CORE_SETTINGS = ("folder", "tree", "journal")
RUN_AGAIN = (
    "Kept with the notebook: run the cell again, then bring back earlier work (Begin, Earlier). Every take is kept."
)


class Studio(Panelled, StudioCore):
    """Hand over a motif, watch it develop, keep every branch: one panel in a notebook.

    Parameters
    ----------
    prime : anything that `StudioCore.prime` takes, or None
        The first motif.
    model : str or path
        Name of a shipped model, or a .safetensors file.
    **settings
        `bars`, `temperature`, `top_p`, `seed`, `candidates`, `one_bar`, `style` and `guidance` for the desk; `folder`,
        `tree` and `journal` as `StudioCore` takes them. A seed that is given is kept for every continuation until
        another is chosen.

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

    def __init__(self, prime: Any = None, *, model: str | os.PathLike[str] = DEFAULT_MODEL, **settings: Any) -> None:
        core = {name: settings.pop(name) for name in CORE_SETTINGS if name in settings}
        super().__init__(model, **core)
        self.views = views = StudioViews(
            self._choose, self._vote, model=os.fsdecode(model), **_desk_settings(settings)
        )
        self.desk, self.sound, self.sheet = views.desk, views.sound, views.sheet
        self.roll, self.beside, self.keyboard = views.roll, views.beside, views.keyboard
        self.choices = views.choices
        self.asking = AskingPlace(self, views.desk, views.music, queue=self.queue)
        self.panel = ipywidgets.VBox([views.desk, views.music, self.asking.box], layout=ipywidgets.Layout(**WIDE))
        self.panel.add_class(STUDIO_CLASS)
        self._worker = Worker(views.desk, name="studio")
        self._presenter = Presenter(self, views, self.asking.leave, self.queue)
        self._edits = RollEdits(self, views, self._presenter, self.queue)
        self._going_on = GoingOn(self, views.desk, views.roll, self._edits.keep)
        self._planning = Planning(self, views.desk, self._going_on.write_plan)
        self._controls = Controls(
            self, views, self._edits, going_on=self._going_on, asking=self.asking, planning=self._planning,
            queue=self.queue,
        )
        self._show_choices(os.fsdecode(model))
        self._listen()
        if prime is not None:
            self.prime_with_settings(prime)
        elif self.selected is not None:
            self._presenter.show_tree()

    def _show_choices(self, model: str) -> None:
        """Show on the desk what can be chosen."""
        names = continuing_models()
        self.desk.show(
            shelf=[(motif.key, f"{motif.title}, {motif.composer}") for motif in SHELF],
            models=[*names] if model in names else [*names, model],
            forms=list(FORMS), sessions=self._session_rows(),
        )
        self._take_model(model)

    def _take_model(self, model: str) -> None:
        """Write with a model from now on; the desk offers what it knows: voices, a close, styles and guidance."""
        self.model = model
        with contextlib.suppress(MusenbError):  # what is wrong with it is told when it is used
            self._presenter.show_idiom(idiom_of_model(model))

    def _session_rows(self) -> list[tuple[str, str]]:
        path = self.journal_path
        with contextlib.suppress(MusenbError, OSError):
            return [] if path is None else session_rows(path)
        return []

    def _listen(self) -> None:
        """Tie the views to what happens, and what is done in them to the parts that do it."""
        self._presenter.listen()
        self.on("tree", self.desk.guarded(lambda tree: self._planning.follow()))
        self.desk.hands = self._controls
        self.roll.on_edit(self._edits.changed)
        self._exporter.chords = lambda: self.sheet.chords
        self.sheet.on_overruled(lambda score: self.queue(lambda: self._keep_labels(score)))
        self.keyboard.on_recorded(lambda score: self.queue(lambda: self.prime_with_settings(score)))
        self.desk.observe(lambda change: self._change_model(change["new"]), "model")
        self.desk.observe(lambda change: self._read_again(), "style")

    def _change_model(self, model: str) -> None:
        self.desk.error = ""  # what the model before could not do is no matter any longer
        self._take_model(model)
        self._read_again()

    def _read_again(self) -> None:
        self.queue(lambda: self.read_by(self.desk.style))

    def _keep_labels(self, score: Score) -> None:
        """Keep the chords that a person named with the selected take."""
        if self.running:
            raise SettingError("chords can be named once the take is written")
        self._edits.keep()
        self._keeper.label(score)

    def _choose(self, take: int) -> None:
        self.queue(lambda: self.select(take))

    def _vote(self, take: int, by: int) -> None:
        self.queue(lambda: self.count_hand(take, taken_back=by < 0))

    # What the page asks for

    def queue(self, job: Job) -> None:
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
        return self._controls.prime_with_settings(source)

    def go_on(
        self, *, bars: int | None = None, again: bool = False, start: Fraction | None = None, close: bool | None = None
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
        close : bool, optional
            Whether the last bar ends the piece. By default a motif's first continuation does, and so does what is
            written anew; behind the end of what a model wrote, and bar by bar, it is to go on.
        """
        return self._going_on.go_on(bars=bars, again=again, start=start, close=close)

    def go_on_from(self, ids: Sequence[str]) -> tuple[int, ...]:
        """Keep the selected take up to the end of the last of these notes of the roll, and go on from there.

        Raises
        ------
        SettingError
            It has none of these notes.
        """
        return self._going_on.from_notes(ids)

    def as_file(self, form: str) -> tuple[str, str, bytes]:
        """Return name, MIME type and content of a file: the selected take, or for 'html' a page with all takes.

        Raises
        ------
        SettingError
            There is no such form, or no take.
        """
        return self._controls.as_file(form)

    def open_question(self, kind: str, take: int | None = None) -> None:
        """Open a question about a take, the selected one by default, below the desk: see `AskingPlace.open`."""
        self._controls.open_question(kind, take)

    def close_question(self) -> None:
        """Close the question that is open, if one is, and show the score again."""
        self.asking.close()

    def bring_back(self, found: Tree, name: str) -> None:
        """Put other takes in the place of these, which stay in their own journal entry."""
        self._controls.bring_back(found, name)

    # As a widget

    def _ipython_display_(self) -> None:
        """Show the panel and, behind it, the picture that a notebook keeps."""
        again = AGAIN if self.journal_path is None else RUN_AGAIN
        show_kept(self, self.panel, self.sheet, words=self.sheet.kept_words, again=again)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the panel; where widgets do not run, the score."""
        return mime_bundle(self.panel, self.sheet if self.selected is not None else None, repr(self), **kwargs)

    def __repr__(self) -> str:
        """Return what the desk says."""
        return f"<musenb Studio: {self.desk.describe()}>"

    def close(self) -> None:
        """End the views, the thread and the journal."""
        self.stop()
        self._edits.stop()
        self._worker.close(finish=True)
        self.asking.end()
        self.views.close()
        self.panel.close()
        super().close()


def _desk_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the desk's settings: a seed that was given stays, one that was not is drawn for each continuation."""
    usual = {"seed": secrets.randbelow(SEEDS), "seed_locked": "seed" in settings, "idle_minutes": idle_minutes()}
    return usual | settings
