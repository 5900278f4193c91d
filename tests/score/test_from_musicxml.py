"""MusicXML read by our own reader; ABC, corpus and music21 streams."""

from __future__ import annotations

import ast
import os
import pickle
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from musenb.errors import LoadError, ScoreError
from musenb.score.corpus import corpus_names, corpus_path, corpus_score
from musenb.score.from_music21 import score_from_music21
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.isolate import close_child
from musenb.score.note import KeySignature, Score, Tempo


def note(step: str, octave: int, duration: int, *inside: str, alter: int = 0, chord: bool = False) -> str:
    pitch = f"<pitch><step>{step}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>"
    return f"<note>{'<chord/>' * chord}{pitch}<duration>{duration}</duration>{''.join(inside)}</note>"


def document(*measures: str, head: str = "", part_name: str = "Alto", attributes: str = "") -> bytes:
    first = f"<attributes><divisions>6</divisions>{attributes}</attributes>"
    bars = [f'<measure number="{i + 1}">{first if i == 0 else ""}{m}</measure>' for i, m in enumerate(measures)]
    part = f'<part id="P1">{"".join(bars)}</part>'
    names = f'<part-list><score-part id="P1"><part-name>{part_name}</part-name></score-part></part-list>'
    return f"<score-partwise>{head}{names}{part}</score-partwise>".encode()


def read(*measures: str, **keywords: str) -> Score:
    return score_from_musicxml(document(*measures, **keywords), source="a.xml")


def rows(score: Score, voice: int = 0) -> list[tuple[Any, ...]]:
    return [(n.onset, n.duration, n.spelling) for n in score.voices[voice].notes]


FOUR_FOUR = "<time><beats>4</beats><beat-type>4</beat-type></time>"
START, STOP = '<tie type="start"/>', '<tie type="stop"/>'


def test_notes_ties_chords_and_triplets_are_exact() -> None:
    score = read(
        note("C", 4, 12) + note("E", 4, 12, chord=True) + note("G", 4, 2) + note("A", 4, 2) + note("B", 4, 2)
        + note("F", 4, 6, START, alter=1),
        note("F", 4, 24, STOP, "<notations><fermata/></notations>", alter=1),
        attributes=FOUR_FOUR,
    )  # fmt: skip
    third = Fraction(1, 3)
    assert rows(score) == [
        (0, 2, "C4"), (0, 2, "E4"), (2, third, "G4"), (2 + third, third, "A4"), (2 + 2 * third, third, "B4"),
        (3, 5, "F#4"),
    ]  # fmt: skip
    assert [n.fermata for n in score.notes] == [False] * 5 + [True]
    assert [v.name for v in score.voices] == ["alto"]


def test_key_metre_tempo_titles_and_anacrusis() -> None:
    score = read(
        '<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/><per-minute>60</per-minute>'
        "</metronome></direction-type></direction>" + note("D", 4, 3),
        note("G", 4, 18),
        note("D", 4, 18),
        attributes="<key><fifths>-2</fifths><mode>minor</mode></key><time><beats>6</beats><beat-type>8</beat-type></time>",
        head="<work><work-title>A  song\u202e</work-title></work>"
        '<identification><creator type="composer">Anon</creator></identification>',
        part_name="Flute",
    )
    assert score.anacrusis == Fraction(1, 2)
    assert [(m.beats, m.unit) for m in score.metres] == [(6, 8)]
    assert score.keys == (KeySignature(Fraction(0), -2, "minor"),)
    assert score.tempos == (Tempo(Fraction(0), 90.0),)
    assert (score.title, score.composer, score.source, score.voices[0].name) == ("A song", "Anon", "a.xml", "Flute")


def test_grace_notes_and_percussion_are_left_out() -> None:
    grace = "<note><grace/><pitch><step>C</step><octave>4</octave></pitch></note>"
    drum = "<note><unpitched/><duration>12</duration></note>"
    assert rows(read(grace + note("D", 4, 12) + drum, attributes=FOUR_FOUR)) == [(0, 2, "D4")]


