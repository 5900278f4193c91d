"""MIDI files from tracks in hex, and what is read from them as short text."""

from __future__ import annotations

import struct

from musenb.score.from_midi import score_from_midi
from musenb.score.note import Score

ON_C = "00 90 3c 40 60 80 3c 40 "
END = "00 ff 2f 00"


def smf(*tracks: str, form: int = 1, tpq: int = 96) -> bytes:
    """Return a MIDI file from tracks in hex; 0x60 ticks are a quarter."""
    chunks = b"".join(b"MTrk" + struct.pack(">I", len(raw)) + raw for raw in map(bytes.fromhex, tracks))
    return b"MThd" + struct.pack(">IHHH", 6, form, len(tracks), tpq) + chunks


def named(name: str) -> str:
    return f"00 ff 03 {len(name.encode()):02x} {name.encode().hex()} "


def text(content: str) -> str:
    return f"00 ff 01 {len(content.encode()):02x} {content.encode().hex()} "


def read(*tracks: str, form: int = 1, tpq: int = 96) -> Score:
    return score_from_midi(smf(*tracks, form=form, tpq=tpq), source="song.mid")


def said(score: Score) -> list[str]:
    return [str(notice) for notice in score.notices]


def times(score: Score) -> list[str]:
    """Return onset:duration:pitch of each note, in quarters."""
    return [f"{note.onset}:{note.duration}:{note.pitch}" for voice in score.voices for note in voice.notes]


def pitches(score: Score) -> dict[str, list[int]]:
    return {voice.name: [note.pitch for note in voice.notes] for voice in score.voices}
