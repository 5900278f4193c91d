"""MIDI to Score, exact: every time is ticks over ticks a quarter, nothing is quantised.

Conventions
-----------
- Each track with notes is a voice, named after the track. When all notes of a file stand in one track, as in format 0,
  each channel is a voice. Program changes do not split a voice.
- The drum channel (10) is left out. Notes of no duration are dropped, tempos outside 5..1000 are moved to the nearest
  of the two, metres and keys outside the score's ranges are dropped: each with a warning.
- The title is the name of the first track when that track has no notes, or is the only one.
- The anacrusis, fermatas, composer and origins are known only where musenb itself wrote them (`midi_marks`).
"""

from __future__ import annotations

import warnings
from bisect import bisect_right
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

from musenb.errors import LoadError, ScoreError
from musenb.score.limits import DEFAULT_LIMITS, Limits
from musenb.score.midi_marks import PieceMarks, VoiceMarks, piece_marks, voice_marks
from musenb.score.note import GIVEN, KeySignature, Note, Score, Tempo, TimeSignature, Voice
from musenb.score.plain import plain_text
from musenb.score.smf import DRUMS, RESAVE, Survey, alone, chunks, survey

if TYPE_CHECKING:
    import pretty_midi

SLOWEST, FASTEST = 5, 1000