def test_two_voices_of_a_part_become_two_voices() -> None:
    upper = note("C", 5, 24, "<voice>1</voice>")
    lower = "<backup><duration>24</duration></backup>" + note("E", 4, 12, "<voice>2</voice>") * 2
    score = read(upper + lower, attributes=FOUR_FOUR, part_name="Organ")
    assert [v.name for v in score.voices] == ["Organ", "Organ 2"]
    assert (rows(score, 0), rows(score, 1)) == ([(0, 4, "C5")], [(0, 2, "E4"), (2, 2, "E4")])


def test_transposing_instruments_sound_as_they_are_heard() -> None:
    transpose = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    score = read(note("D", 5, 24), attributes=f"<key><fifths>2</fifths></key>{FOUR_FOUR}{transpose}")
    assert rows(score) == [(0, 4, "C5")]
    assert score.keys[0].fifths == 0


def test_repeats_stand_as_written_unless_asked() -> None:
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    repeat = '<barline location="right"><repeat direction="backward"/></barline>'
    importer = MusicXMLImporter()
    importer.xmlText = document(note("C", 4, 24) + repeat, note("D", 4, 24), attributes=FOUR_FOUR).decode()
    importer.parseXMLText()
    written, expanded = (score_from_music21(importer.stream, source="x", expand_repeats=e) for e in (False, True))
    assert [n.spelling for n in written.notes] == ["C4", "D4"]
    assert [(n.onset, n.spelling) for n in expanded.notes] == [(0, "C4"), (4, "C4"), (8, "D4")]


def test_plain_streams_without_measures() -> None:
    from music21 import stream

    score = score_from_music21(stream.Stream([_m21("B-3", 1.5), _m21("C~4", 0.5)]), source="x")
    assert next((n.onset, n.duration, n.pitch, n.spelling) for n in score.notes) == (0, Fraction(3, 2), 58, "Bb3")
    assert [(n.pitch, n.spelling) for n in score.notes] == [(58, "Bb3"), (60, "C4")]
    assert score.anacrusis == 0
    assert [str(notice) for notice in score.notices] == ["1 quarter tone rounded down to a semitone"]


def test_voices_without_numbers_keep_their_places_from_measure_to_measure() -> None:
    from music21 import stream

    measures = [
        stream.Measure([stream.Voice([_m21(name, 4)]) for name in names]) for names in (("C5", "E4"), ("D5", "F4"))
    ]
    score = score_from_music21(stream.Part(measures), source="x")
    assert [[n.spelling for n in voice.notes] for voice in score.voices] == [["C5", "D5"], ["E4", "F4"]]


def test_pitches_outside_midi_are_refused() -> None:
    from music21 import stream

    with pytest.raises(ScoreError, match="pitch 132"):
        score_from_music21(stream.Stream([_m21("C10", 1)]), source="x")


def _m21(name: str, quarters: float) -> Any:
    from music21 import note as m21note

    return m21note.Note(name, quarterLength=quarters)


def test_timewise_documents() -> None:
    timewise = (
        "<score-timewise><part-list><score-part id='P1'><part-name>Bass</part-name></score-part></part-list>"
        f"<measure number='1'><part id='P1'><attributes><divisions>6</divisions>{FOUR_FOUR}</attributes>"
        f"{note('C', 3, 24)}</part></measure><measure number='2'><part id='P1'>{note('G', 2, 24)}</part></measure>"
        "</score-timewise>"
    )
    score = score_from_musicxml(timewise.encode(), source="t.xml")
    assert (rows(score), score.voices[0].name) == ([(0, 4, "C3"), (4, 4, "G2")], "bass")


@pytest.mark.parametrize(
    ("data", "kind", "told"),
    [
        (b"<score-partwise>", "content", "a.xml: not well-formed XML"),
        (b"", "content", "a.xml: not well-formed XML"),
        (b"<html/>", "format", "not MusicXML, its root is <html>"),
        (document(note("C", 4, 24)).replace(b"<octave>4", b"<octave>four"), "content", "<octave> is 'four'"),
        (document(note("H", 4, 24)), "content", "a.xml cannot be read as music: <step> is 'H', not a letter from A"),
    ],
)
def test_what_is_not_musicxml(data: bytes, kind: str, told: str) -> None:
    with pytest.raises(LoadError, match=told) as caught:
        score_from_musicxml(data, source="a.xml")
    assert caught.value.kind == kind


