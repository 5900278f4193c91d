"""Writer thread of a studio: takes are written side by side in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from musenb.studio.drafts import Draft
from musenb.studio.takes import Entry
from musenb.tokens.idiom import NoteEvent

SAVE_SECONDS = 1.0


class Listener(Protocol):
    """What a writing tells of itself, in its own thread."""

    def started(self, drafts: Sequence[Draft]) -> None:
        """Hear that these are being written."""

    def note(self, draft: Draft, event: NoteEvent) -> None:
        """Hear of a note that begins or ends."""

    def progress(self, draft: Draft) -> None:
        """Hear that more of this one is written, and save it."""

    def keep(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Make takes of what is written."""
        ...

    def ended(self, writing: Writing) -> None:
        """Hear that it is over."""


class Writing:
    """One to four takes being written side by side, so much of each in turn as is whole: a phrase, or a sixteenth.

    Attributes
    ----------
    done : threading.Event
        Set when everything is kept and told.
    over : bool
        True when nothing more is written.
    takes : tuple of Entry
        What was written, when it is over.
    error : BaseException or None
        What broke it off.
    """

    def __init__(self, begin: Callable[[], Sequence[Draft]], listener: Listener) -> None:
        self.done, self.over = threading.Event(), False
        self.takes: tuple[Entry, ...] = ()
        self.error: BaseException | None = None
        self._begin, self._listener, self._asked = begin, listener, threading.Event()
        self._thread = threading.Thread(target=self._run, name="musenb-writing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end as soon as nothing is left half; returns at once, from any thread."""
        self._asked.set()

    @property
    def is_here(self) -> bool:
        """True in the thread that writes."""
        return threading.current_thread() is self._thread

    def _run(self) -> None:
        drafts: Sequence[Draft] = ()
        try:
            try:
                drafts = self._begin()
                self._listener.started(drafts)
                self._write(drafts)
            finally:
                self.takes = self._listener.keep(drafts)
        except BaseException as error:
            self.error = error
        finally:
            self.over = True
            try:
                self._listener.ended(self)
            finally:
                self.done.set()

    def _write(self, drafts: Sequence[Draft]) -> None:
        left = list(drafts)
        saved_at = time.monotonic()
        while left and not self._asked.is_set():
            for draft in left:
                for event in draft.step(self._asked.is_set):
                    self._listener.note(draft, event)
                if self._asked.is_set():
                    break
            if time.monotonic() - saved_at >= SAVE_SECONDS:
                for draft in left:
                    self._listener.progress(draft)
                saved_at = time.monotonic()
            left = [draft for draft in left if not draft.sampling.done]
