"""Terminal score listing: bars side by side, a row for each voice, a column for each moment.

    Old Hundredth
    G major, 4/4, 100 quarters a minute, upbeat of 1 quarter
    * is given; the rest is by chorale, seed 7

            upbeat | bar 1
                 4 | 1    2    2.5  3    4
    soprano    *G4 | *G4  *F#4 -    *E4  D4^
    alto         . | B3   D4   C4   B3   B3

A note stands under the beat it begins on; - holds it, . is silence, ^ a fermata, + joins a chord. Only letters of ASCII
are used, save in titles and names.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from musenb.export.to_text import MAJOR_KEYS, written_pitch
from musenb.score.marks import notice_sentence
from musenb.score.note import Bar, KeySignature, Note, Score, Voice

WIDTH = 100
EXCERPT_LINES = 16
LONGEST_NAME = 16
HELD, SILENT, GIVEN_MARK, FERMATA, CHORD = "-", ".", "*", "^", "+"
SEPARATOR = " | "


@dataclass(frozen=True)
class _Block:
    """A bar, or as much of one as fits: its heading, and its columns of beat and voices."""

    heading: str
    columns: list[list[str]]

    @cached_property
    def widths(self) -> list[int]:
        """Characters of each column."""
        return [max(map(len, column)) for column in self.columns]

    @cached_property
    def width(self) -> int:
        """Characters of the block."""
        return max(len(self.heading), sum(self.widths) + len(self.columns) - 1)

    def line(self, row: int) -> str:
        """Return one row, padded to the width of the block; row 0 is the heading, 1 the beats, then the voices."""
        if row == 0:
            return self.heading.ljust(self.width)
        sized = zip(self.columns, self.widths, strict=True)
        cells = (column[row - 1].ljust(width) for column, width in sized)
        return " ".join(cells).ljust(self.width)


def listing(score: Score, width: int = WIDTH) -> str:
    """Return the score as a readable table.

    Given notes have a star when the score holds generated notes too; a score of one kind of notes has no stars.

    Parameters
    ----------
    score : Score
    width : int
        Longest line in characters; a single moment of many voices may need more.
    """
    lines = [line for text in _heading(score) for line in textwrap.wrap(text, width)]
    names = [voice.name[:LONGEST_NAME] for voice in score.voices]
    rows = ["", "", *names]
    room = width - max(map(len, names), default=0)
    system: list[_Block] = []
    for block in _blocks(score, room - len(SEPARATOR)):
        if system and sum(len(SEPARATOR) + placed.width for placed in [*system, block]) > room:
            lines += _system(rows, system)
            system = []
        system.append(block)
    return "\n".join([*lines, *_system(rows, system)]) + "\n"


def excerpt(score: Score, lines: int = EXCERPT_LINES, width: int = WIDTH) -> str:
    """Return the listing as far as it takes about so many lines, and how many bars there are in all.

    Parameters
    ----------
    score : Score
    lines : int
        The first system of bars is there however long it is; others while they end within these lines.
    width : int
        As in `listing`.
    """
    heading, *systems = listing(score, width).rstrip("\n").split("\n\n")
    kept = [heading, *systems[:1]]
    for system in systems[1:]:
        so_far = "\n\n".join([*kept, system])
        if so_far.count("\n") + 1 > lines:
            break
        kept.append(system)
    left_out = len(systems) + 1 - len(kept)
    bars = sum(1 for bar in score.bars() if bar.number)
    return "\n\n".join([*kept, f"... {bars} bars in all"] if left_out else kept) + "\n"


def key_words(key: KeySignature) -> str:
    """Return the key in words: 'F# minor', or '3 sharps' when its mode is unknown."""
    if key.mode:
        return f"{MAJOR_KEYS[key.fifths + 7 + 3 * (key.mode == 'minor')]} {key.mode}"
    count = abs(key.fifths)
    return f"{count or 'no'} {'flat' if key.fifths < 0 else 'sharp'}{'' if count == 1 else 's'}"


def _heading(score: Score) -> list[str]:
    metre = score.metres[0]
    key = score.key_at(Fraction(0))
    tempo = score.tempos[0]
    said = [*([key_words(key)] if key else []), str(metre), f"{tempo.qpm:g} quarters a minute"]
    if score.anacrusis:
        said.append(f"upbeat of {score.anacrusis} quarter{'s' if score.anacrusis > 1 else ''}")
    name = ", ".join(text for text in (score.title, score.composer) if text)
    notices = f"In the source: {notice_sentence(score.notices)}" if score.notices else ""
    return [text for text in (name, ", ".join(said), _authors(score), notices) if text]


def _authors(score: Score) -> str:
    origins = dict.fromkeys(note.origin for note in score.notes if note.origin.generated)
    runs = dict.fromkeys(
        origin.model if origin.seed is None else f"{origin.model}, seed {origin.seed}" for origin in origins
    )
    if not runs:
        return "" if score.notes else "no notes"
    return f"{'* is given; the rest is' if _starred(score) else 'all'} by {' and '.join(runs)}"


def _starred(score: Score) -> bool:
    return len({note.origin.generated for note in score.notes}) == 2


def _system(rows: list[str], system: list[_Block]) -> list[str]:
    if not system:
        return []
    margin = max(map(len, rows))
    lines = []
    for row, name in enumerate(rows):
        blocks = [block.line(row) for block in system]
        lines.append(SEPARATOR.join([name.ljust(margin), *blocks]))
    return ["", *(line.rstrip() for line in lines)]


def _blocks(score: Score, room: int) -> Iterator[_Block]:
    """Yield the bars, those wider than `room` in pieces."""
    bars = list(score.bars())
    voices = [_by_bar(voice, bars) for voice in score.voices]
    starred = _starred(score)
    before: Bar | None = None
    for number, bar in enumerate(bars):
        notes = [voice[number] for voice in voices]
        heading = f"bar {bar.number}" if bar.number else "upbeat"
        heading += _changed(score, before, bar)
        columns = []
        for time in _moments(bar, notes):
            key = score.key_at(time)
            cells = [_cell(here, time, starred, key) for here in notes]
            columns.append([" " * starred + _beat(bar, time), *cells])
        yield from _pieces(heading, columns, room)
        before = bar


def _pieces(
    heading: str,
    columns: list[list[str]],
    room: int,
) -> Iterator[_Block]:
    start = used = 0
    for number, column in enumerate(columns):
        width = max(map(len, column))
        if number > start and used + width > room:
            yield _Block(heading if start == 0 else f"({heading})", columns[start:number])
            start, used = number, 0
        used += width + 1
    yield _Block(heading if start == 0 else f"({heading})", columns[start:])


def _by_bar(voice: Voice, bars: list[Bar]) -> list[list[Note]]:
    """Return for each bar the notes that sound in it."""
    found: list[list[Note]] = [[] for _ in bars]
    onsets = [bar.onset for bar in bars]
    for note in voice.notes:
        first = bisect_right(onsets, note.onset) - 1
        for number in range(first, bisect_left(onsets, note.end)):
            found[number].append(note)
    return found


def _moments(bar: Bar, voices: list[list[Note]]) -> list[Fraction]:
    times = {time for notes in voices for note in notes for time in (note.onset, note.end)}
    return sorted({bar.onset} | {time for time in times if bar.onset < time < bar.end})


def _cell(
    notes: list[Note],
    time: Fraction,
    starred: bool,
    key: KeySignature | None,
) -> str:
    struck = sorted((note for note in notes if note.onset == time), key=lambda note: -note.pitch)
    if struck:
        given = not any(note.origin.generated for note in struck)
        names = CHORD.join(written_pitch(note, key) + FERMATA * note.fermata for note in struck)
        return (GIVEN_MARK if given else " ") * starred + names
    held = any(note.onset < time < note.end for note in notes)
    return " " * starred + (HELD if held else SILENT)


def _beat(bar: Bar, time: Fraction) -> str:
    """Return the beat, from 1: '2', '2.5' or, to two decimals, '2.33'. An upbeat counts up to the end of a full bar."""
    return f"{float(round((time - bar.first_beat) / bar.metre.beat_length + 1, 2)):g}"


def _keys_until(score: Score, bar: Bar) -> int:
    """Return the number of keys that stand at the beginning of a bar or before it."""
    return bisect_right(score.keys, bar.onset, key=lambda key: key.onset)


def _changed(score: Score, before: Bar | None, bar: Bar) -> str:
    if before is None:
        return ""
    said = [str(bar.metre)] if bar.metre != before.metre else []
    said += [key_words(key) for key in score.keys[_keys_until(score, before) : _keys_until(score, bar)]]
    return f" ({', '.join(said)})" if said else ""
