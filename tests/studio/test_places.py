"""Places and locks: bars in words, what is locked, and where a passage is written again."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import SettingError
from musenb.sample.recipe import Recipe
from musenb.score.from_text import score_from_text
from musenb.session import Take
from musenb.studio.places import Locks, another_way, bars_as_text, bars_from_text, locked_ids
from musenb.studio.takes import EDITED, GIVEN, WRITTEN, Entry, Tree

SCORE = score_from_text("C4 D4 E4 F4 | G4:6 A4 B4")
RECIPE = Recipe("m", "c", 1, 2, start=Fraction(4))


@given(st.sets(st.integers(0, 40)))
def test_bars_are_read_as_they_are_said(numbers: set[int]) -> None:
    assert bars_from_text(bars_as_text(tuple(sorted(numbers)))) == tuple(sorted(numbers))


def test_bars_are_read_as_people_write_them() -> None:
    assert bars_from_text(" 5 – 6;3 ") == (3, 5, 6)
    assert bars_as_text((3, 5, 6, 7, 9)) == "3, 5-7, 9"
    for wrong in ("three", "6-5", "1-9999", "-2", "1.5"):
        with pytest.raises(SettingError, match="numbers are needed, such as 3, 5-6"):
            bars_from_text(wrong)


def test_a_note_that_reaches_into_a_locked_bar_is_locked() -> None:
    assert locked_ids(Locks(bars=(2,)), SCORE) == ["v0n4"]
    assert locked_ids(Locks(bars=(3,)), SCORE) == ["v0n4", "v0n5", "v0n6"]
    assert locked_ids(Locks(voices=(SCORE.voices[0].name,)), SCORE) == [f"v0n{n}" for n in range(7)]
    assert locked_ids(Locks(), SCORE) == []


@pytest.fixture
def tree() -> Tree:
    """Return a motif, what was written after it, and an edit of that."""
    made = Tree()
    made.add(Entry(1, None, GIVEN, SCORE.cut(Fraction(0), Fraction(4))))
    made.add(Entry(2, 1, WRITTEN, Take(SCORE, RECIPE)))
    made.add(Entry(3, 2, EDITED, SCORE))
    return made


def test_another_way_begins_where_the_take_began(tree: Tree) -> None:
    assert another_way(tree, tree.take(2), Locks()) == {"take": 1, "start": Fraction(4), "bars": 2}
    for number in (1, 3):
        with pytest.raises(SettingError, match="there is no other way yet"):
            another_way(tree, tree.take(number), Locks())


def test_another_way_keeps_what_is_locked_in_the_take_itself(tree: Tree) -> None:
    for number in (2, 3):
        found = another_way(tree, tree.take(number), Locks(bars=(3,)))
        assert found == {"take": number, "start": Fraction(4), "bars": 2}
    assert another_way(tree, tree.take(2), Locks(bars=(1,)))["take"] == 1, "a lock before the passage keeps nothing"
    voice = (SCORE.voices[0].name,)
    assert another_way(tree, tree.take(1), Locks(voices=voice)) == {"take": 1, "start": Fraction(0), "bars": 1}
