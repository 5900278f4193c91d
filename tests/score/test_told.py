"""Key and metre of primes: asked for, written, or heard, and what is said of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from musenb.errors import SettingError
from musenb.export.to_midi import midi_bytes
from musenb.score.from_text import score_from_text
from musenb.score.load import load
from musenb.score.named import asked_key, asked_metre, key_named, metre_named, name_of_key, name_of_metre
from musenb.score.note import KeySignature, Score, TimeSignature
from musenb.score.told import told_key, told_metre

TUNE_IN_G = "G4 A4 B4 G4 F#4 D4 G4:2"


@pytest.mark.parametrize("fifths", range(-7, 8))
@pytest.mark.parametrize("mode", ["major", "minor", ""])
def test_a_key_is_read_as_it_is_named(fifths: int, mode: str) -> None:
    key = KeySignature(fifths=fifths, mode=mode)
    assert key_named(name_of_key(key)) == key


@pytest.mark.parametrize(
    ("text", "asked", "name", "source", "sentence"),
    [
        ("C4 D4 E4 G4", None, "C major", "motif", "C major, from your motif"),
        ("key=D D4 E4 F#4", None, "D major", "file", "D major, as written"),
        ("key=2# B4 C#5 D5 B4 A#4 B4", None, "B minor", "file", "B minor, by its signature and its notes"),
        ("key=D D4 E4 F#4", "Bm", "B minor", "asked", "B minor, as asked"),
        ("C4 D4 E4 G4", "2#", "D major", "asked", "D major, as asked"),
    ],
)
def test_a_key_says_where_it_comes_from(text: str, asked: str | None, name: str, source: str, sentence: str) -> None:
    score, told = told_key(score_from_text(text), asked_key(asked))
    assert (name_of_key(told.key), told.source, told.sentence) == (name, source, sentence)
    assert score.keys == (told.key,)


def test_later_keys_stay_and_a_key_that_comes_late_says_nothing_of_the_beginning() -> None:
    changing = score_from_text("key=G G4 A4 B4 G4 key=D D5 C#5 D5:2")
    assert told_key(changing)[0].keys == changing.keys
    late = score_from_text("G4 A4 B4 G4 key=D D5 C#5 D5:2")
    score, told = told_key(late)
    assert told.source == "motif"
    assert score.keys[1:] == late.keys


def test_c_major_in_a_midi_file_is_believed_only_where_the_notes_agree(tmp_path: Path) -> None:
    def from_file(text: str) -> Score:
        path = tmp_path / "tune.mid"
        path.write_bytes(midi_bytes(score_from_text(text)))
        return load(path)

    default = from_file(f"key=C {TUNE_IN_G}")
    assert default.keys[0].fifths == 0
    _, told = told_key(default)
    assert (name_of_key(told.key), told.source) == ("G major", "motif")
    assert "in many files that nobody gave a key" in told.sentence
    assert told_key(from_file("key=C C4 D4 E4 G4 F4 D4 C4:2"))[1].source == "file"
    assert told_key(from_file("key=Am A4 B4 G#4 A4:2"))[1].source == "file"
    assert told_key(from_file(TUNE_IN_G))[1].sentence == "G major, from your motif"
    assert told_key(score_from_text(f"key=C {TUNE_IN_G}"))[1].source == "file"


@pytest.mark.parametrize(
    ("text", "asked", "name", "source", "sentence"),
    [
        ("C4 D4 E4 G4", None, "4/4", "motif", "4/4, as your motif tells no other metre"),
        ("C4:2 D4 E4:2 F4 G4:3", None, "3/4", "motif", "3/4, from your motif"),
        ("4/4 C4:2 D4 E4:2 F4 G4:3", None, "4/4", "file", "4/4, as written"),
        ("4/4 C4 D4 E4", "6/8", "6/8", "asked", "6/8, as asked"),
    ],
)
def test_a_metre_says_where_it_comes_from(text: str, asked: str | None, name: str, source: str, sentence: str) -> None:
    score, told = told_metre(score_from_text(text), asked_metre(asked))
    assert (name_of_metre(told.metre), told.source, told.sentence) == (name, source, sentence)
    assert name_of_metre(score.metres[0]) == name


def test_an_upbeat_that_is_no_shorter_than_a_bar_is_named() -> None:
    with pytest.raises(SettingError, match="metre 3/4 has bars of 3 quarters, and the upbeat of 3 is to be shorter"):
        told_metre(score_from_text("upbeat=3 C4 D4 E4 F4:4"), TimeSignature(Fraction(0), 3, 4))


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (asked_key, "H major", "key 'H major': a key is like D"),
        (asked_key, 3, "key 3 is not text, as in 'D minor'"),
        (asked_key, "A# major", "key 'A# major': key signature of 10 fifths"),
        (asked_metre, "waltz", "metre 'waltz': a metre is like 4/4"),
        (asked_metre, "3/5", "metre '3/5': metre 3/5"),
        (asked_metre, 0.75, "metre 0.75 is not text, as in '3/4'"),
    ],
)
def test_what_is_no_key_or_metre_is_named(read, value: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        read(value)


def test_names_of_all_kinds() -> None:
    for name in ("Dm", "d minor", "D minor", "Dmin"):
        assert key_named(name) == KeySignature(fifths=-1, mode="minor")
    assert key_named("B♭ major") == KeySignature(fifths=-2, mode="major")
    assert metre_named(" 6/8 ") == TimeSignature(Fraction(0), 6, 8)
