"""Progress bar in a notebook: how much of a piece is written; nothing elsewhere, nor for what is quickly done."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

PATIENCE, EVERY = 0.7, 0.2  # seconds before it first shows, and between two changes
TakeT = TypeVar("TakeT", covariant=True)


class Written(Protocol[TakeT]):
    """What is written while it is iterated over."""

    def __iter__(self) -> Iterator[Any]: ...
    @property
    def written(self) -> float: ...
    @property
    def take(self) -> TakeT: ...


def finished(writing: Written[TakeT], label: str) -> TakeT:
    """Write a stream to its end, in a notebook under a bar with a label, and return its take."""
    bar = NotebookBar(label)
    try:
        for _ in writing:
            bar.show(writing.written)
    finally:
        bar.close()
    return writing.take


class NotebookBar:
    """A bar that a notebook shows below its cell until it is closed.

    Parameters
    ----------
    label : str
    """

    def __init__(self, label: str) -> None:
        self.label, self._began, self._drawn = label, time.monotonic(), 0.0
        self._handle: Any = None
        self._active = in_notebook()

    def show(self, share: float) -> None:
        """Draw the share that is done, 0..1."""
        now = time.monotonic()
        if not self._active or now - self._began < PATIENCE or now - self._drawn < EVERY:
            return
        self._drawn = now
        bar = f"<label>{self.label} <progress max='1' value='{share:.3f}'></progress> {share:.0%}</label>"
        self._put(bar)

    def close(self) -> None:
        """Take the bar away."""
        if self._handle is not None:
            self._put("")

    def _put(self, text: str) -> None:
        from IPython.display import HTML, display

        if self._handle is None:
            self._handle = display(HTML(text), display_id=True)
        else:
            self._handle.update(HTML(text))


def in_notebook() -> bool:
    """Return whether this runs in a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
