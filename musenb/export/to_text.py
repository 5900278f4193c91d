"""Text notation writer, of the notation that `score.from_text` reads; its inverse for lines.

What text does not hold: velocities, who wrote a note, repeats, chord symbols, and tempos beyond six decimals. Notes
over a bar line are written with a tie, four bars a line after an upbeat; a note without a spelling gets sharps, or
flats where the key has flats.
"""

from __future__ import annotations

import re
from fractions import Fraction

from musenb.errors import SaveError
from musenb.score.marks import MeasureLength
from musenb.score.note import MELODY, KeySignature, Note, Score, Tempo, TimeSignature, Voice
from musenb.score.note_names import ACCIDENTALS, LETTERS
from musenb.score.split import CHORALE

SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MAJOR_KEYS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")
BARS_PER_LINE = 4
MOST_DIGITS = 6
_SPELLING = re.compile(r"([A-G])(##|bb|[#b]?)(-1|\d)")


def text_from_score(score: Score) -> str:
    """Return the score in the notation that `score_from_text` reads.

    Raises
    ------
    SaveError
        There is no note, two notes of a voice sound together, or a time has no short number.
    """
    if not score.notes:
        raise SaveError("a score without notes cannot be written as text")
    prefixes = _names(score)
    systems: list[list[str]] = []
    for number, voice in enumerate(score.voices):
        changes = _changes(score) if number == 0 else {}
        for system, line in enumerate(_lines(score, voice, changes)):
            if system == len(systems):
                systems.append([])
            systems[system].append(f"{prefixes[number]}{line}".rstrip())
    heading = "\n".join(_heading(score))
    blocks = ["\n".join(lines) for lines in systems]
    return "\n\n".join([heading, *blocks]) + "\n"


def written_pitch(note: Note, key: KeySignature | None) -> str:
    """Return the name that a note is written with, such as 'F#4': its spelling when that fits, else one by the key."""
    match = _SPELLING.fullmatch(note.spelling)
    octave = 12 * (int(match[3]) + 1) if match else 0
    if match and octave + LETTERS[match[1]] + ACCIDENTALS[match[2]] == note.pitch:
        return note.spelling
    names = FLAT_NAMES if key is not None and key.fifths < 0 else SHARP_NAMES
    return f"{names[note.pitch % 12]}{note.pitch // 12 - 1}"


def key_name(key: KeySignature) -> str:
    """Return the key as text writes it: 'D', 'Bm', or '2#' when its mode is unknown."""
    if not key.mode:
        return f"{abs(key.fifths)}{'b' if key.fifths < 0 else '#'}" if key.fifths else "0"
    minor = key.mode == "minor"
    return MAJOR_KEYS[key.fifths + 7 + 3 * minor] + "m" * minor


def _heading(score: Score) -> list[str]:
    lines = [
        f'{name}="{_quoted(text)}"' for name, text in (("title", score.title), ("composer", score.composer)) if text
    ]
    tokens = _changes(score).get(Fraction(0), [])
    if score.anacrusis:
        tokens = [*tokens, f"upbeat={_number(score.anacrusis)}"]
    return [*lines, " ".join(tokens)]


def _changes(score: Score) -> dict[Fraction, list[str]]:
    found: dict[Fraction, list[str]] = {}
    bars = [measure for measure in score.measures if measure.onset < score.end]
    for change in (*score.metres, *score.keys, *score.tempos, *bars):
        found.setdefault(change.onset, []).append(_change(change))
    return found


def _change(change: TimeSignature | KeySignature | Tempo | MeasureLength) -> str:
    if isinstance(change, TimeSignature):
        return str(change)
    if isinstance(change, KeySignature):
        return f"key={key_name(change)}"
    if isinstance(change, MeasureLength):
        return f"bar={_number(change.length)}"
    return "tempo=" + f"{change.qpm:.{MOST_DIGITS}f}".rstrip("0").rstrip(".")


def _lines(
    score: Score,
    voice: Voice,
    changes: dict[Fraction, list[str]],
) -> list[str]:
    """Return the voice in lines of four bars; `changes` are the tokens to put between its notes."""
    last = max([voice.end, *changes])
    edges = {bar.end for bar in score.bars(last)}
    ends = {time for note in voice.notes for time in (note.onset, note.end)}
    inner = {edge for edge in edges if edge < last}
    stops = sorted({Fraction(0), last} | ends | set(changes) | inner)
    lines: list[list[str]] = [[]]
    notes = list(reversed(voice.notes))
    for start, stop in zip(stops, [*stops[1:], None], strict=True):
        if start in edges:
            lines[-1].append("|")
            full = BARS_PER_LINE + (len(lines) == 1 and score.anacrusis > 0)
            if lines[-1].count("|") == full and (stop or start in changes):
                lines.append([])
        if start:
            lines[-1] += changes.get(start, [])
        while notes and notes[-1].end <= start:
            notes.pop()
        if stop:
            sounding = notes[-1] if notes and notes[-1].onset <= start else None
            key = score.key_at(sounding.onset) if sounding else None
            lines[-1].append(_token(sounding, stop, stop - start, key))
    return [" ".join(line) for line in lines]


def _token(note: Note | None, stop: Fraction, duration: Fraction, key: KeySignature | None) -> str:
    length = "" if duration == 1 else f":{_number(duration)}"
    if note is None:
        return f"r{length}"
    ending = "~" if note.end > stop else "^" * note.fermata
    return f"{written_pitch(note, key)}{length}{ending}"


def _names(score: Score) -> list[str]:
    """Return what stands before each voice: nothing for a single melody, else its name, numbered where two agree."""
    if [voice.name for voice in score.voices] == [MELODY]:
        return [""]
    names: list[str] = []
    for voice in score.voices:
        if not voice.monophonic:
            pairs = zip(voice.notes, voice.notes[1:], strict=False)
            note = next(later for earlier, later in pairs if earlier.end > later.onset)
            place = f"quarter {note.onset} of voice {voice.name!r}"
            raise SaveError(f"text has one note at a time; at {place} two sound together: split the voices first")
        name, number = voice.name, 2
        while name in names:
            name, number = f"{voice.name} {number}", number + 1
        names.append(name)
    return [f"{name}: " if name in CHORALE else f'"{_quoted(name)}": ' for name in names]


def _number(quarters: Fraction) -> str:
    text = str(quarters)
    if any(len(part) > MOST_DIGITS for part in text.split("/")):
        raise SaveError(f"a time of {quarters} quarters is too fine for text: quantise first")
    return text


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
