"""An interrupt, as by Ctrl-C, before any line of what is tested."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType


def interrupted(call: Callable[[], object], lines: int, *, watched: Callable[[CodeType], bool]) -> bool:
    """Call, and interrupt before the line of the watched code with this number; return whether there was one."""
    left = lines

    def trace(frame: FrameType, event: str, argument: object) -> Callable | None:
        nonlocal left
        if not watched(frame.f_code):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False
