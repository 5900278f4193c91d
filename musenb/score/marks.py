"""Score annotations beside the notes: irregular measures, repeats, chord symbols, and notices of what was left out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from musenb.errors import ScoreError
from musenb.score.quarters import exact_quarters

REPEAT_KINDS = (
    *("forward", "backward", "ending start", "ending stop"),
    *("segno", "coda", "fine", "to coda", "da capo", "dal segno"),
    "part",
)
CHORD_KINDS = ("chord", "figures", "numeral")
# Where the noun of a notice's kind ends: before what is said of it, a field's letter, a directive.
_NOUN_ENDS = re.compile(r"(?= (?:(?:added|after|before|in|not|of|outside|over|that|with|without) |\w:|%%))")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something of the source that the score does not hold as it was.

    Parameters
    ----------
    kind : str
        What, in the plural: 'grace notes', 'lyrics', 'notes without an end'.
    action : str
        What became of it: 'left out', 'kept for show', 'rounded to sixteenths'.
    count : int
        How many, >= 1.
    place : str
        Where the first one stands, in words: "bar 3 of 'Violin 1'"; empty when it is everywhere or nowhere.
    """

    kind: str
    action: str
    count: int = 1
    place: str = ""

    @property
    def short(self) -> str:
        """How many, what, and what became of it: '1 grace note left out'."""
        return f"{self.count} {_singular(self.kind) if self.count == 1 else self.kind} {self.action}"

    def __str__(self) -> str:
        if not self.place:
            return self.short
        return f"{self.short} ({self.place})" if self.count == 1 else f"{self.short} (first: {self.place})"


def _singular(kind: str) -> str:
    """Return a kind for one: 'grace note', 'note without an end'."""
    noun, *more = _NOUN_ENDS.split(kind, maxsplit=1)
    noun = noun.removesuffix("es") if noun.endswith("sses") else noun.removesuffix("s")
    return noun + "".join(more)


def notice_sentence(notices: Sequence[Notice]) -> str:
    """Return notices as one short sentence, empty when there are none."""
    if not notices:
        return ""
    return "; ".join(notice.short for notice in notices) + "."


@dataclass(frozen=True, slots=True)
class MeasureLength:
    """A bar at `onset` (quarters) that lasts `length` quarters, > 0, whatever its metre says."""

    onset: Fraction
    length: Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "onset", exact_quarters(self.onset, "measure onset"))
        object.__setattr__(self, "length", exact_quarters(self.length, "measure length"))
        if self.length <= 0:
            raise ScoreError(f"length {self.length} of the measure at quarter {self.onset} is not above 0")


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeat sign, ending, jump, or the beginning of a part at `onset` (quarters).

    Parameters
    ----------
    onset : Fraction
    kind : str
        One of `REPEAT_KINDS`.
    numbers : tuple of int
        Passes for which an ending holds; of a part its places in the order of play, from 1, none when it is not played;
        empty for the others.
    times : int
        How often a 'backward' section is played in all, >= 2.
    text : str
        The label of a part.
    """

    onset: Fraction
    kind: str
    numbers: tuple[int, ...] = ()
    times: int = 2
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "onset", exact_quarters(self.onset, "repeat onset"))
        if self.kind not in REPEAT_KINDS:
            raise ScoreError(f"repeat {self.kind!r} at quarter {self.onset} is none of {', '.join(REPEAT_KINDS)}")


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """A chord symbol, figured bass or Roman numeral at `onset` (quarters), as its source wrote it.

    Parameters
    ----------
    onset : Fraction
    text : str
        Such as 'Am7', 'G/B', '6 4', 'V7'.
    kind : str
        One of `CHORD_KINDS`.
    """

    onset: Fraction
    text: str
    kind: str = "chord"

    def __post_init__(self) -> None:
        object.__setattr__(self, "onset", exact_quarters(self.onset, "chord symbol onset"))
        if self.kind not in CHORD_KINDS:
            known = ", ".join(CHORD_KINDS)
            raise ScoreError(f"chord symbol kind {self.kind!r} at quarter {self.onset} is none of {known}")


def marks_within(marks: tuple, start: Fraction, stop: Fraction) -> tuple:
    """Return the marks from quarter `start` to before `stop`, moved by -`start`."""
    inside = [mark for mark in marks if start <= mark.onset < stop]
    return tuple(dataclasses.replace(mark, onset=mark.onset - start) for mark in inside)
