"""What is said of returns."""

from __future__ import annotations

import json

import pytest

from musenb.analysis.motif.finder import find_returns, motif_of
from musenb.analysis.motif.words import changes, interval_name, record, report, sentence
from musenb.score.from_text import score_from_text


@pytest.mark.parametrize(
    ("semitones", "steps", "name"),
    [
        (0, 0, "at the same pitch"),
        (-7, -4, "a fifth lower"),
        (12, 7, "an octave higher"),
        (17, 10, "an eleventh higher"),
        (24, 14, "two octaves higher"),
        (-31, -18, "two octaves and a fifth lower"),
        (1, 0, "a semitone higher"),
        (-1, 1, "a semitone lower"),
        (2, 0, "2 semitones higher"),
    ],
)
def test_intervals_have_names(semitones: int, steps: int, name: str) -> None:
    assert interval_name(semitones, steps) == name


@pytest.mark.parametrize(
    ("bar", "said"),
    [
        ("C4:3/2 D4:1/2 E4 G4", "returns in the tenor in bar 3, a fifth lower, rhythm kept"),
        ("G4:3/2 A4:1/2 B4 D5", "returns in the tenor in bar 3, note for note"),
        ("A4:3/2 B4:1/2 C5 E5", "returns in the tenor in bar 3, a second higher, in steps of the scale, rhythm kept"),
        ("G4:3/2 F4:1/2 Eb4 C4", "returns in the tenor in bar 3, at the same pitch, upside down, rhythm kept"),
        (
            "r:2 C5:3 D5 E5:2 G5:2",
            "returns in the tenor in bar 3, beat 3, a fourth higher, twice as slow, rhythm kept",
        ),
        ("C5 D5 E5 G5", "returns in the tenor in bar 3, a fourth higher, rhythm changed"),
        (
            "C5:3/2 C5:1/2 F4 E5",
            "its rhythm returns in the tenor in bar 3, a fourth higher, other intervals, rhythm kept",
        ),
    ],
)
def test_sentences_of_a_teacher(bar: str, said: str) -> None:
    score = score_from_text(f"tenor: key=G G4:3/2 A4:1/2 B4 D5 | r:4 | {bar}")
    (found,) = find_returns(score, motif_of(score, "tenor", 1))
    assert sentence(found) == said


def test_a_fragment_and_a_report_with_counts() -> None:
    score = score_from_text(
        "key=G G4:3/2 A4:1/2 B4:1/2 D5:1/2 C5:1/2 E5:1/2 | r:4 | C5:3/2 D5:1/2 E5:1/2 G5:1/2 F5:1/2 C5:1/2 |"
        "G4:3/2 A4:1/2 B4:1/2 D5:1/2 C5:1/2 E5:1/2"
    )
    found = find_returns(score, motif_of(score, "melody", 1))
    assert sentence(found[0]) == "its first 5 notes return in the melody in bar 3, a fourth higher, rhythm kept"
    assert report(found).splitlines()[-1].startswith("Two returns: 1 exact, 1 head.")
    assert report([]) == "The motif does not return."


def test_an_answer_says_how_many_intervals_differ() -> None:
    score = score_from_text(
        "key=Cm C5:1/2 B4:1/2 C5:1/2 G4:1/2 Ab4 C5 | r:4 | G5:1/2 F#5:1/2 G5:1/2 C5:1/2 Eb5 G5"
    )
    (found,) = find_returns(score, motif_of(score, "melody", 1))
    assert changes(found) == ("two intervals a step wider or narrower", "rhythm kept")


def test_a_record_is_json() -> None:
    score = score_from_text("key=C C4 D4 E4 G4:1/2 r:1/2 | r:1/3 C4 D4 E4 G4:1/2 r:1/6")
    (found,) = find_returns(score, motif_of(score, "melody", 1))
    assert json.loads(json.dumps(record(found))) == {
        "voice": "melody", "bar": 2, "beat": 1.3333, "form": "exact", "interval": 0, "confidence": 1.0,
    }
