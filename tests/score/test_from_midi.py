from __future__ import annotations

import struct
import warnings
from fractions import Fraction

import pretty_midi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import LoadError
from musenb.score.from_midi import score_from_midi, score_from_pretty_midi
from musenb.score.limits import Limits
from musenb.score.note import KeySignature, Note, Origin, Score, Tempo, TimeSignature, Voice

F = Fraction
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


def pitches(score: Score) -> dict[str, list[int]]:
    return {voice.name: [note.pitch for note in voice.notes] for voice in score.voices}


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


def test_notes_of_no_duration_are_dropped_with_a_warning() -> None:
    with pytest.warns(UserWarning, match=r"song\.mid: 1 notes of no duration"):
        assert pitches(read("00 90 3d 40 00 80 3d 00 " + ON_C + END)) == {"track 0": [60]}
    with pytest.warns(UserWarning, match="no duration"), pytest.raises(LoadError, match="no notes"):
        read("00 90 3d 40 00 80 3d 00 " + END)


@pytest.mark.parametrize(("microseconds", "kept"), [("000000", 1000), ("00c350", 1000), ("ffffff", 5)])
def test_wild_tempos_are_moved_into_range(microseconds: str, kept: float) -> None:
    with pytest.warns(UserWarning, match=r"was moved into 5\.\.1000"):
        assert read(f"00 ff 51 03 {microseconds} " + ON_C + END).tempos == (Tempo(F(0), kept),)


@pytest.mark.parametrize("meta", ["ff 58 04 00 02 18 08", "ff 58 04 04 09 18 08", "ff 59 02 09 00"])
def test_impossible_metres_and_keys_are_dropped(meta: str) -> None:
    with pytest.warns(UserWarning, match="it was dropped"):
        score = read(f"00 {meta} " + ON_C + END)
    assert score.metres == (TimeSignature(),)
    assert score.keys == ()


def test_names_are_made_plain() -> None:
    score = read(named("a\u202eb\n\x07c" + "x" * 90) + END, named("Fl\u2066ute ") + ON_C + END)
    assert score.title == "ab c" + "x" * 90
    assert score.voices[0].name == "Flute"


def test_names_of_older_programs_are_latin_1() -> None:
    assert read("00 ff 03 03 c9 74 e9 " + END, ON_C + END).title == "Été"


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
        "from=9",
        "fermata=x",
    ],
)
def test_damaged_marks_are_skipped_with_a_warning(mark: str) -> None:
    with pytest.warns(UserWarning, match=rf"song\.mid: the mark 'musenb:{mark.split('=')[0]}.*skipped"):
        assert pitches(read(text("musenb:" + mark) + ON_C + END)) == {"track 0": [60]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"MThd\0\0", "not a MIDI file"),
        (smf(ON_C + END, tpq=0), "0 ticks a quarter; at least 1"),
        (smf(ON_C + END, tpq=0xE728), "SMPTE"),
        (smf(ON_C + END, form=2), "format 2"),
        (smf(ON_C + END)[:-3], "track 0 breaks off, 3 bytes are missing"),
        (smf("00 3c 40"), "track 0 is damaged: data byte 0x3c without a status at byte 1"),
        (smf("00 90 3c"), "the last event breaks off"),
        (smf("00 90 bc 40"), "a data byte above 127"),
        (smf("00 ff 03 20 41"), "an event of 32 bytes breaks off"),
        (smf("00 f8"), "status 0xf8"),
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
        (Limits(tracks=3), r"4 tracks, at most 3 \(raise Limits\(tracks="),
        (Limits(notes=7), r"8 notes, at most 7 \(raise Limits\(notes="),
        (Limits(hours=0.0001), r"lasts 0\.0 hours, at most 0\.0001 \(raise Limits\(hours="),
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
    with warnings.catch_warnings(action="ignore"):
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
