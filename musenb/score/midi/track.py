"""MIDI track reader: notes paired from note-ons and note-offs, changes of tempo, metre and key, what is left out.

Conventions
-----------
- A note-off ends the earliest open note of its channel and pitch; all notes off, every note of its channel.
- Where overlapping notes of one pitch have too few note-offs, each ends at the latest where the next begins, and the
  last is held to the end of the track.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from musenb.errors import LoadError
from musenb.score.midi.marks import PREFIX
from musenb.score.midi.smf import (
    BEND,
    CONTROL,
    DRUMS,
    KEY_SIGNATURE,
    LYRIC,
    NOTE_OFF,
    NOTE_ON,
    RESAVE,
    SET_TEMPO,
    SYSEX,
    TEXT,
    TIME_SIGNATURE,
    TRACK_NAME,
    events,
)

SUSTAIN, CENTRE = 64, 0x40
NOTES_OFF = (120, 123, 124, 125, 126, 127)  # all sound off, all notes off, and the modes that imply it
MOST_EVIDENCE = 256
DEFAULT_TEMPO = (500_000).to_bytes(3)
DEFAULT_METRE = bytes((4, 2, 24, 8))
# Name of the field and of the notice, and the least bytes of content.
_CHANGES = {SET_TEMPO: ("tempos", 3), TIME_SIGNATURE: ("time signatures", 2), KEY_SIGNATURE: ("key signatures", 2)}


@dataclass(slots=True)
class TrackNote:
    """A note in ticks; `end` is -1 while the note is open."""

    onset: int
    end: int
    pitch: int
    velocity: int


@dataclass(slots=True)
class Track:
    """What one track holds, in ticks.

    Parameters
    ----------
    name : bytes
        Its track name; empty when it has none.
    end : int
        Tick of its last event.
    struck : int
        Number of note-ons, the drums' included.
    notes : dict of int to list of TrackNote
        The notes of each channel 0..15, the drums' left out, by onset.
    tempos, time_signatures, key_signatures : list of (int, bytes)
        Tick and content of each meta event, of at least the length that its kind needs.
    marks : list of (int, str)
        Tick and content of each text event that musenb wrote.
    texts : list of bytes
        Texts beyond ASCII, as evidence of their encoding.
    losses : dict of (str, str) to (int, int)
        Kind and action of each notice, with its count and the tick of the first.
    """

    name: bytes = b""
    end: int = 0
    struck: int = 0
    notes: dict[int, list[TrackNote]] = field(default_factory=dict)
    tempos: list[tuple[int, bytes]] = field(default_factory=list)
    time_signatures: list[tuple[int, bytes]] = field(default_factory=list)
    key_signatures: list[tuple[int, bytes]] = field(default_factory=list)
    marks: list[tuple[int, str]] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    losses: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def lose(
        self,
        kind: str,
        action: str,
        tick: int,
        *,
        count: int = 1,
    ) -> None:
        """Count what the score will not hold as it is here."""
        before, first = self.losses.get((kind, action), (0, tick))
        self.losses[kind, action] = before + count, min(first, tick)

    def lose_marks(self, ticks: Iterable[int]) -> None:
        """Count the marks of musenb that cannot be read."""
        for tick in ticks:
            self.lose("marks of musenb", "skipped", tick)


def read_track(data: bytes, *, where: str, most_notes: int) -> Track:
    """Read the content of a track chunk; after `most_notes` + 1 note-ons the rest is left unread.

    Raises
    ------
    LoadError
        An event is damaged; the message says at which byte of the track.
    """
    track, sounding = Track(), _Sounding()
    try:
        for tick, status, first, second in events(data):
            track.end = tick
            if isinstance(second, bytes):
                _read_meta(track, tick, first, second)
            elif status < SYSEX:
                sounding.read(track, tick, status, first, second)
                if track.struck > most_notes:
                    break
            else:
                track.lose("real-time bytes", "skipped", tick)
    except IndexError:
        raise LoadError("content", f"{where} is damaged: the last event breaks off", RESAVE) from None
    except ValueError as error:
        raise LoadError("content", f"{where} is damaged: {error}", RESAVE) from None
    _close(track)
    return track


class _Sounding:
    """The notes of a track that have begun and not ended, and the pedals that are down."""

    def __init__(self) -> None:
        self.open: dict[tuple[int, int], deque[TrackNote]] = defaultdict(deque)
        self.pressed = [False] * 16

    def read(
        self,
        track: Track,
        tick: int,
        status: int,
        first: int,
        second: int,
    ) -> None:
        """Take in one channel message."""
        message, channel = status >> 4, status & 0xF
        if message == NOTE_ON and second:
            track.struck += 1
            if channel == DRUMS:
                track.lose("drum notes", "left out", tick)
                return
            note = TrackNote(tick, -1, first, second)
            track.notes.setdefault(channel, []).append(note)
            self.open[channel, first].append(note)
        elif message in (NOTE_ON, NOTE_OFF):
            if waiting := self.open.get((channel, first)):
                waiting.popleft().end = tick
        elif message == CONTROL and first in NOTES_OFF:
            for (sounding, _), waiting in self.open.items():
                while sounding == channel and waiting:
                    waiting.popleft().end = tick
        elif message == CONTROL and first == SUSTAIN and channel != DRUMS:
            if second >= CENTRE and not self.pressed[channel]:
                track.lose("sustain pedal presses", "left out", tick)
            self.pressed[channel] = second >= CENTRE
        elif message == BEND and (first, second) != (0, CENTRE) and channel != DRUMS:
            track.lose("pitch bends", "left out", tick)


def _read_meta(track: Track, tick: int, kind: int, content: bytes) -> None:
    if kind in _CHANGES:
        name, size = _CHANGES[kind]
        if len(content) < size:
            track.lose(name, "left out", tick)
        else:
            getattr(track, name.replace(" ", "_")).append((tick, content))
    elif kind in (TEXT, TRACK_NAME, LYRIC):
        if kind == TEXT and content.startswith(PREFIX.encode()):
            track.marks.append((tick, content.decode("utf-8", "replace")))
        elif not content.isascii() and len(track.texts) < MOST_EVIDENCE:
            track.texts.append(content)
        if kind == TRACK_NAME and not track.name:
            track.name = content
        if kind == LYRIC:
            track.lose("lyrics", "left out", tick)


def _close(track: Track) -> None:
    """End the notes that no note-off ended, and drop those of no duration."""
    for channel, notes in track.notes.items():
        by_pitch: dict[int, list[TrackNote]] = defaultdict(list)
        for note in notes:
            by_pitch[note.pitch].append(note)
        for same in by_pitch.values():
            if same[-1].end < 0:
                _hold(track, _overlapping_end(same))
        for note in notes:
            if note.end <= note.onset:
                track.lose("notes of no duration", "left out", note.onset)
        track.notes[channel] = [note for note in notes if note.end > note.onset]


def _overlapping_end(same: list[TrackNote]) -> list[TrackNote]:
    """Return the last notes of a channel and pitch, back to the first that the next one overlaps."""
    start = len(same) - 1
    while start:
        before, note = same[start - 1], same[start]
        if 0 <= before.end <= note.onset:
            break
        start -= 1
    return same[start:]


def _hold(track: Track, notes: list[TrackNote]) -> None:
    """Share the note-offs that there are among overlapping notes of one pitch, which have too few."""
    offs = deque(note.end for note in notes if note.end >= 0)
    nexts = [note.onset for note in notes[1:]] + [track.end]
    for note, following in zip(notes, nexts, strict=True):
        while offs and offs[0] < note.onset:
            offs.popleft()
        if offs and offs[0] <= following:
            note.end = offs.popleft()
        else:
            note.end = following
            track.lose("notes without an end", "held to the next of its pitch or the end of the track", note.onset)


def joined(patterns: Iterable[Track]) -> Track:
    """Return patterns, each with its own tempo and metre, as one track: one after the other."""
    whole = Track()
    for pattern in patterns:
        start = whole.end
        whole.name = whole.name or pattern.name
        for name, default in (("tempos", DEFAULT_TEMPO), ("time_signatures", DEFAULT_METRE)):
            changes = getattr(pattern, name)
            late = not changes or changes[0][0] > 0
            begun = [(0, default), *changes] if late else changes
            getattr(whole, name).extend((start + tick, content) for tick, content in begun)
        whole.key_signatures += [(start + tick, content) for tick, content in pattern.key_signatures]
        whole.texts += pattern.texts
        for channel, notes in pattern.notes.items():
            moved = whole.notes.setdefault(channel, [])
            for note in notes:
                onset, end = start + note.onset, start + note.end
                moved.append(TrackNote(onset, end, note.pitch, note.velocity))
        for (kind, action), (count, first) in pattern.losses.items():
            whole.lose(kind, action, start + first, count=count)
        whole.lose("patterns of MIDI format 2", "joined one after the other", start)
        whole.end = start + pattern.end
        whole.struck += pattern.struck
    return whole