def score_from_midi(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Score:
    """Read the bytes of a MIDI file.

    Parameters
    ----------
    data : bytes
        A Standard MIDI File of format 0 or 1.
    source : str
        Where the bytes came from, for messages.
    limits : Limits
        Caps on tracks, notes and hours.

    Raises
    ------
    LoadError
        The file is damaged, over a limit, or holds no notes but drums.
    """
    return _score(data, source, limits, marked=True)


def _score(data: bytes, source: str, limits: Limits, *, marked: bool) -> Score:
    _, tpq, tracks = chunks(data, source=source)
    if len(tracks) > limits.tracks:
        raise LoadError("limit", f"{source}: {len(tracks)} tracks, at most {limits.tracks}", "raise Limits(tracks=...)")
    surveys = [survey(track, where=f"{source}: track {number}") for number, track in enumerate(tracks)]
    count = sum(found.notes for found in surveys)
    if count > limits.notes:
        raise LoadError("limit", f"{source}: {count} notes, at most {limits.notes}", "raise Limits(notes=...)")
    whole = _parsed(data, source)
    piece = piece_marks(surveys[0].texts if surveys else (), source=source)
    tempos = _tempos(whole, tpq, source)
    _check_length(max((found.end for found in surveys), default=0), tempos, tpq, source, limits)
    voices = _voices(tracks, surveys, tpq, piece if marked else None, source)
    if not any(voice.notes for voice in voices):
        _refuse_silence(surveys, source)
    metres = _metres(whole, tpq, source)
    titled = bool(surveys) and (len(surveys) == 1 or not surveys[0].starts)
    first_bar = metres[0].bar_length if metres and metres[0].onset == 0 else Fraction(4)
    return Score(
        voices=voices,
        metres=metres,
        keys=_keys(whole, tpq, piece, source),
        tempos=tempos,
        anacrusis=piece.anacrusis if piece.anacrusis < first_bar else Fraction(0),
        title=plain_text(surveys[0].name) if titled else "",
        composer=piece.composer,
        source=source,
    )


def score_from_pretty_midi(midi: pretty_midi.PrettyMIDI, *, source: str = "pretty_midi") -> Score:
    """Convert a PrettyMIDI object, on the ticks that it would be written with.

    pretty_midi gathers the texts of all tracks in one place, so fermatas and origins are not restored.

    Raises
    ------
    LoadError
        The object cannot be written as MIDI, or holds no notes but drums.
    """
    out = BytesIO()
    try:
        midi.write(out)
    except Exception as error:
        raise LoadError("content", f"{source}: pretty_midi cannot write this object: {error}") from error
    return _score(out.getvalue(), source, DEFAULT_LIMITS, marked=False)


def _parsed(data: bytes, source: str) -> Any:
    import symusic

    try:
        return symusic.Score.from_midi(data)
    except Exception as error:
        raise LoadError("content", f"{source}: damaged MIDI: {plain_text(str(error))}", RESAVE) from None


def _voices(
    tracks: list[bytes], surveys: list[Survey], tpq: int, piece: PieceMarks | None, source: str
) -> tuple[Voice, ...]:
    sounding = [number for number, found in enumerate(surveys) if set(found.starts) - {DRUMS}]
    voices: list[Voice] = []
    empty = 0
    for number, (track, found) in enumerate(zip(tracks, surveys, strict=True)):
        marks = voice_marks(found.texts, piece, source=source) if piece else VoiceMarks()
        channels = sorted(set(found.starts) - {DRUMS})
        if not channels and not marks.ours:
            continue
        split = len(sounding) == 1 and len(channels) > 1
        for channel in channels if split else [None]:
            notes, dropped = _notes(alone(track, found, channel=channel, tpq=tpq), tpq, marks, source)
            empty += dropped
            if notes or marks.ours:
                stem = plain_text(found.name) if not split and len(tracks) > 1 else ""
                named = stem or _number_name(channel, number, marks)
                voices.append(Voice(named if marks.ours else _unused(named, voices), notes))
    if empty:
        warnings.warn(f"{source}: {empty} notes of no duration were dropped", stacklevel=3)
    return tuple(voices)


def _notes(file: bytes, tpq: int, marks: VoiceMarks, source: str) -> tuple[tuple[Note, ...], int]:
    starts = [tick for tick, _ in marks.runs]
    notes, dropped = [], 0
    for track in _parsed(file, source).tracks:
        table = track.notes.numpy()
        columns = [table[name].tolist() for name in ("time", "duration", "pitch", "velocity")]
        for tick, ticks, pitch, velocity in zip(*columns, strict=True):
            if ticks <= 0:
                dropped += 1
                continue
            run = bisect_right(starts, tick)
            origin = marks.single.get((tick, pitch)) or (marks.runs[run - 1][1] if run else GIVEN)
            held = (tick, pitch) in marks.fermatas
            try:
                note = Note(Fraction(tick, tpq), Fraction(ticks, tpq), pitch, velocity, fermata=held, origin=origin)
                notes.append(note)
            except ScoreError as error:
                raise LoadError("content", f"{source}: {error}", RESAVE) from None
    return tuple(notes), dropped


def _number_name(channel: int | None, track: int, marks: VoiceMarks) -> str:
    if marks.ours:
        return ""
    return f"track {track}" if channel is None else f"channel {channel + 1}"


def _unused(name: str, voices: list[Voice]) -> str:
    taken = {voice.name for voice in voices}
    number = 2
    fresh = name
    while fresh in taken:
        fresh, number = f"{name} {number}", number + 1
    return fresh


def _tempos(whole: Any, tpq: int, source: str) -> tuple[Tempo, ...]:
    tempos, moved = {}, []
    for tempo in whole.tempos:
        qpm = _shortest_qpm(tempo.mspq) if tempo.mspq > 0 else float("inf")
        kept = min(max(qpm, SLOWEST), FASTEST)
        if kept != qpm:
            moved.append(qpm)
        tempos[tempo.time] = Tempo(Fraction(tempo.time, tpq), kept)
    if moved:
        warnings.warn(
            f"{source}: tempo {moved[0]:g} was moved into {SLOWEST}..{FASTEST} quarters a minute", stacklevel=3
        )
    return tuple(tempos[tick] for tick in sorted(tempos))


def _shortest_qpm(microseconds: int) -> float:
    """Return the tempo with the fewest decimals that MIDI writes as `microseconds` a quarter.

    A whole number may be one microsecond off: some programs cut where others round.
    """
    exact = 60e6 / microseconds
    for digits in range(9):
        qpm = round(exact, digits)
        if qpm > 0 and abs(round(60e6 / qpm) - microseconds) <= (digits == 0):
            return qpm
    return exact


def _metres(whole: Any, tpq: int, source: str) -> tuple[TimeSignature, ...]:
    metres = {}
    for metre in whole.time_signatures:
        try:
            metres[metre.time] = TimeSignature(Fraction(metre.time, tpq), metre.numerator, metre.denominator)
        except ScoreError as error:
            warnings.warn(f"{source}: {error}; it was dropped", stacklevel=3)
    return tuple(metres[tick] for tick in sorted(metres))


def _keys(whole: Any, tpq: int, piece: PieceMarks, source: str) -> tuple[KeySignature, ...]:
    keys = {}
    for key in whole.key_signatures:
        mode = "" if key.time in piece.modeless else "minor" if key.tonality else "major"
        try:
            keys[key.time] = KeySignature(Fraction(key.time, tpq), key.key, mode)
        except ScoreError as error:
            warnings.warn(f"{source}: {error}; it was dropped", stacklevel=3)
    return tuple(keys[tick] for tick in sorted(keys))


def _check_length(last: int, tempos: tuple[Tempo, ...], tpq: int, source: str, limits: Limits) -> None:
    end = Fraction(last, tpq)
    changes = [tempo for tempo in tempos if tempo.onset < end]
    if not changes or changes[0].onset > 0:
        changes.insert(0, Tempo(Fraction(0), 120.0))
    stops = [*(tempo.onset for tempo in changes[1:]), end]
    minutes = sum(float(stop - tempo.onset) / tempo.qpm for tempo, stop in zip(changes, stops, strict=True))
    if minutes > 60 * limits.hours:
        raise LoadError(
            "limit", f"{source}: lasts {minutes / 60:.1f} hours, at most {limits.hours:g}", "raise Limits(hours=...)"
        )


def _refuse_silence(surveys: list[Survey], source: str) -> None:
    if any(DRUMS in found.starts for found in surveys):
        raise LoadError(
            "content", f"{source}: only drums (channel 10), no pitched notes", "choose a file with a melody"
        )
    raise LoadError("content", f"{source}: no notes", "choose a file with at least one note")
