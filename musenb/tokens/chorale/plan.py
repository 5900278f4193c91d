"""Generation plans for the four-voice grid: cells that are given, the frame of the bars to come, cells to write.

A piece is written from a point on, its end by default, beside locked voices and around locked bars. Notes are kept
whole: one that has begun before the point, or that reaches into a locked bar, stays as it is. A voice that a piece
lacks is written from the beginning.
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
from musenb.tokens.chorale.cadences import BASS, Cadence, Chord, chord_wish, plan_cadences, plan_openings, with_bass
from musenb.tokens.chorale.grid import (
    REST,
    STEP,
    UNKNOWN,
    VOCABULARY,
    VOICE_COUNT,
    VOICES,
    Frame,
    Grid,
    encode,
    features_of,
    sounding,
)
from musenb.tokens.chorale.phrases import framed_endings, plan_endings, plan_phrases
from musenb.tokens.chorale.prepare import with_chorale_names
from musenb.tokens.chorale.rules import Place
from musenb.tokens.request import Close, Keep, Passage

MOST_BARS = 512
Span = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Plan:
    """A piece with cells to be written.

    Parameters
    ----------
    prime : Score
        What stays, exactly.
    names : tuple of str
        Which chorale voice each sounding voice of the prime is.
    grid : Grid
        Given cells, UNKNOWN where the model is to write: of the piece, or of the end of one that is longer than the
        model can read.
    steps : int
        Steps at the beginning of the grid in which every voice is given.
    offset : Fraction
        Quarters of the piece before the grid begins.
    cadences : tuple of Cadence
        How its phrases are to end; none where that is left to the model.
    planned : frozenset of int
        Steps in which a note of the bass begins that stands in the grid and nobody gave: of a cadence.
    later : int
        Bars of a planned piece, known to end, that begin behind a grid that was broken off before.
    openings : tuple of Chord
        Chords that are asked for where something begins.
    """

    prime: Score
    names: tuple[str, ...]
    grid: Grid
    steps: int
    offset: Fraction = Fraction(0)
    cadences: tuple[Cadence, ...] = ()
    planned: frozenset[int] = frozenset()
    later: int = 0
    openings: tuple[Chord, ...] = ()

    @property
    def close(self) -> Cadence | None:
        """The cadence that the piece ends with; None where it is not to end, or as the model likes."""
        last = self.cadences[-1] if self.cadences else None
        return last if last is not None and last.chords[-1].stop == len(self.grid.cells) else None

    @property
    def first(self) -> int:
        """Cells at the beginning that are all given."""
        return self.steps * VOICE_COUNT

    @property
    def length(self) -> int:
        """Cells in all."""
        return self.grid.cells.size

    @property
    def end(self) -> Fraction:
        """Quarters at which the planned piece ends."""
        return self.offset + len(self.grid.cells) * STEP

    @property
    def features(self) -> np.ndarray:
        """Features of every cell in raster order, int64 (4 T, F).

        Given cells are told ahead from where something is left to write beside or before them; a beginning in all
        voices is simply the past.
        """
        cells = self.grid.cells
        known = np.where(cells == UNKNOWN, UNKNOWN, sounding(cells))
        known[: self.steps] = UNKNOWN
        return features_of(self.grid.frame, known)

    def writes(self, step: int, voice: int) -> bool:
        """Return whether a note that begins in a cell is not given: left to the model, or planned."""
        return bool(self.grid.cells[step, voice] == UNKNOWN) or (voice == BASS and step in self.planned)

    def wish(self, place: Place) -> np.ndarray:
        """Return the tokens that the planned cadences wish for at a place, bool (V,); a constraint as in `rules`."""
        chords = (*self.openings, *(chord for cadence in self.cadences for chord in cadence.chords))
        here = next((chord for chord in chords if chord.start <= place.step < chord.stop), None)
        return np.ones(len(VOCABULARY), bool) if here is None else chord_wish(here, place)

    def score(self, generated: Mapping[str, Sequence[Note]]) -> Score:
        """Return the prime's notes, exactly, together with generated notes by chorale voice."""
        sung = (voice for voice in self.prime.voices if voice.notes)
        given = dict(zip(self.names, sung, strict=True))
        voices = []
        for name in VOICES:
            kept = given[name].notes if name in given else ()
            voices.append(Voice(name, kept + tuple(generated.get(name, ()))))
        return dataclasses.replace(self.prime, voices=tuple(voices))


