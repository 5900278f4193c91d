"""Metres: compound, additive, and their groups on every way into a score and out of it."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest

from musenb.errors import ScoreError
from musenb.export.to_midi import midi_bytes
from musenb.export.to_musicxml import musicxml_bytes
from musenb.export.to_text import text_from_score
from musenb.score.as_json import from_json, to_json
from musenb.score.from_abc import score_from_abc
from musenb.score.from_midi import score_from_midi
from musenb.score.from_music21 import score_from_music21
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.from_text import score_from_text
from musenb.score.metre import TimeSignature, joined_metre
from musenb.score.note import Score

BALKAN = "title=\"Ring\" 3+2+2/8 C4:3/2 D4 E4 | F4:1/2 G4:1/2 A4:1/2 B4 G4 | 2+2+3/8 C5 B4 A4:3/2 | 7/8 C5:7/2 |"


def metres(score: Score) -> str:
    return " ".join(map(str, score.metres))


@pytest.mark.parametrize(
    "again",
    [
        lambda score: score_from_text(text_from_score(score)),
        lambda score: score_from_midi(midi_bytes(score), source="a.mid"),
        lambda score: score_from_musicxml(musicxml_bytes(score), source="a.musicxml"),
        lambda score: from_json(to_json(score)),
    ],
    ids=["text", "MIDI", "MusicXML", "JSON"],
)
def test_groups_come_back_in_every_format(again) -> None:
    score = score_from_text(BALKAN)
    assert metres(score) == "3+2+2/8 2+2+3/8 7/8"
    assert again(score).metres == score.metres
    assert "bars of 3+2+2/8" in repr(again(score))


@pytest.mark.parametrize("written", ["2+2+3/8", "(2+2+3)/8", "( 2 + 2 + 3 ) / 8"])
def test_groups_of_an_abc_metre_are_kept_without_a_notice(written: str) -> None:
    score = score_from_abc(f"X:1\nM:{written}\nL:1/8\nK:C\nCDEFGAB|cBAGFED|\n".encode(), source="a.abc")
    assert metres(score) == "2+2+3/8"
    assert not score.notices


def test_groups_of_a_music21_metre_are_kept() -> None:
    from music21 import converter, meter

    stream = converter.parse("tinynotation: 4/4 c8 d8 e8 f8 g8")
    for old in list(stream.recurse().getElementsByClass("TimeSignature")):
        old.activeSite.replace(old, meter.TimeSignature("3/8+2/8"))
    assert metres(score_from_music21(stream)) == "3+2/8"


@pytest.mark.parametrize(
    ("terms", "metre"),
    [
        ([((3, 2), 8)], "3+2/8"),
        ([((3,), 8), ((2,), 8)], "3+2/8"),
        ([((2,), 4), ((3,), 8)], "2+2+3/8"),  # beats of a quarter, then three eighths
        ([((6,), 8), ((3,), 16)], "6+6+3/16"),
        ([((7,), 8)], "7/8"),
    ],
)
def test_terms_of_a_metre_are_joined(terms: list, metre: str) -> None:
    assert str(joined_metre(terms)) == metre


def test_groups_that_do_not_fit_a_metre_are_refused() -> None:
    with pytest.raises(ScoreError, match=r"groups 3\+3 of the metre 7/8 at quarter 0: each must be at least 1, and"):
        TimeSignature(Fraction(0), 7, 8, (3, 3))
    with pytest.raises(ScoreError, match=r"group of beats .*'3'"):
        TimeSignature(Fraction(0), 7, 8, ("3", 4))  # type: ignore[arg-type]


def test_groups_in_a_midi_file_count_only_where_they_fit_its_metre() -> None:
    score = score_from_text("3+2+2/8 C4:7/2")
    changed = midi_bytes(score).replace(b"\xff\x58\x04\x07\x03", b"\xff\x58\x04\x05\x03")
    assert metres(score_from_midi(changed, source="a.mid")) == "5/8"


def test_nine_eighths_in_threes_are_compound_and_other_groups_are_not() -> None:
    nine = TimeSignature(Fraction(0), 9, 8)
    assert nine.compound
    assert dataclasses.replace(nine, groups=(3, 3, 3)).beat_length == Fraction(3, 2)
    aksak = dataclasses.replace(nine, groups=(2, 2, 2, 3))
    assert not aksak.compound
    assert aksak.beat_length == Fraction(1, 2)