def test_other_encodings() -> None:
    data = document(note("C", 4, 24), attributes=FOUR_FOUR, part_name="Flöte").decode().encode("utf-16")
    assert score_from_musicxml(data, source="a.xml").voices[0].name == "Flöte"


def test_a_chorale_of_the_corpus() -> None:
    score = corpus_score("bwv66.6")
    assert [v.name for v in score.voices] == ["soprano", "alto", "tenor", "bass"]
    assert (score.anacrusis, score.end, score.source, score.title) == (1, 36, "corpus:bwv66.6", "bwv66.6")
    assert sum(n.fermata for n in score.voices[0].notes) == 6
    assert all(v.monophonic for v in score.voices)
    assert corpus_score("bach/BWV66.6.mxl").voices == score.voices


def test_names_of_the_corpus() -> None:
    names = corpus_names()
    assert "bwv66.6" in names
    assert len(names) > 400
    assert len(corpus_names("")) > 3000
    with pytest.raises(LoadError, match=r"'bwv66' is not a piece .*bwv66\.6") as caught:
        corpus_score("bwv66")
    assert caught.value.kind == "missing"


def test_how_a_name_finds_its_path() -> None:
    paths = ("a/x.krn", "a/x.mxl", "a/y.xml", "b/y.xml")
    assert corpus_path("x", paths) == corpus_path("a/x", paths) == "a/x.mxl"
    assert corpus_path("x.krn", paths) == "a/x.krn"
    assert corpus_path("op1/first", ("haydn/op1/first.mxl", "mozart/first.mxl")) == "haydn/op1/first.mxl"
    with pytest.raises(LoadError, match=r"means several pieces .*a/y, b/y"):
        corpus_path("y", paths)
    with pytest.raises(LoadError, match="is not a piece"):
        corpus_path("../a/x", paths)


class Planted:
    """Leaves a file when it is unpickled."""

    def __init__(self, trace: str) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self.trace, "w")


def test_a_planted_pickle_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch, trace, music = tmp_path / "shared", tmp_path / "trace", tmp_path / "music.musicxml"
    (scratch / "music21").mkdir(parents=True)
    music.write_bytes(document(note("C", 4, 24), attributes=FOUR_FOUR))
    names = (
        "import pathlib, sys; from music21 import common, converter\n"
        "paths = [pathlib.Path(sys.argv[1]), common.getCorpusFilePath() / 'bach' / 'bwv66.6.mxl']\n"
        "print([converter.PickleFilter(path).getPickleFp(pathlib.Path('.')).name for path in paths])"
    )
    command = [sys.executable, "-c", names, str(music)]
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)}, check=True)
    trap = pickle.dumps(Planted(str(trace)))
    for name in ast.literal_eval(run.stdout.strip().splitlines()[-1]):
        for folder in (scratch, scratch / "music21"):
            (folder / name).write_bytes(trap)
    close_child()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert rows(score_from_musicxml(music.read_bytes(), source=str(music))) == [(0, 4, "C4")]
    assert corpus_score("bwv66.6").end == 36
    assert not trace.exists()
    assert not list(scratch.rglob("*.p*.gz"))
    close_child()
    pickle.loads(trap).close()
    assert trace.exists()  # the trap itself works


# ----------------------------------------------------------------------------------------------- objects and the corpus


def test_roman_numerals_sound_and_are_named() -> None:
    from music21 import key, roman, stream

    numerals = stream.Stream()
    for figure in ("I", "IV", "V7", "I"):
        numerals.append(roman.RomanNumeral(figure, key.Key("C")))
    score = score_from_music21(numerals, source="x")
    assert [n.onset for n in score.notes] == [0] * 3 + [1] * 3 + [2] * 4 + [3] * 3
    assert {n.duration for n in score.notes} == {1}
    assert [(c.onset, c.text, c.kind) for c in score.chords] == [
        (0, "I", "numeral"), (1, "IV", "numeral"), (2, "V7", "numeral"), (3, "I", "numeral")
    ]  # fmt: skip


