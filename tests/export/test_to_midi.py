from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import SaveError
from musenb.export.to_midi import midi_bytes, pretty_midi_of, restruck, ticks_per_quarter
from musenb.score.from_midi import score_from_midi, score_from_pretty_midi
from musenb.score.marks import CHORD_KINDS, REPEAT_KINDS, ChordSymbol, MeasureLength, Repeat
from musenb.score.note import KeySignature, Note, Origin, Score, Tempo, TimeSignature, Voice

F = Fraction
BY_MODEL = Origin("chorale", 7, (("temperature", "1.0"), ("top_p", "0.95")))
NAMES = st.text(st.characters(categories=("L", "N")), max_size=12)
TIMES = st.builds(Fraction, st.integers(0, 60), st.sampled_from((1, 2, 3, 4, 6, 8, 12, 16)))
LENGTHS = st.builds(Fraction, st.integers(1, 24), st.sampled_from((1, 2, 3, 4, 6, 8, 12, 16)))
ORIGINS = st.sampled_from((Origin(), BY_MODEL, replace(BY_MODEL, seed=8), Origin('ü"m', None)))
NOTES = st.builds(Note, TIMES, LENGTHS, st.integers(0, 127), st.integers(1, 127), fermata=st.booleans(), origin=ORIGINS)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Note, ...]:
    """Return a monophonic voice's notes, with rests."""
    time, notes = F(0), []
    for note in draw(st.lists(NOTES, max_size=12)):
        time += draw(st.sampled_from((F(0), F(0), F(1, 3), F(2))))
        notes.append(replace(note, onset=time))
        time = notes[-1].end
    return tuple(notes)


def changes(of: type, **fields: st.SearchStrategy) -> st.SearchStrategy:
    """Return metres, keys or tempos at different times."""
    return st.lists(st.builds(of, TIMES, **fields), max_size=4, unique_by=lambda change: change.onset).map(tuple)


SCORES = st.builds(
    Score,
    st.lists(st.builds(Voice, NAMES, lines() | st.lists(NOTES, max_size=16).map(tuple)), min_size=1, max_size=5).map(
        tuple
    ),
    metres=changes(TimeSignature, beats=st.integers(1, 64), unit=st.sampled_from((1, 2, 4, 8, 16))),
    keys=changes(KeySignature, fifths=st.integers(-7, 7), mode=st.sampled_from(("major", "minor", ""))),
    tempos=changes(Tempo, qpm=st.integers(50, 10_000).map(lambda tenths: tenths / 10)),
    anacrusis=st.sampled_from((F(0), F(1, 8), F(3, 16))),
    title=NAMES,
    composer=NAMES,
    measures=changes(MeasureLength, length=LENGTHS),
    repeats=changes(
        Repeat,
        kind=st.sampled_from(REPEAT_KINDS),
        numbers=st.lists(st.integers(1, 20), max_size=3).map(tuple),
        times=st.integers(2, 9),
    ),
    chords=changes(ChordSymbol, text=NAMES, kind=st.sampled_from(CHORD_KINDS)),
    first_bar=st.sampled_from((1, 1, 59)),
).filter(lambda score: score.notes)


@given(SCORES)
def test_what_midi_can_hold_comes_back(score: Score) -> None:
    first, later = score.tempos[0], score.tempos[1:]
    heard = replace(score, tempos=(replace(first, onset=F(0)), *later))
    back = score_from_midi(midi_bytes(score), source="x")
    assert back == heard
    assert back.notices == ()


@given(SCORES)
def test_pretty_midi_keeps_the_notes(score: Score) -> None:
    back = score_from_pretty_midi(pretty_midi_of(score))
    for voice in score.voices:
        wanted = [(n.onset, n.end, n.pitch, n.velocity) for n in restruck(voice).notes]
        assert not wanted or wanted in [[(n.onset, n.end, n.pitch, n.velocity) for n in v.notes] for v in back.voices]


def test_pretty_midi_and_ours_have_the_same_seconds() -> None:
    score = Score(
        (Voice("a", (Note(F(0), F(1), 60), Note(F(1), F(1, 3), 62))),), tempos=(Tempo(F(0), 90), Tempo(F(1), 45))
    )
    notes = pretty_midi_of(score).instruments[0].notes
    assert [(note.start, note.end) for note in notes] == [
        pytest.approx((0, 60 / 90), abs=1e-5),
        pytest.approx((60 / 90, 60 / 90 + 60 / 45 / 3), abs=1e-5),
    ]


def test_the_bytes_are_these() -> None:
    """A golden file; every byte is explained."""
    score = Score((Voice("a", (Note(F(0), F(1), 60),)),), tempos=(Tempo(F(0), 120),))
    assert midi_bytes(score) == bytes.fromhex(
        "4d546864 00000006 0001 0002 01e0"  # MThd, 6 bytes, format 1, 2 tracks, 480 ticks a quarter
        "4d54726b 00000013"  # MTrk, 19 bytes
        "00 ff5804 04021808"  # 4/4
        "00 ff5103 07a120"  # 500,000 microseconds a quarter
        "00 ff2f00"
        "4d54726b 00000022"  # MTrk, 34 bytes
        "00 ff0301 61"  # track name 'a'
        "00 ff010c 6d7573656e623a766f696365"  # 'musenb:voice'
        "00 903c50"
        "8360 803c40"  # 480 ticks later
        "00 ff2f00"
    )


