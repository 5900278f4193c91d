"""What MIDI files of the world say and how it is read, and words about text: variants of known inputs."""

from __future__ import annotations

import struct
from fractions import Fraction

import pytest

from musenb import motif
from musenb.errors import LoadError, ScoreError
from musenb.score.load import load
from musenb.score.note import Tempo, TimeSignature
from tests.score import midi_files
from tests.score.midi_files import END, ON_C, said, times

F = Fraction


HEADER = b"MThd" + struct.pack(">IHHH", 6, 1, 1, 96)
TRACK = bytes.fromhex(ON_C + END)


def chunk(content: bytes, size: int | None = None) -> bytes:
    return b"MTrk" + struct.pack(">I", len(content) if size is None else size) + content


def wrapped(inside: bytes, *, size: int | None = None, before: bytes = b"") -> bytes:
    data = b"data" + struct.pack("<I", len(inside) if size is None else size) + inside
    return b"RIFF" + struct.pack("<I", 4 + len(before) + len(data)) + b"RMID" + before + data


@pytest.mark.parametrize(
    "data",
    [
        b"MThd" + struct.pack(">IHHH", 8, 1, 1, 96) + b"\0\0" + chunk(TRACK),  # a longer header
        HEADER + b"XFIH" + struct.pack(">I", 3) + b"abc" + chunk(TRACK),  # a chunk of another kind
        HEADER + chunk(TRACK, 500),  # a length beyond the file, and all events there
        HEADER + chunk(TRACK) + b"\0\0\0junk",
        HEADER + chunk(bytes.fromhex(ON_C)),  # no end of track
        b"MThd" + struct.pack(">IHHH", 6, 1, 5, 96) + chunk(TRACK),  # fewer tracks than said
        wrapped(HEADER + chunk(TRACK), before=b"LIST" + struct.pack("<I", 3) + b"abc\0"),
        wrapped(HEADER + chunk(TRACK), size=500),
    ],
)
def test_files_with_wrong_sizes_and_other_chunks(data: bytes) -> None:
    assert times(load(data, name="a.mid" if data.startswith(b"MThd") else "a.rmi")) == ["0:1:60"]


@pytest.mark.parametrize("cut", [1, 3, 4, 6])
def test_a_track_that_really_breaks_off_is_refused(cut: int) -> None:
    for data in (HEADER + chunk(TRACK), wrapped(HEADER + chunk(TRACK))):
        with pytest.raises(LoadError, match="breaks off"):
            load(data[:-cut])


@pytest.mark.parametrize("controller", ["78", "7b", "7e", "7f"])
def test_all_notes_off_ends_the_notes_of_its_channel(controller: str) -> None:
    track = f"00 90 3c 40 00 90 40 40 00 91 43 40 60 b0 {controller} 00 60 81 43 40 "
    score = midi_files.read(track + END)
    assert times(score) == ["0:1:60", "0:1:64", "0:2:67"]
    assert said(score) == []


def test_system_exclusive_messages_in_parts_take_their_time() -> None:
    assert times(midi_files.read("00 f0 03 43 12 00 30 f7 03 43 12 f7 30 90 3c 40 60 80 3c 40 " + END)) == ["1:1:60"]


def test_a_tempo_later_than_the_first_notes_of_another_track() -> None:
    score = midi_files.read(ON_C * 2 + END, "81 40 ff 51 03 0f 42 40 " + END, ON_C + END)
    assert score.tempos == (Tempo(F(0), 120.0), Tempo(F(2), 60.0))


def test_patterns_of_format_2_each_with_its_metre() -> None:
    score = midi_files.read(ON_C + END, "00 ff 58 04 03 02 18 08 " + ON_C * 3 + END, form=2)
    assert times(score) == ["0:1:60", "1:1:60", "2:1:60", "3:1:60"]
    assert score.metres == (TimeSignature(F(0), 4, 4), TimeSignature(F(1), 3, 4))


@pytest.mark.parametrize(
    ("tpq", "durations", "each"),
    [
        (100, [33, 33, 34], F(1, 3)),
        (96, [19, 19, 19, 19, 20], F(1, 5)),
        (96, [13, 14, 14, 14, 13, 14, 14], F(1, 7)),
        (120, [17, 17, 17, 17, 17, 17, 18], F(1, 7)),
    ],
)
def test_tuplets_between_the_ticks(tpq: int, durations: list[int], each: Fraction) -> None:
    played = "".join(f"00 90 {60 + at:02x} 40 {ticks:02x} 80 {60 + at:02x} 40 " for at, ticks in enumerate(durations))
    notes = midi_files.read(played + END, tpq=tpq).voices[0].notes
    assert [(one.onset, one.duration) for one in notes] == [(each * at, each) for at in range(len(durations))]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("utf-8-sig", ["Flöte"]),
        ("cp1252", ["Flöte – 2", "Hörner"]),
        ("cp1251", ["Скрипка", "ФЛЕЙТА", "Левая рука"]),
        ("cp932", ["バイオリン", "チェロ"]),
        ("gbk", ["小提琴", "大提琴"]),
    ],
)
def test_names_of_tracks_in_encodings_that_are_not_named(encoding: str, names: list[str]) -> None:
    raw = [name.encode(encoding) for name in names]
    tracks = [f"00 ff 03 {len(name):02x} {name.hex()} " + ON_C + END for name in raw]
    assert [voice.name for voice in midi_files.read(END, *tracks, ON_C + END).voices[: len(names)]] == names


def test_a_key_beyond_seven_accidentals_is_left_out_and_the_next_one_holds() -> None:
    score = midi_files.read("00 ff 59 02 f7 00 60 ff 59 02 02 01 " + ON_C + END)
    assert [(key.onset, key.fifths, key.mode) for key in score.keys] == [(1, 2, "minor")]
    assert said(score) == ["1 key signature left out (bar 1)"]


# Text


@pytest.mark.parametrize("written", ['C4 D4 F"x\x02:', '"\x02', '\x1b"'])
def test_what_is_said_about_an_unclosed_quote_shows_no_control_characters(written: str) -> None:
    with pytest.raises(ScoreError, match="a text between two quotes") as refused:
        motif(written)
    assert str(refused.value).isprintable()
