"""Beams: which notes stand under one, by the beats of the metre or, in 5/8, 7/8 and the like, by its groups.

References
----------
E. Gould (2011), *Behind Bars*, Faber Music: beaming of irregular metres in groups of two and three.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from musenb.score.note import TimeSignature


@lru_cache(maxsize=64)
def beam_edges(metre: TimeSignature) -> tuple[Fraction, ...]:
    """Return where in a bar, in quarters, one beam ends and another may begin: from 0 to the end of the bar."""
    lengths = [length * Fraction(4, metre.unit) for length in beat_groups(metre)]
    edges = [Fraction(0)]
    for length in lengths:
        edges.append(edges[-1] + length)
    return tuple(edges)


def beat_groups(metre: TimeSignature) -> tuple[Fraction, ...]:
    """Return the lengths of the beamed groups of a bar, in units of the metre.

    Beats of a quarter or more are groups, as are the beats of compound metres and the bar of 3/8. Shorter units go in
    groups of a quarter. In a metre of `groups_of` each group is beamed as a bar of its own.
    """
    groups = groups_of(metre)
    if groups:
        parts = [beat_groups(TimeSignature(beats=beats, unit=metre.unit)) for beats in groups]
        return tuple(itertools.chain.from_iterable(parts))
    unit = Fraction(4, metre.unit)
    if metre.compound or metre.beat_length >= 1:
        size = metre.beat_length / unit
    elif metre.beats == 3:
        size = Fraction(3)
    else:
        size = 1 / unit
    count, rest = divmod(metre.beats, size)
    return (*[size] * int(count), *([rest] if rest else []))


def groups_of(metre: TimeSignature) -> tuple[int, ...]:
    """Return the groups of an irregular bar, in units of the metre: its own, else the usual ones; () for a regular one.

    An odd number of units shorter than a quarter goes in twos and a three: 5/8 is 2 + 3, 7/8 is 2 + 2 + 3.
    """
    if metre.groups and not metre.compound:
        return metre.groups
    odd = metre.beats % 2 == 1 and metre.beats > 3
    if odd and not metre.compound and metre.beat_length < 1:
        return (*[2] * ((metre.beats - 3) // 2), 3)
    return ()


def beam_group(time: Fraction, metre: TimeSignature) -> tuple[int, int]:
    """Return (bar, group) of a time in quarters from the beginning of the bar; past its end another begins."""
    bar, inside = divmod(time, metre.bar_length)
    edges = beam_edges(metre)
    return int(bar), sum(edge <= inside for edge in edges)


def beams_of(flags: Sequence[int], place: int) -> tuple[str, ...]:
    """Return the beams of one note among beamed neighbours, from the first beam down; `flags` are those of all."""
    beams = []
    for level in range(1, flags[place] + 1):
        before = place > 0 and flags[place - 1] >= level
        after = place + 1 < len(flags) and flags[place + 1] >= level
        if before and after:
            beams.append("continue")
        elif after:
            beams.append("begin")
        elif before:
            beams.append("end")
        else:
            beams.append("backward hook" if place > 0 else "forward hook")
    return tuple(beams)
