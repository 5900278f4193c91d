"""music21 stream -> Score.

music21 is not imported here: the caller holds a stream, so it is loaded already. What has no place in a Score is left
out without a word: grace notes, unpitched percussion, chord symbols, dynamics, lyrics and slurs.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from musenb.errors import ScoreError
from musenb.score.barring import Measure, fit_bars
from musenb.score.note import KeySignature, Note, Score, Tempo, TimeSignature, Voice
from musenb.score.plain import plain_text
from musenb.score.provenance import FIELDS, voices_from_fields

CHOIR = {
    "soprano": ("soprano", "sopran", "sopraan", "s", "s."),
    "alto": ("alto", "alt", "altus", "a", "a."),
    "tenor": ("tenor", "tenore", "t", "t."),
    "bass": ("bass", "basso", "bassus", "bas", "b", "b."),
}
FILE_SUFFIXES = (".mxl", ".xml", ".musicxml", ".krn", ".abc", ".mid", ".midi")
LARGEST_DENOMINATOR = 65535  # as music21 itself rounds


@dataclass
class _Part:
    """What one music21 part holds, while it is read; `lanes` are its music21 voices."""

    name: str
    lanes: dict[str, list[Note]] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    metres: dict[Fraction, TimeSignature] = field(default_factory=dict)
    keys: dict[Fraction, KeySignature] = field(default_factory=dict)
    tempos: dict[Fraction, Tempo] = field(default_factory=dict)
    open_ties: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    unpitched: bool = False


def score_from_music21(stream: Any, *, source: str = "music21", expand_repeats: bool = False) -> Score:
    """Return a music21 stream as a Score at sounding pitch.

    Tied notes become one Note, chords several Notes of one Voice; the music21 voices of a part become Voices of their
    own ('Piano', 'Piano 2'), unless the stream came from `music21_of`, which says how its voices lie. Part names of a
    choir become 'soprano', 'alto', 'tenor' and 'bass'. Grace notes are dropped.

    Parameters
    ----------
    stream : music21.stream.Stream
        Score, Part, Measure, Opus (its first piece) or a plain Stream; it is not changed.
    source : str
        Where the stream came from, for messages and `Score.source`.
    expand_repeats : bool
        Write repeated passages out.

    Raises
    ------
    ScoreError
        A note is outside 0..127, a metre or key is outside its range, or the repeats contradict each other.
    """
    scores = list(getattr(stream, "scores", ()))
    if scores:
        stream = scores[0]
    metadata = getattr(stream, "metadata", None)
    custom = getattr(metadata, "getCustom", lambda name: ())
    fields = {name: str(value) for name in FIELDS for value in custom(name)}
    stream = _at_sounding_pitch(stream)
    if expand_repeats:
        stream = _repeats_written_out(stream, source)
    streams = list(getattr(stream, "parts", ())) or [stream]
    parts = [_read_part(part, f"part {index + 1}") for index, part in enumerate(streams)]
    outside = _read_part(stream, "") if parts and streams != [stream] else None
    measured = next((p for p in parts if p.measures), None)
    metres = _sorted_changes(parts, outside, "metres")
    anacrusis, fitted = fit_bars(measured.measures if measured else (), metres)
    return Score(
        voices=voices_from_fields([_all_notes(part) for part in parts], fields) or tuple(_voices(parts)),
        metres=fitted,
        keys=_sorted_changes(parts, outside, "keys"),
        tempos=_sorted_changes(parts, outside, "tempos"),
        anacrusis=anacrusis,
        title=_title(metadata),
        composer=plain_text(getattr(metadata, "composer", None) or ""),
        source=source,
    )


def _at_sounding_pitch(stream: Any) -> Any:
    """Return the stream, or a copy at sounding pitch when a transposing instrument is written as it reads."""
    for instrument in stream.recurse().getElementsByClass("Instrument"):
        if instrument.transposition is not None and instrument.transposition.semitones:
            return stream.toSoundingPitch(inPlace=False)
    return stream


def _repeats_written_out(stream: Any, source: str) -> Any:
    """Return a copy without repeat signs, each repeated passage written out."""
    if not any(stream.recurse().getElementsByClass(("RepeatMark", "RepeatBracket"))):
        return stream
    try:
        return stream.expandRepeats()
    except Exception as error:  # music21 raises a wide family here
        raise ScoreError(f"the repeats of {source!r} cannot be written out: {error}") from error


def _read_part(stream: Any, default_name: str) -> _Part:
    """Return the notes and signatures of one part."""
    part = _Part(str(getattr(stream, "partName", None) or default_name))
    for onset, lane, element in _events(stream, Fraction(0), ""):
        if "Measure" in element.classSet:
            part.measures.append(Measure(onset, _exact(element.duration.quarterLength)))
        elif "GeneralNote" in element.classSet:
            _read_note(part, onset, lane, element)
        elif "TimeSignature" in element.classSet:
            if element.denominator in (1, 2, 4, 8, 16, 32, 64):
                part.metres.setdefault(onset, TimeSignature(onset, int(element.numerator), int(element.denominator)))
        elif "KeySignature" in element.classSet:
            mode = getattr(element, "mode", None)
            if element.sharps is not None:
                part.keys[onset] = KeySignature(onset, int(element.sharps), mode if mode in ("major", "minor") else "")
        elif "MetronomeMark" in element.classSet:
            quarters_per_minute = element.getQuarterBPM()
            if quarters_per_minute and 5 <= quarters_per_minute <= 1000:
                part.tempos[onset] = Tempo(onset, float(quarters_per_minute))
    part.measures = _without_gaps(part.measures)
    return part


def _events(stream: Any, base: Fraction, lane: str) -> Iterator[tuple[Fraction, str, Any]]:
    """Yield (onset, music21 voice, element) in order of the measures; parts inside a stream are left out.

    A voice without a number of its own takes its place among the voices of the measure.
    """
    voices = 0
    for element in stream:
        onset = base + _exact(stream.elementOffset(element))
        if not element.isStream:
            yield onset, lane, element
        elif "Measure" in element.classSet:
            yield onset, lane, element
            yield from _events(element, onset, lane)
        elif "Voice" in element.classSet:
            voices += 1
            name = str(element.id)
            numbered = name.isascii() and name.isdigit() and len(name) <= 2
            yield from _events(element, onset, name if numbered else str(voices))
        elif "Part" not in element.classSet:
            yield from _events(element, onset, lane)


def _read_note(part: _Part, onset: Fraction, lane: str, element: Any) -> None:
    """Add a note or the notes of a chord to the part; a tied continuation lengthens the note it continues."""
    part.lanes.setdefault(lane, [])
    if "Unpitched" in element.classSet or "PercussionChord" in element.classSet:
        part.unpitched = True
        return
    if "NotRest" not in element.classSet or "Harmony" in element.classSet or element.duration.isGrace:
        return
    duration = _exact(element.duration.quarterLength)
    if duration <= 0:
        return
    fermata = any("Fermata" in mark.classSet for mark in element.expressions)
    members = element.notes if "ChordBase" in element.classSet else (element,)
    for member in members:
        tie = member.tie or element.tie
        kind = tie.type if tie is not None else ""
        pitch = round(member.pitch.ps)
        marked = fermata or any("Fermata" in mark.classSet for mark in member.expressions)
        place = _tied_from(part, lane, pitch, onset) if kind in ("stop", "continue") else None
        if place:
            before = part.lanes[place[0]][place[1]]
            part.lanes[place[0]][place[1]] = dataclasses.replace(
                before, duration=before.duration + duration, fermata=before.fermata or marked
            )
        else:
            volume = member.volume if member.hasVolumeInformation() else element.volume
            velocity = min(127, max(1, int(volume.velocity))) if volume.velocity is not None else 80
            place = (lane, len(part.lanes[lane]))
            part.lanes[lane].append(Note(onset, duration, pitch, velocity, _spelling(member.pitch), marked))
        if kind in ("start", "continue"):
            part.open_ties.setdefault(pitch, []).append(place)


def _tied_from(part: _Part, lane: str, pitch: int, onset: Fraction) -> tuple[str, int] | None:
    """Return and close the open tie that ends at `onset`, of the same music21 voice if there is one.

    music21 forgets the voice of a measure that has one voice only, so a tie may seem to change voices.
    """
    waiting = part.open_ties.get(pitch, [])
    ending = [place for place in waiting if part.lanes[place[0]][place[1]].end == onset]
    place = next((p for p in ending if p[0] == lane), ending[0] if ending else None)
    if place:
        waiting.remove(place)
    return place


def _all_notes(part: _Part) -> list[Note]:
    return [note for lane in part.lanes.values() for note in lane]


def _voices(parts: list[_Part]) -> Iterator[Voice]:
    """Yield the voices of all parts under names that differ."""
    taken: set[str] = set()
    for part in parts:
        lanes = [lane for lane in part.lanes.values() if lane]
        if not lanes:
            if part.unpitched:
                continue
            lanes = [[]]
        for lane in lanes:
            base = _voice_name(part.name)
            name, count = base, 2
            while name in taken:
                name, count = f"{base} {count}", count + 1
            taken.add(name)
            yield Voice(name, tuple(lane))


def _voice_name(part_name: str) -> str:
    """Return the name of a part, or of the choir voice that it names."""
    plain = plain_text(part_name)
    return next((voice for voice, names in CHOIR.items() if plain.lower() in names), plain or "part")


def _sorted_changes(parts: list[_Part], outside: _Part | None, kind: str) -> tuple:
    """Return the metres, keys or tempos of the first part that has any, without those that change nothing."""
    candidates = [getattr(p, kind) for p in [*parts, *([outside] if outside else [])]]
    changes = next((found for found in candidates if found), {})
    kept: list = []
    for onset in sorted(changes):
        change = changes[onset]
        if not kept or type(change)(kept[-1].onset, *_content(change)) != kept[-1]:
            kept.append(change)
    return tuple(kept)


def _content(change: Any) -> tuple:
    """Return what a signature or tempo says, without its onset."""
    if isinstance(change, TimeSignature):
        return change.beats, change.unit
    if isinstance(change, KeySignature):
        return change.fifths, change.mode
    return (change.qpm,)


def _without_gaps(measures: list[Measure]) -> list[Measure]:
    """Return the measures, each but the last as long as the way to the next."""
    ordered = sorted(measures, key=lambda m: m.onset)
    closed = [Measure(a.onset, b.onset - a.onset) for a, b in itertools.pairwise(ordered)]
    return [m for m in [*closed, *ordered[-1:]] if m.length > 0]


def _spelling(pitch: Any) -> str:
    """Return a music21 pitch as 'F#4' or 'Bb3'; empty for a microtone."""
    alter = pitch.accidental.alter if pitch.accidental is not None else 0
    if alter != int(alter):
        return ""
    sign = "#" * int(alter) if alter > 0 else "b" * int(-alter)
    return f"{pitch.step}{sign}{pitch.implicitOctave}"


def _exact(quarters: Any) -> Fraction:
    """Return a music21 offset or duration, a binary float or a Fraction, as an exact Fraction."""
    exact = Fraction(quarters)
    return exact if exact.denominator <= LARGEST_DENOMINATOR else exact.limit_denominator(LARGEST_DENOMINATOR)


def _title(metadata: Any) -> str:
    """Return the title that the music states; music21 puts the file's name where there is none."""
    title = getattr(metadata, "title", None) or getattr(metadata, "movementName", None) or ""
    return "" if title.endswith(FILE_SUFFIXES) else plain_text(title)
