"""Voice separation as written: ties joined, voices by their number through the whole part.

A voice is one number of a part on whatever staves it goes; where a number sounds on two staves at once, each staff has
its own. A number that sounds in fewer than an eighth of the part's measures is no voice of its own: its notes, such as
the double stops of a violin, join the fullest voice of their staff.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from musenb.score.measures.written import WrittenNote, WrittenPart
from musenb.score.note import Note, Voice
from musenb.score.plain import plain_text

CHOIR = {
    "soprano": ("soprano", "sopran", "sopraan", "s", "s."),
    "alto": ("alto", "alt", "altus", "a", "a."),
    "tenor": ("tenor", "tenore", "t", "t."),
    "bass": ("bass", "basso", "bassus", "bas", "b", "b."),
}
OCCASIONAL = 8  # a voice in fewer than one of so many measures is none

Lane = tuple[str, int]
"""Number of a voice, and the staff where the number is used on two staves at once (else 0)."""


@dataclass(slots=True)
class Placed:
    """A notehead with its place in the piece.

    Parameters
    ----------
    note : WrittenNote
    onset : Fraction
        Quarters from the beginning of the piece.
    follows : Fraction
        Quarters at which a tied notehead may go on although this one is written shorter or longer: the next measure.
    measure : int
        Which measure of the part.
    """

    note: WrittenNote
    onset: Fraction
    follows: Fraction
    measure: int


@dataclass(slots=True)
class _Line:
    """Notes of one voice while they are joined, and what they say of it."""

    notes: list[_Joined] = field(default_factory=list)
    staves: Counter[int] = field(default_factory=Counter)
    measures: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Joined:
    """One sounding note that may still grow by ties."""

    first: WrittenNote
    onset: Fraction
    end: Fraction
    follows: Fraction
    fermata: bool
    lane: Lane
    waiting: bool = False

    def note(self) -> Note:
        first = self.first
        length = self.end - self.onset
        return Note(self.onset, length, first.pitch, first.velocity, first.spelling, self.fermata)


OpenTies = dict[tuple[int, Fraction], list[_Joined]]
"""Notes that a tie goes on from, by their pitch and the quarter at which it may go on."""


def part_voices(part: WrittenPart, placed: Sequence[Placed]) -> list[list[Note]]:
    """Return the notes of a part, a list for each voice, from the highest as written to the lowest."""
    shared = set().union(*(measure.shared for measure in part.measures))
    lines: dict[Lane, _Line] = defaultdict(_Line)
    open_ties: OpenTies = defaultdict(list)
    for item in sorted(placed, key=lambda item: item.onset):
        note = item.note
        lane = (note.voice, note.staff if note.voice in shared else 0)
        _join(item, lane, lines[lane], open_ties)
    merged = _without_occasional(lines)
    ordered = sorted(merged.items(), key=lambda entry: _rank(entry[0], entry[1]))
    return [[joined.note() for joined in line.notes] for _, line in ordered if line.notes]


def _join(item: Placed, lane: Lane, line: _Line, open_ties: OpenTies) -> None:
    """Add a notehead to its voice, or lengthen the note that it continues."""
    note = item.note
    end = item.onset + note.duration
    before = _continued(open_ties, lane, item)
    if before is None:
        before = _Joined(note, item.onset, end, item.follows, note.fermata, lane)
        line.notes.append(before)
        line.staves[note.staff] += 1
    else:
        before.end = max(before.end, end)
        before.follows = item.follows
        before.fermata = before.fermata or note.fermata
    line.measures.add(item.measure)
    if note.tied_to:
        before.waiting = True
        for time in {before.end, before.follows}:
            open_ties[note.pitch, time].append(before)


def _continued(open_ties: OpenTies, lane: Lane, item: Placed) -> _Joined | None:
    """Return and close the open tie that a notehead ends, of the same voice if there is one.

    A tie whose end is not marked ends with the next notehead of its voice.
    """
    pitch, onset = item.note.pitch, item.onset
    ending = [joined for joined in open_ties.pop((pitch, onset), ()) if joined.waiting]
    others = ending[0] if ending and item.note.tied_from else None
    found = next((joined for joined in ending if joined.lane == lane), others)
    if found is not None:
        found.waiting = False
    if ending:
        open_ties[pitch, onset] = [joined for joined in ending if joined is not found]
    return found


def _without_occasional(lines: dict[Lane, _Line]) -> dict[Lane, _Line]:
    """Return the lines, those that sound in few measures joined to the fullest of their staff."""
    sounding = set().union(*(line.measures for line in lines.values()))
    kept = {}
    for lane, line in lines.items():
        if len(line.measures) * OCCASIONAL >= len(sounding):
            kept[lane] = line
    for lane, line in lines.items():
        if lane in kept or not line.notes:
            continue
        staff = _staff(line)
        hosts = [host for host in kept if _staff(kept[host]) == staff] or list(kept)
        if hosts:
            host = max(hosts, key=lambda host: len(kept[host].notes))
            kept[host].notes += line.notes
            _share_fermatas(kept[host])
        else:
            kept[lane] = line
    return kept


def _share_fermatas(line: _Line) -> None:
    """Put the fermata of one note over all that begin and end with it."""
    under = {(joined.onset, joined.end) for joined in line.notes if joined.fermata}
    for joined in line.notes:
        joined.fermata = (joined.onset, joined.end) in under


def _staff(line: _Line) -> int:
    """Return the staff on which most notes of a line begin."""
    return line.staves.most_common(1)[0][0] if line.staves else 1


def _rank(lane: Lane, line: _Line) -> tuple:
    """Return what orders voices from the highest as written to the lowest: staff, then number."""
    number = lane[0]
    numbered = number.isascii() and number.isdigit()
    return _staff(line), not numbered, int(number) if numbered else 0, number


def named_voices(
    parts: Sequence[WrittenPart],
    lines: Sequence[Sequence[Sequence[Note]]],
) -> Iterator[Voice]:
    """Yield the voices of all parts under names that differ; a part without notes has one empty voice."""
    taken: set[str] = set()
    for number, (part, voices) in enumerate(zip(parts, lines, strict=True), start=1):
        if not voices and part.unpitched:
            continue
        base = voice_name(part.name or f"part {number}")
        for notes in voices or [[]]:
            name, count = base, 2
            while name in taken:
                name, count = f"{base} {count}", count + 1
            taken.add(name)
            yield Voice(name, tuple(notes))


def voice_name(part_name: str) -> str:
    """Return the name of a part, or of the choir voice that it names."""
    plain = plain_text(part_name)
    known = (voice for voice, names in CHOIR.items() if plain.lower() in names)
    return next(known, plain or "part")
