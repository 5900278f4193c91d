"""Excerpts keep the bar numbers of their piece, through files, too; a prime begins with bar 1."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import musenb
from musenb.errors import ScoreError
from musenb.score.as_json import from_json, to_json
from musenb.score.excerpt import excerpt
from musenb.score.from_text import score_from_text
from musenb.score.note import Score

WALTZ = score_from_text("3/4 upbeat=1 G4 | C5:3 | D5:3 | E5:3 | F5:3 | G5:3 | A5:3 |")


def numbers(score: Score) -> list[int]:
    return [bar.number for bar in score.bars()]


def test_an_excerpt_keeps_its_numbers() -> None:
    assert numbers(excerpt(WALTZ, (3, 5))) == [3, 4, 5]
    assert numbers(excerpt(excerpt(WALTZ, (3, 6)), (4, 5))) == [4, 5]
    assert numbers(WALTZ.cut(F(5), F(11))) == [0, 3, 4]
    assert numbers(WALTZ.cut(F(0), F(4))) == [0, 1]
    assert numbers(excerpt(WALTZ, (3, 5)).first_bars(2)) == [3, 4]


@given(start=st.integers(0, 17), length=st.integers(1, 18))
def test_a_bar_that_is_whole_keeps_its_number(start: int, length: int) -> None:
    part = WALTZ.cut(F(start), F(start + length))
    there = {bar.onset: bar.number for bar in WALTZ.bars()}
    for bar in part.bars():
        if bar.number:
            assert there[bar.onset + start] == bar.number


@pytest.mark.parametrize("start", [7, 8])
def test_numbers_go_through_musicxml_and_json(start: int, tmp_path: Path) -> None:
    part = WALTZ.cut(F(start), F(16))
    path = musenb.save(part, tmp_path / "part.musicxml")
    assert numbers(musenb.load(path)) == numbers(part)
    assert from_json(to_json(part)) == part


def test_a_prime_begins_with_bar_1() -> None:
    model = musenb.open_model("chorale")
    from musenb.session import prepared

    assert numbers(prepared(WALTZ, model=model, bars=(3, 5)).score) == [1, 2, 3]


def test_a_first_bar_below_1_is_refused() -> None:
    with pytest.raises(ScoreError, match="first_bar 0 is below 1"):
        Score(first_bar=0)
