"""Repeat expansion: a score with repeat signs, endings and jumps as it is played, from beginning to end.

The rule
--------
1. A section between repeat signs is played as often as its closing sign says, or as its endings are numbered; on each
   pass only the endings of that number.
2. The parts of a tune are played in their own order, each with its repeats, after what stands before the first of them.
3. 'da capo' and 'dal segno' are obeyed once, after all passes; behind them sections are played once with their last
   ending, 'fine' ends the piece and 'to coda' goes to the coda.
4. A note that is tied over the end of a section stops there, unless what follows it on the page is played next.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from musenb.errors import ScoreError
from musenb.score.marks import Repeat
from musenb.score.measures.barring import Measure, fit_bars
from musenb.score.note import Note, Score, Voice

MOST_NOTES = 200_000
MOST_SECTIONS = 4_096

Section = tuple[Fraction, Fraction]
"""From quarter to quarter of the score as written."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending: from quarter to quarter, for which passes, and the highest pass of its group."""

    start: Fraction
    stop: Fraction
    numbers: tuple[int, ...]
    last: int


def unfolded(score: Score) -> Score:
    """Return the score as it is played, without marks of repeats; a score without any is returned as it is.

    Raises
    ------
    ScoreError
        It would be longer than 200,000 notes.
    """
    if not score.repeats:
        return score
    sections = play_order(score)
    shifts, length = [], Fraction(0)
    for start, stop in sections:
        shifts.append(length - start)
        length += stop - start
    if sum(_count(voice, sections) for voice in score.voices) > MOST_NOTES:
        raise ScoreError(f"with its repeats written out the score has more than {MOST_NOTES} notes")
    voices = []
    for voice in score.voices:
        notes = _played(voice, sections, shifts)
        voices.append(Voice(voice.name, tuple(notes)))
    bars, metres = _bars(score, sections, shifts)
    anacrusis, fitted, measures = fit_bars(bars, metres)
    return dataclasses.replace(
        score,
        voices=tuple(voices),
        metres=fitted,
        keys=_states(score.keys, sections, shifts),
        tempos=_states(score.tempos, sections, shifts),
        anacrusis=anacrusis,
        measures=measures,
        repeats=(),
        chords=_chords(score, sections, shifts),
    )


def play_order(score: Score) -> list[Section]:
    """Return the sections of a score in the order in which they are played; neighbours on the page are one.

    Raises
    ------
    ScoreError
        There would be more than 4,096 of them.
    """
    last = max([bar.end for bar in score.bars()], default=Fraction(0))
    marks = [mark for mark in score.repeats if mark.onset <= last]
    sections: list[Section] = []
    for start, stop in _parts(marks, last):
        inside = _marks_inside(marks, start, stop) if (start, stop) != (0, last) else marks
        for section in _section_order(inside, start, stop):
            if sections and sections[-1][1] == section[0]:
                section = sections.pop()[0], section[1]
            sections.append(section)
        if len(sections) > MOST_SECTIONS:
            raise ScoreError(f"the repeats lead through more than {MOST_SECTIONS} sections")
    return sections


def _parts(marks: Sequence[Repeat], last: Fraction) -> list[Section]:
    """Return the parts in the order of play; the whole score without any."""
    parts = [mark for mark in marks if mark.kind == "part" and mark.onset < last]
    if not any(part.numbers for part in parts):
        return [(Fraction(0), last)]
    played: list[tuple[int, Section]] = []
    for part, following in zip(parts, [*(part.onset for part in parts[1:]), last], strict=True):
        played += [(number, (part.onset, following)) for number in part.numbers]
    first = parts[0].onset
    before = [(Fraction(0), first)] if first else []
    return [*before, *(section for _, section in sorted(played))]


