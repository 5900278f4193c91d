"""Voice separation: chords and counterpoint on one staff taken apart into single lines, from the top down.

The rule
--------
1. As many lines are made as notes sound together where the piece is fullest. That place gives every line its register.
2. At each onset the notes that begin there go, from the highest down and without crossing each other, to lines that are
   free. Of all such ways the one is taken that crosses the fewest held notes, and among those the one with the smallest
   sum of leaps in semitones; a line that has not sung yet leaps from its register.

The idea that voices prefer small leaps, and that the fullest places are the safest to begin from, is Chew and Wu's.

References
----------
E. Chew and X. Wu, Separating voices in polyphonic music: a contig mapping approach, CMMR 2004.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, groupby

from musenb.errors import PolyphonyError, SettingError
from musenb.score.note import Note, Score, Voice

MOST_LINES = 8
CHORALE = ("soprano", "alto", "tenor", "bass")


@dataclass(slots=True)
class _Line:
    pitch: int
    end: Fraction = Fraction(0)


def split_voices(score: Score, count: int = 4) -> Score:
    """Return the score with all its notes in at most `count` lines, the highest first.

    Four lines are named soprano, alto, tenor and bass; a single line keeps its name. Notes of one pitch that begin
    together, as when two hands share a key, become one, as long as the longest of them.

    Parameters
    ----------
    score : Score
        Notes in any voices; quantise played notes first, or legato overlaps count as chords.
    count : int
        Most lines, 1..8.

    Raises
    ------
    SettingError
        `count` is outside 1..8.
    PolyphonyError
        Somewhere more than `count` notes sound together; the message names the first such place.
    """
    if not 1 <= count <= MOST_LINES:
        raise SettingError(f"cannot split into {count} lines: 1..{MOST_LINES} are possible")
    notes = _merged(score)
    if not notes:
        return replace(score, voices=())
    registers = _fullest(notes, score, count)
    lines = [_Line(pitch) for pitch in registers]
    sung: list[list[Note]] = [[] for _ in lines]
    for onset, group in groupby(notes, key=lambda note: note.onset):
        chord = sorted(group, key=lambda note: -note.pitch)
        for number, note in zip(_assigned(chord, lines, onset), chord, strict=True):
            lines[number] = _Line(note.pitch, note.end)
            sung[number].append(note)
    names = CHORALE if len(lines) == 4 else _numbered(len(lines))
    if len(lines) == 1 and len(score.voices) == 1:
        names = (score.voices[0].name,)
    named = zip(names, sung, strict=True)
    return replace(score, voices=tuple(Voice(name, tuple(line)) for name, line in named))


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"voice {number}" for number in range(1, count + 1))


def _merged(score: Score) -> list[Note]:
    found: dict[tuple[Fraction, int], Note] = {}
    for note in score.notes:
        other = found.get((note.onset, note.pitch))
        if other is None or other.duration < note.duration:
            found[note.onset, note.pitch] = note
    return sorted(found.values(), key=lambda note: (note.onset, -note.pitch))


def _fullest(notes: list[Note], score: Score, count: int) -> list[int]:
    """Return the pitches, from the highest down, of the first place where most notes sound together."""
    sounding: list[Note] = []
    best: list[int] = []
    for onset, group in groupby(notes, key=lambda note: note.onset):
        sounding = [note for note in sounding if note.end > onset] + list(group)
        if len(sounding) > count:
            bar = next(bar for bar in score.bars() if bar.onset <= onset < bar.end)
            beat = (onset - bar.first_beat) / bar.metre.beat_length + 1
            raise PolyphonyError(
                f"{len(sounding)} notes sound together at bar {bar.number}, beat {beat} (quarter {onset}); "
                f"at most {count} lines were asked for"
            )
        if len(sounding) > len(best):
            best = sorted((note.pitch for note in sounding), reverse=True)
    return best


def _assigned(
    chord: list[Note],
    lines: list[_Line],
    onset: Fraction,
) -> tuple[int, ...]:
    """Return the line for each note of a chord, which goes from the highest down."""
    free = [number for number, line in enumerate(lines) if line.end <= onset]
    held = [(number, line.pitch) for number, line in enumerate(lines) if line.end > onset]

    def cost(choice: tuple[int, ...]) -> tuple[int, int]:
        crossings = leaps = 0
        for number, note in zip(choice, chord, strict=True):
            others = [(other, pitch) for other, pitch in held if pitch != note.pitch]
            crossings += sum((number < other) != (note.pitch >= pitch) for other, pitch in others)
            leaps += abs(note.pitch - lines[number].pitch)
        return crossings, leaps

    return min(combinations(free, len(chord)), key=cost)
