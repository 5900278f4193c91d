"""Time limit for saving: work that notices for itself that it has taken too long.

An export runs where it was called, so nothing can stop it from outside but an interrupt. What grows with the score
asks `heed` on the way, once a bar or a page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from musenb.errors import SaveError
from musenb.score.heed import heed, heeding

LONGEST_SAVE = 120.0


@contextmanager
def time_box(seconds: float, what: str) -> Iterator[None]:
    """While inside and at the end, let `heed` raise SaveError once so many seconds are over; `what` names the work."""
    end = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            raise SaveError(
                f"{what} took more than {seconds:g} s and was given up: save fewer of its bars (score.first_bars), "
                "or the whole as .mid"
            )

    with heeding(check):
        yield
        heed()  # a page stands without the score view that was given up on its way
