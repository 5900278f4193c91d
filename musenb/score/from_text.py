"""A motif as a teacher types it: `3/4 key=D  D4 F#4 A4 | B4:2 A4 |`.

| written | meaning |
|---|---|
| `C4` `F#4` `Bb3` `G##5` `Ebb4` `Fn4` | a quarter note: letter, accidental (`#` `b` `##` `bb` `n`), octave -1..9 |
| `do4` `mib` `fa#` `fis4` `es` | the same in syllables (fixed do), and with German accidentals |
| `D` | no octave: the D nearest to the note before, in letters; to C4 at the beginning of a voice |
| `C4:2` `C4:1/2` `C4:1.5` | with a duration in quarters; without one it is always one quarter |
| `C4/8` `C4/4.` | with a note value: an eighth, a dotted quarter |
| `r` `r:3` `r/8` | a rest |
| `C4:4~ C4:2` | a tie: one note of six quarters; bar lines may stand between |
| `G4:2^` | a fermata, before the tie when there are both |
| `\\|` | a bar line; it need not be there, and when it is, it must stand where the metre has one |
| `,` | may stand behind any of these |
| `3/4` `3+2+2/8` `key=D` `key=F# minor` `key=Bm` `key=3b` `tempo=90` | metre, key, quarters a minute, from here on |
| `bar=5/2` | the bar that begins here lasts so many quarters, whatever the metre says |
| `upbeat=1` `title="..."` `composer="..."` | before all notes: quarters before the first full bar, and names |
| `soprano:` `alto:` `tenor:` `bass:` `"Flute 1":` | first in a line: whose notes these are; later lines go on with it |

Accidentals are always written out: `key=D` does not make an F an F sharp. Without a metre it is 4/4, or what the bar
lines say. Metre, key and tempo may change between notes in the voice that is written first. A voice without a name is
'melody'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from musenb.errors import ScoreError
from musenb.score.arguments import text_of
from musenb.score.bar_lines import metre_from_lines
from musenb.score.from_abc import is_abc, score_from_abc_text
from musenb.score.marks import MeasureLength
from musenb.score.named import key_named
from musenb.score.note import MELODY, KeySignature, Note, Score, Tempo, TimeSignature, Voice
from musenb.score.note_names import ACCIDENTALS, LETTERS, NoteName, note_name
from musenb.score.plain import plain_text

NOTE_VALUES = ("1", "2", "4", "8", "16", "32", "64")
LONGEST_TEXT, LONGEST_DURATION, MOST_NOTES = 512 * 1024, 1_000, 50_000

_VOICE = re.compile(r'\s*(?:(soprano|alto|tenor|bass)|"((?:[^"\\]|\\.)*)")\s*:(?=\s|$)', re.IGNORECASE)
_TOKEN = re.compile(r'(?:title|composer)="(?:[^"\\]|\\.)*"|key=[^\s,]+(?:[ \t]+(?:major|minor)\b)?|\|\]?|[^\s|,]+')
_NOTE = re.compile(r"([^\W\d_]+(?:-(?=[^\W\d_])[^\W\d_]+)?(?:##?)?)(-1|\d)?(:[\d./]+|/\d+\.{0,2})?(\^?)(~?)")
_FIELD = re.compile(r"[A-Z]:")
_REST = re.compile(r"[rR](:[\d./]+|/\d+\.{0,2})?")
_METRE = re.compile(r"(\d{1,3}(?:\+\d{1,3})*)/(\d{1,3})")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?|\d{1,6}/\d{1,6}")
_UNICODE = str.maketrans({"♯": "#", "♭": "b", "♮": "n", "”": '"', "“": '"'})
ALLOWED = 'a note like F#4:1/2, a rest r:1, a bar line |, or one of 3/4 key=D tempo=90 upbeat=1 title="..."'


@dataclass(slots=True)
class _Part:
    """One voice while it is read; `open` holds the tied note that waits for its second half."""

    name: str
    notes: list[Note] = field(default_factory=list)
    time: Fraction = Fraction(0)
    letter: str = "C"
    octave: int = 4
    open: Note | None = None
    bars: list[tuple[Fraction, str]] = field(default_factory=list)
    names: list[tuple[NoteName, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Piece:
    parts: list[_Part] = field(default_factory=list)
    metres: dict[Fraction, TimeSignature] = field(default_factory=dict)
    keys: dict[Fraction, KeySignature] = field(default_factory=dict)
    tempos: dict[Fraction, Tempo] = field(default_factory=dict)
    bars: dict[Fraction, MeasureLength] = field(default_factory=dict)
    upbeat: Fraction = Fraction(0)
    title: str = ""
    composer: str = ""


def score_from_text(text: str, *, source: str = "text") -> Score:
    """Read a motif written in the notation of this module's table, or a tune in ABC.

    Parameters
    ----------
    text : str
        At most 512 kB and 50,000 notes. Text with a line X: or K: is ABC.
    source : str
        Where the text came from, for messages and `Score.source`.

    Raises
    ------
    ScoreError
        A token is not understood or stands where it cannot; the message names it, its place and what is allowed.
    LoadError
        A tune in ABC cannot be read.
    """
    if len(text_of(text, source)) > LONGEST_TEXT:
        raise ScoreError(f"{source}: {len(text)} characters, at most {LONGEST_TEXT} are read")
    if is_abc(text):
        return score_from_abc_text(text, source=source)
    piece = _Piece()
    part: _Part | None = None
    for number, line in enumerate(text.translate(_UNICODE).splitlines(), start=1):
        match = _VOICE.match(line)
        if match:
            name = match[1].lower() if match[1] else plain_text(_unquoted(match[2]))
            part = _part(piece, name)
        for token in _TOKEN.finditer(line, match.end() if match else 0):
            where = f"{source}, line {number}, column {token.start() + 1}"
            if not _heading(piece, part, token[0], where):
                part = part or _part(piece, MELODY)
                _sounding(part, token[0], where)
    return _finished(piece, source)


def _part(piece: _Piece, name: str) -> _Part:
    for part in piece.parts:
        if part.name == name:
            return part
    piece.parts.append(_Part(name))
    return piece.parts[-1]


def _heading(piece: _Piece, part: _Part | None, token: str, where: str) -> bool:
    """Take a token that is no note; return False when it is none of those."""
    name, equals, value = token.partition("=")
    metre = _METRE.fullmatch(token)
    in_quotes = len(value) > 1 and value[0] == value[-1] == '"'
    quoted = name in ("title", "composer") and in_quotes
    if not metre and not quoted and not (equals and name in ("key", "tempo", "bar", "upbeat")):
        return False
    time = part.time if part else Fraction(0)
    if time and (part is not piece.parts[0] or name in ("upbeat", "title", "composer")):
        first = piece.parts[0].name
        place = (
            f"after notes only in the voice written first, {first!r}"
            if part is not piece.parts[0]
            else "only before all notes"
        )
        raise ScoreError(f"{where}: {token!r} can stand {place}")
    try:
        if metre:
            groups = tuple(map(int, metre[1].split("+")))
            piece.metres[time] = TimeSignature(time, sum(groups), int(metre[2]), groups)
        elif name == "key":
            piece.keys[time] = key_named(value, time)
        elif name == "tempo":
            piece.tempos[time] = Tempo(time, float(_number(value)))
        elif name == "bar":
            piece.bars[time] = MeasureLength(time, _number(value))
        elif name == "upbeat":
            piece.upbeat = _number(value)
        elif name == "title":
            piece.title = plain_text(_unquoted(value[1:-1]))
        else:
            piece.composer = plain_text(_unquoted(value[1:-1]))
    except ScoreError as error:
        raise ScoreError(f"{where}: {token!r}: {error}") from None
    return True


def _sounding(part: _Part, token: str, where: str) -> None:
    """Take a bar line, a rest or a note."""
    if token in ("|", "|]"):
        part.bars.append((part.time, where))
        return
    rest, note = _REST.fullmatch(token), _NOTE.fullmatch(token)
    name = note_name(note[1]) if note else None
    if not rest and not name:
        raise ScoreError(f"{where}: {token!r} is not understood; allowed is {_instead(token)}")
    try:
        duration = _duration(rest[1] if rest else note[3] if note else None)
    except ScoreError as error:
        raise ScoreError(f"{where}: {token!r}: {error}") from None
    if not 0 < duration <= LONGEST_DURATION:
        raise ScoreError(
            f"{where}: {token!r} lasts {duration} quarters; above 0 and up to {LONGEST_DURATION} is allowed"
        )
    if note is None or name is None:
        if part.open:
            raise ScoreError(
                f"{where}: a rest stands where {part.open.spelling} is tied over; the same note must follow its ~"
            )
        part.time += duration
        return
    part.names.append((name, where))
    _add(part, note, name, duration, where=where)


def _duration(written: str | None) -> Fraction:
    """Return the quarters that a length says: `:3/2` in quarters, `/8` or `/4.` as a note value, nothing a quarter."""
    if not written:
        return Fraction(1)
    if written[0] == ":":
        return _number(written[1:])
    value = written[1:].rstrip(".")
    if value not in NOTE_VALUES:
        raise ScoreError(
            f"a length behind / is one of {' '.join(NOTE_VALUES)}, as /8 for an eighth; in quarters it is C4:1/{value}"
        )
    dots = len(written) - 1 - len(value)
    return Fraction(4, int(value)) * (2 - Fraction(1, 2**dots))


def _add(part: _Part, match: re.Match[str], name: NoteName, duration: Fraction, *, where: str) -> None:
    letter, accidental = name.letter, name.accidental
    octave = int(match[2]) if match[2] else _nearest_octave(part.letter, part.octave, letter)
    pitch = 12 * (octave + 1) + LETTERS[letter] + ACCIDENTALS[accidental]
    spelling = f"{letter}{accidental.replace('n', '')}{octave}"
    before = part.open
    if before and before.pitch != pitch:
        raise ScoreError(f"{where}: {match[0]!r} follows the tie of {before.spelling}; the same note must follow a ~")
    onset = before.onset if before else part.time
    held = bool(match[4]) or bool(before and before.fermata)
    try:
        note = Note(
            onset, part.time + duration - onset, pitch, spelling=before.spelling if before else spelling, fermata=held
        )
    except ScoreError as error:
        raise ScoreError(f"{where}: {match[0]!r}: {error}") from None
    part.letter, part.octave = letter, octave
    part.time += duration
    part.open = note if match[5] else None
    if not part.open:
        part.notes.append(note)
    if len(part.notes) > MOST_NOTES:
        raise ScoreError(f"{where}: more than {MOST_NOTES} notes")


def _nearest_octave(letter: str, octave: int, following: str) -> int:
    """Return the octave in which `following` is at most three letters away."""
    order = "CDEFGAB"
    step = order.index(following) - order.index(letter)
    return octave + (step < -3) - (step > 3)


def _finished(piece: _Piece, source: str) -> Score:
    for part in piece.parts:
        if part.open:
            raise ScoreError(
                f"{source}: voice {part.name!r} ends on a tie of {part.open.spelling}; the same note must follow a ~"
            )
    if not any(part.notes for part in piece.parts):
        raise ScoreError(f"{source}: no notes; write some, such as C4 D4 Eb4:2 r:1 F#4:1/2")
    _check_names(piece)
    if not piece.metres and not piece.bars and not piece.upbeat:
        _read_metre(piece)
    try:
        score = Score(
            voices=tuple(Voice(part.name, tuple(part.notes)) for part in piece.parts),
            metres=tuple(piece.metres.values()),
            keys=tuple(piece.keys.values()),
            tempos=tuple(piece.tempos.values()),
            anacrusis=piece.upbeat,
            measures=tuple(piece.bars.values()),
            title=piece.title,
            composer=piece.composer,
            source=source,
        )
    except ScoreError as error:
        raise ScoreError(f"{source}: {error}") from None
    for part in piece.parts:
        _check_bars(score, part)
    return score


def _check_names(piece: _Piece) -> None:
    """Refuse a plain B beside German names, which may mean B or B flat."""
    names = [named for part in piece.parts for named in part.names]
    german = next((where for name, where in names if name.language == "German"), None)
    for name, where in names:
        if german and name == NoteName("B", "", "English"):
            raise ScoreError(f"{where}: B beside German names may be B or B flat; write Bn or Bb")


def _read_metre(piece: _Piece) -> None:
    """Take the metre from the bar lines where 4/4, which nobody wrote, does not fit them."""
    part = next((part for part in piece.parts if part.bars), None)
    lines = sorted({time for time, _ in part.bars if time}) if part else []
    if part is None or all(time % 4 == 0 for time in lines):
        return
    found = metre_from_lines(lines, part.time, part.notes)
    if found:
        piece.metres[Fraction(0)], piece.upbeat = found


def _check_bars(score: Score, part: _Part) -> None:
    if not part.bars:
        return
    bars = list(score.bars(part.bars[-1][0] + 1))
    edges = {Fraction(0)} | {bar.end for bar in bars}
    before = Fraction(0)
    for time, where in part.bars:
        if time not in edges:
            bar = next(bar for bar in bars if bar.onset == before)
            name = f"bar {bar.number}" if bar.number else "the upbeat"
            raise ScoreError(
                f"{where}: {name} of voice {part.name!r} has {time - before} quarters up to this |, "
                f"{bar.end - before} would fill it ({bar.metre}); mend a duration or omit the |"
            )
        before = time


def _number(value: str) -> Fraction:
    if not _NUMBER.fullmatch(value):
        raise ScoreError(f"{value!r} is not a number like 2, 1.5 or 1/2")
    try:
        return Fraction(value)
    except ZeroDivisionError:
        raise ScoreError(f"{value!r} divides by 0") from None


def _instead(token: str) -> str:
    if _FIELD.match(token):
        return "ABC only with its lines: X:1, M:4/4, L:1/4 and K:C stand each on a line of its own"
    if token.count('"') == 1:
        return f'a text between two quotes, such as {plain_text(token.partition("=")[0], 20)}="My song"'
    if token[0] in "[(<{" or "+" in token:
        return "one note at a time (no chords): write each line as a voice, soprano: ... alto: ..."
    if set(token) <= set("-–—_"):
        return "a length behind a note, C4:2 for two quarters, or a rest r:1; nothing stands for a dash"
    if ":" in token[:1] or token[-1] == ":":
        return "a bar line |; a passage that is repeated is written twice"
    if "'" in token:
        return "a note with the number of its octave: C4 is middle C, C5 the C above it"
    if token[0] in "hH":
        return "a note of the letters A to G; the German H is B here, and B is Bb"
    return ALLOWED


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
