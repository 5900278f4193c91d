"""Constraint masks: which classes of a field may come next, so that what is given keeps its voice and time.

Grammar: notes come in their order, inside the bars that are planned, in the voices that there are; what is given, and
the rest of a note that is tied on, comes in its place, and no other note begins in a cell that is given. Rules add what
players and readers need: ranges, one note at a time where a voice is a line, chords of one length, at most a bar of
silence in all voices. Where the rules leave nothing, grammar alone holds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property

import numpy as np

from musenb.tokens.notes.fields import (
    BAR_LINES,
    FIRST_LINE,
    LENGTH,
    LONGEST,
    NO_LENGTH,
    NO_PITCH,
    PITCH,
    PITCHES,
    SHIFT,
    SILENCE,
    SIZES,
    TIED,
    VOICE,
)
from musenb.tokens.notes.plan import Plan
from musenb.tokens.notes.progress import Due, Progress

MOST_IN_CHORD = 4  # notes of a line that begin together: what a string instrument can play


class Open:
    """What of a plan is open: where notes may begin, and how far they may sound.

    Parameters
    ----------
    plan : Plan

    Attributes
    ----------
    begins : bool (V, ticks)
        In which voices a note may begin at each tick up to the end, and behind it in none.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        bars = plan.bars
        self.lines: list[int] = bars.lines.tolist()
        count, end = len(bars.metres), bars.end
        self.begins = np.zeros((len(plan.names), end + LONGEST + 1), bool)
        self.begins[:, :end] = np.repeat(~plan.given, np.diff(bars.lines), axis=1)[:, :end]
        for voice, begin in enumerate(plan.begins.tolist()):
            self.begins[voice, :begin] = False
        self.ahead = np.flatnonzero(self.begins.any(axis=0)).tolist()
        self.next_given = np.full((len(plan.names), count + 1), end)
        for bar in range(count - 1, -1, -1):
            self.next_given[:, bar] = np.where(plan.given[:, bar], bars.lines[bar], self.next_given[:, bar + 1])
        self.onsets = [np.sort(plan.notes[plan.notes[:, 1] == voice, 0]).tolist() for voice in range(len(plan.names))]

    def bar(self, tick: int) -> int:
        """Return the number of the bar in which a tick lies; the end belongs to the last."""
        return min(bisect_right(self.lines, tick) - 1, len(self.lines) - 2)

    def between(self, tick: int, stop: int) -> bool:
        """Return whether a note may begin somewhere from a tick to before another."""
        place = bisect_left(self.ahead, tick)
        return place < len(self.ahead) and self.ahead[place] < stop

    def until(self, voice: int, tick: int) -> int:
        """Return up to where a note of a line that begins at a tick may sound: the next note or bar that is given."""
        onsets = self.onsets[voice]
        place = bisect_right(onsets, tick)
        note = onsets[place] if place < len(onsets) else self.lines[-1]
        return min(note, int(self.next_given[voice, self.bar(tick) + 1]))

    def lines_within(self, tick: int, stop: int) -> int:
        """Return how many bar lines lie after a tick and up to another."""
        return bisect_right(self.lines, stop) - bisect_right(self.lines, tick)

    def line_after(self, tick: int, count: int) -> int:
        """Return the tick of the `count`-th bar line after a tick, or the end where there are fewer."""
        return self.lines[min(bisect_right(self.lines, tick) + count - 1, len(self.lines) - 1)]


