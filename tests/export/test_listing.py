from __future__ import annotations

import dataclasses
import time
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from musenb.export.listing import excerpt, key_words, listing
from musenb.score.from_text import score_from_text
from musenb.score.marks import Notice
from musenb.score.note import KeySignature, Note, Origin, Score, Voice

F = Fraction
HYMN = """
title="Old Hundredth" composer="Bourgeois"
4/4 key=G tempo=90 upbeat=1
soprano: G4 | G4 F#4 E4 D4^ | G4:4 |
alto:    D4 | D4:1/2 C4:1/2 D4 B3 B3 | r:2 D4:2 |
"""


def continued(score: Score, since: Fraction) -> Score:
    """Return the score with the notes from a quarter on generated."""
    origin = Origin("chorale", 7)
    return replace(
        score,
        voices=tuple(
            replace(voice, notes=tuple(replace(n, origin=origin) if n.onset >= since else n for n in voice.notes))
            for voice in score.voices
        ),
    )


def test_a_continued_hymn_looks_like_this() -> None:
    assert listing(continued(score_from_text(HYMN), F(5))) == (
        "Old Hundredth, Bourgeois\n"
        "G major, 4/4, 90 quarters a minute, upbeat of 1 quarter\n"
        "* is given; the rest is by chorale, seed 7\n"
        "\n"
        "        | upbeat | bar 1                  | bar 2\n"
        "        |  4     |  1   1.5  2    3   4   |  1   3\n"
        "soprano | *G4    | *G4  -   *F#4 *E4 *D4^ |  G4  -\n"
        "alto    | *D4    | *D4 *C4  *D4  *B3 *B3  |  .   D4\n"
    )


def test_four_thousand_voices_are_listed_in_a_moment() -> None:
    score = Score(tuple(Voice(f"v{number}", (Note(F(0), F(1), 60),)) for number in range(4_000)))
    begun = time.process_time()
    assert listing(score).count("\n") == 4_004
    assert time.process_time() - begun < 8


def test_music_of_one_kind_has_no_stars() -> None:
    given_only, generated_only = score_from_text(HYMN), continued(score_from_text(HYMN), F(0))
    assert "*" not in listing(given_only)
    assert "chorale" not in listing(given_only)
    assert "*" not in listing(generated_only)
    assert "all by chorale, seed 7\n" in listing(generated_only)


def test_chords_tied_notes_and_changes() -> None:
    score = Score(
        (Voice("piano", (Note(F(0), F(5), 60), Note(F(0), F(1), 64))),), keys=(KeySignature(F(4), -2, "minor"),)
    )
    assert listing(score) == (
        "4/4, 100 quarters a minute\n"
        "\n"
        "      | bar 1   | bar 2 (G minor)\n"
        "      | 1     2 | 1 2\n"
        "piano | E4+C4 - | - .\n"
    )


def test_compound_metres_count_their_beats() -> None:
    assert "| 1  1.33 1.67 2\n" in listing(score_from_text("6/8 D4:1/2 E4:1/2 F4:1/2 G4:3/2"))


def test_a_bar_too_wide_goes_on_in_the_next_system() -> None:
    text = listing(score_from_text("4/4 " + "F#4:1/8 " * 32), 60)
    assert max(map(len, text.splitlines())) <= 60
    assert text.count("| bar 1\n") == 1
    assert text.count("| (bar 1)\n") >= 2
    assert text.count("F#4") == 32


def test_silence_says_so() -> None:
    assert listing(Score()) == "4/4, 100 quarters a minute\nno notes\n"


def test_keys_in_words() -> None:
    words = [
        key_words(KeySignature(F(0), fifths, mode)) for fifths, mode in [(3, "minor"), (-1, ""), (0, ""), (7, "major")]
    ]
    assert words == ["F# minor", "1 flat", "no sharps", "C# major"]


NOTES = st.builds(
    Note, st.integers(0, 40).map(lambda n: F(n, 4)), st.integers(1, 9).map(lambda n: F(n, 4)), st.integers(0, 127)
)


@given(
    st.lists(st.builds(Voice, st.just("v"), st.lists(NOTES, max_size=8).map(tuple)), max_size=4), st.integers(80, 120)
)
def test_lines_keep_to_the_width_and_every_onset_is_there(voices: list[Voice], width: int) -> None:
    score = Score(tuple(voices))
    lines = listing(score, width).splitlines()
    cells = [cell for line in lines if line.startswith("v") for cell in line.split()[1:]]
    assert sum(cell.count("+") + 1 for cell in cells if cell[0] in "ABCDEFG") == len(score.notes)
    assert all(len(line) <= width or line.count("+") for line in lines)
    assert "\n".join(lines).isascii()


def test_an_excerpt_keeps_whole_systems_and_counts_the_rest() -> None:
    score = score_from_text("4/4 " + "C4 D4 E4 F4 " * 24)
    whole, shown = listing(score).split("\n\n"), excerpt(score, lines=8).split("\n\n")
    assert shown[:2] == whole[:2]
    assert len(whole) > 3
    assert shown[2:] == ["... 24 bars in all\n"]


def test_an_excerpt_of_a_short_score_is_its_listing() -> None:
    for score in (score_from_text("C4 D4"), Score()):
        assert excerpt(score) == listing(score)


def test_an_excerpt_is_short_for_any_length() -> None:
    score = score_from_text("4/4 " + "C4 D4 E4 F4 " * 400)
    assert len(excerpt(score)) < 1500


def test_what_was_left_out_is_said_in_the_heading() -> None:
    marked = dataclasses.replace(score_from_text("C4 D4"), notices=(Notice("grace notes", "left out", 2, "bar 1"),))
    assert "In the source: 2 grace notes left out." in listing(marked)
    assert "In the source" not in listing(score_from_text("C4 D4"))
    assert repr(marked).endswith("1 notice>")
