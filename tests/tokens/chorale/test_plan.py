from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest

from musenb.errors import SettingError, TokenError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Origin, Score, TimeSignature, Voice
from musenb.tokens.chorale import grid as words
from musenb.tokens.chorale.grid import HOLD, UNKNOWN, encode
from musenb.tokens.chorale.phrases import closing_chord, usual_phrase
from musenb.tokens.chorale.plan import MOST_BARS, plan_piece
from musenb.tokens.chorale.prepare import prepare, with_chorale_names
from musenb.tokens.idiom import Wishes

F = Fraction
CHORALE = "soprano: C5 D5 E5 F5\nalto: G4:4\ntenor: E4:2 D4:2\nbass: C3:4"


def phrase_ends(columns: np.ndarray) -> list[float]:
    """Return the quarters at which phrases end, read from the countdown."""
    left = columns[:, words.PHRASE - 1] % words.LONGEST_PHRASE
    last = [step for step in range(len(left) - 1) if left[step] == 0 and left[step + 1] > 0]
    return [(step + 1) / 4 for step in (*last, len(left) - 1)]


def under_fermatas(columns: np.ndarray) -> set[float]:
    """Return the quarters at which a step under a fermata lies."""
    return {step / 4 for step in np.flatnonzero(columns[:, words.FERMATA - 1] == 1)}


def test_bars_are_added_after_the_bar_that_is_filled_first() -> None:
    assert plan_piece(score_from_text("C4 D4 E4"), extent=2).end == 12
    assert plan_piece(score_from_text("C4 D4 E4 F4"), extent=2).end == 12
    assert plan_piece(score_from_text("upbeat=1 C4 | D4:4"), extent=1).end == 9
    assert plan_piece(score_from_text("upbeat=1 C4"), extent=1).end == 5
    assert plan_piece(score_from_text("6/8 C4"), extent=3).end == 12


def test_the_cells_of_the_prime_stay_and_all_others_are_open() -> None:
    prime = score_from_text(CHORALE)
    plan = plan_piece(prime, extent=1)
    assert plan.first == 64
    assert np.array_equal(plan.grid.cells[:16], encode(prime).cells)
    assert (plan.grid.cells[16:] == UNKNOWN).all()
    assert plan.names == ("soprano", "alto", "tenor", "bass")


def test_a_melody_is_given_beside_open_voices() -> None:
    plan = plan_piece(score_from_text("C5 D5 r E5"), extent=1)
    assert plan.first == 0
    assert (plan.grid.cells[:16, 0] != UNKNOWN).all()
    assert (plan.grid.cells[:, 1:] == UNKNOWN).all()
    assert (plan.grid.cells[16:] == UNKNOWN).all()


def test_the_user_says_whose_voice_it_is() -> None:
    for voices in (("bass",), ["bass"]):
        plan = plan_piece(with_chorale_names(score_from_text("C3 D3"), voices), extent=1)
        assert plan.names == ("bass",)
        assert plan.grid.cells[:8, 3].tolist() == [12, HOLD, HOLD, HOLD, 14, HOLD, HOLD, HOLD]


def test_a_melody_is_told_ahead_and_a_whole_prime_is_not() -> None:
    ahead = slice(8, 24)
    melody = plan_piece(score_from_text("C5 D5 E5 F5"), extent=1).features
    assert melody[0, ahead].tolist() == [36, 46 + 1, 47, 47, 36, 47, 47, 47, 38, 47, 47, 47, 40, 47, 47, 47]
    assert (melody[16 * 4 :, ahead] == words.NOT_GIVEN).all()
    assert (plan_piece(score_from_text(CHORALE), extent=1).features[:, ahead] == words.NOT_GIVEN).all()


def test_a_prime_whose_voices_end_apart_is_told_ahead() -> None:
    prime = score_from_text("soprano: C5 D5 E5 F5\nalto: G4:2\ntenor: E4:2\nbass: C3:2")
    plan = plan_piece(prime, extent=1)
    assert plan.first == 32
    assert plan.features[8 * 4, 8] == 40
    assert (plan.features[8 * 4, 9:12] == words.NOT_GIVEN).all()


def test_phrases_of_a_prime_without_fermatas_have_the_usual_length() -> None:
    columns = plan_piece(score_from_text("C4 D4 E4 F4"), extent=5).grid.frame.columns
    assert phrase_ends(columns) == [8, 16, 24]
    assert under_fermatas(columns) == {x + y for x in (7, 15, 23) for y in (0, 0.25, 0.5, 0.75)}


def test_phrases_go_on_at_the_pace_of_the_prime_when_it_is_long() -> None:
    prime = score_from_text("C4:11 C4^ D4:11 D4^")
    columns = plan_piece(prime, extent=6).grid.frame.columns
    assert phrase_ends(columns) == [12, 24, 36, 48]
    assert {11, 23, 35, 47} <= under_fermatas(columns)


