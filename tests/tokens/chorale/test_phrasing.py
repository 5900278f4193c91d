"""Phrase ends from fermatas, from a given melody and from the metre."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import pytest

from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice
from musenb.tokens.chorale.phrasing import PhraseEnd, phrase_ends

F = Fraction


def ends(text: str, total: int, *, closed: bool = True) -> list[PhraseEnd]:
    score = score_from_text(text)
    own = sorted({note.end for voice in score.voices for note in voice.notes if note.fermata})
    return phrase_ends(score, own, F(total), closed=closed)


def at(found: list[PhraseEnd]) -> list[Fraction]:
    return [one.end for one in found]


def test_a_motif_that_says_nothing_has_the_usual_phrases_and_the_last_one_takes_what_remains() -> None:
    assert at(ends("C4 D4 E4 G4", 32)) == [8, 16, 24, 32]
    assert at(ends("C4 D4 E4 G4", 36)) == [8, 16, 24, 36]
    assert at(ends("C4 D4 E4 G4", 38)) == [8, 16, 24, 32, 38]
    assert at(ends("3/4 C4:3", 27)) == [12, 27]


def test_a_piece_that_is_to_go_on_has_its_last_phrase_end_behind_it() -> None:
    assert at(ends("C4 D4 E4 G4", 12, closed=False)) == [8, 16]
    assert at(ends("C4 D4 E4 G4", 16, closed=False)) == [8, 16]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # Twinkle: the long notes; Ode to Joy: its half note at bar 4; Old Hundredth with rests
        ("C5 C5 G5 G5 A5 A5 G5:2 F5 F5 E5 E5 D5 D5 C5:2", [8, 16]),
        ("F#4 F#4 G4 A4 A4 G4 F#4 E4 D4 D4 E4 F#4 F#4:1.5 E4:1/2 E4:2 D4 D4 E4 F#4", [16, 24]),
        ("C5 D5 E5 C5 D5 E5 r:2 E5 F5 G5 A5 B5 C5 r:2", [6, 16]),
        ("3/4 upbeat=1 D4 | G4:2 B4 | B4:2 A4 | G4:2 E4 | D4:2 D4 | G4:2 B4 | B4:2 A4 | D5:5", [12, 24]),
        ("C5 D5 E5:2^ F5 E5 D5 C5 D5 E5 F5:2^", [4, 12]),
    ],
)
def test_a_melody_tells_where_its_phrases_end(text: str, wanted: list[int]) -> None:
    score = score_from_text(text)
    found = at(ends(text, int(score.end)))
    assert set(wanted[:-1]) <= set(found)
    assert found[-1] == score.end


def test_ends_between_statements_that_lie_apart_are_not_lost() -> None:
    score = score_from_text("C5 D5 E5 F5:2^ r:27 C5 D5 E5 F5:5^")
    found = at(phrase_ends(score, [F(5), score.end], score.end + 8, closed=True))
    assert found[0] == 5
    assert max(after - before for before, after in itertools.pairwise(found)) <= 12


def test_the_last_chord_begins_on_a_strong_place() -> None:
    four, three = ends("C4 D4 E4 G4", 16), ends("3/4 C4:3", 12)
    assert [(one.approach, one.chord, one.end) for one in four] == [(5, 6, 8), (13, 14, 16)]
    assert [(one.approach, one.chord, one.end) for one in three] == [(8, 9, 12)]
    upbeat = ends("upbeat=1 C4 | D4:4", 17)
    assert (upbeat[0].approach, upbeat[0].chord, upbeat[0].end) == (6, 7, 8)
    assert ends("6/8 C4", 12)[-1].chord == 9


def test_under_a_melody_it_begins_with_the_last_note() -> None:
    found = ends("C5 C5 G5 G5 A5 A5 G5:2 F5 F5 E5 E5 D5 C5:3", 16)
    assert [(one.approach, one.chord) for one in found] == [(5, 6), (12, 13)]


def test_a_long_prime_takes_little_time() -> None:
    notes = tuple(Note(place, 1 if place % 8 else F(1, 2), 72) for place in range(20_000))
    began = time.process_time()
    found = phrase_ends(Score((Voice("soprano", notes),)), [], F(20_032), closed=True)
    assert time.process_time() - began < 3
    assert len(found) > 2000