def plan_piece(
    score: Score,
    *,
    extent: int,
    start: Fraction | None = None,
    keep: Keep | None = None,
    reach: int | None = None,
    close: Close | None = None,
) -> Plan:
    """Return the plan of `extent` bars from a point on; a bar that the point falls into is filled first.

    Parameters
    ----------
    score : Score
        One to four monophonic voices on the sixteenth grid.
    extent : int
        Bars, 1..512.
    start : Fraction, optional
        Quarters, 0 to the end of the score, which is the default: everything is kept.
    keep : Keep, optional
        Chorale voices that are kept beyond `start`, and printed numbers of bars that are kept in the voices that sound.
    reach : int, optional
        Cells in the model's context. What comes before the first cell to be written, and is more than this, is read
        from its last bars on that fill half of it.
    close : Close, optional
        Whether it ends there. Without, phrases are planned as before closes were: every few bars, no cadence known.

    Raises
    ------
    SettingError
        A setting is outside its range, or there is nothing to keep or nothing to write.
    TokenError
        The score does not fit the grid.
    """
    if isinstance(extent, bool) or not isinstance(extent, Integral) or not 1 <= extent <= MOST_BARS:
        raise SettingError(f"bars {extent!r} is not a whole number in 1..{MOST_BARS}")
    keep, whole = keep or Keep(), with_chorale_names(score)
    start = whole.end if start is None else start
    if not 0 <= start <= whole.end:
        raise SettingError(f"cannot go on from quarter {start}: the piece lasts from 0 to {whole.end}")
    unknown = {*keep.voices, *(passage.voice for passage in keep.passages)} - set(VOICES)
    if unknown:
        raise SettingError(f"cannot keep the voice {min(unknown)!r}; allowed are {', '.join(VOICES)}")
    spans = _spans(whole, keep.bars)
    what = _Given(start, tuple(keep.voices), tuple(spans), keep.passages)
    kept = what.of(whole)
    if not kept.end:
        raise SettingError(f"nothing is kept before quarter {start} nor locked: the model needs a note to go on from")
    total = max(_end_of_bars(whole, start, int(extent)), _next_line(whole, kept.end), *(stop for _, stop in spans))
    if close is not None and close.stop is not None:
        total = max(close.stop, kept.end)
    plan = _plan(whole, kept, what, total, close)
    if plan.first == plan.length:
        raise SettingError("every voice is kept in every bar: there is nothing to write")
    if reach is not None and reach < 1:
        raise SettingError(f"reach {reach} tokens: at least 1 of the beginning is read")
    if reach is None or plan.first < reach:
        return plan
    offset = _window(whole, plan.steps * STEP, reach // (2 * VOICE_COUNT) * STEP)
    stop = max(kept.end, whole.end)
    tail = whole.cut(offset, stop)
    kept_tail = kept.cut(offset, stop)
    part = _plan(tail, kept_tail, what.moved(offset), total - offset, _moved(close, offset))
    return dataclasses.replace(part, prime=kept, names=plan.names, offset=offset)


def plan_frame(frame: Frame, close: Close | None = None) -> Plan:
    """Return the plan of a whole piece in a known frame, nothing given, with cadences where its phrases end."""
    cells = np.full((len(frame), VOICE_COUNT), UNKNOWN)
    cadences: tuple[Cadence, ...] = ()
    if close is not None:
        endings = framed_endings(frame.columns)
        cadences = plan_cadences(cells, frame.columns, endings, final=close.end, seed=close.seed)
    filled, planned = with_bass(cells, cadences)
    return Plan(Score(), (), Grid(filled, frame), 0, cadences=cadences, planned=planned)


def _spans(score: Score, numbers: Collection[int]) -> list[Span]:
    """Return where the bars with these printed numbers lie."""
    places = {bar.number: (bar.onset, bar.end) for bar in score.bars()}
    missing = set(numbers) - set(places)
    if missing:
        raise SettingError(f"cannot keep bar {min(missing)}: the piece has the bars {min(places)}..{max(places)}")
    return [places[number] for number in sorted(set(numbers))]


def _moved(close: Close | None, offset: Fraction) -> Close | None:
    """Return how phrases are planned in what begins `offset` quarters later."""
    if close is None:
        return None
    phrases = tuple(end - offset for end in close.phrases if end > offset)
    keys = tuple(dataclasses.replace(key, onset=max(key.onset - offset, Fraction(0))) for key in close.keys)
    tonics = tuple(quarter - offset for quarter in close.tonics if quarter >= offset)
    return dataclasses.replace(close, phrases=phrases, keys=keys, tonics=tonics)


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
        where = f" in '{score.source}'" if score.source else ""
        raise TokenError(f"the bars of {metre.beats}/{metre.unit}{where} are not whole sixteenths")
    return line


@dataclass(frozen=True, slots=True)
class _Given:
    """What is given of a piece: all before `start`, some voices, some spans of the voices that sound in them, passages.

    A passage is given with its rests.
    """

    start: Fraction
    voices: tuple[str, ...]
    spans: tuple[Span, ...]
    passages: tuple[Passage, ...] = ()

    def stays(self, note: Note, name: str) -> bool:
        """Return whether a note of a voice is given."""
        if note.onset < self.start or name in self.voices:
            return True
        passages = [(passage.onset, passage.end) for passage in self.passages if passage.voice == name]
        return any(note.onset < end and note.end > begin for begin, end in (*self.spans, *passages))

    def of(self, score: Score) -> Score:
        """Return what is given of a score."""
        kept = []
        for voice in score.voices:
            notes = tuple(note for note in voice.notes if self.stays(note, voice.name))
            kept.append(dataclasses.replace(voice, notes=notes))
        return dataclasses.replace(score, voices=tuple(kept))

    def moved(self, offset: Fraction) -> _Given:
        """Return the same in what begins `offset` quarters later."""
        zero = Fraction(0)
        spans = [(max(begin - offset, zero), end - offset) for begin, end in self.spans if end > offset]
        passages = [
            Passage(one.voice, max(one.onset - offset, zero), one.end - offset)
            for one in self.passages
            if one.end > offset
        ]
        return _Given(max(self.start - offset, zero), self.voices, tuple(spans), tuple(passages))

    def cells(self, whole: Score, kept: Score, steps: int) -> np.ndarray:
        """Return which cells are given, bool (T, 4)."""
        given = np.zeros((steps, VOICE_COUNT), bool)
        for voice in whole.voices:
            column = given[:, VOICES.index(voice.name)]
            end = voice.end if voice.name in self.voices else min(self.start, voice.end)
            for first, last in [(Fraction(0), end), *self.spans]:
                if last == end or any(note.onset < last and note.end > first for note in voice.notes):
                    column[int(first / STEP) : int(-(-last // STEP))] = True
        for passage in self.passages:
            column = given[:, VOICES.index(passage.voice)]
            column[int(passage.onset / STEP) : int(-(-passage.end // STEP))] = True
        for voice in kept.voices:
            column = given[:, VOICES.index(voice.name)]
            for note in voice.notes:
                column[int(note.onset / STEP) : int(note.end / STEP)] = True
        return given


def _plan(whole: Score, kept: Score, what: _Given, total: Fraction, close: Close | None) -> Plan:
    """Return the plan of a piece: given cells where it is kept, UNKNOWN elsewhere."""
    steps = int(total / STEP)
    names = tuple(voice.name for voice in kept.voices if voice.notes)
    told = kept if close is None or not close.keys else dataclasses.replace(kept, keys=(*kept.keys, *close.keys))
    grid = encode(told, voices=names, steps=steps)
    given = what.cells(whole, kept, steps)
    filled = np.where(grid.cells == UNKNOWN, REST, grid.cells)
    cells = np.where(given, filled, UNKNOWN)
    full = np.all(given, axis=1)
    first = len(given) if full.all() else int(full.argmin())
    columns = grid.frame.columns.copy()
    if close is None:
        plan_phrases(columns, kept, total)
        return Plan(kept, names, Grid(cells, Frame(columns)), first)
    endings = plan_endings(columns, kept, total, closed=close.end, asked=close.phrases)
    cadences = plan_cadences(cells, columns, endings, final=close.end, seed=close.seed, first=first)
    begins = [int(quarter / STEP) for quarter in close.tonics]
    openings = plan_openings(cells, columns, begins, seed=close.seed)
    cells, planned = with_bass(cells, cadences)
    grid = Grid(cells, Frame(columns))
    return Plan(kept, names, grid, first, cadences=cadences, planned=planned, openings=openings)


def _window(score: Score, first: Fraction, length: Fraction) -> Fraction:
    """Return the first bar line that is at most `length` before `first`."""
    return next((bar.end for bar in score.bars(first) if first - bar.end <= length), Fraction(0))
