"""MIDI events as they are read: tempos, metres, note ends, pedal and the formats of a file."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.errors import LoadError
from musenb.score.load import load
from musenb.score.note import KeySignature, Tempo, TimeSignature
from tests.score.midi_files import END, ON_C, named, read, said, smf, times

F = Fraction


def test_without_a_tempo_it_is_120_until_one_comes() -> None:
    assert read(ON_C + END).tempos == (Tempo(F(0), 120.0),)
    later = "60 ff 51 03 0f 42 40 "  # 60 quarters a minute at quarter 1
    assert read(later + END, ON_C + END).tempos == (Tempo(F(0), 120.0), Tempo(F(1), 60.0))


@pytest.mark.parametrize("form", [0, 1])
def test_tempo_metre_and_key_count_wherever_they_stand(form: int) -> None:
    changes = "60 ff 51 03 0f 42 40 00 ff 58 04 03 02 18 08 00 ff 59 02 01 00 "
    score = read(ON_C + END, ON_C + changes + ON_C + END, form=form)
    assert score.tempos == (Tempo(F(0), 120.0), Tempo(F(2), 60.0))
    assert score.metre_at(F(2)).beats == 3
    assert score.keys == (KeySignature(F(2), 1, "major"),)


def test_of_two_tempos_at_one_tick_the_later_track_counts() -> None:
    assert read("00 ff 51 03 0f 42 40 " + END, "00 ff 51 03 07 a1 20 " + ON_C + END).tempos == (Tempo(F(0), 120.0),)


def test_a_metre_begins_a_bar_where_it_stands() -> None:
    metres = "00 ff 58 04 04 02 18 08 81 40 ff 58 04 03 02 18 08 "  # 4/4, and 3/4 at quarter 2
    score = read(metres + END, ON_C * 5 + END)
    assert [(bar.onset, bar.end) for bar in score.bars()] == [(0, 2), (2, 5)]
    assert score.anacrusis == 0


@pytest.mark.parametrize(
    "metres",
    [
        "00 ff 58 04 01 02 18 08 60 ff 58 04 03 02 18 08 ",  # 1/4 for a quarter, then 3/4
        "00 ff 58 04 03 02 18 08 60 ff 58 04 03 02 18 08 ",  # 3/4, and again after a quarter
        "60 ff 58 04 03 02 18 08 ",  # the first metre after a quarter
    ],
)
def test_a_first_bar_that_a_metre_cuts_short_is_a_pick_up(metres: str) -> None:
    score = read(metres + END, ON_C * 4 + END)
    assert score.anacrusis == 1
    assert score.metres == (TimeSignature(F(0), 3, 4),)
    assert [(bar.number, bar.onset, bar.end) for bar in score.bars()] == [(0, 0, 1), (1, 1, 4)]


@pytest.mark.parametrize(
    "metres",
    [
        "00 ff 58 04 04 02 18 08 83 00 ff 58 04 03 02 18 08 ",  # a whole bar of 4/4, then shorter ones of 3/4
        "00 ff 58 04 04 02 18 08 83 00 ff 58 04 04 02 18 08 ",  # a whole bar, and the same metre again
        "00 ff 58 04 02 02 18 08 86 00 ff 58 04 03 02 18 08 ",  # four bars of 2/4
        "01 ff 58 04 03 02 18 08 ",  # a tick late
    ],
)
def test_other_changes_of_metre_make_no_pick_up(metres: str) -> None:
    assert read(metres + END, ON_C * 16 + END).anacrusis == 0


def test_a_note_without_an_end_is_held_to_the_end_of_the_track_and_said() -> None:
    score = read(named("T") + END, named("Flute") + ON_C * 4 + "00 90 3e 50 60 90 40 50 60 80 40 00 " + END)
    assert times(score)[-2:] == ["4:2:62", "5:1:64"]
    held = "held to the next of its pitch or the end of the track"
    assert said(score) == [f"1 note without an end {held} (bar 2 of 'Flute')"]


@pytest.mark.parametrize(
    ("events", "notes"),
    [
        ("00 90 3c 40 60 90 3c 50 60 80 3c 00 ", ["0:1:60", "1:1:60"]),  # on, on, off
        ("00 90 3c 40 60 90 3c 50 60 90 3c 60 60 ff 01 00 ", ["0:1:60", "1:1:60", "2:1:60"]),  # on, on, on
        ("00 90 3c 40 60 90 3c 50 00 80 3c 00 60 ff 01 00 ", ["0:1:60", "1:1:60"]),  # the next before the off
        ("00 90 3c 40 30 80 3c 00 30 90 3c 50 60 ff 01 00 ", ["0:1/2:60", "1:1:60"]),  # only the last has none
    ],
)
def test_a_key_struck_again_ends_the_note_that_has_no_end(events: str, notes: list[str]) -> None:
    assert times(read(events + END)) == notes


def test_a_note_off_ends_the_earliest_of_its_pitch_and_channel() -> None:
    overlap = "00 90 3c 40 60 90 3c 50 00 91 3c 60 60 80 3c 00 60 80 3c 00 60 81 3c 00 "
    assert times(read(overlap + END)) == ["0:2:60", "1:2:60", "1:3:60"]
    assert times(read("00 80 3c 40 00 80 3d 40 " + ON_C + END)) == ["0:1:60"]


def test_pedal_bends_lyrics_and_drums_are_left_out_and_said() -> None:
    pedal = "00 b0 40 7f 00 b0 40 50 00 b0 40 00 00 b0 40 7f "  # pressed twice
    bends = "00 e0 00 40 00 e0 01 40 00 e0 00 00 "  # the first is the centre
    lyric, drum = "00 ff 05 02 6c 61 ", "00 99 24 40 60 89 24 00 "
    score = read(named("A") + pedal + ON_C * 5 + bends + lyric + drum + END)
    assert times(score) == [f"{quarter}:1:60" for quarter in range(5)]
    assert said(score) == [
        "2 sustain pedal presses left out (first: bar 1 of 'A')",
        "2 pitch bends left out (first: bar 2 of 'A')",
        "1 lyric left out (bar 2 of 'A')",
        "1 drum note left out (bar 2 of 'A')",
    ]


def test_a_plain_file_has_nothing_to_say() -> None:
    assert read(named("A") + "00 c0 05 00 b0 07 64 " + ON_C + END).notices == ()


@pytest.mark.parametrize(
    ("track", "skipped"),
    [
        ("00 f8 " + ON_C + END, 1),
        ("00 90 3c 40 30 fe 30 80 3c 40 " + END, 1),
        ("00 90 f8 3c fa 40 60 3c 00 " + END, 2),  # between data bytes; running status goes on
        ("00 f2 01 02 00 f6 00 f3 05 " + ON_C + END, 3),  # system common messages, with their data bytes
    ],
)
def test_real_time_bytes_inside_a_track_are_skipped_and_said(track: str, skipped: int) -> None:
    score = read(track)
    assert times(score) == ["0:1:60"]
    told = "1 real-time byte skipped (bar 1)" if skipped == 1 else f"{skipped} real-time bytes skipped (first: bar 1)"
    assert said(score) == [told]


def test_a_file_in_a_riff_wrapper_is_read() -> None:
    inside = smf(ON_C + END)
    size = len(inside).to_bytes(4, "little")
    info = b"LIST\x05\0\0\0INFO \0"  # of odd size, filled up by a byte
    for extra in (b"", info):
        body = b"RMID" + extra + b"data" + size + inside
        data = b"RIFF" + len(body).to_bytes(4, "little") + body
        assert times(load(data)) == ["0:1:60"]
        assert times(load(data, name="song.rmi")) == ["0:1:60"]
    with pytest.raises(LoadError, match="a RIFF file without MIDI data"):
        load(b"RIFF\x04\0\0\0RMID")
    with pytest.raises(LoadError, match="track 0 breaks off, 2 bytes are missing"):
        load(data[:-2])


def test_patterns_of_format_2_are_joined_and_said() -> None:
    first = "00 ff 51 03 0f 42 40 00 ff 58 04 03 02 18 08 " + ON_C * 3 + END  # 60 a minute, 3/4
    second = "00 90 3e 40 60 80 3e 40 " + END
    score = read(named("Song") + first, second, form=2)
    assert times(score) == ["0:1:60", "1:1:60", "2:1:60", "3:1:62"]
    assert score.tempos == (Tempo(F(0), 60.0), Tempo(F(3), 120.0))
    assert score.metres == (TimeSignature(F(0), 3, 4), TimeSignature(F(3), 4, 4))
    assert score.title == "Song"
    assert said(score) == ["2 patterns of MIDI format 2 joined one after the other (first: bar 1 of 'Song')"]
    assert read(first, form=2).notices == ()


def test_format_2_with_a_first_track_of_no_notes_is_read_side_by_side() -> None:
    score = read(named("Song") + END, ON_C + END, "00 90 3e 40 60 80 3e 40 " + END, form=2)
    assert times(score) == ["0:1:60", "0:1:62"]
    assert said(score) == ["3 tracks of MIDI format 2 read side by side (first: bar 1 of 'Song')"]


def test_as_many_parts_as_musenb_saves_are_read() -> None:
    assert len(read(*[ON_C + END] * 500).voices) == 500
