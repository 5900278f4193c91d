"""MIDI importer, exact: every time is ticks over ticks a quarter, and tuplets that ticks cannot hold are seen.

Conventions
-----------
- Each track with notes is a voice, named after the track. When all notes of a file stand in one track, as in format 0,
  each channel is a voice. Program changes do not split a voice.
- Tempo, metre and key count for all voices wherever they stand; of two at one tick the later track's counts. Where no
  tempo is given it is 120 quarters a minute.
- The first bar is a pick-up when a metre of its own fills just that bar and a longer one follows, or when the first
  metre stands again, or for the first time, before its bar is full.
- Patterns of format 2 are joined one after the other; where the first has no notes, they are tracks side by side.
- Notes sound as long as their keys are held: the sustain pedal is left out, and so are the drum channel (10), pitch
  bends and lyrics. `Score.notices` names what was left out or changed.
- The title is the name of the first track when that track has no notes, or is the only one.
- What only musenb writes is read back: anacrusis, fermatas, origins and more (`midi_marks`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING

from musenb.errors import LoadError
from musenb.score.charset import decoded, encoding_of
from musenb.score.limits import DEFAULT_LIMITS, Limits, raised_by
from musenb.score.marks import Notice
from musenb.score.midi.changes import grouped, keys_of, metres_of, pick_up, tempos_of
from musenb.score.midi.marks import OUR_VOICE, PieceMarks, VoiceMarks, exact_ticks, piece_marks, voice_marks
from musenb.score.midi.smf import chunks, unwrapped
from musenb.score.midi.time import Quarters, exact_times
from musenb.score.midi.track import Track, TrackNote, joined, read_track
from musenb.score.note import GIVEN, Note, Score, Tempo, Voice
from musenb.score.plain import plain_text

if TYPE_CHECKING:
    import pretty_midi


def score_from_midi(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Score:
    """Read the bytes of a MIDI file.

    Parameters
    ----------
    data : bytes
        A Standard MIDI File, plain or in a RIFF wrapper.
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


def _score(data: bytes, source: str, limits: Limits, *, marked: bool) -> Score:
    form, tpq, contents = chunks(unwrapped(data, source=source), source=source)
    tracks = _tracks(contents, source, limits)
    if not any(chain.from_iterable(track.notes.values() for track in tracks)):
        _refuse_silence(tracks, source)
    if form == 2 and len(tracks) > 1:
        tracks = _side_by_side(tracks) if not tracks[0].notes else [joined(tracks)]
    ours = marked and any(text == OUR_VOICE for track in tracks for _, text in track.marks)
    quarters = exact_ticks(tracks[0].marks, tpq) if ours else exact_times(_onsets(tracks), tpq)
    tempos = tempos_of(tracks, quarters)
    _check_length(quarters(max(track.end for track in tracks)), tempos, source, limits)
    piece = piece_marks(tracks[0].marks if marked else (), quarters)
    tracks[0].lose_marks(piece.skipped)
    names = _names(tracks)
    voices = _voices(tracks, names, quarters, piece if marked else None)
    _check_count(sum(len(voice.notes) for voice in voices), source, limits)
    metres = grouped(metres_of(tracks, quarters), piece.groups)
    anacrusis = piece.anacrusis
    if not ours and not anacrusis and form != 2:
        metres, anacrusis = pick_up(metres)
    first_bar = metres[0].bar_length if metres and metres[0].onset == 0 else Fraction(4)
    score = Score(
        voices=voices,
        metres=metres,
        keys=keys_of(tracks, quarters, modeless=piece.modeless),
        tempos=tempos,
        anacrusis=anacrusis if anacrusis < first_bar else Fraction(0),
        title=names[0] if len(tracks) == 1 or not tracks[0].struck else "",
        composer=piece.composer,
        source=source,
        measures=tuple(piece.measures),
        repeats=tuple(piece.repeats),
        chords=tuple(piece.chords),
        first_bar=piece.first_bar,
    )
    return replace(score, notices=_notices(tracks, names, quarters, score))


def _onsets(tracks: Iterable[Track]) -> Iterator[list[int]]:
    for track in tracks:
        yield sorted(note.onset for note in chain.from_iterable(track.notes.values()))


def _tracks(contents: Sequence[bytes], source: str, limits: Limits) -> list[Track]:
    if len(contents) > limits.tracks:
        raise LoadError("limit", f"{source}: {len(contents)} tracks, at most {limits.tracks}", raised_by("tracks"))
    tracks, left = [], limits.notes
    for number, content in enumerate(contents):
        track = read_track(content, where=f"{source}: track {number}", most_notes=left)
        left -= track.struck
        _check_count(limits.notes - left, source, limits)
        tracks.append(track)
    return tracks


def _check_count(count: int, source: str, limits: Limits) -> None:
    if count > limits.notes:
        raise LoadError("limit", f"{source}: more than {limits.notes} notes", raised_by("notes"))


def _side_by_side(patterns: list[Track]) -> list[Track]:
    for pattern in patterns:
        pattern.lose("tracks of MIDI format 2", "read side by side", 0)
    return patterns