def test_mido_reads_it_in_order() -> None:
    score = Score(
        (
            Voice("soprano", (Note(F(0), F(1), 72), Note(F(1), F(1), 72, origin=BY_MODEL))),
            *(Voice(str(number)) for number in range(9)),
        ),
        keys=(KeySignature(F(0), -3, "minor"),),
        title="Été",
    )
    file = mido.MidiFile(file=BytesIO(midi_bytes(score)), charset="utf-8")
    assert (file.type, len(file.tracks)) == (1, 11)
    assert file.tracks[0].name == "Été"
    assert [message.key for message in file.tracks[0] if message.type == "key_signature"] == ["Cm"]
    struck = [(m.type, m.note) for m in file.tracks[1] if not m.is_meta]
    assert struck == [("note_on", 72), ("note_off", 72), ("note_on", 72), ("note_off", 72)]


def test_channel_ten_is_left_to_the_drums() -> None:
    voices = tuple(Voice(str(number), (Note(F(0), F(1), 60 + number),)) for number in range(17))
    file = mido.MidiFile(file=BytesIO(midi_bytes(Score(voices))))
    channels = [message.channel for track in file.tracks for message in track if message.type == "note_on"]
    assert channels == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 0, 1]
    assert len(score_from_midi(midi_bytes(Score(voices)), source="x").voices) == 17


@pytest.mark.parametrize(
    ("lengths", "ticks"),
    [((), 480), ((F(1, 32),), 480), ((F(1, 7),), 483), ((F(1, 1001),), 1001), ((F(1, 32), F(1, 9)), 576)],
)
def test_ticks_make_all_times_whole(lengths: tuple[Fraction, ...], ticks: int) -> None:
    assert ticks_per_quarter(Score((Voice("a", tuple(Note(F(0), length, 60) for length in lengths)),))) == ticks


def test_times_that_no_division_holds_come_back_exactly() -> None:
    odd = (Note(F(0), F(1), 60), Note(F(1), F(3181, 1024), 61), Note(F(5), F(1, 3), 62), Note(F(6), F(7, 11 * 13), 63))
    score = Score((Voice("a", odd), Voice("b", (Note(F(1, 32768), F(4), 60), Note(F(2), F(9, 7), 60)))))
    data = midi_bytes(score)
    assert score_from_midi(data, source="x").voices == score.voices
    assert data.count(b"musenb:time=") == 4  # 858/143 + 7/143, 1/32768, 4 and 1/32768, 23/7
    for note, other in zip(odd, pretty_midi_of(score).instruments[0].notes, strict=True):
        assert abs(other.start - float(note.onset) * 0.6) < 1e-4


def test_times_too_fine_for_midi_are_refused() -> None:
    score = Score((Voice("a", (Note(F(1, 32768), F(1), 60), Note(F(1, 32769), F(1), 61))),))
    with pytest.raises(SaveError, match=r"at most 32767 .* 1/32769 would need \d+: quantise first"):
        midi_bytes(score)


def test_a_rest_too_long_for_midi_is_refused() -> None:
    with pytest.raises(SaveError, match="its largest step is 268435455"):
        midi_bytes(Score((Voice("a", (Note(F(10**6), F(1), 60),)),)))


def test_restruck_keeps_one_note_of_a_pitch_at_a_time() -> None:
    voice = Voice("a", (Note(F(0), F(4), 60), Note(F(1), F(1), 60), Note(F(1), F(2), 60), Note(F(1), F(1), 64)))
    assert [(n.onset, n.end, n.pitch) for n in restruck(voice).notes] == [(0, 1, 60), (1, 3, 60), (1, 2, 64)]


def test_an_overlap_that_was_changed_elsewhere_counts_as_it_is_played() -> None:
    voice = Voice("a", (Note(F(0), F(2), 60), Note(F(1), F(2), 60)))
    data = midi_bytes(Score((voice,)))
    assert b"musenb:overlap=60@480 960,80,0,0" in data
    assert score_from_midi(data, source="x").voices == (voice,)
    shorter = data.replace(bytes.fromhex("8360803c40"), bytes.fromhex("8350803c40"))  # 464 ticks for 480
    assert score_from_midi(shorter, source="x").notes[0].duration == F(464, 480)


def test_the_first_tempo_is_written_where_it_begins_to_hold() -> None:
    score = Score((Voice("a", (Note(F(0), F(4), 60),)),), tempos=(Tempo(F(2), 90.0),))
    assert score_from_midi(midi_bytes(score), source="x").tempos == (Tempo(F(0), 90.0),)


def test_more_voices_than_midi_has_tracks_are_refused() -> None:
    with pytest.raises(SaveError, match="at most 65534 voices; this score has 65535"):
        midi_bytes(Score((Voice("a"),) * 65_535))


def test_500_parts_come_back() -> None:
    voices = tuple(Voice(str(number), (Note(F(0), F(1), 60),)) for number in range(500))
    assert score_from_midi(midi_bytes(Score(voices)), source="x").voices == voices


def test_the_same_score_gives_the_same_bytes() -> None:
    notes = tuple(Note(F(n), F(1), 60 + n, origin=replace(BY_MODEL, seed=n)) for n in range(20))
    assert midi_bytes(Score((Voice("a", notes),))) == midi_bytes(Score((Voice("a", notes[::-1]),)))
