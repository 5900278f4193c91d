"""Bar lengths of an ABC tune: its metre where none is written, its upbeat, and the bars unlike their metre."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from musenb.score.abc.voice import Span
from musenb.score.marks import MeasureLength
from musenb.score.note import TimeSignature

# The metre that is taken when none is written, by the length of most bars in quarters.
METRES_BY_LENGTH = {
    Fraction(4): (4, 4),
    Fraction(3): (3, 4),
    Fraction(2): (2, 4),
    Fraction(6): (6, 4),
    Fraction(3, 2): (3, 8),
    Fraction(5): (5, 4),
    Fraction(5, 2): (5, 8),
    Fraction(7, 2): (7, 8),
    Fraction(9, 2): (9, 8),
}


def metre_of_bars(spans: Sequence[Span]) -> TimeSignature:
    """Return the metre that most bars have the length of; 4/4 when no metre has it."""
    counted = Counter(span.end - span.start for span in spans if span.closed)
    usual = max(counted, key=lambda length: (counted[length], length), default=Fraction(4))
    return TimeSignature(Fraction(0), *METRES_BY_LENGTH.get(usual, (4, 4)))


def fitted(
    spans: Sequence[Span], metres: Sequence[TimeSignature], *, free: bool
) -> tuple[Fraction, tuple[MeasureLength, ...]]:
    """Return the upbeat in quarters, and the bars whose length is not their metre's.

    A short first bar is the upbeat, but not in free metre. Two neighbours that together fill a bar (a repeat sign
    inside the bar) count as one. A last bar that is short, or that no bar line closes, is unfinished: it has no length
    of its own.

    Parameters
    ----------
    spans : sequence of Span
        The bars, without gaps.
    metres : sequence of TimeSignature
        Sorted by onset, the first at 0.
    free : bool
        True when the tune has no metre.
    """
    changes = [metre.onset for metre in metres]
    usual = [metres[bisect_right(changes, span.start) - 1].bar_length for span in spans]
    lengths = [span.end - span.start for span in spans]
    anacrusis, number = Fraction(0), 0
    short = len(spans) > 1 and lengths[0] < usual[0]
    if short and not free and not _fill_a_bar(0, lengths, usual):
        anacrusis, number = lengths[0], 1
    measures = []
    while number < len(spans):
        if not free and _fill_a_bar(number, lengths, usual):
            number += 2
            continue
        last = number == len(spans) - 1
        unfinished = last and (lengths[number] < usual[number] or not spans[number].closed)
        if lengths[number] and lengths[number] != usual[number] and not unfinished:
            measures.append(MeasureLength(spans[number].start, lengths[number]))
        number += 1
    return anacrusis, tuple(measures)


def _fill_a_bar(number: int, lengths: Sequence[Fraction], usual: Sequence[Fraction]) -> bool:
    """Return whether a short bar and the next one make a full bar of the same metre."""
    if number + 1 >= len(lengths) or usual[number] != usual[number + 1]:
        return False
    length, following = lengths[number : number + 2]
    return 0 < length < usual[number] and length + following == usual[number]
