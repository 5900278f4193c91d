"""MIDI reader: voices, drums, names, marks, and files that are damaged or too large."""

from __future__ import annotations

from fractions import Fraction

import pretty_midi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import LoadError
from musenb.score.from_midi import score_from_midi, score_from_pretty_midi
from musenb.score.limits import Limits
from musenb.score.note import KeySignature, Note, Origin, Score, Tempo, TimeSignature, Voice
from tests.score.midi_files import END, ON_C, named, pitches, read, said, smf, text

F = Fraction


def test_a_small_file_is_read_exactly() -> None:
    head = named("Song") + "00 ff 58 04 03 02 18 08 00 ff 59 02 fd 01 00 ff 51 03 0a 2c 2b " + END
    voice = named("Flute") + "00 90 3c 40 20 80 3c 00 00 90 3e 50 20 3e 00 " + END
    assert read(head, voice) == Score(
        (Voice("Flute", (Note(F(0), F(1, 3), 60, 64), Note(F(1, 3), F(1, 3), 62, 80))),),
        metres=(TimeSignature(F(0), 3, 4),),
        keys=(KeySignature(F(0), -3, "minor"),),
        tempos=(Tempo(F(0), 90.0),),
        title="Song",
    )


def test_tracks_become_voices_and_empty_ones_are_dropped() -> None:
    score = read(named("T") + END, named("A") + ON_C + END, named("B") + END, ON_C + END, named("A") + ON_C + END)
    assert [voice.name for voice in score.voices] == ["A", "track 3", "A 2"]


def test_one_track_of_many_channels_becomes_a_voice_for_each() -> None:
    track = named("Song") + "00 90 48 40 00 91 40 40 00 c1 05 60 80 48 00 00 91 40 00 00 41 40 60 41 00 " + END
    score = read(track, form=0)
    assert pitches(score) == {"channel 1": [72], "channel 2": [64, 65]}
    assert score.title == "Song"


def test_program_changes_do_not_split_a_voice() -> None:
    assert pitches(read(END, "00 c0 01 00 90 3c 40 30 c0 05 30 80 3c 40 00 90 3e 40 60 80 3e 40 " + END)) == {
        "track 1": [60, 62]
    }


def test_drums_are_left_out() -> None:
    assert pitches(read(named("D") + "00 99 24 40 60 89 24 00 " + END, named("A") + ON_C + END)) == {"A": [60]}
    mixed = named("A") + "00 99 24 40 60 89 24 00 " + ON_C + END
    assert pitches(read(mixed, named("B") + ON_C + END)) == {"A": [60], "B": [60]}
    assert pitches(read(mixed)) == {"track 0": [60]}
    with pytest.raises(LoadError, match="only drums"):
        read("00 99 24 40 60 89 24 00 " + END)


def test_a_file_without_notes_is_refused() -> None:
    with pytest.raises(LoadError, match=r"song\.mid: no notes"):
        read(END)


def test_notes_of_no_duration_are_left_out_and_said() -> None:
    score = read("00 90 3d 40 00 80 3d 00 " + ON_C + END)
    assert pitches(score) == {"track 0": [60]}
    assert said(score) == ["1 note of no duration left out (bar 1)"]
    with pytest.raises(LoadError, match="no notes"):
        read("00 90 3d 40 00 80 3d 00 " + END)


@pytest.mark.parametrize(("microseconds", "kept"), [("000000", 1000), ("00c350", 1000), ("ffffff", 5)])
def test_wild_tempos_are_moved_into_range_and_said(microseconds: str, kept: float) -> None:
    score = read(f"00 ff 51 03 {microseconds} " + ON_C + END)
    assert score.tempos == (Tempo(F(0), kept),)
    assert said(score) == ["1 tempo moved into 5..1000 quarters a minute (bar 1)"]


@pytest.mark.parametrize(
    ("meta", "kind"),
    [
        ("ff 58 04 00 02 18 08", "time signature"),
        ("ff 58 04 04 09 18 08", "time signature"),
        ("ff 58 01 04", "time signature"),
        ("ff 59 02 09 00", "key signature"),
        ("ff 59 01 02", "key signature"),
    ],
)
def test_impossible_metres_and_keys_are_left_out_and_said(meta: str, kind: str) -> None:
    score = read(f"00 {meta} " + ON_C + END)
    assert score.metres == (TimeSignature(),)
    assert score.keys == ()
    assert said(score) == [f"1 {kind} left out (bar 1)"]


def test_names_are_made_plain() -> None:
    score = read(named("a\u202eb\n\x07c" + "x" * 90) + END, named("Fl\u2066ute ") + ON_C + END)
    assert score.title == "ab c" + "x" * 90
    assert score.voices[0].name == "Flute"


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        ("03 c9 74 e9", ["Été"]),  # Latin-1
        ("06 83 73 83 41 83 6d/06 83 78 81 5b 83 58", ["ピアノ", "ベース"]),  # Shift-JIS
        ("04 b8 d6 c7 d9/04 bc aa cb fb", ["钢琴", "吉他"]),  # GBK
        ("09 e3 83 94 e3 82 a2 e3 83 8e", ["ピアノ"]),  # UTF-8
    ],
)
def test_names_are_read_in_their_encoding(titles: str, names: list[str]) -> None:
    tracks = [f"00 ff 03 {title} " + ON_C + END for title in titles.split("/")]
    assert list(pitches(read(END, *tracks, ON_C + END)))[: len(names)] == names


def test_an_anacrusis_is_known_only_from_our_own_mark() -> None:
    assert read(text("musenb:anacrusis=1/1") + END, ON_C + END).anacrusis == 1
    assert read(text("anacrusis=1/1") + END, ON_C + END).anacrusis == 0
    assert read(text("musenb:anacrusis=9/1") + END, ON_C + END).anacrusis == 0


