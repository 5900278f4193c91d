"""Placing of statements: the octave and the onset of each, and what speaks against it, with the nearest place that can.

Conventions
-----------
- A statement stands in the octave nearest to the motif in which it is within its voice's range, a little inside it
  where that can be, and clashes with none before it.
- Two statements that sound together are both given: neither may cross the other, they make no parallel fifths, octaves
  or unisons, and a second or seventh on a beat is left by step in one of them; seconds and sevenths that are struck
  together on a beat stand nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from musenb.errors import SettingError
from musenb.score.development.forms import SPEEDS, Tone, transformed
from musenb.score.development.plan import Statement
from musenb.score.metre import TimeSignature
from musenb.score.note import KeySignature
from musenb.score.spelling import spoken_pitch

GRID = Fraction(1, 4)  # quarters: the finest time that statements may have
INSIDE = 4  # semitones that a statement had better keep from the ends of a range
OUTER = 12.0  # what it costs not to, in semitones from the motif
OCTAVE, STEP, PERFECT, DISSONANT = 12, 2, (0, 7), (1, 2, 10, 11)
FURTHEST = 2  # bars that another place is looked for


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement with its notes, in quarters of the piece."""

    statement: Statement
    onset: Fraction
    octave: int
    tones: tuple[Tone, ...]

    @property
    def end(self) -> Fraction:
        """Quarters at which its last note stops."""
        return self.tones[-1].onset + self.tones[-1].duration

    def at(self, quarter: Fraction) -> Tone | None:
        """Return the note that sounds at a quarter."""
        return next((tone for tone in self.tones if tone.onset <= quarter < tone.onset + tone.duration), None)

    def after(self, tone: Tone) -> Tone | None:
        """Return the note that follows one."""
        place = self.tones.index(tone) + 1
        return self.tones[place] if place < len(self.tones) else None