def test_phrases_after_short_ones_have_the_usual_length() -> None:
    prime = score_from_text("C4 D4 E4 F4^ G4 A4 B4 C5^")
    assert phrase_ends(plan_piece(prime, extent=4).grid.frame.columns) == [4, 8, 16, 24]


def test_a_remainder_belongs_to_the_last_phrase() -> None:
    assert phrase_ends(plan_piece(score_from_text("3/4 C4:3"), extent=8).grid.frame.columns) == [12, 27]
    assert phrase_ends(plan_piece(score_from_text("3/4 C4:3"), extent=9).grid.frame.columns) == [12, 24, 30]


def test_voices_that_end_a_fermata_apart_do_not_make_tiny_phrases() -> None:
    text = "soprano: C5:4 C5:3 C5^\nalto: G4:4 G4:3 G4:1/2^ F4:1/2\ntenor: E4:4 E4:4^\nbass: C3:4 C3:3 C3^"
    columns = plan_piece(score_from_text(text), extent=4).grid.frame.columns
    assert phrase_ends(columns) == [8, 16, 24]
    assert not {9, 10, 11, 12, 13, 14} & under_fermatas(columns)


def test_fermatas_at_an_odd_distance_do_not_set_the_pace() -> None:
    prime = score_from_text("C4 D4 E4^ F4 G4:1/4^ A4:3/4 B4 C5:2")
    columns = plan_piece(prime, extent=4).grid.frame.columns
    assert phrase_ends(columns)[:2] == [3, 4.25]
    assert phrase_ends(columns)[2:] == [12.25, 24]


def test_the_piece_ends_under_a_fermata_shortened_by_the_upbeat() -> None:
    columns = plan_piece(score_from_text("upbeat=1 C4 | D4:4"), extent=3).grid.frame.columns
    assert {15, 16} <= under_fermatas(columns)
    assert 14 not in under_fermatas(columns)


@pytest.mark.parametrize(
    ("metre", "phrase", "chord"),
    [((4, 4), 8, 1), ((3, 4), 12, 2), ((2, 2), 8, 2), ((6, 8), 12, F(3, 2)), ((3, 2), 12, 2), ((2, 4), 8, 1)],
)
def test_usual_phrases_and_closing_chords(metre: tuple[int, int], phrase: Fraction, chord: Fraction) -> None:
    assert usual_phrase(TimeSignature(F(0), *metre)) == phrase
    assert closing_chord(TimeSignature(F(0), *metre)) == chord


@pytest.mark.parametrize("metre", ["1/4", "1/8", "1/16", "3/16", "5/8", "7/4", "12/8", "4/2", "12/4"])
def test_uncommon_metres_are_planned(metre: str) -> None:
    plan = plan_piece(score_from_text(f"{metre} C4:1/4 D4:3/4"), extent=4)
    assert plan.end % plan.prime.metres[0].bar_length == 0
    assert (plan.features >= 0).all()
    assert (plan.features < np.array(words.FEATURES)).all()


@pytest.mark.parametrize("bars", [0, -1, MOST_BARS + 1, 2.0, "4", None, True])
def test_bars_outside_their_range_are_named(bars: object) -> None:
    with pytest.raises(SettingError, match=re.escape(f"bars {bars!r} is not a whole number in 1..512")):
        plan_piece(score_from_text("C4"), extent=bars)


def test_a_prime_without_notes_and_a_metre_beyond_the_grid_are_named() -> None:
    with pytest.raises(TokenError, match=re.escape("the prime has no notes in 'x.mid'; at least one is needed")):
        prepare(Score(source="x.mid"), Wishes())
    with pytest.raises(TokenError, match=re.escape("metre 13/4 of bar 1 in 'text' has bars of 52 sixteenths")):
        plan_piece(score_from_text("13/4 C4"), extent=1)
    with pytest.raises(TokenError, match=re.escape("the bars of 3/32 in 'text' are not whole sixteenths")):
        plan_piece(score_from_text("3/32 C4"), extent=2)


def test_a_finished_score_has_the_given_notes_and_the_new_ones() -> None:
    prime = score_from_text('3/4 key=D tempo=90 title="Air" A4 B4:2')
    plan = plan_piece(prime, extent=1)
    new = Note(F(3), F(3), 62, origin=Origin("m", 1))
    score = plan.score({"soprano": [new], "bass": [new]})
    assert score.voices[0] == Voice("soprano", (*prime.voices[0].notes, new))
    assert [voice.notes for voice in score.voices[1:]] == [(), (), (new,)]
    assert (score.metres, score.keys, score.tempos, score.title) == (prime.metres, prime.keys, prime.tempos, "Air")
