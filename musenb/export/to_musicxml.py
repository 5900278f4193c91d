"""MusicXML 4.0 writer: the same score always gives the same bytes.

Bars are full, gaps are rests, notes are tied over bar lines and where the beat must stay readable. Every written note
has an id: 'v1n7' is note 7 of voice 1, both counted from 0 in the order of the score; its tied continuations are
'v1n7-2', 'v1n7-3'. Which notes a model generated stands in <miscellaneous>, not in the print.

References
----------
MusicXML 4.0, W3C Music Notation Community Group (2021): https://www.w3.org/2021/06/musicxml40/
"""

from __future__ import annotations

import dataclasses
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from musenb.export.barlines import BarLines, direction, measure_number, written_measures
from musenb.export.chord_symbols import placed_chord, with_printed_numerals
from musenb.export.fermatas import printed_fermatas
from musenb.export.hands import lower_hand
from musenb.export.layout import lay_out, lead_in, score_bars
from musenb.export.music21_ids import copy_ids
from musenb.export.musicxml_elements import key_alter, key_element, number_text, pitch_element
from musenb.export.musicxml_head import head
from musenb.export.notation import Symbol
from musenb.export.staves import Staff, parts_of, staff_per_voice
from musenb.score.heed import heed
from musenb.score.note import Bar, Score, Tempo, Voice
from musenb.score.provenance import provenance_fields
from musenb.score.quarters import begun_within
from musenb.score.spelling import spell_score, split_spelling

ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
MOST_DIVISIONS, ROUNDED_DIVISIONS = 1_000_000, 10_080
DEFAULT_VELOCITY = 80


@dataclass(frozen=True, slots=True)
class Passage:
    """Some bars of a score, to be engraved by themselves.

    Parameters
    ----------
    bars : sequence of Bar
        At least one; neighbours, as `score_bars` returns them.
    before : Bar or None
        The bar before them.
    last : bool
        They are the last ones.
    lines : frozenset of Fraction
        Onsets of the bars that begin a line of the page.
    """

    bars: Sequence[Bar]
    before: Bar | None = None
    last: bool = True
    lines: frozenset[Fraction] = frozenset()


def musicxml_bytes(score: Score) -> bytes:
    """Return a score as an uncompressed MusicXML document, a part for every voice.

    Notes without a name are spelled by `spell_score`. Voices on one staff share a fermata.

    Raises
    ------
    SaveError
        A note begins or ends off every division that notation has, or lies below C0.
    """
    spelled = spell_score(score)
    fields = provenance_fields(spelled)
    return _document(spelled, staff_per_voice(spelled), Passage(score_bars(spelled)), fields)


def passage_bytes(score: Score, passage: Passage, staves: Sequence[Staff]) -> bytes:
    """Return some bars of a score as a MusicXML document that can be engraved by itself.

    A tie from the bar before has no beginning, one into the bar behind rings on; the ids of continuations are counted
    from the first bar of the passage.

    Parameters
    ----------
    score : Score
        Every note has its spelling.
    passage : Passage
    staves : sequence of Staff
        At least one.

    Raises
    ------
    SaveError
        As `musicxml_bytes`.
    """
    return with_printed_numerals(_document(score, staves, passage, {}))


def _document(score: Score, staves: Sequence[Staff], passage: Passage, fields: dict[str, str]) -> bytes:
    passage = dataclasses.replace(passage, bars=written_measures(score, passage.bars))
    grouped = parts_of(staves)
    parts = [_lines_of(score, part, list(passage.bars)) for part in grouped]
    divisions = _divisions(parts, _mark_times(score, passage.bars))
    lines = [*head(score, staves, fields, whole=passage.before is None)]
    bar_lines = BarLines(score)
    for index, (part, rows) in enumerate(zip(grouped, parts, strict=True)):
        lines.append(f'  <part id="P{index + 1}">')
        ends = index == 0, index == len(grouped) - 1
        writer = _PartWriter(score, part, divisions, passage=passage, ends=ends, bar_lines=bar_lines)
        before = passage.before
        for bar, row in zip(passage.bars, rows, strict=True):
            heed()
            lines += writer.measure(bar, row, before)
            before = bar
        lines.append("  </part>")
    lines.append("</score-partwise>")
    return ("\n".join(lines) + "\n").encode()


