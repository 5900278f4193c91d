"""Worker thread of a panel, which works off what was asked, and the MIME bundle that stands in for a panel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from musenb.widgets.base import MusenbWidget

IDLE_SECONDS = 5.0

Job = Callable[[], object]


class Worker:
    """Does jobs one after the other in a thread of its own, which ends when there is nothing to do.

    Parameters
    ----------
    view : MusenbWidget
        Where errors are shown.
    after : callable
        Called after every job.
    name : str
        What is busy, in words.
    """

    def __init__(
        self,
        view: MusenbWidget,
        after: Callable[[], object] = lambda: None,
        *,
        name: str = "questions",
    ) -> None:
        self._view, self._after, self._name = view, after, name
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = self._dropping = False

    def do(self, job: Job) -> None:
        """Do a job after those before it; what it raises is shown in the view."""
        with self._guard:
            self._jobs.put(job)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name=f"musenb-{self._name}", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE_SECONDS)
            except Empty:
                with self._guard:
                    if self._jobs.empty():
                        self._thread = None
                        return
                continue
            if job is None or self._dropping:
                return
            self._view.guarded(job)()
            self._after()

    def settle(self, timeout: float = 60.0) -> None:
        """Wait until everything that was asked so far is done.

        Raises
        ------
        TimeoutError
            It takes longer than `timeout` seconds.
        """
        if self._closed:  # nothing more is begun; what was begun ends with the thread
            thread = self._thread
            if thread is not None and thread is not threading.current_thread():
                thread.join(timeout)
            if thread is not None and thread.is_alive():
                raise TimeoutError(f"{self._name}: still busy after {timeout:g} s")
            return
        done = threading.Event()
        self.do(done.set)
        if not done.wait(timeout):
            raise TimeoutError(f"{self._name}: still busy after {timeout:g} s")

    def close(self, *, finish: bool = False) -> None:
        """End the thread behind the job that it is at; with `finish`, behind all that were asked for."""
        self._closed, self._dropping = True, not finish
        self._jobs.put(None)


def mime_bundle(
    panel: Any, stand_in: MusenbWidget | None, text: str, **kwargs: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a panel for a notebook, with the picture of one of its views where widgets do not run."""
    shown = panel._repr_mimebundle_(**kwargs)
    data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
    pictured = None if stand_in is None else stand_in._repr_mimebundle_(**kwargs)
    if pictured is not None:
        kinds = ("image/svg+xml", "image/png")
        data = data | {kind: pictured[0][kind] for kind in kinds if kind in pictured[0]}
    return data | {"text/plain": text}, metadata