def _marks_inside(marks: Sequence[Repeat], start: Fraction, stop: Fraction) -> list[Repeat]:
    """Return the marks of a part: of those at its edges the ones that open it or close it."""
    inside = []
    for mark in marks:
        opening = mark.kind in ("forward", "ending start", "segno", "coda")
        if start < mark.onset < stop or mark.onset == (start if opening else stop):
            inside.append(mark)
    return inside


def _section_order(marks: Sequence[Repeat], first: Fraction, last: Fraction) -> list[Section]:
    """Return what is played from `first` to `last` by the repeat signs, endings and jumps between."""
    points = sorted({first, last, *(mark.onset for mark in marks)})
    player = _Player(marks, first, last)
    sections: list[Section] = []
    place = 0
    while place + 1 < len(points):
        start, stop = points[place], points[place + 1]
        beyond = player.skipped_to(start)
        if beyond is not None:
            place = points.index(beyond)
            continue
        if sections and sections[-1][1] == start:
            sections[-1] = (sections[-1][0], stop)
        else:
            sections.append((start, stop))
        if len(sections) > MOST_SECTIONS:
            raise ScoreError(f"the repeats lead through more than {MOST_SECTIONS} sections")
        following = player.after(stop)
        if following is None:
            break
        place = points.index(following)
    return sections


class _Player:
    """Where the music goes on: which pass it is, and whether a jump has been obeyed."""

    def __init__(self, marks: Sequence[Repeat], first: Fraction, last: Fraction) -> None:
        self.first = first
        self.at: dict[Fraction, list[Repeat]] = {}
        for mark in marks:
            self.at.setdefault(mark.onset, []).append(mark)
        self.endings = endings(marks, last)
        self.codas = [mark.onset for mark in marks if mark.kind == "coda"]
        self.segnos = [mark.onset for mark in marks if mark.kind == "segno"]
        # A coda sign in words' place: the first of two signs says where to leave.
        leaves_by_sign = len(self.codas) > 1 and not any(mark.kind == "to coda" for mark in marks)
        self.leaving = {mark.onset for mark in marks if mark.kind == "to coda"}
        if leaves_by_sign:
            self.leaving = {self.codas[0]}
        self.back_to = first
        self.number = 1
        self.finished: set[Fraction] = set()
        self.jumped = False

    def skipped_to(self, start: Fraction) -> Fraction | None:
        """Return where an ending stops that is not for this pass, None to play on; a forward sign is noted."""
        for mark in self.at.get(start, ()):
            if mark.kind == "forward" and self.back_to != start:
                self.back_to, self.number = start, 1
        for ending in self.endings:
            if ending.start == start and ending.numbers:
                wanted = ending.last if self.jumped else self.number
                if wanted not in ending.numbers:
                    return ending.stop
        return None

    def after(self, stop: Fraction) -> Fraction | None:
        """Return where the music goes on when it has come to `stop`, None at the end."""
        marks = self.at.get(stop, ())
        for mark in marks:
            if mark.kind == "backward" and stop not in self.finished and not self.jumped:
                if self.number < self._passes(mark):
                    self.number += 1
                    return self.back_to
                self.finished.add(stop)
                self.back_to, self.number = stop, 1
        kinds = {mark.kind for mark in marks}
        if self.jumped:
            coda = max(self.codas, default=None)
            if stop in self.leaving and coda is not None and coda > stop:
                return coda
            return None if "fine" in kinds else stop
        if "da capo" in kinds or ("dal segno" in kinds and self.segnos):
            self.jumped = True
            before = [onset for onset in self.segnos if onset < stop]
            return self.first if "da capo" in kinds else (before or self.segnos)[-1]
        return stop

    def _passes(self, mark: Repeat) -> int:
        """Return how often the section before a backward sign is played."""
        ending = next((found for found in self.endings if found.start < mark.onset <= found.stop), None)
        return max(mark.times, ending.last) if ending is not None else mark.times


