"""Braille music: signs that every primer has, the names above the voices, and lines that fit a display."""

from __future__ import annotations

from fractions import Fraction

import pytest

import musenb
from musenb.errors import SaveError
from musenb.export.to_braille import braille_bytes
from musenb.score.note import Note, Origin, Score, Voice


def lines_of(score: Score) -> list[str]:
    return braille_bytes(score).decode("ascii").split("\r\n")


def test_what_the_translator_stumbles_over_is_a_save_error() -> None:
    crowded = musenb.motif("C4:1/8 Eb6:1/8 " * 32)  # more signs in a bar than a line has cells
    with pytest.raises(SaveError, match="the score cannot be written in Braille: "):
        braille_bytes(crowded)


def test_quarters_of_the_fourth_octave_are_the_signs_of_the_primers() -> None:
    # 4/4 is number sign, upper 4, lower 4; bar 1; octave 4; c d e g as quarters; the double bar.
    told, name, signature, music, end = lines_of(musenb.motif("C4 D4 E4 G4"))
    assert (told, name) == ("GIVEN ALL #D NOTES", "MELODY")
    assert signature.strip() == "#D4"
    assert music == '#A "?:$\\<K'
    assert end == ""


def test_each_voice_stands_under_its_name_after_title_and_provenance() -> None:
    given = Voice("Sopran", (Note(Fraction(0), Fraction(4), 67),))
    written = Voice("Baß 2", (Note(Fraction(0), Fraction(4), 48, origin=Origin("chorale", 7)),))
    lines = lines_of(Score((given, written), title="Übung 10a"))
    assert lines[0] == "UBUNG #AJ;A"
    assert lines[1].startswith("GIVEN SOPRAN BAR #A WRITTEN BY")
    assert lines.index("SOPRAN") < lines.index("BASS #B")


def test_no_line_is_longer_than_a_display() -> None:
    lines = lines_of(musenb.load("corpus:bwv66.6"))
    assert len(lines) > 12
    assert max(map(len, lines)) <= 40


def test_nothing_to_write_is_an_error() -> None:
    with pytest.raises(SaveError, match="no voice"):
        braille_bytes(Score(()))