def _names(tracks: Sequence[Track]) -> list[str]:
    encoding = encoding_of(chain.from_iterable(track.texts for track in tracks))
    return [plain_text(decoded(track.name, encoding)) for track in tracks]


def _voices(
    tracks: Sequence[Track], names: Sequence[str], quarters: Quarters, piece: PieceMarks | None
) -> tuple[Voice, ...]:
    sounding = sum(bool(track.notes) for track in tracks)
    voices: list[Voice] = []
    taken: dict[str, int] = {}
    for number, (track, name) in enumerate(zip(tracks, names, strict=True)):
        marks = voice_marks(track.marks, piece) if piece else VoiceMarks()
        track.lose_marks(marks.skipped)
        name = name if len(tracks) > 1 else ""
        if sounding == 1 and len(track.notes) > 1 and not marks.ours:
            for channel, struck in sorted(track.notes.items()):
                voices.append(Voice(_unused(f"channel {channel + 1}", taken), _notes(struck, quarters, marks)))
        elif track.notes or marks.ours:
            name = name if marks.ours else _unused(name or f"track {number}", taken)
            voices.append(Voice(name, _notes(_by_onset(track), quarters, marks)))
    return tuple(voices)


def _by_onset(track: Track) -> list[TrackNote]:
    notes = list(chain.from_iterable(track.notes.values()))
    return sorted(notes, key=lambda note: (note.onset, note.pitch, note.end))


def _notes(
    struck: Iterable[TrackNote],
    quarters: Quarters,
    marks: VoiceMarks,
) -> tuple[Note, ...]:
    starts = [tick for tick, _ in marks.runs]
    notes = []
    for note in struck:
        place, pitch = (note.onset, note.pitch), note.pitch
        onset = quarters(note.onset)
        duration = quarters(note.end) - onset
        if duration.numerator <= 0:  # a tick before and a tick after one place of a tuplet
            duration = quarters(note.end + 1) - onset
        overlap = marks.overlaps.get(place)
        if overlap and overlap.struck == note.end - note.onset:
            for ticks, velocity, origin, held in overlap.notes:
                length = quarters(note.onset + ticks) - onset
                notes.append(Note(onset, length, pitch, velocity, fermata=held, origin=origin))
            continue
        run = bisect_right(starts, note.onset)
        inherited = marks.runs[run - 1][1] if run else GIVEN
        origin = marks.single.get(place) or inherited
        held = place in marks.fermatas
        notes.append(Note(onset, duration, pitch, note.velocity, fermata=held, origin=origin))
    return tuple(notes)


def _unused(name: str, taken: dict[str, int]) -> str:
    """Return the name, or with the next number behind it when it is taken."""
    fresh, number = name, taken.get(name, 1)
    while fresh in taken:
        number += 1
        fresh = f"{name} {number}"
    taken[name] = number
    taken.setdefault(fresh, 1)
    return fresh


def _check_length(end: Fraction, tempos: Sequence[Tempo], source: str, limits: Limits) -> None:
    changes = [tempo for tempo in tempos if tempo.onset < end]
    stops = [*(tempo.onset for tempo in changes[1:]), end]
    spans = zip(changes, stops, strict=False)
    minutes = sum(float(stop - tempo.onset) / tempo.qpm for tempo, stop in spans)
    if minutes > 60 * limits.hours:
        raise LoadError(
            "limit", f"{source}: lasts {minutes / 60:.1f} hours, at most {limits.hours:g}", raised_by("hours")
        )


def _refuse_silence(tracks: Sequence[Track], source: str) -> None:
    if any(("drum notes", "left out") in track.losses for track in tracks):
        raise LoadError(
            "content", f"{source}: only drums (channel 10), no pitched notes", "choose a file with a melody"
        )
    raise LoadError("content", f"{source}: no notes", "choose a file with at least one note")


def _notices(
    tracks: Sequence[Track],
    names: Sequence[str],
    quarters: Quarters,
    score: Score,
) -> tuple[Notice, ...]:
    """Return what the tracks lost, each kind once, with the bar and the track of the first."""
    counts: dict[tuple[str, str], int] = {}
    firsts: dict[tuple[str, str], tuple[int, int]] = {}
    for number, track in enumerate(tracks):
        for what, (count, tick) in track.losses.items():
            counts[what] = counts.get(what, 0) + count
            firsts[what] = min(firsts.get(what, (tick, number)), (tick, number))
    if not firsts:
        return ()
    last = max(tick for tick, _ in firsts.values())
    bars = list(score.bars(quarters(last) + 1))
    onsets = [bar.onset for bar in bars]
    notices = []
    for (kind, action), (tick, number) in firsts.items():
        bar = bars[bisect_right(onsets, quarters(tick)) - 1]
        place = f"bar {bar.number}"
        if names[number]:
            place += f" of {names[number]!r}"
        notices.append(Notice(kind, action, counts[kind, action], place))
    return tuple(notices)
