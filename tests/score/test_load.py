from __future__ import annotations

import os
import re
import sys
import zipfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest

from musenb.errors import LoadError, SettingError
from musenb.export.to_midi import midi_bytes, pretty_midi_of
from musenb.score.isolate import ChildLimits
from musenb.score.limits import Limits
from musenb.score.load import load
from musenb.score.note import Note, Score, Voice

SCORE = Score((Voice("flute", (Note(Fraction(0), Fraction(1), 60), Note(Fraction(1), Fraction(2), 62))),), title="Air")
MIDI = midi_bytes(SCORE)
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<score-partwise><part-list><score-part id="P1"><part-name>Flute</part-name></score-part></part-list><part id="P1">
<measure number="1">
<attributes><divisions>1</divisions><time><beats>3</beats><beat-type>4</beat-type></time></attributes>
<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>
<note><pitch><step>D</step><octave>4</octave></pitch><duration>2</duration></note></measure></part></score-partwise>"""
ABC = b"% a tune\nX:1\nT:Air\nM:3/4\nL:1/4\nK:C\nC D2|\n"
NAMES = ["air.mid", "AIR.MIDI", "air.musicxml", "air.xml", "air.mxl", "air.abc"]


def mxl() -> bytes:
    """Return XML as an archive, always dated the same."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        written.writestr(zipfile.ZipInfo("air.xml"), XML, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def content(name: str) -> bytes:
    suffix = Path(name).suffix.lower()
    return {".mid": MIDI, ".midi": MIDI, ".mxl": mxl(), ".abc": ABC}.get(suffix, XML)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("as_bytes", [False, True])
def test_every_format_is_read_from_a_path_and_from_bytes(tmp_path: Path, name: str, as_bytes: bool) -> None:
    (tmp_path / name).write_bytes(content(name))
    score = load(content(name)) if as_bytes else load(tmp_path / name)
    assert [(note.onset, note.duration, note.pitch) for note in score.notes] == [(0, 1, 60), (1, 2, 62)]
    assert score.source == ("bytes" if as_bytes else name)
    assert (tmp_path / name).read_bytes() == content(name)


def test_known_objects_are_taken() -> None:
    assert load(SCORE) is SCORE
    assert load(pretty_midi_of(SCORE)).notes == SCORE.notes
    assert load(pretty_midi_of(SCORE), name="mine").source == "mine"


def test_music21_streams_are_taken() -> None:
    from music21 import note, stream

    played = stream.Part([note.Note("C4", quarterLength=1), note.Note("D4", quarterLength=2)])
    assert [(n.onset, n.duration, n.pitch) for n in load(played).notes] == [(0, 1, 60), (1, 2, 62)]


def test_the_corpus_is_named() -> None:
    assert [voice.name.lower() for voice in load("corpus:bwv66.6").voices] == ["soprano", "alto", "tenor", "bass"]
    with pytest.raises(LoadError):
        load("corpus:no such piece")


@pytest.mark.parametrize("source", [None, 3, [1, 2], {"a": 1}, object()])
def test_unknown_objects_are_refused(source: object) -> None:
    with pytest.raises(LoadError, match=rf"{type(source).__name__} is not a known source \(give a path") as caught:
        load(source)
    assert caught.value.kind == "format"


