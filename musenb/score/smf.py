"""The Standard MIDI File as bytes: its header, its track chunks, and a survey of what each track holds.

symusic reads the notes; it keeps neither the channels of a track nor its texts, and takes damaged files without a word.
This survey finds those and refuses damage by name.

References
----------
MIDI Manufacturers Association, Standard MIDI Files 1.0 (RP-001, 1996).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from musenb.errors import LoadError

DRUMS = 9
LARGEST_TICK = 2**31 - 1
META, SYSEX, SYSEX_END = 0xFF, 0xF0, 0xF7
TEXT, TRACK_NAME, END_OF_TRACK = 0x01, 0x03, 0x2F
DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
RESAVE = "save it again from the program it came from"


@dataclass(slots=True)
class Survey:
    """What one track holds.

    Parameters
    ----------
    name : str
        Its track name, unclean; empty when it has none.
    texts : list of (int, str)
        Tick and content of each text event.
    starts : dict of int to list of int
        For each channel 0..15 that sounds, where in the track the velocities of its note-ons stand.
    programs : list of int
        Where in the track the numbers of its program changes stand.
    end : int
        Tick of its last event.
    """

    name: str = ""
    texts: list[tuple[int, str]] = field(default_factory=list)
    starts: dict[int, list[int]] = field(default_factory=dict)
    programs: list[int] = field(default_factory=list)
    end: int = 0

    @property
    def notes(self) -> int:
        """Number of note-ons."""
        return sum(len(places) for places in self.starts.values())


def chunks(data: bytes, *, source: str) -> tuple[int, int, list[bytes]]:
    """Return the format (0 or 1), the ticks of a quarter (1..32767) and the content of each track chunk.

    Raises
    ------
    LoadError
        The header or a chunk is damaged, or the file is of a kind that holds no metrical time.
    """
    if len(data) < 14 or data[:4] != b"MThd":
        raise LoadError("format", f"{source}: not a MIDI file, it does not begin with a whole MThd header", RESAVE)
    length, form, _, division = struct.unpack(">IHHH", data[4:14])
    if division & 0x8000:
        raise LoadError(
            "content",
            f"{source}: its time is in SMPTE frames, not in ticks of a quarter",
            "export it with metrical time",
        )
    if division == 0:
        raise LoadError("content", f"{source}: 0 ticks a quarter; at least 1 is needed", RESAVE)
    if length < 6 or form not in (0, 1):
        raise LoadError(
            "content", f"{source}: MIDI format {form}, header of {length} bytes; formats 0 and 1 are read", RESAVE
        )
    tracks, position = [], 8 + length
    while position + 8 <= len(data):
        kind, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8])
        position += 8
        if kind == b"MTrk":
            if position + size > len(data):
                missing = position + size - len(data)
                raise LoadError(
                    "content",
                    f"{source}: track {len(tracks)} breaks off, {missing} bytes are missing",
                    "copy or download it again",
                )
            tracks.append(data[position : position + size])
        position += size
    return form, division, tracks


def survey(track: bytes, *, where: str) -> Survey:
    """Walk through the events of one track.

    Raises
    ------
    LoadError
        An event is damaged; the message says at which byte of the track.
    """
    found = Survey()
    try:
        for tick, kind, place in events(track):
            found.end = tick
            if kind < SYSEX:
                _note_place(found, track, kind, place)
            elif kind == META and track[place] in (TEXT, TRACK_NAME):
                size, start = varlen(track, place + 1)
                text = decoded(track[start : start + size])
                if track[place] == TEXT:
                    found.texts.append((tick, text))
                elif not found.name:
                    found.name = text
    except (IndexError, ValueError) as error:
        raise LoadError("content", f"{where} is damaged: {error}", RESAVE) from None
    return found


def _note_place(found: Survey, track: bytes, kind: int, place: int) -> None:
    if kind >> 4 == 0x9 and track[place + 1]:
        found.starts.setdefault(kind & 0xF, []).append(place + 1)
    elif kind >> 4 == 0xC:
        found.programs.append(place)


def events(track: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the tick, the status byte and the place of the first data byte of each event up to the end of the track.

    Raises
    ------
    ValueError, IndexError
        An event is damaged or breaks off.
    """
    place, tick, running, end = 0, 0, 0, len(track)
    while place < end:
        delta, place = varlen(track, place)
        tick += delta
        if tick > LARGEST_TICK:
            raise ValueError(f"tick {tick} at byte {place} is above {LARGEST_TICK}")
        status = track[place]
        if status >= 0x80:
            place += 1
        elif running:
            status = running
        else:
            raise ValueError(f"data byte {status:#04x} without a status at byte {place}")
        if status < SYSEX:
            running, size = status, DATA_BYTES[status >> 4]
            if place + size > end:
                raise ValueError(f"the last event breaks off at byte {place}")
            if any(byte & 0x80 for byte in track[place : place + size]):
                raise ValueError(f"a data byte above 127 at byte {place}")
            yield tick, status, place
            place += size
            continue
        if status not in (META, SYSEX, SYSEX_END):
            raise ValueError(f"status {status:#04x} at byte {place} has no place in a file")
        size, start = varlen(track, place + 1 if status == META else place)
        if start + size > end:
            raise ValueError(f"an event of {size} bytes breaks off at byte {place}")
        yield tick, status, place
        if status == META and track[place] == END_OF_TRACK:
            return
        # Meta events end running status by the letter, but many programs write as if they did not.
        running = running if status == META else 0
        place = start + size


def varlen(track: bytes, place: int) -> tuple[int, int]:
    """Return the variable-length number at `place` and the place after it."""
    value = 0
    for step in range(4):
        if place + step >= len(track):
            raise ValueError("it breaks off inside a number")
        byte = track[place + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + step + 1
    raise ValueError(f"a number of more than four bytes at byte {place}")


def alone(track: bytes, found: Survey, *, channel: int | None, tpq: int) -> bytes:
    """Return a one-track file in which only `channel` sounds (None: all but the drums) and no program changes.

    The other note-ons get velocity 0, which makes them note-offs of nothing.
    """
    edited = bytearray(track)
    for other, places in found.starts.items():
        if other == DRUMS or channel not in (None, other):
            for place in places:
                edited[place] = 0
    for place in found.programs:
        edited[place] = 0
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, tpq) + b"MTrk" + struct.pack(">I", len(edited)) + bytes(edited)


def decoded(raw: bytes) -> str:
    """Return the text of a meta event: UTF-8 where it is valid, else Latin-1, as older programs write."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
