"""Standard MIDI file writer, exact; the inverse of `score.from_midi` up to spelling.

Conventions
-----------
- Format 1: the first track holds title, metres, keys and tempos, then one track for each voice, on channels 1..9 and
  11..16 in turn.
- A key can strike again but not sound twice: within a voice, a note ends at the latest where the next of its pitch
  begins, and of notes of one pitch and onset the longest stays (`restruck`).
- Times that no division up to 32,767 makes whole stand at the nearest tick; a text event says them exactly.
- Tempos are kept to the microsecond a quarter; the first one holds from the beginning.
- What MIDI cannot say, such overlaps among it, goes into text events (`score.midi_marks`), which `from_midi` reads.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from itertools import groupby
from math import ceil, lcm
from operator import eq
from typing import TYPE_CHECKING

from musenb.errors import SaveError
from musenb.score.midi.marks import PREFIX, Overlap, origin_text, overlap_text, repeat_text
from musenb.score.midi.smf import (
    DRUMS,
    END_OF_TRACK,
    KEY_SIGNATURE,
    LARGEST_TICK,
    SET_TEMPO,
    TEXT,
    TIME_SIGNATURE,
    TRACK_NAME,
)
from musenb.score.note import GIVEN, Note, Origin, Score, Voice

if TYPE_CHECKING:
    import pretty_midi

USUAL_TPQ, LARGEST_TPQ = 480, 32_767
FINE_TPQ = (30_720, 32_256, 27_720)  # many halves; halves, thirds and sevenths; elevenths too
MOST_TRACKS = 65_535
CHANNELS = tuple(channel for channel in range(16) if channel != DRUMS)
# Events of one tick stand in this order.
METAS, STOPS, MARKS, STARTS = range(4)
Event = tuple[int, int, bytes]


def midi_bytes(score: Score) -> bytes:
    """Return the score as a Standard MIDI File.

    Raises
    ------
    SaveError
        The times need more ticks a quarter than MIDI has, a text is too long, or there are too many voices.
    """
    if len(score.voices) >= MOST_TRACKS:
        raise SaveError(f"MIDI holds at most {MOST_TRACKS - 1} voices; this score has {len(score.voices)}")
    tpq = ticks_per_quarter(score)
    origins = {GIVEN: 0}
    for note in (note for voice in score.voices for note in voice.notes):
        origins.setdefault(note.origin, len(origins))
    tracks = [_piece_track(score, origins, tpq)]
    for number, voice in enumerate(score.voices):
        tracks.append(_voice_track(voice, CHANNELS[number % len(CHANNELS)], origins, tpq))
    header = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), tpq)
    return header + b"".join(_chunk(track) for track in tracks)


def pretty_midi_of(score: Score) -> pretty_midi.PrettyMIDI:
    """Return the score as a `pretty_midi.PrettyMIDI`; origins and fermatas have no place there.

    Raises
    ------
    SaveError
        As `midi_bytes`.
    """
    import pretty_midi

    return pretty_midi.PrettyMIDI(BytesIO(midi_bytes(score)))


def restruck(voice: Voice) -> Voice:
    """Return the voice with at most one note of each pitch at a time.

    A note is cut where the next of its pitch begins; of notes of one pitch and onset the longest stays.
    """
    following: dict[int, Note] = {}
    kept = []
    for note in reversed(voice.notes):
        after = following.get(note.pitch)
        if after is not None and after.onset == note.onset:
            continue
        if after is not None and after.onset < note.end:
            note = replace(note, duration=after.onset - note.onset)
        following[note.pitch] = note
        kept.append(note)
    return replace(voice, notes=tuple(kept))


def ticks_per_quarter(score: Score) -> int:
    """Return the ticks a quarter that make all times of the score whole: 480 where that does, else the least above.

    Where that would be more than 32,767, as many times as a fine division can are whole, and the others are nearer to a
    tick than anyone hears.

    Raises
    ------
    SaveError
        Two different times are nearest to one tick.
    """
    times = _times(score)
    needed = lcm(*(time.denominator for time in times))
    tpq = needed * ceil(USUAL_TPQ / needed) if USUAL_TPQ % needed else USUAL_TPQ
    if tpq <= LARGEST_TPQ:
        return tpq

    def whole(division: int) -> int:
        return sum(division % time.denominator == 0 for time in times)

    fine = max(FINE_TPQ, key=whole)
    if len({_ticks(time, fine) for time in times}) < len(times):
        finest = max(times, key=lambda time: time.denominator)
        raise SaveError(
            f"MIDI allows at most {LARGEST_TPQ} ticks a quarter; a time of {finest} would need {tpq}: quantise first"
        )
    return fine


def _times(score: Score) -> set[Fraction]:
    """Return where anything of a score begins or ends."""
    times = {time for voice in score.voices for note in voice.notes for time in (note.onset, note.end)}
    signs = (*score.metres, *score.keys, *score.tempos)
    changes = (*signs, *score.measures, *score.repeats, *score.chords)
    return times | {change.onset for change in changes}


def _piece_track(score: Score, origins: dict[Origin, int], tpq: int) -> list[Event]:
    track = []
    if score.title:
        track.append((0, METAS, _meta(TRACK_NAME, score.title.encode())))
    if score.anacrusis:
        track.append(_mark(0, f"anacrusis={score.anacrusis.numerator}/{score.anacrusis.denominator}"))
    if score.first_bar != 1:
        track.append(_mark(0, f"first_bar={score.first_bar}"))
    if score.composer:
        track.append(_mark(0, f"composer={score.composer}"))
    for time in sorted(_times(score)):
        if tpq % time.denominator:
            track.append(_mark(_ticks(time, tpq), f"time={time}"))
    for origin, number in origins.items():
        if origin is not GIVEN:
            track.append(_mark(0, origin_text(number, origin)))
    for measure in score.measures:
        track.append(_mark(_ticks(measure.onset, tpq), f"measure={measure.length}"))
    for repeat in score.repeats:
        track.append(_mark(_ticks(repeat.onset, tpq), repeat_text(repeat)))
    for chord in score.chords:
        track.append(_mark(_ticks(chord.onset, tpq), f"chord={chord.kind} {chord.text}"))
    for metre in score.metres:
        clocks = min(255, int(24 * metre.beat_length))
        content = bytes((metre.beats, metre.unit.bit_length() - 1, clocks, 8))
        track.append((_ticks(metre.onset, tpq), METAS, _meta(TIME_SIGNATURE, content)))
        if metre.groups:
            track.append(_mark(_ticks(metre.onset, tpq), f"groups={'+'.join(map(str, metre.groups))}"))
    for key in score.keys:
        tick = _ticks(key.onset, tpq)
        track.append(
            (
                tick,
                METAS,
                _meta(KEY_SIGNATURE, struct.pack(">bB", key.fifths, key.mode == "minor")),
            )
        )
        if not key.mode:
            track.append(_mark(tick, "mode="))
    for number, tempo in enumerate(score.tempos):
        microseconds = round(60e6 / tempo.qpm)
        onset = tempo.onset if number else Fraction(0)
        track.append(
            (
                _ticks(onset, tpq),
                METAS,
                _meta(SET_TEMPO, microseconds.to_bytes(3)),
            )
        )
    return track


def _voice_track(
    voice: Voice,
    channel: int,
    origins: dict[Origin, int],
    tpq: int,
) -> list[Event]:
    name = _meta(TRACK_NAME, voice.name.encode())
    track = [(0, METAS, name), _mark(0, "voice")]
    played, current = restruck(voice), 0
    track += _overlap_marks(voice, played, origins, tpq)
    for onset, group in groupby(played.notes, key=lambda note: note.onset):
        chord, tick = list(group), _ticks(onset, tpq)
        numbers = [origins[note.origin] for note in chord]
        if len(set(numbers)) == 1 and numbers[0] != current:
            current = numbers[0]
            track.append(_mark(tick, f"from={current}"))
        for note, number in zip(chord, numbers, strict=True):
            if number != current:
                track.append(_mark(tick, f"from={number}@{note.pitch}"))
            if note.fermata:
                track.append(_mark(tick, f"fermata={note.pitch}"))
            track.append(
                (
                    tick,
                    STARTS,
                    bytes((0x90 | channel, note.pitch, note.velocity)),
                )
            )
            track.append(
                (
                    _ticks(note.end, tpq),
                    STOPS,
                    bytes((0x80 | channel, note.pitch, 64)),
                )
            )
    return track


def _overlap_marks(
    voice: Voice,
    played: Voice,
    origins: dict[Origin, int],
    tpq: int,
) -> Iterator[Event]:
    """Yield the marks of the notes that `restruck` cut or left out."""
    same_length = len(played.notes) == len(voice.notes)
    if same_length and all(map(eq, played.notes, voice.notes)):
        return
    struck = {(note.onset, note.pitch): note for note in played.notes}
    for (onset, pitch), group in groupby(voice.notes, key=lambda note: (note.onset, note.pitch)):
        notes = list(group)
        if notes != [struck[onset, pitch]]:
            rows = tuple(
                (_span(note, tpq), note.velocity, note.origin, note.fermata)
                for note in notes
            )
            overlap = Overlap(_span(struck[onset, pitch], tpq), rows)
            yield _mark(_ticks(onset, tpq), overlap_text(pitch, overlap, origins))


def _mark(tick: int, text: str) -> Event:
    return tick, MARKS, _meta(TEXT, (PREFIX + text).encode())


def _meta(kind: int, content: bytes) -> bytes:
    return bytes((0xFF, kind)) + _varlen(len(content)) + content


def _ticks(quarters: Fraction, tpq: int) -> int:
    return round(quarters * tpq)


def _span(note: Note, tpq: int) -> int:
    """Return the ticks from the beginning of a note to its end."""
    return _ticks(note.end, tpq) - _ticks(note.onset, tpq)


def _chunk(track: list[Event]) -> bytes:
    """Return a track chunk; the sort is stable, so equal ticks and kinds keep their order."""
    body, now = bytearray(), 0
    for tick, _, content in sorted(track, key=lambda event: event[:2]):
        body += _varlen(tick - now) + content
        now = tick
    if now > LARGEST_TICK:
        raise SaveError(f"MIDI ends at tick {LARGEST_TICK}; this score goes on to tick {now}")
    body += _varlen(0) + _meta(END_OF_TRACK, b"")
    return b"MTrk" + struct.pack(">I", len(body)) + bytes(body)


def _varlen(number: int) -> bytes:
    if number >= 1 << 28:
        raise SaveError(f"MIDI cannot write the number {number}; its largest step is {(1 << 28) - 1} ticks or bytes")
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
