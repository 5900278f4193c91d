"""Progress bar on the terminal; nothing when the output is not a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType

WIDTH = 30
PATIENCE = 0.3  # seconds before the bar first shows


class Bar:
    """A progress bar on standard error.

    Parameters
    ----------
    label : str
    """

    def __init__(self, label: str) -> None:
        self.label, self.began, self.drawn = label, time.monotonic(), 0.0
        self.active = sys.stderr.isatty()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.active and self.drawn:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def show(self, share: float) -> None:
        """Draw the share that is done, 0..1, at most ten times a second."""
        now = time.monotonic()
        if not self.active or now - self.began < PATIENCE or now - self.drawn < 0.1:
            return
        self.drawn = now
        full = round(share * WIDTH)
        text = f"\r{self.label} [{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%}  {now - self.began:.0f} s"
        print(text, end="", file=sys.stderr, flush=True)
