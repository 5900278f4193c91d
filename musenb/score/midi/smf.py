"""Standard MIDI File parser: its header, its track chunks and the events of a track.

Bytes that real devices send between events (real-time and system common messages) have no place in a file, but stand
in some; players skip them, and so does `events`, which names each one. A data byte above 127 is damage.

References
----------
MIDI Manufacturers Association, Standard MIDI Files 1.0 (RP-001, 1996); RIFF-wrapped files: RP-029.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

from musenb.errors import LoadError

DRUMS = 9
LARGEST_TICK = 2**31 - 1
NOTE_OFF, NOTE_ON, CONTROL, BEND = 0x8, 0x9, 0xB, 0xE
SYSEX, SYSEX_END, REAL_TIME, META = 0xF0, 0xF7, 0xF8, 0xFF
TEXT, TRACK_NAME, LYRIC, END_OF_TRACK = 0x01, 0x03, 0x05, 0x2F
SET_TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = 0x51, 0x58, 0x59
ONE_DATA_BYTE = (0xC, 0xD)
SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}
RESAVE = "save it again from the program it came from"

Event = tuple[int, int, int, int | bytes]


def is_midi(data: bytes) -> bool:
    """Tell whether the first bytes are those of a MIDI file, plain or in a RIFF wrapper."""
    return data.startswith(b"MThd") or (data.startswith(b"RIFF") and data[8:12] == b"RMID")


def unwrapped(data: bytes, *, source: str) -> bytes:
    """Return the MIDI file inside a RIFF wrapper; bytes without one come back as they are.

    Raises
    ------
    LoadError
        The wrapper holds no MIDI data.
    """
    if not data.startswith(b"RIFF"):
        return data
    place = 12
    while place + 8 <= len(data):
        kind = data[place : place + 4]
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8
        if kind == b"data":
            return data[place : place + size]  # its chunks tell whether it breaks off
        place += size + size % 2
    raise LoadError("content", f"{source}: a RIFF file without MIDI data", RESAVE)


def chunks(
    data: bytes,
    *,
    source: str,
) -> tuple[int, int, list[bytes]]:
    """Return the format (0..2), the ticks of a quarter (1..32767) and the content of each track chunk.

    Raises
    ------
    LoadError
        The header or a chunk is damaged, or the file holds no metrical time.
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
    if length < 6 or form > 2:
        raise LoadError(
            "content", f"{source}: MIDI format {form}, header of {length} bytes; formats 0, 1 and 2 are read", RESAVE
        )
    tracks, place = [], 8 + length
    while place + 8 <= len(data):
        kind = data[place : place + 4]
        size = int.from_bytes(data[place + 4 : place + 8])
        place += 8
        if kind == b"MTrk":
            if place + size > len(data) and not _ends(data[place:]):
                raise _broken_off(f"{source}: track {len(tracks)}", place + size - len(data))
            tracks.append(data[place : place + size])
        place += size
    return form, division, tracks


def _ends(track: bytes) -> bool:
    """Return whether a track comes to its end, whatever its length says."""
    kind = -1
    with contextlib.suppress(IndexError, ValueError):
        for _, status, first, _ in events(track):
            kind = first if status == META else -1
    return kind == END_OF_TRACK


def _broken_off(what: str, missing: int) -> LoadError:
    return LoadError("content", f"{what} breaks off, {missing} bytes are missing", "copy or download it again")


def events(track: bytes) -> Iterator[Event]:
    """Yield the events of a track up to its end, as (tick, status, first, second).

    `first` and `second` are the data bytes of a channel message (0 where it has one only), the kind and the content of
    a meta event, and 0 for what has no place in a file and is skipped. System exclusive messages are left out.

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
            running, size = status, 1 if status >> 4 in ONE_DATA_BYTE else 2
            first, second = track[place], track[place + 1] if size == 2 else 0
            place += size
            if (first | second) & 0x80:
                (first, second), strays, place = _data_among_strays(track, place - size, size)
                yield from ((tick, stray, 0, 0) for stray in strays)
            yield tick, status, first, second
        elif status in (META, SYSEX, SYSEX_END):
            content = place + 1 if status == META else place
            size, start = varlen(track, content)
            if start + size > end:
                raise ValueError(f"an event of {size} bytes breaks off at byte {place}")
            if status == META:
                yield tick, META, track[place], track[start : start + size]
                if track[place] == END_OF_TRACK:
                    return
            # Meta events end running status by the letter, but many programs write as if they did not.
            running = running if status == META else 0
            place = start + size
        else:
            yield tick, status, 0, 0
            running = running if status >= REAL_TIME else 0
            place += SYSTEM_DATA_BYTES.get(status, 0)


def _data_among_strays(
    track: bytes,
    place: int,
    size: int,
) -> tuple[tuple[int, int], list[int], int]:
    """Return the data bytes of a message among real-time bytes, those real-time bytes, and the place after it."""
    data, strays = [], []
    while len(data) < size:
        byte = track[place]
        place += 1
        if byte < 0x80:
            data.append(byte)
        elif REAL_TIME <= byte < META:
            strays.append(byte)
        else:
            raise ValueError(f"a data byte above 127 at byte {place - 1}")
    return (data[0], data[1] if size == 2 else 0), strays, place


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
