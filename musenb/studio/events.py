"""Event callbacks by the name of what happens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from musenb.errors import SettingError

# What happens, and what a callback is called with.
EVENTS = {
    "primed": "reading: musenb.tokens.idiom.Prepared",
    "started": "drafts: tuple of musenb.studio.drafts.Draft",
    "note": "take: int, event: musenb.tokens.idiom.NoteEvent",
    "progress": "take: int, written: float, 0..1",
    "finished": "takes: tuple of musenb.studio.takes.Entry",
    "tree": "tree: musenb.studio.takes.Tree",
    "locked": "locks: musenb.studio.places.Locks",
    "saved": "saved: musenb.files.lines.Saved",
    "saving": "name: str, of the file that is being written, '' when it is over; seconds: float, so far",
    "error": "error: BaseException",
}


class Events:
    """Who wants to hear of what. A callback that fails does no harm to the others: its error is an event itself."""

    def __init__(self) -> None:
        self._callbacks: dict[str, tuple[Callable[..., object], ...]] = dict.fromkeys(EVENTS, ())
        self._lock = threading.Lock()
        self._fault: BaseException | None = None

    def on(self, name: str, callback: Callable[..., object]) -> Callable[[], None]:
        """Call `callback` whenever `name` happens, in the thread in which it does; return a function that ends it.

        Raises
        ------
        SettingError
            Nothing of that name happens.
        """
        if name not in EVENTS:
            raise SettingError(f"no event {name!r}; there are {', '.join(EVENTS)}")
        with self._lock:
            self._callbacks[name] = (*self._callbacks[name], callback)

        def end() -> None:
            with self._lock:
                left = list(self._callbacks[name])
                if callback in left:
                    left.remove(callback)
                    self._callbacks[name] = tuple(left)

        return end

    def has_callback(self, name: str) -> bool:
        """Return whether somebody wants to hear of `name`."""
        return bool(self._callbacks[name])

    def emit(self, name: str, *values: Any) -> None:
        """Call everybody; the first error of a callback is kept for `raise_fault`."""
        first: BaseException | None = None
        for callback in self._callbacks[name]:
            try:
                callback(*values)
            except Exception as error:
                first = first or error
        if first is None:
            return
        self._fault = self._fault or first
        if name != "error":
            self.emit("error", first)

    def raise_fault(self) -> None:
        """Raise what a callback raised first since this was last called, if any did."""
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault
