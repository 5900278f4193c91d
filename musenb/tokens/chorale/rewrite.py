"""Plans that keep some of a piece and have the rest written: from a point on, beside locked voices, around locked bars.

Notes are kept whole: one that has begun before the point, or that reaches into a locked bar, stays as it is. A voice
that a piece lacks is written from the beginning, as `plan_continuation` does it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral

import numpy as np

from musenb.errors import SettingError, TokenError
from musenb.score.note import Note, Score, Voice
from musenb.tokens.chorale.grid import REST, STEP, UNKNOWN, VOICE_COUNT, VOICES, Frame, Grid, assign_voices, encode
from musenb.tokens.chorale.plan import MOST_BARS, Plan, plan_phrases

Span = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A piece of which a part is to be written.

    Parameters
    ----------
    kept : Score
        What stays, exactly; its voices bear the names of the chorale's.
    plan : Plan
        What the model reads and writes: the piece, or the end of a piece that is longer than the model can read.
    offset : Fraction
        Quarters of the piece before the plan begins.
    """

    kept: Score
    plan: Plan
    offset: Fraction

    def score(self, generated: Mapping[str, Sequence[Note]]) -> Score:
        """Return what was kept together with generated notes by chorale voice, whose onsets are those of the plan."""
        given = {voice.name: voice.notes for voice in self.kept.voices}
        voices = tuple(
            Voice(name, (*given.get(name, ()), *(self.placed(note) for note in generated.get(name, ()))))
            for name in VOICES
        )
        return dataclasses.replace(self.kept, voices=voices)

    def placed(self, note: Note) -> Note:
        """Return a note of the plan as it stands in the piece."""
        return dataclasses.replace(note, onset=note.onset + self.offset) if self.offset else note


def with_chorale_names(score: Score, voices: str | Sequence[str] | None = None) -> Score:
    """Return the sounding voices of a score under the chorale's names; see `assign_voices` for the default.

    Raises
    ------
    TokenError
        The names do not fit the score's voices.
    """
    sounding = [voice for voice in score.voices if voice.notes]
    names = assign_voices(score) if voices is None else (voices,) if isinstance(voices, str) else tuple(voices)
    if len(names) != len(sounding) or not set(names) <= set(VOICES) or len(set(names)) != len(names):
        raise TokenError(
            f"voices {', '.join(map(str, names)) or 'of no name'} do not name the {len(sounding)} voices that sound; "
            f"allowed are {', '.join(VOICES)}, each once"
        )
    renamed = {name: dataclasses.replace(voice, name=name) for name, voice in zip(names, sounding, strict=True)}
    return dataclasses.replace(score, voices=tuple(renamed[name] for name in VOICES if name in renamed))


def plan_rewrite(
    score: Score,
    *,
    bars: int,
    start: Fraction | None = None,
    kept_voices: Collection[str] = (),
    kept_bars: Collection[int] = (),
    reach: int | None = None,
) -> Rewrite:
    """Return the plan of `bars` bars from a point on; a bar that the point falls into is filled first.

    Parameters
    ----------
    score : Score
        One to four monophonic voices on the sixteenth grid.
    bars : int
        1..512.
    start : Fraction, optional
        Quarters, 0 to the end of the score, which is the default: everything is kept.
    kept_voices : collection of str
        Chorale voices that are kept beyond `start`.
    kept_bars : collection of int
        Printed numbers of bars that are kept beyond `start` in the voices that sound.
    reach : int, optional
        Cells in the model's context. What comes before the first cell to be written, and is more than this, is read
        from its last bars on that fill half of it.

    Raises
    ------
    SettingError
        A setting is outside its range, or there is nothing to keep or nothing to write.
    TokenError
        The score does not fit the grid.
    """
    if isinstance(bars, bool) or not isinstance(bars, Integral) or not 1 <= bars <= MOST_BARS:
        raise SettingError(f"bars {bars!r} is not a whole number in 1..{MOST_BARS}")
    whole = with_chorale_names(score)
    start = whole.end if start is None else start
    if not 0 <= start <= whole.end:
        raise SettingError(f"cannot go on from quarter {start}: the piece lasts from 0 to {whole.end}")
    unknown = set(kept_voices) - set(VOICES)
    if unknown:
        raise SettingError(f"cannot keep the voice {min(unknown)!r}; allowed are {', '.join(VOICES)}")
    spans = _spans(whole, kept_bars)
    kept = _kept(whole, start, kept_voices, spans)
    if not kept.end:
        raise SettingError(f"nothing is kept before quarter {start} nor locked: the model needs a note to go on from")
    total = max(_end_of_bars(whole, start, int(bars)), _next_line(whole, kept.end), *(stop for _, stop in spans))
    plan = _plan(whole, kept, start, kept_voices, spans, total)
    if plan.first == len(plan.grid.cells):
        raise SettingError("every voice is kept in every bar: there is nothing to write")
    offset = Fraction(0)
    if reach is not None and plan.first * VOICE_COUNT >= reach:
        offset = _window(whole, plan.first * STEP, reach // (2 * VOICE_COUNT) * STEP)
        moved = [(max(a - offset, Fraction(0)), b - offset) for a, b in spans if b > offset]
        stop = max(kept.end, whole.end)
        tail, kept_tail = whole.cut(offset, stop), kept.cut(offset, stop)
        plan = _plan(tail, kept_tail, max(start - offset, Fraction(0)), kept_voices, moved, total - offset)
    return Rewrite(kept, plan, offset)


def _spans(score: Score, numbers: Collection[int]) -> list[Span]:
    """Return where the bars with these printed numbers lie."""
    places = {bar.number: (bar.onset, bar.end) for bar in score.bars()}
    missing = set(numbers) - set(places)
    if missing:
        raise SettingError(f"cannot keep bar {min(missing)}: the piece has the bars {min(places)}..{max(places)}")
    return [places[number] for number in sorted(set(numbers))]


def _kept(score: Score, start: Fraction, voices: Collection[str], spans: Sequence[Span]) -> Score:
    def stays(note: Note, name: str) -> bool:
        return note.onset < start or name in voices or any(note.onset < b and note.end > a for a, b in spans)

    kept = tuple(
        dataclasses.replace(voice, notes=tuple(note for note in voice.notes if stays(note, voice.name)))
        for voice in score.voices
    )
    return dataclasses.replace(score, voices=kept)


def _next_line(score: Score, quarter: Fraction) -> Fraction:
    """Return the first bar line at or after a quarter."""
    return max((bar.end for bar in score.bars(quarter)), default=Fraction(0))


def _end_of_bars(score: Score, start: Fraction, bars: int) -> Fraction:
    """Return where `bars` full bars end that begin with the first bar line at or after `start`."""
    line = _next_line(score, start) or score.anacrusis
    for _ in range(bars):
        line += score.metre_at(line).bar_length
    if (line / STEP).denominator != 1:
        metre = score.metre_at(start)
        raise TokenError(f"the bars of {metre.beats}/{metre.unit} are not whole sixteenths")
    return line


def _plan(
    whole: Score, kept: Score, start: Fraction, voices: Collection[str], spans: Sequence[Span], total: Fraction
) -> Plan:
    """Return the plan of a piece: given cells where it is kept, UNKNOWN elsewhere."""
    steps = int(total / STEP)
    names = tuple(voice.name for voice in kept.voices if voice.notes)
    grid = encode(kept, voices=names, steps=steps)
    given = np.zeros(grid.cells.shape, bool)
    for voice in whole.voices:
        column = given[:, VOICES.index(voice.name)]
        told = voice.end if voice.name in voices else min(start, voice.end)
        for first, last in [(Fraction(0), told), *spans]:
            column[int(first / STEP) : int(-(-last // STEP))] = True
    for voice in kept.voices:
        for note in voice.notes:
            given[int(note.onset / STEP) : int(note.end / STEP), VOICES.index(voice.name)] = True
    cells = np.where(given, np.where(grid.cells == UNKNOWN, REST, grid.cells), UNKNOWN)
    frame = Frame(grid.frame.columns.copy())
    plan_phrases(frame.columns, kept, total)
    full = np.all(given, axis=1)
    first = len(given) if full.all() else int(full.argmin())
    return Plan(kept, names, Grid(cells, frame), first)


def _window(score: Score, first: Fraction, length: Fraction) -> Fraction:
    """Return the first bar line that is at most `length` before `first`."""
    return next(bar.end for bar in score.bars(first) if first - bar.end <= length)
