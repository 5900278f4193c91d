"""Interruption points: work that may take long asks on its way whether it is to go on.

What was called in a thread can be stopped from outside only where it asks: once a bar, a page, a sound, or every
quarter of a second while another process is busy for it. `heeding` says what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WAIT_SECONDS = 0.25  # the longest that anything waits without asking

_checks: ContextVar[tuple[Callable[[], object], ...]] = ContextVar("checks", default=())


@contextmanager
def heeding(check: Callable[[], object]) -> Iterator[None]:
    """While inside, let `heed` call `check` too, which raises an error when the work is to end."""
    token = _checks.set((*_checks.get(), check))
    try:
        yield
    finally:
        _checks.reset(token)


def heed() -> None:
    """Go on, unless something around this asks for an end; what it raises comes through."""
    for check in _checks.get():
        check()