def endings(marks: Sequence[Repeat], last: Fraction) -> list[Ending]:
    """Return the endings; those that follow each other directly are a group."""
    spans: list[tuple[Fraction, Fraction, tuple[int, ...]]] = []
    starts = sorted((mark for mark in marks if mark.kind == "ending start"), key=lambda mark: mark.onset)
    stops = sorted(mark.onset for mark in marks if mark.kind == "ending stop")
    for place, mark in enumerate(starts):
        limit = starts[place + 1].onset if place + 1 < len(starts) else last
        stop = next((onset for onset in stops if mark.onset < onset <= limit), limit)
        spans.append((mark.onset, stop, mark.numbers))
    found: list[Ending] = []
    group: list[tuple[Fraction, Fraction, tuple[int, ...]]] = []
    for place, span in enumerate(spans):
        group.append(span)
        if place + 1 == len(spans) or spans[place + 1][0] != span[1]:
            highest = max((number for _, _, numbers in group for number in numbers), default=1)
            found += [Ending(start, stop, numbers, highest) for start, stop, numbers in group]
            group = []
    return found


def _count(voice: Voice, sections: Sequence[Section]) -> int:
    """Return how many notes begin in the sections, as often as these are played."""
    onsets = [note.onset for note in voice.notes]
    return sum(bisect_left(onsets, stop) - bisect_left(onsets, start) for start, stop in sections)


def _played(
    voice: Voice,
    sections: Sequence[Section],
    shifts: Sequence[Fraction],
) -> list[Note]:
    """Return the notes of a voice in the order of the sections."""
    onsets = [note.onset for note in voice.notes]
    longest = max((note.duration for note in voice.notes), default=Fraction(0))
    played = []
    for (start, stop), shift in zip(sections, shifts, strict=True):
        place = bisect_left(onsets, start - longest)
        while place < len(onsets) and onsets[place] < stop:
            note = voice.notes[place]
            place += 1
            begin, end = max(note.onset, start), min(note.end, stop)
            if begin < end:
                played.append(dataclasses.replace(note, onset=begin + shift, duration=end - begin))
    return played


def _bars(
    score: Score,
    sections: Sequence[Section],
    shifts: Sequence[Fraction],
) -> tuple[list[Measure], list]:
    """Return the measures as they are played and the metre that begins with each."""
    bars = list(score.bars())
    ends = [bar.end for bar in bars]
    measures, metres = [], []
    for (start, stop), shift in zip(sections, shifts, strict=True):
        for bar in bars[bisect_right(ends, start) : bisect_left(ends, stop) + 1]:
            begin, end = max(bar.onset, start), min(bar.end, stop)
            if begin < end:
                measures.append(Measure(begin + shift, end - begin))
                metres.append(dataclasses.replace(bar.metre, onset=begin + shift))
    changes = metres[:1]
    for before, metre in pairwise(metres):
        if not metre.same_metre(before):
            changes.append(metre)
    return measures, changes


def _states(changes: tuple, sections: Sequence[Section], shifts: Sequence[Fraction]) -> tuple:
    """Return keys or tempos as they hold when the sections are played."""
    found: dict[Fraction, Any] = {}
    for (start, stop), shift in zip(sections, shifts, strict=True):
        before = [change for change in changes if change.onset <= start][-1:]
        inside = [change for change in changes if start < change.onset < stop]
        for change in [*before, *inside]:
            onset = max(change.onset, start) + shift
            found[onset] = dataclasses.replace(change, onset=onset)
    kept: list = []
    for change in found.values():
        if not kept or dataclasses.replace(change, onset=kept[-1].onset) != kept[-1]:
            kept.append(change)
    return tuple(kept)


def _chords(score: Score, sections: Sequence[Section], shifts: Sequence[Fraction]) -> tuple:
    """Return the chord symbols of the sections in their order."""
    return tuple(
        dataclasses.replace(chord, onset=chord.onset + shift)
        for (start, stop), shift in zip(sections, shifts, strict=True)
        for chord in score.chords
        if start <= chord.onset < stop
    )
