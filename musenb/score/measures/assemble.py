"""Score assembly from written parts: measures aligned, voices joined, signatures and marks of all parts gathered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from musenb.errors import LoadError
from musenb.score.marks import ChordSymbol, Repeat
from musenb.score.measures.align import Row, align
from musenb.score.measures.barring import Measure, fit_bars
from musenb.score.measures.voicing import Placed, named_voices, part_voices
from musenb.score.measures.written import Ledger, WrittenMeasure, WrittenPart
from musenb.score.note import KeySignature, Note, Score, Tempo, TimeSignature, Voice
from musenb.score.provenance import parts_from_fields, voices_from_fields

Located = tuple[Fraction, Fraction, WrittenMeasure]
"""A measure with the quarters at which it begins and at which the next one does."""

AT_THE_END = ("fine", "to coda", "da capo", "dal segno")  # obeyed when their measure has been played


@dataclass(frozen=True, slots=True)
class Heading:
    """Title, composer, and the provenance fields of a source."""

    title: str = ""
    composer: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def assemble(
    parts: Sequence[WrittenPart],
    heading: Heading,
    *,
    source: str,
    ledger: Ledger,
    metres: Sequence[TimeSignature] = (),
) -> Score:
    """Return the Score that written parts make; `metres` are those of music without measures.

    Raises
    ------
    LoadError
        The only notes are percussion.
    ScoreError
        A pitch is outside 0..127.
    """
    percussion = any(part.unpitched for part in parts)
    pitched = any(measure.notes for part in parts for measure in part.measures)
    if percussion and not pitched:
        raise LoadError("content", f"{source}: only percussion, no pitched notes", "choose a file with a melody")
    rows = align(parts)
    located = _located(parts, rows)
    lines = [part_voices(part, _placed(measures)) for part, measures in zip(parts, located, strict=True)]
    own = _own_voices(lines, heading)
    end = max((note.end for voices in lines for notes in voices for note in notes), default=None)
    kept = [row for row in rows if end is None or row.onset < end]
    bars = [Measure(row.onset, row.length, _upbeat(row)) for row in kept]
    anacrusis, fitted, measures = fit_bars(bars, _metres(rows) if rows else metres)
    _note_what_is_odd(parts, located, ledger)
    return Score(
        voices=own or tuple(named_voices(parts, lines)),
        metres=fitted,
        keys=_keys(parts, located),
        tempos=_tempos(located),
        anacrusis=anacrusis,
        title=heading.title,
        composer=heading.composer,
        source=source,
        measures=measures,
        repeats=(*_repeats(located), *(parts_from_fields(heading.fields) if own else ())),
        chords=_chords(located),
        notices=ledger.notices(),
        first_bar=_first_number(kept, anacrusis),
    )


def _first_number(rows: Sequence[Row], anacrusis: Fraction) -> int:
    """Return the printed number of the first full bar; 1 where it has none, or the upbeat is counted."""
    counted = rows[1:] if anacrusis else rows
    if not counted or (anacrusis and not _upbeat(rows[0])):
        return 1
    number = counted[0].cells[0][1].number
    return max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1


def _own_voices(lines: Sequence[Sequence[Sequence[Note]]], heading: Heading) -> tuple[Voice, ...] | None:
    """Return the voices with the names and origins that musenb wrote beside them; None where it did not."""
    whole = [[note for notes in voices for note in notes] for voices in lines]
    return voices_from_fields(whole, heading.fields)


def _upbeat(row: Row) -> bool:
    """Return whether a row of measures is numbered 0 and not counted."""
    return any(measure.number == "0" and measure.implicit for _, measure in row.cells)


def _located(
    parts: Sequence[WrittenPart],
    rows: Sequence[Row],
) -> list[list[Located]]:
    """Return the measures of each part at their places."""
    located: list[list[Located]] = [[] for _ in parts]
    for row in rows:
        for number, measure in row.cells:
            located[number].append((row.onset, row.end, measure))
    for number, part in enumerate(parts):
        if part.onset is not None:
            located[number] = [(part.onset, part.onset + measure.reach, measure) for measure in part.measures]
    return located


def _placed(measures: Sequence[Located]) -> list[Placed]:
    """Return the noteheads of a part at their places."""
    placed = []
    for place, (onset, end, measure) in enumerate(measures):
        for note in measure.notes:
            follows = end
            if note.tied_to:
                stop = note.start + note.duration
                goes_on = stop == measure.reach or onset + stop > end
                follows = end if goes_on else onset + stop
            placed.append(Placed(note, onset + note.start, follows, place))
    return placed


def _metres(rows: Sequence[Row]) -> list[TimeSignature]:
    """Return the metres at their places, without those that change nothing."""
    metres: list[TimeSignature] = []
    for row in rows:
        if row.metre is None:
            continue
        here = replace(row.metre, onset=row.onset)
        last = metres[-1] if metres else None
        if last is None or not here.same_metre(last):
            metres.append(here)
    return metres


def _keys(
    parts: Sequence[WrittenPart],
    located: Sequence[Sequence[Located]],
) -> tuple[KeySignature, ...]:
    """Return the keys of the first part that has any, one written as it sounds before one that transposes."""
    ranks = [(part.transposing, part.unpitched) for part in parts]
    order = sorted(range(len(parts)), key=ranks.__getitem__)
    for number in order:
        found = {
            onset + start: (fifths, mode)
            for onset, _, measure in located[number]
            for start, fifths, mode in measure.keys
        }
        keys: list[KeySignature] = []
        for onset, (fifths, mode) in sorted(found.items()):
            if not keys or (fifths, mode) != (keys[-1].fifths, keys[-1].mode):
                keys.append(KeySignature(onset, fifths, mode))
        if keys:
            return tuple(keys)
    return ()


def _tempos(located: Sequence[Sequence[Located]]) -> tuple[Tempo, ...]:
    """Return the tempos of all parts, the default before the first; of two at a time that of the upper part counts."""
    found: dict[Fraction, float] = {}
    for measures in located:
        here = {onset + start: tempo for onset, _, measure in measures for start, tempo in measure.tempos}
        found = {**here, **found}
    if not found:
        return ()
    tempos = [Tempo()] if min(found) > 0 else []
    for onset, tempo in sorted(found.items()):
        if not tempos or tempo != tempos[-1].qpm:
            tempos.append(Tempo(onset, tempo))
    return tuple(tempos)


def _repeats(located: Sequence[Sequence[Located]]) -> tuple[Repeat, ...]:
    """Return the repeats, endings and jumps that any part has."""
    found: dict[tuple[Fraction, str], Repeat] = {}
    for measures in located:
        for onset, end, measure in measures:
            for sign in measure.repeats:
                within = None if sign.kind in AT_THE_END else sign.start
                place = end if within is None else onset + within
                repeat = Repeat(place, sign.kind, sign.numbers, sign.times)
                found.setdefault((place, sign.kind), repeat)
    return tuple(found.values())


def _chords(located: Sequence[Sequence[Located]]) -> tuple[ChordSymbol, ...]:
    """Return the chord symbols, figures and numerals of all parts, each once."""
    found: dict[tuple[Fraction, str, str], ChordSymbol] = {}
    for measures in located:
        for onset, _, measure in measures:
            for start, text, kind in measure.chords:
                symbol = ChordSymbol(onset + start, text, kind)
                found.setdefault((symbol.onset, text, kind), symbol)
    return tuple(found.values())


def _note_what_is_odd(
    parts: Sequence[WrittenPart], located: Sequence[Sequence[Located]], ledger: Ledger
) -> None:
    """Count measures that do not fit the others, and say so when nothing sounds at all."""
    for part, measures in zip(parts, located, strict=True):
        for place, (onset, end, measure) in enumerate(measures):
            where = f"bar {measure.number} of '{part.name}'"
            if part.onset is None and measure.reach > end - onset:
                ledger.add("bars", "longer than in the other parts, sounding on into the next", place=where)
            elif part.onset is None and 0 < measure.reach < end - onset and place + 1 < len(measures):
                ledger.add("bars", "shorter than in the other parts, filled up with rests", place=where)
    if not any(measure.notes for part in parts for measure in part.measures):
        count = max((len(part.measures) for part in parts), default=0)
        ledger.add("bars", "read, and not a note in them", count=max(count, 1))
