"""Question area of the studio: one question about one take, beside the music or in its place.

For the prediction game the score, the roll and the candidates are hidden: they would tell what it asks for.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, get_args

import ipywidgets

from musenb.analysis.motif.finder import SHORTEST_MOTIF, Motif
from musenb.errors import MusenbError, ScoreError, SettingError
from musenb.questions.ask import Questions, motif_of
from musenb.score.note import Score
from musenb.session import Take as Branch
from musenb.studio.core import StudioCore
from musenb.studio.take_rows import name_of
from musenb.studio.takes import Entry
from musenb.studio.views import ASKING_CLASS, INSTEAD_CLASS
from musenb.tokens.piece import Sung
from musenb.widgets.desk import Desk
from musenb.widgets.wire.desk import AskWhat
from musenb.widgets.worker import Job

# What is asked of a note stands beside the music; what shows music of its own, or hides some, in its place.
BESIDE: tuple[AskWhat, ...] = ("heard",)
KINDS: tuple[AskWhat, ...] = get_args(AskWhat)
# Beside the journals, which it is none of.
GAMES = "games"


class Open(Protocol):
    """What can be opened: it has a panel, and ends with all its views."""

    @property
    def panel(self) -> ipywidgets.Box:
        """The box of its views."""
        ...

    def close(self) -> None:
        """End the views."""


class AskingPlace:
    """Opens one question at a time.

    Parameters
    ----------
    core : StudioCore
        Whose takes are asked about.
    desk : Desk
        Tells which question is open.
    music : ipywidgets.Box
        What is hidden while a question is open.
    queue : callable
        Has a job done in the studio's thread.

    Attributes
    ----------
    box : ipywidgets.VBox
        Hidden and empty while no question is open.
    shown : QuestionPanel, MotifReport or GamePanel, or None
        The question that is open.
    """

    def __init__(
        self, core: StudioCore, desk: Desk, music: ipywidgets.Box, *, queue: Callable[[Job], object]
    ) -> None:
        self._core, self._desk, self._music, self._queue = core, desk, music, queue
        self._lock = threading.RLock()
        self._branching = False
        self.shown: Open | None = None
        self.box = ipywidgets.VBox(layout=ipywidgets.Layout(display="none"))
        self.box.add_class(ASKING_CLASS)

    def open(self, kind: str, take: Entry) -> None:
        """Open a question about a take, in place of the one that is open.

        Parameters
        ----------
        kind : {'heard', 'motif', 'guess'}
            What the model heard, with all that can be asked beside it; what became of the motif; the prediction game.
        take : Entry

        Raises
        ------
        MusenbError
            There is no such question, or the take does not allow it; nothing is open then.
        """
        if kind not in KINDS:
            raise SettingError(f"there is no question {kind!r}; there are {', '.join(KINDS)}")
        name = name_of(self._core.tree, take)
        with self._lock:
            self.close()
            self._desk.show(asked=kind, asked_words=f"Reading {name}…", error="")
            try:
                self.shown = self._made(kind, take)
                self.box.children = (self.shown.panel,)
            except BaseException:
                self.close()
                raise
            self._show(beside=kind in BESIDE)
            where = "Below" if kind in BESIDE else "In place of the score"
            self._desk.show(asked_words=f"{where}: {name}.")

    def _show(self, *, beside: bool) -> None:
        """Show the box beside the music, or in its place."""
        if beside:
            self.box.remove_class(INSTEAD_CLASS)
        else:
            self.box.add_class(INSTEAD_CLASS)
            self._music.layout.display = "none"
        self.box.layout.display = ""

    def close(self) -> None:
        """End the question that is open, if one is, and show the score again."""
        with self._lock:
            shown, self.shown = self.shown, None
            self._music.layout.display, self.box.layout.display = "", "none"
            self.box.children = ()
            if shown is not None:
                shown.close()
            if self._desk.asked:
                self._desk.show(asked="", asked_words="")

    def leave(self) -> None:
        """Close because the studio shows other music; a question that branched off closes once that is done."""
        if not self._branching:
            self.close()

    def end(self) -> None:
        """Close for good."""
        self.close()
        self.box.layout.close()
        self.box.close()

    def _made(self, kind: str, take: Entry) -> Open:
        if kind == "motif":
            return self._motif(take)
        asked = self._core.ask(take.id)
        if kind == "guess":
            return _game(asked, self._record(take))
        asked.on_take = self._staying(asked.on_take)
        panel = asked.panel_beside(self._desk)
        panel.asking.tab = "heard"
        return panel

    def _motif(self, take: Entry) -> Any:
        """Return what became of the motif that the take's line of the tree began with."""
        try:
            begun = motif_of(self._core.tree.path(take.id)[0].score).motif
        except ScoreError:
            raise SettingError(f"to be looked for, a motif needs {SHORTEST_MOTIF} notes or more in one voice") from None
        motif = at_home(begun, take.score)
        try:
            return self._core.ask(take.id).motif(motif=motif)
        except MusenbError:
            return motif_of(take.score, motif=motif)  # for music that the model cannot read

    def _staying(self, adopt: Callable[[Branch, str], object] | None) -> Callable[[Branch, str], object]:
        def branched(branch: Branch, name: str) -> None:
            self._branching = True
            try:
                if adopt is not None:
                    adopt(branch, name)
            finally:
                self._branching = False
            self._queue(functools.partial(self._leave_for, name))

        return branched

    def _leave_for(self, name: str) -> None:
        """Close: the music beside the question is another now, what was branched off."""
        self.close()
        self._desk.show(asked_words=f"Branched off: {name}. It is shown now, and stands in Takes.")

    def _record(self, take: Entry) -> Path | None:
        """Return the folder for the games on a take; None where nothing is kept."""
        journal = self._core.journal_path
        if journal is None:
            return None
        folder = journal.parent / GAMES / f"{journal.stem}-take-{take.id}"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        return None


def at_home(motif: Motif, score: Score) -> Motif:
    """Return a motif with the place where it stands in a score, if a voice has all its notes."""
    for number, voice in enumerate(score.voices):
        places = {}
        for index, note in enumerate(voice.notes):
            places[note.onset, note.pitch] = (number, index)
        home = [places.get((note.onset, note.pitch)) for note in motif.notes]
        if all(home):
            return Motif(motif.notes, tuple(place for place in home if place))
    return Motif(motif.notes)


def _game(asked: Questions, record: Path | None) -> Any:
    """Return the game on the highest voice that has notes to be guessed."""
    if not isinstance(asked.piece, Sung):
        raise SettingError("the game needs a model whose voices sing one note each; choose 'chorale' under ⋯")
    for voice in asked.model.idiom.voices:
        with contextlib.suppress(SettingError):
            return asked.game(voice=voice, record=record)
    raise SettingError("there is no note behind the first bar that could be guessed: press Continue first")
