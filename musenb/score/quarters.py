"""Exact times in quarters: the one conversion that every score value passes through."""

from __future__ import annotations

from fractions import Fraction

from musenb.errors import ScoreError

LARGEST_DENOMINATOR, TAME_DENOMINATOR = 10**12, 10**6


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
