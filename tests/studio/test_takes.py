from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import LoadError, MusenbError, SettingError
from musenb.sample.policy import Policy
from musenb.sample.recipe import Recipe, recipe_from_plain, recipe_to_plain
from musenb.score.from_text import score_from_text
from musenb.score.marks import ChordSymbol
from musenb.session import Take
from musenb.studio.takes import EDITED, GIVEN, WRITTEN, Entry, Tree
from musenb.studio.takes_json import take_from_plain, take_to_plain
from musenb.tokens.idiom import Keep

SCORE = score_from_text("soprano: C5 D5 E5")
RECIPE = Recipe(
    "chorale", "ab" * 32, 7, 4, Policy(0.5, 0.8, 3), start=Fraction(7, 4), keep=Keep(("bass",), (2, 3)), reach=1024,
    written=(3, 1), key="D minor", metre="3/4", close=False,
)


def grown() -> Tree:
    """Return 1 - (2 - 3, 4), 5."""
    tree = Tree()
    for number, parent in ((1, None), (2, 1), (3, 2), (4, 2), (5, None)):
        kind = GIVEN if parent is None else WRITTEN
        tree.add(Entry(number, parent, kind, Take(SCORE, RECIPE) if parent else SCORE))
    return tree


def test_takes_make_a_tree_and_the_last_is_selected() -> None:
    tree = grown()
    assert tree.selected.id == 5
    assert [take.id for take in tree.children(2)] == [3, 4]
    assert [take.id for take in tree.children(None)] == [1, 5]
    assert [take.id for take in tree.path(4)] == [1, 2, 4]
    assert tree.reserve() == 6
    assert "*" in str(tree).splitlines()[-1]
    assert str(Tree()) == "no takes yet"


def test_undo_of_a_new_take_goes_back_and_keeps_it() -> None:
    tree = grown()
    assert tree.undo()
    assert (tree.selected.id, len(tree)) == (4, 5)
    assert tree.redo()
    assert tree.selected.id == 5
    assert not tree.redo()


def test_deleting_hides_what_goes_on_from_it_and_undo_brings_it_back() -> None:
    tree = grown()
    tree.select(4)
    tree.delete(2)
    assert [take.id for take in tree] == [1, 5]
    assert tree.selected.id == 1
    with pytest.raises(SettingError, match="take 3 is deleted"):
        tree.select(3)
    tree.undo()
    assert [take.id for take in tree] == [1, 2, 3, 4, 5]
    assert tree.selected.id == 4
    tree.delete(1)
    assert tree.selected.id == 5
    tree.delete(5)
    assert tree.selected is None


def test_a_take_that_goes_on_from_a_deleted_one_brings_it_back() -> None:
    tree = grown()
    tree.delete(2)
    tree.add(Entry(6, 4, EDITED, SCORE))
    assert [take.id for take in tree] == [1, 2, 3, 4, 5, 6]


def test_names_and_votes_can_be_undone() -> None:
    tree = grown()
    tree.rename(3, "mournful")
    assert tree.take(3).name == "mournful"
    tree.undo()
    assert tree.take(3).name == ""
    tree.vote([3, 4], 4)
    tree.vote([3, 4, 2], 3)
    assert tree.standings() == {3: (1, 2), 4: (1, 2), 2: (0, 1)}
    tree.undo()
    assert tree.standings() == {3: (0, 1), 4: (1, 1)}


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda tree: tree.select(9), "there is no take 9; the takes are 1, 2, 3, 4, 5"),
        (lambda tree: tree.vote([3], 3), "a vote for take 3 among 3"),
        (lambda tree: tree.vote([3, 4], 5), "a vote for take 5 among 3, 4"),
        (lambda tree: tree.add(Entry(1, None, GIVEN, SCORE)), "the number 1 of a new take is below 1 or taken"),
        (lambda tree: tree.add(Entry(8, 7, GIVEN, SCORE)), "there is no take 7"),
    ],
)
def test_what_does_not_fit_changes_nothing(act, message: str) -> None:
    tree = grown()
    before = tree.state
    with pytest.raises(SettingError, match=message):
        act(tree)
    assert tree.state is before


ACTS = st.lists(
    st.tuples(st.sampled_from(["add", "select", "delete", "rename", "undo", "redo"]), st.integers(1, 6)), max_size=20
)


@given(ACTS)
def test_undoing_everything_and_redoing_it_gives_the_same_tree(acts: list[tuple[str, int]]) -> None:
    tree = grown()
    start = len(tree._past)
    for act, number in acts:
        try:
            if act == "add":
                tree.add(Entry(tree.reserve(), number if tree.knows(number) else None, EDITED, SCORE))
            elif act in ("undo", "redo"):
                getattr(tree, act)()
            else:
                getattr(tree, act)(*(number, "x")[: 2 if act == "rename" else 1])
        except MusenbError:
            continue
        assert tree.state.selected is None or tree.is_visible(tree.state.selected)
    state, shown = tree.state, [take.id for take in tree]
    steps = max(0, len(tree._past) - start)
    for _ in range(steps):
        assert tree.undo()
    for _ in range(steps):
        assert tree.redo()
    assert tree.state == state
    assert [take.id for take in tree] == shown


def test_takes_travel_as_json() -> None:
    take = Entry(3, 2, WRITTEN, Take(SCORE, RECIPE, complete=False), "dark", "2026-11-21T09:00:00Z", 40)
    assert take_from_plain(json.loads(json.dumps(take_to_plain(take)))) == take
    given_take = Entry(1, None, GIVEN, SCORE)
    assert take_from_plain(json.loads(json.dumps(take_to_plain(given_take)))) == given_take
    assert recipe_from_plain(recipe_to_plain(RECIPE)) == RECIPE


def test_a_recipe_of_before_closes_plans_as_it_did() -> None:
    plain = {name: value for name, value in recipe_to_plain(RECIPE).items() if name not in ("key", "metre", "close")}
    old = recipe_from_plain(plain)
    assert (old.key, old.metre, old.close) == (None, None, None)
    for damage in ({"close": "yes"}, {"key": 3}, {"metre": False}):
        with pytest.raises(LoadError, match="a saved recipe is damaged"):
            recipe_from_plain(plain | damage)


@pytest.mark.parametrize(
    "damage", [{"id": "3"}, {"kind": "stolen"}, {"score": {}}, {"recipe": {"seed": 1}}, {"recipe": 5}, {"cells": True}]
)
def test_damaged_takes_are_told(damage: dict) -> None:
    plain = {**take_to_plain(Entry(3, 2, WRITTEN, Take(SCORE, RECIPE))), **damage}
    with pytest.raises(LoadError, match="damaged"):
        take_from_plain(plain)
    with pytest.raises(LoadError, match="damaged"):
        take_from_plain({})


def test_chords_that_are_named_stay_with_the_take_and_can_be_undone() -> None:
    tree = grown()
    labels = (ChordSymbol(0, "C: V7", "numeral"),)
    written = tree.take(2)
    tree.label(2, labels)
    assert tree.take(2).score.chords == labels
    assert tree.take(2) is tree.take(2), "shown anew only when it is another"
    assert tree.take(2).recipe == written.recipe
    assert tree.take(1).score.chords == ()
    tree.undo()
    assert tree.take(2) is written