def _lines_of(score: Score, part: Sequence[Staff], bars: list[Bar]) -> list[list[_Line]]:
    """Return what stands on a part's staves: a list for each bar, in it the lines that sound at the same time."""
    rows: list[list[_Line]] = [[] for _ in bars]
    for number, staff in enumerate(part):
        used = max(map(len, rows)) if number else 0
        for index in staff.voices or (-1,):
            voice = score.voices[index] if index >= 0 else Voice("")
            for row, lines in zip(rows, lay_out(voice, bars, without=_other_hand(voice, staff)), strict=True):
                first = max(len(row), used)
                row += [_Line(index, place > 0, symbols, number, first + place) for place, symbols in enumerate(lines)]
    return rows


def _other_hand(voice: Voice, staff: Staff) -> frozenset[int]:
    """Return the notes of a voice that stand on the other staff of its part."""
    if not staff.hand:
        return frozenset()
    lower = lower_hand(voice.notes)
    return lower if staff.hand == "upper" else frozenset(range(len(voice.notes))) - lower


@dataclass(frozen=True, slots=True)
class _Line:
    """Symbols of one voice that fill a bar of a staff; `extra` where they overlap with the voice's first line there.

    `number` is that of the line in its part.
    """

    voice: int
    extra: bool
    symbols: list[Symbol]
    staff: int
    number: int


def music21_of(score: Score) -> Any:
    """Return a score as a `music21.stream.Score` with measures, read from `musicxml_bytes`; without numerals.

    The `id` of each music21 note is the id in the MusicXML: 'v1n7' for note 7 of voice 1, 'v1n7-2' for its first tied
    continuation.

    Raises
    ------
    SaveError
        As `musicxml_bytes`.
    """
    import xml.etree.ElementTree as ET

    from music21.musicxml.xmlToM21 import MusicXMLImporter

    # A numeral has no root, without which music21's chord symbols cannot even be printed.
    chords = tuple(mark for mark in score.chords if mark.kind != "numeral")
    root = ET.fromstring(musicxml_bytes(dataclasses.replace(score, chords=chords)))
    importer = MusicXMLImporter()
    importer.xmlRoot = root
    importer.xmlRootToScore(root, importer.stream)
    copy_ids(root, importer.stream)
    return importer.stream


def _mark_times(score: Score, bars: Sequence[Bar]) -> set[Fraction]:
    """Return where marks stand that are written by their distance from the bar line."""
    onsets = [mark.onset for marks in (score.keys, score.tempos, score.chords, score.repeats) for mark in marks]
    edges = [bar.onset for bar in bars]
    return {onset - edges[max(bisect_right(edges, onset) - 1, 0)] for onset in onsets}


def _divisions(parts: list[list[list[_Line]]], times: set[Fraction]) -> int:
    """Return how many MusicXML divisions make a quarter, so that every symbol has a whole number of them.

    Where that would be more than programs read, durations are rounded; type and tuplet say them exactly.
    """
    symbols = (s for rows in parts for row in rows for line in row for s in line.symbols)
    lengths = {d for s in symbols for d in (s.start.denominator, s.duration.denominator)}
    found = math.lcm(1, *lengths, *{time.denominator for time in times})
    return found if found <= MOST_DIVISIONS else ROUNDED_DIVISIONS


