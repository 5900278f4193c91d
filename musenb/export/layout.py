"""Voice layout in bars: full bars, gaps as rests, chords together, overlaps in lines of their own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from musenb.errors import SaveError
from musenb.export.notation import Stretch, Symbol, write_bar
from musenb.export.tuplets import UnwritableError
from musenb.score.heed import heed
from musenb.score.note import Bar, Note, Score, Voice

SLIVER = Fraction(1, 192)  # quarters: less than any bar
LONGEST_SILENCE = 1_000
OPENING = ("forward", "ending start", "segno", "coda", "part")  # signs at the beginning of a bar


@dataclass(frozen=True, slots=True)
class _Chord:
    """Notes of a voice that begin and end together; (index in the voice, note)."""

    onset: Fraction
    end: Fraction
    notes: tuple[tuple[int, Note], ...]


def score_bars(score: Score) -> list[Bar]:
    """Return the bars of a score up to a full last one; an empty score has one bar.

    Silent bars that bear a repeat sign or a chord symbol are there too, up to 1,000 quarters after the last note.
    """
    until = max(score.end, score.anacrusis + SLIVER)
    signs = [mark.onset + (SLIVER if mark.kind in OPENING else 0) for mark in score.repeats]
    symbols = [chord.onset + SLIVER for chord in score.chords]
    near = [place for place in (*signs, *symbols) if place <= until + LONGEST_SILENCE]
    return list(score.bars(max([until, *near])))


def lead_in(bar: Bar) -> Fraction:
    """Return the quarters that an anacrusis, or the second half of a bar in two measures, lacks at its beginning."""
    return bar.before


def lay_out(
    voice: Voice, bars: list[Bar], *, without: frozenset[int] = frozenset()
) -> list[list[list[Symbol]]]:
    """Return the symbols of a voice: one list for a bar, in it one list for a line that sounds at the same time.

    The first line fills every bar; the others stand only in the bars where they have notes. Notes whose numbers are in
    `without` stand elsewhere.

    Raises
    ------
    SaveError
        A note begins or ends where nothing can be written.
    """
    rows: list[list[list[Symbol]]] = [[] for _ in bars]
    for number, line in enumerate(_lines(voice, bars, without)):
        for place, bar in enumerate(bars):
            heed()
            inside = _inside(line, bar)
            if not inside and number > 0:
                continue
            try:
                rows[place].append(write_bar(_stretches(inside, bar), bar.metre))
            except UnwritableError:
                raise _unwritable(voice, inside, bar) from None
    return rows


def _lines(voice: Voice, bars: list[Bar], without: frozenset[int]) -> list[list[_Chord]]:
    """Return what of the voice sounds in these bars as lines in which nothing overlaps; at least one."""
    chords: dict[tuple[Fraction, Fraction], list[tuple[int, Note]]] = {}
    for index, note in enumerate(voice.notes):
        if note.onset >= bars[-1].end:
            break
        if note.end <= bars[0].onset or index in without:
            continue
        chords.setdefault((note.onset, note.end), []).append((index, note))

    def by_onset(item: tuple[tuple[Fraction, Fraction], list[tuple[int, Note]]]) -> tuple[Fraction, int]:
        (onset, _), members = item
        return onset, -members[-1][1].pitch

    ordered = sorted(chords.items(), key=by_onset)
    lines: list[list[_Chord]] = [[]]
    for (onset, end), notes in ordered:
        free = next((line for line in lines if not line or line[-1].end <= onset), None)
        if free is None:
            lines.append(free := [])
        free.append(_Chord(onset, end, tuple(notes)))
    return lines


def _inside(line: list[_Chord], bar: Bar) -> list[_Chord]:
    """Return the chords of a line that sound in a bar."""
    low, high = 0, len(line)
    while low < high:
        middle = (low + high) // 2
        if line[middle].end <= bar.onset:
            low = middle + 1
        else:
            high = middle
    inside = []
    while low < len(line) and line[low].onset < bar.end:
        inside.append(line[low])
        low += 1
    return inside


def _stretches(chords: list[_Chord], bar: Bar) -> list[Stretch]:
    """Return the bar as notes and rests without gaps, in quarters of the virtual full bar."""
    shift = lead_in(bar) - bar.onset
    position, stretches = bar.onset, []
    for chord in chords:
        start, end = max(chord.onset, bar.onset), min(chord.end, bar.end)
        if start > position:
            stretches.append(Stretch(position + shift, start + shift))
        stretches.append(Stretch(start + shift, end + shift, chord.notes))
        position = end
    if position < bar.end:
        stretches.append(Stretch(position + shift, bar.end + shift))
    return stretches


def _unwritable(voice: Voice, chords: list[_Chord], bar: Bar) -> SaveError:
    """Return the error that names the first note of a bar that cannot be written, or the bar where it has none."""
    notes = [note for chord in chords for _, note in chord.notes]
    odd = [n for n in notes if 192 % n.onset.denominator or 192 % n.end.denominator]  # halves and triplets
    note = next(iter(odd or notes), None)
    place = f"(voice {voice.name!r}, bar {bar.number})"
    what = f"a rest of {bar.end - bar.onset} quarters {place}"
    if note is not None:
        what = f"pitch {note.pitch} at quarter {note.onset} for {note.duration} quarters {place}"
    return SaveError(
        f"{what} has no place in notation, which shows halves of the beat and tuplets of them; "
        "quantise the score first"
    )