@pytest.mark.parametrize(
    ("name", "data", "kind", "message"),
    [
        ("a.mid", b"", "empty", "'a.mid' is empty, 0 bytes (copy or download it again)"),
        ("a.abc", b"", "empty", "'a.abc' is empty"),
        ("a.mid", b"C4 D4 E4", "format", "'a.mid' is named like MIDI but holds plain text (export"),
        ("a.mid", b"\x89PNG\r\n\x1a\n\0\0", "format", "'a.mid' is named like MIDI but holds something else"),
        ("a.mid", b"RIFF\0\0\0\0WAVE", "format", "holds RIFF data"),
        ("a.mid", b"\n<!DOCTYPE html><html>404", "format", "named like MIDI but holds a web page"),
        ("a.xml", b"<!doctype HTML><p>404", "format", "named like MusicXML but holds a web page"),
        (
            "a.xml",
            b'<?xml version="1.0"?><html/>',
            "format",
            "not MusicXML, its root is <html> (this looks like a web page",
        ),
        (
            "a.mid",
            b"version https://git-lfs.github.com/spec/v1\noid",
            "format",
            "holds a Git LFS pointer, not the file itself",
        ),
        ("a.mid", XML, "suffix", "'a.mid' is named like MIDI but holds MusicXML (rename it to fit)"),
        ("a.mxl", XML, "suffix", "named like compressed MusicXML (.mxl) but holds MusicXML"),
        ("a.xml", mxl(), "suffix", "named like MusicXML but holds compressed MusicXML (.mxl)"),
        ("a.abc", MIDI, "suffix", "named like ABC but holds MIDI"),
        ("a.abc", b"just words", "format", "named like ABC but holds plain text"),
        ("a.abc", b" \n ", "format", "holds only blanks"),
        ("a.txt", MIDI, "suffix", "'a.txt' ends in '.txt' (musenb reads .mid, .midi, .rmi, .musicxml"),
        ("noname", MIDI, "suffix", "'noname' ends in 'no suffix'"),
        ("a.mid", MIDI[:-5], "content", "a.mid: track 1 breaks off, 5 bytes are missing"),
        ("a.xml", XML[:-9], "content", "a.xml: not well-formed XML"),
    ],
)
def test_a_file_that_is_something_else_is_named(
    tmp_path: Path, name: str, data: bytes, kind: str, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LoadError, match=re.escape(message)) as caught:
        load(str(tmp_path / name))
    assert caught.value.kind == kind
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (
            "nowhere/a.mid",
            "missing",
            r"no file 'nowhere/a\.mid': No such file or directory \(check the name and the folder\)",
        ),
        ("C4 D4 E4", "missing", r"no file 'C4 D4 E4'.*notes as text go to musenb.motif"),
        ("https://example.org/a.mid", "missing", r"'https://example\.org/a\.mid' is an address.*download it"),
        ("file:///tmp/a.mid", "missing", "is an address"),
        ("", "missing", "no file ''"),
        ("a\0b.mid", "missing", "no file 'a b.mid'"),
        ("x" * 5000 + ".mid", "missing", "File name too long"),
        ("a\u202edim.mid", "missing", "no file 'adim.mid'"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(source: str, kind: str, message: str) -> None:
    with pytest.raises(LoadError, match=message) as caught:
        load(source)
    assert caught.value.kind == kind
    assert "\n" not in str(caught.value)


def test_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.mid").mkdir()
    with pytest.raises(LoadError, match=r"'folder\.mid' is a folder \(give one file\)"):
        load(tmp_path / "folder.mid")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mid")
        with pytest.raises(LoadError, match=r"'pipe\.mid' is not a regular file"):
            load(tmp_path / "pipe.mid")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mid").write_bytes(MIDI)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(LoadError, match=r"'a\.mid' cannot be read: Permission denied \(check its permissions\)"):
        load(tmp_path / "a.mid")


@pytest.mark.parametrize(
    ("name", "field"), [("a.mid", "midi_bytes"), ("a.xml", "xml_bytes"), ("a.mxl", "xml_bytes"), ("a.abc", "abc_bytes")]
)
def test_large_files_are_refused_until_the_limit_is_raised(tmp_path: Path, name: str, field: str) -> None:
    data = content(name)
    (tmp_path / name).write_bytes(data)
    for source in (tmp_path / name, data):
        message = rf"has {len(data)} bytes, at most {len(data) - 1} .*limits=musenb\.Limits\({field}=\.\.\.\)"
        with pytest.raises(LoadError, match=message) as caught:
            load(source, limits=Limits(**{field: len(data) - 1}))
        assert caught.value.kind == "size"
        assert load(source, limits=Limits(**{field: len(data)})).notes


def test_the_name_of_bytes_must_agree_with_them() -> None:
    assert load(MIDI, name="upload.mid").source == "upload.mid"
    assert load(bytearray(MIDI), name="upload").source == "upload"
    with pytest.raises(LoadError, match=r"'upload\.xml' is named like MusicXML but holds MIDI"):
        load(MIDI, name="upload.xml")
    with pytest.raises(LoadError, match="'bytes' holds plain text"):
        load(b"hello")
    with pytest.raises(LoadError, match="'bytes' is empty") as caught:
        load(b"")
    assert caught.value.kind == "empty"


def test_whatever_a_reader_raises_is_one_load_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RecursionError("too\ndeep")

    monkeypatch.setattr("musenb.score.from_midi.score_from_midi", broken)
    with pytest.raises(LoadError, match="my song: cannot be read as music: too deep") as caught:
        load(MIDI, name="my song")
    assert caught.value.kind == "content"


@pytest.mark.parametrize(
    ("kind", "field"),
    [("timeout", "seconds"), ("limit", "memory_bytes")],
)
def test_time_and_memory_of_the_reading_process_are_raised_by_the_caller(
    kind: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ChildLimits]] = []

    def isolated(function: str, arguments: dict, *, what: str, limits: ChildLimits) -> str:
        asked.append((function, limits))
        raise LoadError(kind, f"reading {what} needs too much")

    monkeypatch.setattr("musenb.score.corpus.isolated", isolated)
    monkeypatch.setattr("musenb.score.corpus._relative_paths", lambda: ("long/piece.krn",))
    told = rf"reading corpus:piece needs too much \(limits=musenb\.Limits\({field}=\.\.\.\) raises it\)"
    with pytest.raises(LoadError, match=told):
        load("corpus:piece")
    with pytest.raises(LoadError, match=told):
        load("corpus:piece", limits=Limits(seconds=30, memory_bytes=2**30))
    usual, raised = (limits for _, limits in asked)
    assert raised == ChildLimits(memory_bytes=2**30, cpu_seconds=15.0, wall_seconds=30.0)
    assert usual.wall_seconds > raised.wall_seconds