@dataclass
class _PartWriter:
    """Writes the measures of one part, in order; `ends`: whether it is the first, and the last."""

    score: Score
    staves: Sequence[Staff]
    divisions: int
    passage: Passage
    ends: tuple[bool, bool]
    bar_lines: BarLines
    written: dict[tuple[int, int], int] = field(default_factory=dict)

    def measure(self, bar: Bar, row: list[_Line], previous: Bar | None) -> Iterator[str]:
        """Yield one measure."""
        first, last = bar is self.passage.bars[0], bar is self.passage.bars[-1]
        yield f"    <measure {measure_number(bar, self.score)}>"
        if bar.onset in self.passage.lines:
            yield '      <print new-system="yes"/>'
        yield from self.bar_lines.left(bar)
        yield from self._attributes(bar, previous, first=first)
        top, bottom = self.ends
        if top:
            yield from self._tempos(bar)
        yield from self._chords(bar, above=top, below=bottom)
        if top:
            for way, sign, sound in self.bar_lines.targets(bar):
                offset = f'<offset sound="yes">{self._units(way)}</offset>' if way else ""
                yield "      " + direction(sign, sound, offset)
        accidentals = self._accidentals(bar, row)
        fermatas = printed_fermatas([(line.voice, line.symbols) for line in row], bar.onset - lead_in(bar))
        for number, line in enumerate(row):
            if number:
                yield f"      <backup><duration>{self._units(bar.end - bar.onset)}</duration></backup>"
            for position, symbol in enumerate(line.symbols):
                place = (number, position)
                if symbol.notes:
                    signs = accidentals.get(place, {})
                    yield from self._chord(bar, symbol, line, signs, fermata=place in fermatas)
                else:
                    above = [other for other in row[:number] if other.staff == line.staff]
                    yield self._rest(symbol, line, hidden=line.extra or _rests_above(above, symbol))
        yield from self._keys_inside(bar)
        if top:
            yield from self.bar_lines.jumps(bar)
        yield from self.bar_lines.right(bar, final=last and self.passage.last)
        yield "    </measure>"

    def _attributes(self, bar: Bar, previous: Bar | None, *, first: bool) -> Iterator[str]:
        """Yield what changes at the beginning of a bar: divisions, key, metre and clef.

        In the first bar of a later passage everything is told again, the metre without being printed.
        """
        key = self.score.key_at(bar.onset)
        if key is not None and key.onset != bar.onset:
            key = None
        if first and key is None:
            key = self.score.key_at(bar.onset)
        changed = previous is None or not bar.metre.same_metre(previous.metre)
        shown = "" if changed else ' print-object="no"'
        beats, _, unit = str(bar.metre).partition("/")
        signature = f"<beats>{beats}</beats><beat-type>{unit}</beat-type>"
        content = [f"<divisions>{self.divisions}</divisions>"] if first else []
        content += [key_element(key)] if key else []
        content += [f"<time{shown}>{signature}</time>"] if first or changed else []
        several = len(self.staves) > 1
        if first and several:
            content.append(f"<staves>{len(self.staves)}</staves>")
        for number, staff in enumerate(self.staves if first else (), 1):
            which = f' number="{number}"' if several else ""
            content.append(f"<clef{which}>{staff.clef}</clef>")
        if content:
            yield f"      <attributes>{''.join(content)}</attributes>"

    def _keys_inside(self, bar: Bar) -> Iterator[str]:
        """Yield the changes of key between two bar lines, each at its place."""
        for key in begun_within(self.score.keys, bar.onset, bar.end):
            if key.onset > bar.onset:
                way = f"<duration>{self._units(bar.end - key.onset)}</duration>"
                yield f"      <backup>{way}</backup>"
                yield f"      <attributes>{key_element(key)}</attributes>"
                yield f"      <forward>{way}</forward>"

    def _tempos(self, bar: Bar) -> Iterator[str]:
        """Yield the tempos of a bar; the tempo of a score that states none sounds but is not printed."""
        if self.score.tempos == (Tempo(),):
            if bar.onset == 0:
                yield f'      <sound tempo="{number_text(Tempo().qpm)}"/>'
            return
        for tempo in begun_within(self.score.tempos, bar.onset, bar.end):
            way = self._units(tempo.onset - bar.onset)
            offset = f'<offset sound="yes">{way}</offset>' if way else ""
            yield (
                '      <direction placement="above"><direction-type><metronome><beat-unit>quarter</beat-unit>'
                f"<per-minute>{number_text(tempo.qpm)}</per-minute></metronome></direction-type>{offset}"
                f'<sound tempo="{number_text(tempo.qpm)}"/></direction>'
            )

    def _chords(self, bar: Bar, *, above: bool, below: bool) -> Iterator[str]:
        """Yield the chord symbols of a bar, those above the music and those below it, such as numerals."""
        for chord in self.score.chords:
            wanted = above if chord.kind == "chord" else below
            if wanted and bar.onset <= chord.onset < bar.end:
                staff = 0 if chord.kind == "chord" or len(self.staves) == 1 else len(self.staves)
                yield from placed_chord(chord, self._units(chord.onset - bar.onset), staff)

    def _accidentals(self, bar: Bar, row: list[_Line]) -> dict[tuple[int, int], dict[int, str]]:
        """Return the printed accidentals: for (line, symbol), from the index of a note to the accidental's name.

        One is printed where the note differs from the key and from what the bar has said on its line; a note tied over
        the bar line needs none and says nothing.
        """
        shift = bar.onset - lead_in(bar)
        ordered = sorted(
            (symbol.start, number, place)
            for number, line in enumerate(row)
            for place, symbol in enumerate(line.symbols)
        )
        said: dict[tuple[int, str, int], int] = {}
        key = self.score.key_at(bar.onset)
        printed: dict[tuple[int, int], dict[int, str]] = {}
        for start, number, place in ordered:
            if self.score.key_at(start + shift) != key:
                key, said = self.score.key_at(start + shift), {}
            for index, note in row[number].symbols[place].notes:
                if note.onset < start + shift:
                    continue
                step, alter, octave = split_spelling(note.spelling)
                line = row[number].staff, step, octave
                if said.get(line, key_alter(step, key.fifths if key else 0)) != alter:
                    printed.setdefault((number, place), {})[index] = ACCIDENTALS[alter]
                said[line] = alter
        return printed

    def _rest(self, symbol: Symbol, line: _Line, *, hidden: bool) -> str:
        """Return a rest in a line of the part."""
        shown = ' print-object="no"' if hidden else ""
        whole = ' measure="yes"' if not symbol.name else ""
        return f"      <note{shown}><rest{whole}/>{self._rest_of_note(symbol, line, '', '', '')}</note>"

    def _chord(
        self, bar: Bar, symbol: Symbol, line: _Line, accidentals: dict[int, str], *, fermata: bool
    ) -> Iterator[str]:
        """Yield a note, or the notes of a chord."""
        start = bar.onset - lead_in(bar) + symbol.start
        for member, (index, note) in enumerate(symbol.notes):
            key = (line.voice, index)
            count = self.written[key] = self.written.get(key, 0) + 1
            name = f"v{line.voice}n{index}" + (f"-{count}" if count > 1 else "")
            loud = f' dynamics="{note.velocity * 100 / 90:.2f}"' if note.velocity != DEFAULT_VELOCITY else ""
            ties = ["stop"] * (note.onset < start) + ["start"] * (start + symbol.duration < note.end)
            tie = "".join(f'<tie type="{kind}"/>' for kind in ties)
            accidental = f"<accidental>{accidentals[index]}</accidental>" if index in accidentals else ""
            cut = start + symbol.duration >= self.passage.bars[-1].end
            marks = "".join(f'<tied type="{"let-ring" if cut and kind == "start" else kind}"/>' for kind in ties)
            if member == 0 and symbol.tuplet in ("start", "stop"):
                marks += f'<tuplet type="{symbol.tuplet}"/>'
            if member == 0 and fermata:
                marks += "<fermata/>"
            chord = "<chord/>" if member else ""
            rest = self._rest_of_note(symbol, line, tie, accidental, marks, beams=not member)
            pitch = pitch_element(note, self.score.voices[line.voice])
            yield f'      <note id="{name}"{loud}>{chord}{pitch}{rest}</note>'

    def _rest_of_note(
        self, symbol: Symbol, line: _Line, tie: str, accidental: str, marks: str, *, beams: bool = True
    ) -> str:
        """Return what stands in a <note> behind its pitch."""
        if not symbol.notes and symbol.tuplet in ("start", "stop"):
            marks += f'<tuplet type="{symbol.tuplet}"/>'
        kind = f"<type>{symbol.name}</type>{'<dot/>' * symbol.dots}" if symbol.name else ""
        units = self._units(symbol.start + symbol.duration) - self._units(symbol.start)
        actual, normal = symbol.ratio
        ratio = (
            f"<time-modification><actual-notes>{actual}</actual-notes><normal-notes>{normal}</normal-notes>"
            "</time-modification>"
        )
        notations = f"<notations>{marks}</notations>" if marks else ""
        staff = f"<staff>{line.staff + 1}</staff>" if len(self.staves) > 1 else ""
        beamed = [f'<beam number="{i + 1}">{beam}</beam>' for i, beam in enumerate(symbol.beams)] if beams else []
        return (
            f"<duration>{units}</duration>{tie}<voice>{line.number + 1}</voice>{kind}{accidental}"
            f"{ratio if symbol.tuplet else ''}{staff}{''.join(beamed)}{notations}"
        )

    def _units(self, quarters: Fraction) -> int:
        """Return quarters in divisions, the nearest whole number of them."""
        return round(quarters * self.divisions)


def _rests_above(lines: Sequence[_Line], rest: Symbol) -> bool:
    """Return whether another voice of the staff rests at the same time for as long: one rest says it for both."""
    return any(
        not symbol.notes and (symbol.start, symbol.duration) == (rest.start, rest.duration)
        for line in lines
        for symbol in line.symbols
    )
