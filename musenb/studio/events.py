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
    "error": "error: BaseException",
}


class Events:
    """Who wants to hear of what. A callback that fails does no harm to the others: its error is an event itself."""

    def __init__(self) -> None:
        self._calls: dict[str, tuple[Callable[..., object], ...]] = dict.fromkeys(EVENTS, ())
        self._lock = threading.Lock()
        self._fault: BaseException | None = None

    def on(self, name: str, call: Callable[..., object]) -> Callable[[], None]:
        """Call `call` whenever `name` happens, in the thread in which it does; return a function that ends it.

        Raises
        ------
        SettingError
            Nothing of that name happens.
        """
        if name not in EVENTS:
            raise SettingError(f"no event {name!r}; there are {', '.join(EVENTS)}")
        with self._lock:
            self._calls[name] = (*self._calls[name], call)

        def end() -> None:
            with self._lock:
                calls = list(self._calls[name])
                if call in calls:
                    calls.remove(call)
                    self._calls[name] = tuple(calls)

        return end

    def heard(self, name: str) -> bool:
        """Return whether somebody wants to hear of `name`."""
        return bool(self._calls[name])

    def tell(self, name: str, *values: Any) -> None:
        """Call everybody; the first error of a callback is kept for `raise_fault`."""
        first: BaseException | None = None
        for call in self._calls[name]:
            try:
                call(*values)
            except Exception as error:
                first = first or error
        if first is None:
            return
        self._fault = self._fault or first
        if name != "error":
            self.tell("error", first)

    def raise_fault(self) -> None:
        """Raise what a callback raised first since this was last called, if any did."""
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault
