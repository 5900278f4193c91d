"""Frame: what is known of a piece before its notes are, its bars, metres and keys in ticks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from musenb.score.note import Score, TimeSignature
from musenb.tokens.notes.fields import (
    LONGEST_BAR,
    LONGEST_BEAT,
    METRES,
    MOST_BARS,
    NO_KEY,
    STYLES,
    TICKS,
)

OTHER_METRE = len(METRES)
NO_STYLE = len(STYLES)
NO_END = MOST_BARS + 1


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars, metres and keys of a piece, in ticks.

    Parameters
    ----------
    lines : int64 (K + 1,)
        Where each bar begins, and where the last one ends; a bar line off the grid stands at the tick before it.
    first_beats : int64 (K,)
        Where beat 1 of each bar lies: before the line in an anacrusis.
    metres : int64 (K,)
        Number in METRES, OTHER_METRE for another.
    beats : int64 (K,)
        Ticks in a beat, at least 1.
    keys : int64 (J, 2)
        Tick from which a key signature holds, and its fifths + 7 or NO_KEY; the first holds from 0.
    """

    lines: np.ndarray
    first_beats: np.ndarray
    metres: np.ndarray
    beats: np.ndarray
    keys: np.ndarray

    @property
    def end(self) -> int:
        """Tick at which the last bar ends."""
        return int(self.lines[-1])

    def number(self, ticks: np.ndarray) -> np.ndarray:
        """Return the number from 0 of the bar in which each tick lies; the end belongs to the last bar."""
        return np.clip(np.searchsorted(self.lines, ticks, "right") - 1, 0, max(len(self.metres) - 1, 0))

    def place(self, ticks: np.ndarray) -> np.ndarray:
        """Return tick in the bar and in the beat, metre and key of each tick, int64 (L, 4)."""
        if not len(self.metres):
            return np.tile([0, 0, OTHER_METRE, NO_KEY], (len(ticks), 1))
        bars = self.number(ticks)
        inside = ticks - self.first_beats[bars]
        in_bar = np.minimum(inside, LONGEST_BAR - 1)
        in_beat = np.minimum(inside % self.beats[bars], LONGEST_BEAT - 1)
        keys = self.keys[np.searchsorted(self.keys[:, 0], ticks, "right") - 1, 1]
        return np.stack([in_bar, in_beat, self.metres[bars], keys], axis=1)

    def left(self, ticks: np.ndarray) -> np.ndarray:
        """Return how many bars follow that of each tick, at most MOST_BARS."""
        return np.minimum(len(self.metres) - 1 - self.number(ticks), MOST_BARS)

    def bar(self, tick: int) -> int:
        """Return the number from 0 of the bar in which one tick lies."""
        return max(min(int(self.lines.searchsorted(tick, "right")) - 1, len(self.metres) - 1), 0)

    def line_after(self, tick: int, count: int) -> int:
        """Return the tick of the `count`-th bar line after a tick, or the end where there are fewer."""
        first = int(np.searchsorted(self.lines, tick, "right"))
        return int(self.lines[min(first + count - 1, len(self.lines) - 1)])

    def lines_within(self, tick: int, stop: int) -> int:
        """Return how many bar lines lie after a tick and up to another."""
        return int(np.searchsorted(self.lines, stop, "right") - np.searchsorted(self.lines, tick, "right"))


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece without its notes.

    Parameters
    ----------
    score : Score
        Its voices are there and empty.
    end : Fraction
        Quarters at which it ends; the bar in which they lie is the last one.
    style : int
        Number in STYLES, NO_STYLE where it is not told.
    """

    score: Score
    end: Fraction
    style: int = NO_STYLE
    bars: Bars = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bars", bars_of(self.score, self.end))


def frame_of(score: Score, *, style: int = NO_STYLE) -> Frame:
    """Return what a score is without its notes."""
    voices = tuple(dataclasses.replace(voice, notes=()) for voice in score.voices)
    return Frame(dataclasses.replace(score, voices=voices), score.end, style)


def bars_of(score: Score, end: Fraction) -> Bars:
    """Return the bars of a score up to the one that holds or closes at quarter `end`, in ticks."""
    bars = list(score.bars(end))
    lines = [_tick(bar.onset) for bar in bars] + [_tick(bars[-1].end) if bars else 0]
    keys = [[_tick(key.onset), key.fifths + 7] for key in score.keys]
    if not keys or keys[0][0] > 0:
        keys.insert(0, [0, NO_KEY])
    return Bars(
        np.array(lines, np.int64),
        np.array([_tick(bar.first_beat) for bar in bars], np.int64),
        np.array([metre_number(bar.metre) for bar in bars], np.int64),
        np.array([max(_tick(bar.metre.beat_length), 1) for bar in bars], np.int64),
        np.array(keys, np.int64),
    )


def metre_number(metre: TimeSignature) -> int:
    """Return the number of a metre in METRES, or OTHER_METRE."""
    pair = (metre.beats, metre.unit)
    return METRES.index(pair) if pair in METRES else OTHER_METRE


def _tick(quarters: Fraction) -> int:
    return int(quarters * TICKS // 1)
