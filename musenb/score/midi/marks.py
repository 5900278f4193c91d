"""MIDI text event metadata for what MIDI has no place for: anacrusis, composer, fermatas, who wrote each note.

| text event | track, tick | meaning |
|---|---|---|
| `musenb:anacrusis=3/2` | first, 0 | quarters before the first full bar |
| `musenb:time=3181/1024` | first, of any event | the quarters that the tick stands for: it is but the nearest one |
| `musenb:composer=J. S. Bach` | first, 0 | composer |
| `musenb:first_bar=59` | first, 0 | the number of the first full bar |
| `musenb:mode=` | first, of a key | the key signature there tells no mode |
| `musenb:groups=3+2+2` | first, of a metre | the groups of beats of an additive metre |
| `musenb:measure=3/2` | first, of a bar | the bar there lasts so many quarters, whatever its metre says |
| `musenb:repeat=2 1,3 ending start` | first, of a bar line | times, endings or '-', kind; `: A` behind a part |
| `musenb:chord=chord Am7` | first, of a chord | kind and text of a chord symbol there |
| `musenb:origin=1 {"model": ..., "seed": ..., "settings": ...}` | first, 0 | the model behind origin 1; 0 is the user |
| `musenb:voice` | each voice, 0 | the track is a voice, even when it is empty |
| `musenb:from=1` | voice, of a note | the notes from here on are of origin 1 |
| `musenb:from=1@60` | voice, of a note | the note of pitch 60 that begins here is of origin 1 |
| `musenb:fermata=60` | voice, of a note | the note of pitch 60 that begins here has a fermata |
| `musenb:overlap=60@240 480,80,0,0 960,64,1,1` | voice, of a note | see below |

A key cannot sound twice at a time. Where notes of one pitch overlap, the track holds what a player can play, and
`overlap` holds the notes themselves: the note of pitch 60 that begins here and is 240 ticks long in the track stands
for notes of so many ticks, velocity, origin and fermata (0 or 1). Where that note has been changed since, the mark
does not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from musenb.errors import ScoreError
from musenb.score.marks import ChordSymbol, MeasureLength, Repeat
from musenb.score.midi.time import Quarters
from musenb.score.note import GIVEN, Origin
from musenb.score.plain import plain_text
from musenb.score.quarters import exact_quarters

PREFIX = "musenb:"
OUR_VOICE = PREFIX + "voice"
MOST_ORIGINS = 1_000
_FROM = re.compile(r"(\d{1,6})(?:@(\d{1,3}))?")
_OVERLAP = re.compile(r"(\d{1,3})@(\d{1,10})((?: \d{1,10},\d{1,3},\d{1,6},[01])+)")
_TIME = re.compile(r"\d{1,12}/[1-9]\d{0,11}")
_ADDED = re.compile(r"(\d{1,2}(?:\+\d{1,2})+)")
_REPEAT = re.compile(r"(\d{1,3}) (-|\d{1,3}(?:,\d{1,3})*) ([a-z ]+)(?:: (.+))?")


@dataclass(slots=True)
class PieceMarks:
    """The marks of the first track.

    Parameters
    ----------
    anacrusis : Fraction
        Quarters before the first full bar.
    composer : str
    first_bar : int
        The number of the first full bar.
    modeless : set of int
        Ticks of key signatures without a mode.
    origins : dict of int to Origin
    groups : dict of Fraction to tuple of int
        Groups of beats of the metres at some quarters.
    measures, repeats, chords : list
        As in `Score`.
    skipped : list of int
        Ticks of marks that cannot be read.
    """

    anacrusis: Fraction = Fraction(0)
    composer: str = ""
    first_bar: int = 1
    modeless: set[int] = field(default_factory=set)
    origins: dict[int, Origin] = field(default_factory=lambda: {0: GIVEN})
    groups: dict[Fraction, tuple[int, ...]] = field(default_factory=dict)
    measures: list[MeasureLength] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    chords: list[ChordSymbol] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Overlap:
    """A note of `struck` ticks in the track stands for `notes`: ticks, velocity, origin and fermata of each."""

    struck: int
    notes: tuple[tuple[int, int, Origin, bool], ...]


@dataclass(slots=True)
class VoiceMarks:
    """The marks of a voice.

    Parameters
    ----------
    ours : bool
        True when musenb wrote the track.
    fermatas : set of (int, int)
        Tick and pitch of the notes under a fermata.
    runs : list of (int, Origin)
        Origin of the notes from a tick on.
    single : dict of (int, int) to Origin
        Origin of the note at a tick and pitch.
    overlaps : dict of (int, int) to Overlap
        What the note at a tick and pitch stands for.
    skipped : list of int
        Ticks of marks that cannot be read.
    """

    ours: bool = False
    fermatas: set[tuple[int, int]] = field(default_factory=set)
    runs: list[tuple[int, Origin]] = field(default_factory=list)
    single: dict[tuple[int, int], Origin] = field(default_factory=dict)
    overlaps: dict[tuple[int, int], Overlap] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)


def overlap_text(pitch: int, overlap: Overlap, origins: dict[Origin, int]) -> str:
    """Return the text event that tells of overlapping notes of one pitch."""
    rows = (f"{ticks},{velocity},{origins[origin]},{int(held)}" for ticks, velocity, origin, held in overlap.notes)
    return f"overlap={pitch}@{overlap.struck} " + " ".join(rows)


def exact_ticks(texts: Iterable[tuple[int, str]], tpq: int) -> Quarters:
    """Return the function from ticks to quarters of a file that musenb wrote, given the texts of its first track."""
    said: dict[int, Fraction] = {}
    for tick, name, value in _ours(texts):
        if name == "time" and _TIME.fullmatch(value):
            time = Fraction(value)
            if abs(time * tpq - tick) <= Fraction(1, 2):
                said[tick] = time
    return lambda tick: said.get(tick) or Fraction(tick, tpq)


def repeat_text(repeat: Repeat) -> str:
    """Return the text event of a repeat sign, ending or jump."""
    numbers = ",".join(map(str, repeat.numbers)) or "-"
    label = f": {repeat.text}" if repeat.text else ""
    return f"repeat={repeat.times} {numbers} {repeat.kind}{label}"


def origin_text(number: int, origin: Origin) -> str:
    """Return the text event that declares an origin."""
    content = {"model": origin.model, "seed": origin.seed, "settings": origin.settings}
    return f"origin={number} {json.dumps(content, ensure_ascii=True, separators=(',', ':'))}"


def piece_marks(texts: Iterable[tuple[int, str]], quarters: Quarters) -> PieceMarks:
    """Read the marks of a first track, from the tick and content of its texts."""
    marks = PieceMarks()
    for tick, name, value in _ours(texts):
        try:
            _read_piece_mark(marks, name, value, tick, quarters(tick))
        except (ValueError, TypeError, KeyError, RecursionError, ScoreError):
            marks.skipped.append(tick)
    return marks


def _read_piece_mark(
    marks: PieceMarks,
    name: str,
    value: str,
    tick: int,
    onset: Fraction,
) -> None:
    if name == "anacrusis":
        marks.anacrusis = max(Fraction(0), exact_quarters(value, "anacrusis"))
    elif name == "composer":
        marks.composer = plain_text(value)
    elif name == "first_bar":
        marks.first_bar = max(1, int(value[:6]))
    elif name == "mode":
        marks.modeless.add(tick)
    elif name == "groups":
        (written,) = _groups(_ADDED, value)
        marks.groups[onset] = tuple(map(int, written.split("+")))
    elif name == "measure":
        marks.measures.append(MeasureLength(onset, exact_quarters(value, "measure")))
    elif name == "repeat":
        times, numbers, kind, label = _groups(_REPEAT, value)
        endings = () if numbers == "-" else tuple(map(int, numbers.split(",")))
        marks.repeats.append(Repeat(onset, kind, endings, int(times), plain_text(label or "")))
    elif name == "chord":
        kind, _, text = value.partition(" ")
        marks.chords.append(ChordSymbol(onset, plain_text(text), kind))
    elif name == "origin" and len(marks.origins) < MOST_ORIGINS:
        number, _, content = value.partition(" ")
        marks.origins[int(number)] = _origin(json.loads(content))


def voice_marks(texts: Iterable[tuple[int, str]], piece: PieceMarks) -> VoiceMarks:
    """Read the marks of a voice, from the tick and content of its texts."""
    marks = VoiceMarks()
    for tick, name, value in _ours(texts):
        try:
            _read_voice_mark(marks, name, value, tick, piece.origins)
        except (ValueError, TypeError, KeyError):
            marks.skipped.append(tick)
    return marks


def _read_voice_mark(
    marks: VoiceMarks,
    name: str,
    value: str,
    tick: int,
    origins: dict[int, Origin],
) -> None:
    if name == "voice":
        marks.ours = True
    elif name == "fermata":
        marks.fermatas.add((tick, int(value[:4])))
    elif name == "from":
        number, pitch = _groups(_FROM, value)
        if pitch is None:
            marks.runs.append((tick, origins[int(number)]))
        else:
            marks.single[tick, int(pitch)] = origins[int(number)]
    elif name == "overlap":
        pitch, struck, notes = _groups(_OVERLAP, value)
        rows = [tuple(map(int, row.split(","))) for row in notes.split()]
        if not all(ticks > 0 and 1 <= velocity <= 127 for ticks, velocity, _, _ in rows):
            raise ValueError("a note of no duration or no velocity")
        notes = []
        for ticks, velocity, origin, held in rows:
            notes.append((ticks, velocity, origins[origin], bool(held)))
        marks.overlaps[tick, int(pitch)] = Overlap(int(struck), tuple(notes))


def _groups(pattern: re.Pattern[str], value: str) -> tuple[str, ...]:
    """Return the groups of a pattern that the whole value must match."""
    match = pattern.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is no such mark")
    return match.groups()


def _ours(
    texts: Iterable[tuple[int, str]],
) -> Iterable[tuple[int, str, str]]:
    for tick, text in texts:
        if text.startswith(PREFIX):
            name, _, value = text.removeprefix(PREFIX).partition("=")
            yield tick, name, value


def _origin(content: dict) -> Origin:
    seed = content["seed"]
    named = isinstance(content["model"], str)
    if not named or not (seed is None or isinstance(seed, int)):
        raise ValueError("an origin needs a text for its model and an int for its seed")
    settings = tuple((str(name), str(value)) for name, value in content["settings"])
    return Origin(content["model"], seed, settings)
