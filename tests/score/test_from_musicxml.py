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
    assert [str(notice) for notice in score.notices] == ["1 quarter tones rounded down to a semitone"]


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
