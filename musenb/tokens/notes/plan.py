"""Generation plans of the notes idiom: what of a piece is given, its bars to come, and where notes are to be written.

A piece is written from a point on, its end by default, beside locked voices and around locked bars. Notes are kept
whole: one that has begun before the point, or that reaches into a locked bar, stays as it is. A voice that a piece
lacks is written from the beginning.

A *cell* is a voice in a bar. Cells of which all is kept are given: the model is told their notes ahead. The notes of a
bar that is begun before the point and filled are simply the past.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from numbers import Integral

import numpy as np

from musenb.errors import SettingError, TokenError
from musenb.score.note import Note, Score, Voice
from musenb.tokens.idiom import Close, Keep
from musenb.tokens.notes.code import table_of
from musenb.tokens.notes.fields import FIELDS, LONGEST, TICKS, TIED
from musenb.tokens.notes.frame import Bars, Frame
from musenb.tokens.notes.steps import tied_parts
from musenb.tokens.notes.styles import NAMED, Part, part_named, style_of

MOST_BARS = 512
FIELD_COUNT = len(FIELDS)


@dataclass(frozen=True)
class Plan:
    """A piece with cells to be written.

    Parameters
    ----------
    prime : Score
        What stays, exactly; all its voices are there, some of them empty.
    frame : Frame
        Voices, bars and keys of what is read: the piece, or the end of one that is longer than the model can read.
    notes : int64 (N, 4)
        Onset, voice, pitch and length in ticks of what stays of it.
    given : bool (V, K)
        Which cells are given.
    begins : int64 (V,)
        Tick from which each voice is written, where its cells are not given.
    ends : bool
        Whether the last bar ends the piece, and the model is told so.
    offset : Fraction
        Quarters of the piece before the frame begins.
    """

    prime: Score
    frame: Frame
    notes: np.ndarray
    given: np.ndarray
    begins: np.ndarray
    ends: bool = True
    offset: Fraction = Fraction(0)

    @property
    def bars(self) -> Bars:
        """Bars, metres and keys in ticks."""
        return self.frame.bars

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the voices, from the highest."""
        return tuple(voice.name for voice in self.frame.score.voices)

    @cached_property
    def voices(self) -> tuple[Part, ...]:
        """What each voice can play."""
        return tuple(part_named(name) for name in self.names)

    @cached_property
    def parts(self) -> np.ndarray:
        """What stays as the steps write it, int64 (M, 4): in order, long notes in tied parts."""
        return tied_parts(self.notes)

    @cached_property
    def given_parts(self) -> list[tuple[int, int, int, int]]:
        """The same as numbers of Python."""
        return list(map(tuple, self.parts.tolist()))  # pyright: ignore[reportReturnType]

    @cached_property
    def goes_on(self) -> np.ndarray:
        """Which of the parts go on from a tied one before, bool (M,)."""
        tied = {(onset + LONGEST, voice, pitch) for onset, voice, pitch, length in self.given_parts if length == TIED}
        return np.array([row[:3] in tied for row in self.given_parts], bool)

    @cached_property
    def opens(self) -> int:
        """The first tick at which something may be written; the end where nothing may."""
        lines = self.bars.lines
        found = [int(lines[-1])]
        for voice, begin in enumerate(self.begins.tolist()):
            bars = np.flatnonzero(~self.given[voice] & (lines[1:] > begin))
            if len(bars):
                found.append(max(int(lines[bars[0]]), begin))
        return min(found)

    @cached_property
    def first_steps(self) -> int:
        """How many steps at the beginning are given: those of notes before anything may be written."""
        before = self.parts[self.parts[:, 0] < self.opens]
        return len(before) + _waits(before[:, 0].tolist(), self.bars)

    @property
    def first(self) -> int:
        """Tokens at the beginning that are all given."""
        return self.first_steps * FIELD_COUNT

    @property
    def length(self) -> None:
        """Only the model can tell how many tokens there will be."""
        return None

    @property
    def end(self) -> Fraction:
        """Quarters at which the planned piece ends."""
        return self.offset + Fraction(self.bars.end, TICKS)

    def score(self, generated: Mapping[int, Sequence[Note]]) -> Score:
        """Return the prime's notes, exactly, together with generated notes by the number of their voice."""
        voices = [
            Voice(voice.name, voice.notes + tuple(generated.get(number, ())))
            for number, voice in enumerate(self.prime.voices)
        ]
        return dataclasses.replace(self.prime, voices=tuple(voices))