class Masks:
    """Which classes may come next behind some progress.

    Parameters
    ----------
    opened : Open
    progress : Progress
    rules : bool
    """

    def __init__(self, opened: Open, progress: Progress, *, rules: bool) -> None:
        self.open, self.plan, self.progress, self.rules = opened, opened.plan, progress, rules

    @cached_property
    def due(self) -> Due | None:
        """What must come first."""
        return self.progress.due(self.plan)

    def field(self, known: tuple[int, ...]) -> np.ndarray:
        """Return the classes that may come behind those that are known of a step, bool, never none by grammar."""
        made = (self.shift, self.voice, self.pitch, self.length)[len(known)]
        return made(*known)

    def shift(self) -> np.ndarray:
        """Return which shifts may come, bool (105,)."""
        allowed = np.zeros(SIZES[SHIFT], bool)
        now, due, end = self.progress.now, self.due, self.open.lines[-1]
        latest = end if due is None else due.onset
        voices = self._voices(now, LONGEST + 1)
        voices[:, 0] &= self._behind_last()
        if due is not None and 0 <= due.onset - now <= LONGEST:
            at = due.onset - now
            allowed[at] = True
            voices[due.voice :, at] = False
        allowed[: LONGEST + 1] |= voices.any(axis=0)
        allowed[max(latest - now + 1, 0) : LONGEST + 1] = False
        if now + LONGEST <= latest and self._waits():
            allowed[LONGEST] = True
        if due is None or due.onset - now > LONGEST:
            most = min(self.open.lines_within(now, latest), BAR_LINES)
            fewest = 1 if self.open.between(now, latest) else max(most, 1)
            latest_line = self._latest_line()
            for count in range(fewest, most + 1):
                allowed[FIRST_LINE + count - 1] = self._moves(count, latest_line)
        return allowed

    def voice(self, shift: int) -> np.ndarray:
        """Return which voices may come, or none, bool (9,)."""
        allowed = np.zeros(SIZES[VOICE], bool)
        if shift >= FIRST_LINE:
            allowed[SILENCE] = True
            return allowed
        tick, due = self.progress.now + shift, self.due
        voices = self._voices(tick, 1)[:, 0]
        if shift == 0:
            voices &= self._behind_last()
        if due is not None and due.onset == tick:
            voices[due.voice :] = False
            voices[due.voice] = True
        allowed[: len(voices)] = voices
        allowed[SILENCE] = shift == LONGEST and self._waits() and (due is None or tick <= due.onset)
        return allowed

    def pitch(self, shift: int, voice: int) -> np.ndarray:
        """Return which pitches may come, or none, bool (129,)."""
        allowed = np.zeros(SIZES[PITCH], bool)
        if voice == SILENCE:
            allowed[NO_PITCH] = True
            return allowed
        due, part, last = self.due, self.plan.voices[voice], self.progress.last
        low, high = (part.lowest, part.highest) if self.rules else (0, PITCHES - 1)
        tick = self.progress.now + shift
        if shift == 0 and last is not None and last[VOICE] == voice:
            high = min(high, last[PITCH] - 1)
        if due is None or (due.onset, due.voice) != (tick, voice):
            allowed[low : high + 1] = True
        else:
            begins = self._voices(tick, 1)[voice, 0] and part.overlaps
            if begins:
                allowed[max(low, due.pitch + 1) : high + 1] = True
            allowed[due.pitch] = True
        return allowed

    def length(self, shift: int, voice: int, pitch: int) -> np.ndarray:
        """Return which lengths may come, or none, bool (98,)."""
        allowed = np.zeros(SIZES[LENGTH], bool)
        if voice == SILENCE:
            allowed[NO_LENGTH] = True
            return allowed
        tick, due, last = self.progress.now + shift, self.due, self.progress.last
        meets = due is not None and (due.onset, due.voice, due.pitch) == (tick, voice, pitch)
        if meets and due is not None and due.length is not None:
            allowed[due.length] = True
            return allowed
        line = not self.plan.voices[voice].overlaps
        if self.rules and line and shift == 0 and last is not None and last[VOICE] == voice:
            allowed[last[LENGTH]] = True
            return allowed
        stop = self.open.until(voice, tick) if self.rules and line else self.plan.bars.end
        allowed[1 : min(stop - tick, LONGEST) + 1] = True
        allowed[TIED] = stop - tick > LONGEST
        return allowed

    def _voices(self, tick: int, count: int) -> np.ndarray:
        """Return in which voices a note may begin at so many ticks, bool (V, n), whatever stands at the first."""
        voices = self.open.begins[:, tick : tick + count].copy()
        if self.rules:
            last, now = self.progress.last, self.progress.now
            for voice, (part, line) in enumerate(zip(self.plan.voices, self.progress.lines, strict=True)):
                if part.overlaps or line.until <= tick:
                    continue
                first = tick == now and last is not None and last[VOICE] == voice  # a chord, if it may be one
                voices[voice, first : line.until - tick] = False
        return voices

    def _behind_last(self) -> np.ndarray:
        """Return in which voices a note may stand behind the last one, at its onset, bool (V,)."""
        count, last = len(self.plan.names), self.progress.last
        if last is None or last[VOICE] == SILENCE:
            return np.ones(count, bool)
        voice = last[VOICE]
        behind = np.arange(count) > voice
        part = self.plan.voices[voice]
        behind[voice] = last[PITCH] > (part.lowest if self.rules else 0)
        if self.rules and not part.overlaps:
            behind[voice] &= part.chords and 0 < self.progress.chord < MOST_IN_CHORD
        return behind

    def _waits(self) -> bool:
        """Return whether the piece goes on for as long as a shift tells, and no bar line comes before."""
        later = self.progress.now + LONGEST
        return later < self.open.lines[-1] and not self.open.lines_within(self.progress.now, later)

    def _latest_line(self) -> int:
        """Return up to which tick the next step may move on: a bar behind what sounds last; by grammar to the end."""
        lines = self.open.lines
        if not self.rules:
            return lines[-1]
        sounds = max([self.progress.now, *(one.until for one in self.progress.lines)])
        bar = self.open.bar(min(sounds, lines[-1] - 1))
        return sounds + lines[bar + 1] - lines[bar]

    def _moves(self, count: int, latest: int) -> bool:
        """Return whether the piece may go on without a note to the `count`-th bar line, `latest` at most."""
        now, lines = self.progress.now, self.open.lines
        line = self.open.line_after(now, count)
        if line < lines[-1] and count < BAR_LINES and self.open.line_after(now, count + 1) <= now + LONGEST:
            return False  # a note before the next one would have been told by its shift
        return line <= latest