@dataclass(frozen=True, slots=True)
class Ground:
    """Where statements are placed.

    Parameters
    ----------
    motif : tuple of Tone
    home : KeySignature
    metre : TimeSignature
    upbeat : Fraction
        Quarters before the first full bar.
    own : Fraction
        Quarters from the bar line to the motif's first note; below 0 for an upbeat.
    end : Fraction
        Quarters of the piece.
    ranges : mapping of str to (int, int)
    """

    motif: tuple[Tone, ...]
    home: KeySignature
    metre: TimeSignature
    upbeat: Fraction
    own: Fraction
    end: Fraction
    ranges: Mapping[str, tuple[int, int]]

    def onset(self, statement: Statement, tones: Sequence[Tone]) -> Fraction:
        """Return the quarter at which a statement begins."""
        line = self.upbeat + (statement.bar - 1) * self.metre.bar_length
        if statement.beat is not None:
            return line + (statement.beat - 1) * self.metre.beat_length
        own = self.own * SPEEDS.get(statement.form, 1) if self.own < 0 else self.own
        if statement.form == "retrograde":
            own = max(own, Fraction(0))
        if statement.form == "tail":
            own = (own + self.motif[-len(tones)].onset) % self.metre.bar_length
        return line + own

    def place(self, statement: Statement, others: Sequence[Placed]) -> Placed:
        """Return where a statement stands beside others.

        Raises
        ------
        SettingError
            It can stand nowhere; the message begins with the reason.
        """
        if statement.voice not in self.ranges:
            raise SettingError(f"there is no voice {statement.voice!r}; the voices are {', '.join(self.ranges)}")
        tones = transformed(self.motif, statement, self.home)
        onset = self.onset(statement, tones)
        self._check_time(statement, tones, onset)
        choices = list(self._octaves(statement, tones, onset))
        reasons = []
        for choice in choices:
            reason = next((found for other in others if (found := self._against(choice, other))), "")
            if not reason:
                return choice
            reasons.append(reason)
        raise SettingError(reasons[0])

    def nearest(self, statement: Statement, others: Sequence[Placed]) -> Placed | None:
        """Return a statement in the nearest place in which it could stand; None for none."""
        for other in self._elsewhere(statement):
            try:
                return self.place(other, others)
            except SettingError:
                continue
        return None

    def named(self, onset: Fraction) -> str:
        """Return a quarter as bar and beat."""
        bar, rest = divmod(onset - self.upbeat, self.metre.bar_length)
        if bar < 0:
            return "in the upbeat"
        return f"bar {int(bar) + 1}, beat {float(1 + rest / self.metre.beat_length):g}"

    def _elsewhere(self, statement: Statement) -> Iterator[Statement]:
        """Yield a statement as it is, then at other places, the nearest first: in time, then in other voices."""
        yield statement
        tones = transformed(self.motif, statement, self.home)
        here = self.onset(statement, tones) - self.upbeat
        beat, length = self.metre.beat_length, self.metre.bar_length
        count = int(FURTHEST * length / beat)
        for distance in range(count + 1):
            for side in (1, -1) if distance else (1,):
                bar, rest = divmod(here + side * distance * beat, length)
                if bar >= 0:
                    yield replace(statement, bar=int(bar) + 1, beat=1 + rest / beat, octave=None)
        for voice in self.ranges:
            if voice != statement.voice:
                yield replace(statement, voice=voice, octave=None)

    def _check_time(self, statement: Statement, tones: Sequence[Tone], onset: Fraction) -> None:
        beats = self.metre.bar_length / self.metre.beat_length
        if statement.beat is not None and statement.beat >= beats + 1:
            raise SettingError(f"there is no beat {float(statement.beat):g} in {self.metre}, which has {beats} beats")
        last = tones[-1]
        length = last.onset + last.duration
        if onset < 0:
            raise SettingError("it begins before the piece does")
        if onset + length > self.end:
            bars = (self.end - self.upbeat) / self.metre.bar_length
            raise SettingError(f"it ends behind the last of the plan's {bars} bars")
        if onset % GRID or any(tone.onset % GRID or tone.duration % GRID for tone in tones):
            raise SettingError("its notes are off the sixteenths; that is as fine as the model writes")

    def _octaves(self, statement: Statement, tones: Sequence[Tone], onset: Fraction) -> Iterator[Placed]:
        """Yield a statement in the octaves of its voice, the best first."""
        low, high = self.ranges[statement.voice]
        pitches = [tone.pitch for tone in tones]
        middle = sum(tone.pitch for tone in self.motif) / len(self.motif)
        fitting = []
        for octave in range(-5, 6) if statement.octave is None else (statement.octave,):
            lowest, highest = min(pitches) + OCTAVE * octave, max(pitches) + OCTAVE * octave
            if low <= lowest and highest <= high:
                tight = lowest < low + STEP or highest > high - INSIDE
                mean = sum(pitches) / len(pitches) + OCTAVE * octave
                fitting.append((abs(mean - middle) + OUTER * tight, octave))
        if not fitting:
            raise SettingError(self._beyond(statement, pitches, low, high))
        for _, octave in sorted(fitting):
            moved = [
                replace(tone, onset=onset + tone.onset, letter=tone.letter + 7 * octave) for tone in tones
            ]
            yield Placed(statement, onset, octave, tuple(moved))

    def _beyond(self, statement: Statement, pitches: Sequence[int], low: int, high: int) -> str:
        span = f"{spoken_pitch(low)} to {spoken_pitch(high)}"
        if statement.octave is None:
            return f"its {max(pitches) - min(pitches)} semitones fit no octave of the {statement.voice}, {span}"
        moved = [pitch + OCTAVE * statement.octave for pitch in pitches]
        reach = f"{spoken_pitch(min(moved))} to {spoken_pitch(max(moved))}"
        return f"it reaches from {reach}, outside the {statement.voice}'s {span}"

    def _against(self, one: Placed, other: Placed) -> str:
        """Return what two statements do to each other; empty where nothing."""
        if one.onset >= other.end or other.onset >= one.end:
            return ""
        if one.statement.voice == other.statement.voice:
            return f"the {one.statement.voice} sings another statement until {self.named(other.end)}"
        order = list(self.ranges)
        pair = sorted((one, other), key=lambda placed: order.index(placed.statement.voice))
        return clash(pair[0], pair[1], self)


def clash(upper: Placed, lower: Placed, ground: Ground) -> str:
    """Return the first fault between two statements that sound together; empty for none."""
    times = sorted({tone.onset for placed in (upper, lower) for tone in placed.tones})
    pairs = []
    for time in times:
        high, low = upper.at(time), lower.at(time)
        if high is not None and low is not None:
            pairs.append((time, high, low))
    names = f"the {upper.statement.voice} and the {lower.statement.voice}"
    for time, high, low in pairs:
        if high.pitch < low.pitch:
            return f"{names} would cross in {ground.named(time)}"
        if _dissonant(time, high, low, (upper, lower), ground):
            return f"{names} would clash in {ground.named(time)}"
    for (_, high, low), (time, following, below) in pairwise(pairs):
        gap = (high.pitch - low.pitch) % OCTAVE
        same = gap == (following.pitch - below.pitch) % OCTAVE and gap in PERFECT
        if same and (following.pitch - high.pitch) * (below.pitch - low.pitch) > 0:
            return f"{names} would go in parallel {'fifths' if gap else 'octaves'} into {ground.named(time)}"
    return ""


def _dissonant(time: Fraction, high: Tone, low: Tone, both: tuple[Placed, Placed], ground: Ground) -> bool:
    """Return whether a second or seventh on a beat is struck in both voices, or left by step in neither."""
    on_beat = (time - ground.upbeat) % ground.metre.beat_length == 0
    if not on_beat or (high.pitch - low.pitch) % OCTAVE not in DISSONANT:
        return False
    if high.onset == low.onset:
        return True
    steps = []
    for placed, tone in zip(both, (high, low), strict=True):
        following = placed.after(tone)
        steps.append(following is not None and 0 < abs(following.pitch - tone.pitch) <= STEP)
    return not any(steps)
