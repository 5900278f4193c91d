"""Interrupt handler for the notebook's button while no cell runs: it stops what the studios of the kernel write.

While a cell runs, an interrupt is a KeyboardInterrupt in that cell, which `StudioCore.wait` hears. Between two cells
ipykernel brings back the handler of before, which ignores the signal; here it is given another one to bring back.
"""

from __future__ import annotations

import sys
import threading
import weakref
from typing import Any, Protocol


class Stopping(Protocol):
    """What can be asked to stop, in any thread."""

    def stop(self) -> None:
        """Stop soon."""


_heeding: weakref.WeakSet[Any] = weakref.WeakSet()


def stop_all(number: int = 0, frame: object = None) -> None:
    """Stop what all studios write; a handler of signals."""
    for studio in list(_heeding):
        studio.stop()


def heed_interrupts(studio: Stopping) -> bool:
    """Let the interrupt button stop a studio between cells; return False where there is no kernel that could tell."""
    _heeding.add(studio)
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    here = threading.current_thread() is threading.main_thread()
    if kernel is None or not hasattr(kernel, "saved_sigint_handler") or not here:
        return False
    kernel.saved_sigint_handler = stop_all
    return True
