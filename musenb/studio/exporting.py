"""Take exporter: files by suffix, and a page with all of them; what is written is told, and can be stopped."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from musenb.errors import SaveError, SettingError
from musenb.export.formats import FORMATS, FORMS, PAGE, PAGE_MIME
from musenb.export.time_box import LONGEST_SAVE, time_box
from musenb.files.atomic import atomic_write
from musenb.files.names import portable_stem
from musenb.score.arguments import save_path
from musenb.score.heed import heed, heeding
from musenb.score.note import Score
from musenb.session import harmony, save
from musenb.studio.events import Events
from musenb.studio.keeping import Keeper
from musenb.studio.take_rows import name_of
from musenb.studio.takes import Entry

TELL_SECONDS = 1.0
WITH_CHORDS = (".musicxml", ".xml", ".mxl", ".pdf", ".png", ".svg")


class Exporter:
    """What is kept of a studio's takes.

    Parameters
    ----------
    keeper : Keeper
    model : callable
        Returns the name or path of the model whose attention a page shows.
    events : Events
        Hear of 'saving' with the name of a file and the seconds so far, once a second, and with '' at its end.

    Attributes
    ----------
    chords : callable
        Returns whether the chords are named below the music, in files that show it.
    """

    def __init__(self, keeper: Keeper, model: Callable[[], str | os.PathLike[str]], events: Events) -> None:
        self._keeper, self._model, self._events = keeper, model, events
        self._stops: set[threading.Event] = set()
        self.chords: Callable[[], bool] = lambda: False

    def stop(self) -> None:
        """Give up what is being written, from any thread; nothing of it is kept. Returns at once."""
        for stop in tuple(self._stops):
            stop.set()

    def save(self, path: str | os.PathLike[str], take: Entry) -> Path:
        """Write a take as a file of the kind that the suffix says, and return the path; see `StudioCore.save`."""
        target = save_path(path)
        with self._told(target.name):
            if target.suffix.lower() != PAGE:
                return save(self._printed(take.score, target.suffix.lower()), target)
            page = self.page()
            heed()
        atomic_write(target, page)
        return target

    def file(self, form: str, take: Entry) -> tuple[str, str, bytes]:
        """Return name, MIME type and content of a file of a take; for 'html', of the page with all takes.

        Raises
        ------
        SettingError
            There is no such form.
        SaveError
            It takes too long, or was stopped.
        """
        if form not in FORMS:
            raise SettingError(f"a take cannot be kept as {form!r}; there are {', '.join(FORMS)}")
        suffix = f".{form}"
        name = portable_stem(name_of(self._keeper.tree, take), otherwise="take") + suffix
        with self._told(name):
            if suffix == PAGE:
                mime, content = PAGE_MIME, self.page()
            else:
                kind = FORMATS[suffix]
                mime, content = kind.mime, kind.write(self._printed(take.score, suffix))
            heed()
        return name, mime, content

    def _printed(self, score: Score, suffix: str) -> Score:
        """Return a score as a kind of file shows it: with its chords below, where they are shown on the screen."""
        from musenb.analysis.harmony import has_chords

        if suffix in WITH_CHORDS and self.chords() and has_chords(score):
            return harmony(score).marked()
        return score

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """While a file is being made, tell of it, and let it be stopped."""
        stop, began = threading.Event(), time.monotonic()
        told = began

        def check() -> None:
            nonlocal told
            if stop.is_set():
                raise SaveError(f"writing '{name}' was stopped: nothing was saved")
            now = time.monotonic()
            if now - told >= TELL_SECONDS:
                told = now
                self._events.emit("saving", name, now - began)

        self._stops.add(stop)
        self._events.emit("saving", name, 0.0)
        try:
            with time_box(LONGEST_SAVE, f"writing '{name}'"), heeding(check):
                yield
        finally:
            self._stops.discard(stop)
            self._events.emit("saving", "", time.monotonic() - began)

    def page(self) -> bytes:
        """Return a page with all takes, and where the model looked in them."""
        from musenb.studio.page import page_of_takes, recorded

        tree = self._keeper.tree
        return page_of_takes(tree, attention=recorded(tree, self._model()))
