"""Time signature value: beats over a unit, and the groups in which an additive metre counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from musenb.errors import ScoreError
from musenb.score.quarters import exact_quarters, whole_number

UNITS = (1, 2, 4, 8, 16, 32, 64)
MOST_BEATS = 64


@dataclass(frozen=True, slots=True)
class TimeSignature:
    """A metre from `onset` (quarters) on: `beats` over `unit`, as in 3/4 or 6/8.

    Parameters
    ----------
    onset : Fraction
    beats : int
        1..64.
    unit : int
        A power of two up to 64.
    groups : tuple of int
        How an additive metre counts its beats: (3, 2, 2) in 3+2+2/8; empty for the usual grouping. One group says
        nothing and is dropped.
    stated : bool
        False for the 4/4 that a score without a metre is taken to be in.

    Raises
    ------
    ScoreError
        A value is outside its range, or the groups do not add up to the beats.
    """

    onset: Fraction = Fraction(0)
    beats: int = 4
    unit: int = 4
    groups: tuple[int, ...] = ()
    stated: bool = field(default=True, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "onset", exact_quarters(self.onset, "time signature onset"))
        if not 1 <= self.beats <= MOST_BEATS or self.unit not in UNITS:
            raise ScoreError(
                f"metre {self.beats}/{self.unit} at quarter {self.onset}: "
                f"beats must be 1..{MOST_BEATS} over a power of two up to {UNITS[-1]}"
            )
        groups = tuple(whole_number(group, "group of beats") for group in self.groups)
        object.__setattr__(self, "groups", groups if len(groups) > 1 else ())
        if groups and (min(groups) < 1 or sum(groups) != self.beats):
            written = "+".join(map(str, groups))
            raise ScoreError(
                f"groups {written} of the metre {self.beats}/{self.unit} at quarter {self.onset}: "
                f"each must be at least 1, and their sum {self.beats}"
            )

    def __str__(self) -> str:
        beats = "+".join(map(str, self.groups)) or str(self.beats)
        return f"{beats}/{self.unit}"

    @property
    def bar_length(self) -> Fraction:
        """Quarters in a bar."""
        return Fraction(4 * self.beats, self.unit)

    @property
    def compound(self) -> bool:
        """True in 6/8, 9/8, 12/8, 6/4 ..., unless groups other than threes are asked for."""
        return self.beats % 3 == 0 and self.beats > 3 and set(self.groups) <= {3}

    @property
    def beat_length(self) -> Fraction:
        """Quarters in a felt beat: the dotted value in compound metres, else the unit."""
        return Fraction(4, self.unit) * (3 if self.compound else 1)

    def same_metre(self, other: TimeSignature) -> bool:
        """Return whether beats, unit and groups agree, wherever the two begin."""
        return (self.beats, self.unit, self.groups) == (other.beats, other.unit, other.groups)


def joined_metre(terms: Sequence[tuple[Sequence[int], int]]) -> TimeSignature:
    """Return the metre of terms that stand one after the other, such as 3+2/8, or 3/4 and 2/8 as 2+2+2+2/8.

    Parameters
    ----------
    terms : sequence of ((int, ...), int)
        At least one: the groups of beats of each, and their unit. The beats of a longer unit become groups of the
        shortest one.

    Raises
    ------
    ScoreError
        As `TimeSignature`.
    """
    for groups, unit in terms:
        TimeSignature(beats=sum(groups), unit=unit)
    shortest = max(unit for _, unit in terms)
    counted: list[int] = []
    for groups, unit in terms:
        ratio = shortest // unit
        for beats in groups:
            if ratio == 1:
                counted.append(beats)
                continue
            beat = 3 if TimeSignature(beats=beats, unit=unit).compound else 1
            counted += [beat * ratio] * (beats // beat)
    return TimeSignature(beats=sum(counted), unit=shortest, groups=tuple(counted))