@pytest.mark.parametrize("value", [0, -1, True, "9", None, float("nan")])
def test_a_limit_that_is_no_number_is_named(value: object) -> None:
    with pytest.raises(SettingError, match=r"Limits\(notes=.*\): a number above 0 is needed"):
        Limits(notes=value)
    with pytest.raises(LoadError, match=r"limits=\{'notes': 1\} are no limits \(give musenb\.Limits"):
        load(MIDI, limits={"notes": 1})


def test_limits_are_frozen_and_raised_by_name() -> None:
    with pytest.raises(TypeError):
        Limits(5)
    with pytest.raises(AttributeError):
        Limits().notes = 3
    with pytest.raises(LoadError, match=r"more than 1 notes \(limits=musenb\.Limits\(notes"):
        load(MIDI, limits=Limits(notes=1))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids these names")
@pytest.mark.parametrize("name", ["Été.mid", "音楽🎵.mid", "שיר.mid", "a\nb.mid", "x" * 251 + ".mid"])
def test_names_of_all_kinds_are_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(MIDI)
    score = load(tmp_path / name)
    assert score.notes == SCORE.notes
    assert "\n" not in score.source


def test_repeats_are_written_out_on_request() -> None:
    tune = b"X:1\nP:AAB\nM:4/4\nL:1/4\nK:C\nP:A\n|:C4:|\nP:B\nD4|\n"
    assert [note.spelling for note in load(tune).notes] == ["C4", "D4"]
    whole = load(tune, unfold=True)
    assert [note.spelling for note in whole.notes] == ["C4", "C4", "C4", "C4", "D4"]
    assert load(load(tune), unfold=True) == whole
    endless = tune.replace(b"AAB", b"A255B").replace(b"|:C4:|", b"|:" + b"C/16" * 800 + b":|")
    with pytest.raises(LoadError, match="with its repeats written out the score has more than 200000 notes"):
        load(endless, name="long.abc", unfold=True)