def test_marks_tell_who_wrote_a_note() -> None:
    head = text('musenb:origin=1 {"model":"m","seed":3,"settings":[["a","1"]]}') + END
    track = ON_C + text("musenb:from=1") + ON_C + text("musenb:from=0") + text("musenb:from=1@60") + ON_C + ON_C + END
    by_model = Origin("m", 3, (("a", "1"),))
    assert [note.origin for note in read(head, track).voices[0].notes] == [Origin(), by_model, by_model, Origin()]


@pytest.mark.parametrize(
    "mark",
    [
        "origin=1 {",
        "origin=1 []",
        'origin=1 {"model":3,"seed":1,"settings":[]}',
        "anacrusis=1/0",
        "measure=-1",
        "repeat=2 x backward",
        "chord=colour red",
        "from=9",
        "fermata=x",
        "overlap=60@1 0,80,0,0",
    ],
)
def test_damaged_marks_are_skipped_and_said(mark: str) -> None:
    score = read(text("musenb:" + mark) + ON_C + END)
    assert pitches(score) == {"track 0": [60]}
    assert said(score) == ["1 mark of musenb skipped (bar 1)"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"MThd\0\0", "not a MIDI file"),
        (smf(ON_C + END, tpq=0), "0 ticks a quarter; at least 1"),
        (smf(ON_C + END, tpq=0xE728), "SMPTE"),
        (smf(ON_C + END, form=3), "format 3"),
        (smf(ON_C + END)[:-3], "track 0 breaks off, 3 bytes are missing"),
        (smf("00 3c 40"), "track 0 is damaged: data byte 0x3c without a status at byte 1"),
        (smf("00 90 3c"), "the last event breaks off"),
        (smf("00 90 bc 40"), "a data byte above 127"),
        (smf("00 ff 03 20 41"), "an event of 32 bytes breaks off"),
        (smf("00 90 3c f4 40"), "a data byte above 127"),
        (smf("ff ff ff ff 7f 90 3c 40"), "a number of more than four bytes"),
        (smf("80"), "breaks off inside a number"),
        (smf("ff ff ff 7f b0 00 00 " * 9 + ON_C), "tick .* is above 2147483647"),
        (b"MThd\0\0\0\x06\0\x01\0\0\x01\xe0", "no notes"),
    ],
)
def test_damaged_files_are_refused_by_name(data: bytes, message: str) -> None:
    with pytest.raises(LoadError, match=rf"song\.mid.*{message}"):
        score_from_midi(data, source="song.mid")


def test_limits_hold_and_can_be_raised() -> None:
    data = smf(*[ON_C + ON_C + END] * 4)
    for limits, message in [
        (Limits(tracks=3), r"4 tracks, at most 3 \(limits=musenb\.Limits\(tracks="),
        (Limits(notes=7), r"more than 7 notes \(limits=musenb\.Limits\(notes="),
        (Limits(hours=0.0001), r"lasts 0\.0 hours, at most 0\.0001 \(limits=musenb\.Limits\(hours="),
    ]:
        with pytest.raises(LoadError, match=message) as caught:
            score_from_midi(data, source="x", limits=limits)
        assert caught.value.kind == "limit"
    assert len(score_from_midi(data, source="x", limits=Limits(tracks=4, notes=8)).notes) == 8


@given(st.integers(0, 300), st.integers(0, 255))
def test_a_flipped_byte_ends_in_a_score_or_one_error(place: int, value: int) -> None:
    head = named("Song") + "00 ff 58 04 03 02 18 08 00 ff 59 02 fd 01 00 ff 51 03 0a 2c 2b " + END
    data = bytearray(smf(head, named("Flute") + ON_C * 4 + END, "00 f0 03 01 02 f7 " + ON_C * 4 + END))
    data[place % len(data)] = value
    try:
        score = score_from_midi(bytes(data), source="x")
    except LoadError:
        return
    assert score.notes


def test_a_tempo_cut_to_whole_microseconds_is_still_a_whole_number() -> None:
    assert read("00 ff 51 03 0a 2c 2a " + ON_C + END).tempos == (Tempo(F(0), 90.0),)


def test_running_status_goes_on_over_meta_events_but_not_over_system_ones() -> None:
    assert read("00 90 3c 40 10 ff 01 01 41 20 3c 00 " + END).notes[0].duration == F(0x30, 96)
    with pytest.raises(LoadError, match="data byte 0x3c without a status"):
        read("00 90 3c 40 10 f0 02 01 f7 20 3c 00 " + END)


def test_pretty_midi_agrees_on_a_real_looking_file() -> None:
    midi = pretty_midi.PrettyMIDI(initial_tempo=90, resolution=480)
    midi.instruments.append(pretty_midi.Instrument(0, name="Flute"))
    midi.instruments[0].notes += [pretty_midi.Note(70, 60 + n, n * 60 / 90, (n + 1) * 60 / 90) for n in range(5)]
    score = score_from_pretty_midi(midi)
    assert score.tempos[0].qpm == 90
    assert [(n.onset, n.duration, n.pitch, n.velocity) for n in score.notes] == [(n, 1, 60 + n, 70) for n in range(5)]
    assert score.voices[0].name == "Flute"


def test_an_object_that_pretty_midi_cannot_write_is_a_load_error() -> None:
    midi = pretty_midi.PrettyMIDI()
    midi.instruments.append(pretty_midi.Instrument(0))
    midi.instruments[0].notes.append(pretty_midi.Note(70, 300, 0, 1))
    with pytest.raises(LoadError, match="pretty_midi cannot write this object"):
        score_from_pretty_midi(midi)