def _waits(onsets: Sequence[int], bars: Bars) -> int:
    """Return how many steps without a note lie before and between notes of these onsets."""
    now, count = 0, 0
    for onset in onsets:
        while onset - now > LONGEST:
            lines = min(bars.lines_within(now, onset), 8)
            now = bars.line_after(now, lines) if lines else now + LONGEST
            count += 1
        now = onset
    return count


def plan_piece(
    score: Score, *, extent: int, start: Fraction | None = None, keep: Keep | None = None,
    reach: int | None = None, close: Close | None = None,
) -> Plan:
    """Return the plan of `extent` bars from a point on; a bar that the point falls into is filled first.

    Parameters
    ----------
    score : Score
        Up to eight voices on the grid of 24 ticks a quarter; their names tell the style.
    extent : int
        Bars, 1..512.
    start : Fraction, optional
        Quarters, 0 to the end of the score, which is the default: everything is kept.
    keep : Keep, optional
        Voices that are kept beyond `start`, and printed numbers of bars that are kept in the voices that sound.
    reach : int, optional
        Positions in the model's context. What comes before the first note to be written, and is more than this, is
        read from its last bars on that fill half of it.
    close : Close, optional
        Whether the model is told that the piece ends with the last bar; it is unless this says no.

    Raises
    ------
    SettingError
        The extent or the point is outside its range, nothing is kept, or there is nothing to write.
    TokenError
        A time is off the grid, or there are more than eight voices.
    """
    keep = keep or Keep()
    whole = isinstance(extent, Integral) and not isinstance(extent, bool)
    if not whole or not 1 <= extent <= MOST_BARS:
        raise SettingError(f"bars {extent!r} is not a whole number in 1..{MOST_BARS}")
    start = score.end if start is None else start
    if not 0 <= start <= score.end:
        raise SettingError(f"cannot go on from quarter {start}: the piece lasts from 0 to {score.end}")
    wished = _Wished(score, start, _locked(score, keep.voices), _spans(score, keep.bars), close is None or close.end)
    kept = wished.kept
    if not kept.end:
        raise SettingError(f"nothing is kept before quarter {start} nor locked: the model needs a note to go on from")
    total = max(_end_of_bars(score, start, int(extent)), _next_line(score, kept.end), *(end for _, end in wished.spans))
    plan = wished.plan(total)
    if plan.opens == plan.bars.end:
        raise SettingError("every voice is kept in every bar: there is nothing to write")
    if reach is not None and reach < 1:
        raise SettingError(f"reach {reach} positions: at least 1 of the beginning is read")
    if reach is None or plan.first_steps < reach:
        return plan
    offset = _window(plan, reach // 2)
    return dataclasses.replace(wished.behind(offset).plan(total - offset), prime=kept, offset=offset)


@dataclass(frozen=True)
class _Wished:
    """A score, and what of it stays: all before `start`, some voices, and some spans of the voices that sound."""

    score: Score
    start: Fraction
    locked: frozenset[str]
    spans: tuple[tuple[Fraction, Fraction], ...]
    ends: bool

    @cached_property
    def kept(self) -> Score:
        """The score with the notes that stay."""
        voices = [
            dataclasses.replace(voice, notes=tuple(note for note in voice.notes if self._stays(note, voice.name)))
            for voice in self.score.voices
        ]
        return dataclasses.replace(self.score, voices=tuple(voices))

    def _stays(self, note: Note, voice: str) -> bool:
        if note.onset < self.start or voice in self.locked:
            return True
        return any(note.onset < end and note.end > begin for begin, end in self.spans)

    def behind(self, offset: Fraction) -> _Wished:
        """Return the same of what lies behind a bar line."""
        stop = max(self.score.end, self.kept.end)
        spans = [(max(begin - offset, Fraction(0)), end - offset) for begin, end in self.spans if end > offset]
        start = max(self.start - offset, Fraction(0))
        return _Wished(self.score.cut(offset, stop), start, self.locked, tuple(spans), self.ends)

    def plan(self, total: Fraction) -> Plan:
        """Return the plan of a piece that ends at quarter `total`."""
        empty = tuple(dataclasses.replace(voice, notes=()) for voice in self.score.voices)
        names = [voice.name for voice in self.score.voices]
        frame = Frame(dataclasses.replace(self.score, voices=empty), total, style_of(names))
        bars = frame.bars
        given = np.zeros((len(names), len(bars.metres)), bool)
        begins = np.zeros(len(names), np.int64)
        for number, voice in enumerate(self.score.voices):
            if not voice.notes:
                continue
            locked = voice.name in self.locked
            until = _tick(voice.end if locked else self.start)
            # A locked voice keeps the bar in which it ends.
            given[number] = bars.lines[:-1] < until if locked else bars.lines[1:] <= until
            begins[number] = until
            for begin, end in self.spans:
                given[number] |= (bars.lines[:-1] < _tick(end)) & (bars.lines[1:] > _tick(begin))
        return Plan(self.kept, frame, table_of(self.kept), given, begins, self.ends)


def _tick(quarter: Fraction) -> int:
    """Return the first tick at or after a quarter."""
    return -(-quarter * TICKS // 1)


def _locked(score: Score, names: Collection[str]) -> frozenset[str]:
    """Return the voices to keep that a score has.

    Raises
    ------
    SettingError
        One of them is of no voice.
    """
    own = [voice.name for voice in score.voices]
    unknown = set(names) - set(own) - set(NAMED)
    if unknown:
        raise SettingError(f"cannot keep the voice {min(unknown)!r}; allowed are {', '.join(own)}")
    return frozenset(names) & frozenset(own)


def _spans(score: Score, numbers: Collection[int]) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return where the bars with these printed numbers lie."""
    places = {bar.number: (bar.onset, bar.end) for bar in score.bars()}
    missing = set(numbers) - set(places)
    if missing:
        raise SettingError(f"cannot keep bar {min(missing)}: the piece has the bars {min(places)}..{max(places)}")
    return tuple(places[number] for number in sorted(set(numbers)))


def _next_line(score: Score, quarter: Fraction) -> Fraction:
    """Return the first bar line at or after a quarter."""
    return max((bar.end for bar in score.bars(quarter)), default=Fraction(0))


def _end_of_bars(score: Score, start: Fraction, bars: int) -> Fraction:
    """Return where `bars` full bars end that begin with the first bar line at or after `start`."""
    line = _next_line(score, start) or score.anacrusis
    for _ in range(bars):
        line += score.metre_at(line).bar_length
    if (line * TICKS).denominator != 1:
        metre = score.metre_at(start)
        where = f" in '{score.source}'" if score.source else ""
        raise TokenError(f"the bars of {metre.beats}/{metre.unit}{where} are not whole ticks of {TICKS} a quarter")
    return line


def _window(plan: Plan, steps: int) -> Fraction:
    """Return the first bar line behind which so many of the given steps stand, in quarters."""
    before = plan.parts[plan.parts[:, 0] < plan.opens, 0]
    edge = int(before[-min(steps, len(before))])
    place = int(np.searchsorted(plan.bars.lines, edge, "left"))
    last = int(np.searchsorted(plan.bars.lines, plan.opens, "right")) - 1
    return Fraction(int(plan.bars.lines[min(place, last)]), TICKS)
