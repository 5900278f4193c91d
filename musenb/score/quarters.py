"""Exact rational time in quarters: the one conversion of every score value, and a search between two times."""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

from musenb.errors import ScoreError

LARGEST_DENOMINATOR, TAME_DENOMINATOR = 10**12, 10**6


class Timed(Protocol):
    """What has an onset."""

    @property
    def onset(self) -> Fraction:
        """Quarters from the beginning."""
        ...


Change = TypeVar("Change", bound=Timed)


def whole_number(value: object, name: str) -> int:
    """Return `value` as an int; raise ScoreError when it is no whole number."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ScoreError(f"{name} {value!r} is not a whole number") from None


def begun_within(changes: Sequence[Change], start: Fraction, stop: Fraction) -> Sequence[Change]:
    """Return those of changes sorted by onset that begin from `start` to before `stop`."""
    first = bisect_left(changes, start, key=_onset)
    return changes[first : bisect_left(changes, stop, lo=first, key=_onset)]


def _onset(change: Timed) -> Fraction:
    return change.onset


def exact_quarters(value: object, name: str) -> Fraction:
    """Return `value` as a Fraction; an int, a Fraction or a 'p/q' text is exact, a finite float is taken as it is.

    Raises
    ------
    ScoreError
        The value is not a finite number.
    """
    try:
        return value if isinstance(value, Fraction) else Fraction(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise ScoreError(f"{name} {value!r} is not a finite number of quarters") from None


def tame(quarters: Fraction) -> Fraction:
    """Return a time, rounded when its denominator has grown beyond all music; sums of times then stay fast."""
    return quarters if quarters.denominator <= LARGEST_DENOMINATOR else quarters.limit_denominator(TAME_DENOMINATOR)