def test_chord_symbols_of_a_stream_are_silent() -> None:
    from music21 import harmony, stream

    lead = stream.Part([harmony.ChordSymbol("Am7"), _m21("C5", 2), harmony.ChordSymbol("B-"), _m21("D5", 2)])
    score = score_from_music21(lead, source="x")
    assert [n.spelling for n in score.notes] == ["C5", "D5"]
    assert [(c.onset, c.text) for c in score.chords] == [(0, "Am7"), (2, "Bb")]


def test_parts_inserted_later_begin_later() -> None:
    from music21 import meter, stream, tempo

    score = stream.Score()
    score.insert(0, stream.Part([_m21("C5", 4), _m21("D5", 4)]))
    score.insert(4, stream.Part([_m21("C4", 4)]))
    score.insert(0, meter.TimeSignature("3/4"))
    score.insert(3, tempo.MetronomeMark(number=70))
    read_score = score_from_music21(score, source="x")
    rows = [[(n.onset, n.spelling) for n in v.notes] for v in read_score.voices]
    assert rows == [[(0, "C5"), (4, "D5")], [(4, "C4")]]
    assert [(m.beats, m.unit) for m in read_score.metres] == [(3, 4)]
    assert read_score.tempos == (Tempo(), Tempo(Fraction(3), 70.0))


def test_measured_parts_inserted_later_begin_later() -> None:
    from music21 import stream

    score = stream.Score()
    for onset, names in ((0, ("C5", "D5")), (4, ("C4",))):
        score.insert(onset, stream.Part([stream.Measure([_m21(name, 4)]) for name in names]))
    read_score = score_from_music21(score, source="x")
    assert [[n.onset for n in v.notes] for v in read_score.voices] == [[0, 4], [4]]


def test_a_measure_of_a_stream_that_lacks_a_beat_shifts_nothing() -> None:
    from music21 import meter, stream

    score = stream.Score()
    for lengths in ((4, 3, 4), (4, 4, 4)):
        part = stream.Part()
        for number, length in enumerate(lengths, start=1):
            measure = stream.Measure([_m21("C4", length)], number=number)
            if number == 1:
                measure.timeSignature = meter.TimeSignature("4/4")
            part.append(measure)
        score.insert(0, part)
    assert [v.notes[-1].onset for v in score_from_music21(score, source="x").voices] == [8, 8]


def test_endings_of_a_stream_are_kept() -> None:
    from music21 import bar, spanner, stream

    measures = [stream.Measure([_m21(name, 4)], number=i + 1) for i, name in enumerate(("C4", "D4", "E4"))]
    measures[1].rightBarline = bar.Repeat(direction="end")
    part = stream.Part(measures)
    part.insert(0, spanner.RepeatBracket([measures[1]], number=1))
    part.insert(0, spanner.RepeatBracket([measures[2]], number=2))
    written = score_from_music21(part, source="x")
    assert [n.spelling for n in written.notes] == ["C4", "D4", "E4"]
    assert [n.spelling for n in score_from_music21(part, source="x", expand_repeats=True).notes] == [
        "C4", "D4", "C4", "E4"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "voices"),
    [
        ("haydn/opus74no1/movement3", ["Violin 1", "Violin 2", "Viola", "Violoncello"]),
        ("beethoven/opus18no4", ["Violin I", "Violin II", "Viola", "Violoncello"]),
    ],
)
def test_a_quartet_of_the_corpus_is_four_voices(name: str, voices: list[str]) -> None:
    assert [voice.name for voice in corpus_score(name).voices] == voices


def test_the_parts_of_the_corpus_stay_in_step() -> None:
    score = corpus_score("haydn/opus74no1/movement3")
    bar = next(bar for bar in score.bars() if bar.number == 59)
    assert bar.onset == 174
    assert [min(n.onset for n in voice.notes if n.onset >= 174) for voice in score.voices] == [174] * 4
    trio = corpus_score("schumann_clara/opus17/movement3")
    assert [voice.name for voice in trio.voices if not voice.name.startswith("Piano")] == ["Violin", "Cello"]
