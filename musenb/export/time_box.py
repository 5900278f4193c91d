"""Time limit for saving: work that notices for itself that it has taken too long.

An export runs where it was called, so nothing can stop it from outside but an interrupt. What grows with the score
asks `keep_time` on the way, once a bar or a page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from musenb.errors import SaveError

LONGEST_SAVE = 120.0
_box: ContextVar[tuple[float, float, str] | None] = ContextVar("time box", default=None)


@contextmanager
def time_box(seconds: float, what: str) -> Iterator[None]:
    """While inside, let `keep_time` raise SaveError once so many seconds are over; `what` names the work."""
    token = _box.set((time.monotonic() + seconds, seconds, what))
    try:
        yield
    finally:
        _box.reset(token)


def keep_time() -> None:
    """Go on, unless the time of the box around it is over.

    Raises
    ------
    SaveError
        It is; without a box there is no limit.
    """
    box = _box.get()
    if box is not None and time.monotonic() > box[0]:
        _, seconds, what = box
        raise SaveError(
            f"{what} took more than {seconds:g} s and was given up: save fewer of its bars (score.first_bars), "
            "or the whole as .mid"
        )
