"""Motifs as people of several countries and habits type them."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from musenb.errors import ScoreError
from musenb.score.from_text import score_from_text
from musenb.score.note_names import NoteName, note_name


@pytest.mark.parametrize(
    ("written", "letter", "accidental", "language"),
    [
        ("C", "C", "", "English"), ("b", "B", "", "English"), ("Bb", "B", "b", "English"),
        ("f##", "F", "##", "English"),
        ("fis", "F", "#", "German"), ("Es", "E", "b", "German"), ("as", "A", "b", "German"),
        ("ceses", "C", "bb", "German"),
        ("his", "B", "#", "German"), ("fisis", "F", "##", "German"),
        ("do", "C", "", "syllables"), ("Ré", "D", "", "syllables"), ("sib", "B", "b", "syllables"),
        ("fa#", "F", "#", "syllables"), ("fa-dièse", "F", "#", "syllables"), ("labémol", "A", "b", "syllables"),
        ("ti", "B", "", "syllables"), ("sol", "G", "", "syllables"), ("Ut", "C", "", "syllables"),
    ],
)  # fmt: skip
def test_names(written: str, letter: str, accidental: str, language: str) -> None:
    assert note_name(written) == NoteName(letter, accidental, language)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["", "h", "hes", "bes", "x", "dod", "es#", "re-", "r"])
def test_what_is_no_name(written: str) -> None:
    assert note_name(written) is None


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("C4, D4, E4, G4", "C4 D4 E4 G4"),
        ("C4,D4,|E4", "C4 D4 | E4"),
        ("do re mi4 fa#", "C D E4 F#"),
        ("Do5, Si, La, Sol", "C5 B A G"),
        ("fis4 gis4 a4 es5", "F#4 G#4 A4 Eb5"),
        ("C4/8 D4/4. r/16 E4/1", "C4:1/2 D4:3/2 r:1/4 E4:4"),
        ("fis4/2^ Bn4", "F#4:2^ Bn4"),
        ("C4:4 |]", "C4:4 |"),
        ("C4:4 ||", "C4:4 |"),
    ],
)
def test_the_same_notes_otherwise(text: str, same: str) -> None:
    assert score_from_text(text) == score_from_text(same)


@pytest.mark.parametrize(
    ("text", "metre", "upbeat"),
    [
        ("C4 D4 E4 F4 G4", (4, 4), 0),
        ("C4 D4 E4 F4 | G4", (4, 4), 0),
        ("C4 D4 | E4 G4", (2, 4), 0),
        ("C4 D4 E4 | F4 G4 A4 | B4", (3, 4), 0),
        ("G4 | C4 D4 E4 | F4 G4 A4 |", (3, 4), 1),
        ("G4/8 | C4/4 D4/8 E4/4 G4/8 | C5/2.", (6, 8), F(1, 2)),
        ("C4/8 D4/8 E4/8 F4/8 G4/8 A4/8 | G4/2.", (3, 4), 0),
        ("C4/8 D4 E4 F4 | C4/8 D4 E4 F4", (7, 8), 0),
        ("C4/8 D4/8 E4/8 | F4/4.", (3, 8), 0),
    ],
)
def test_bar_lines_tell_a_metre_that_nobody_wrote(text: str, metre: tuple[int, ...], upbeat: F) -> None:
    score = score_from_text(text)
    assert [(m.beats, m.unit) for m in score.metres] == [metre]
    assert score.anacrusis == upbeat


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fis4 g4 b4", "column 9: B beside German names may be B or B flat; write Bn or Bb"),
        ("C4/3", r"'C4/3': a length behind / is one of 1 2 4 8 16 32 64, .* in quarters it is C4:1/3"),
        ("C4 - E4", "C4:2 for two quarters"),
        ("|: C4 D4 :|", "a passage that is repeated is written twice"),
        ("c'4 d'8", "the number of its octave"),
        ("C4 D4 E4 | F4 G4 | A4", r"bar 1 of voice 'melody' has 3 quarters up to this \|, 4 would fill it"),
        ("4/4 C4 D4 | E4", r"has 2 quarters up to this \|, 4 would fill it \(4/4\)"),
    ],
)
def test_what_is_refused_says_how_to_write_it(text: str, message: str) -> None:
    with pytest.raises(ScoreError, match=message):
        score_from_text(text)
