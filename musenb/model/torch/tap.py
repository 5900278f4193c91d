"""Taps: a look at named values inside the network, and a way to put others in their place."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

NORM_EPSILON = 1e-6
Tap = Callable[[str, Tensor], Tensor | None]


def touch(tap: Tap | None, name: str, value: Tensor) -> Tensor:
    """Show a value to the tap and return it, or what the tap puts in its place."""
    if tap is None:
        return value
    replacement = tap(name, value)
    return value if replacement is None else replacement
