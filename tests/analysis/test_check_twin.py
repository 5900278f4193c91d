"""The checker against its slow plain twin: the same places, for every rule, on chorales with wrong notes in them."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import musenb
from musenb.analysis.check.harmony import PlainHarmony
from musenb.analysis.check.rule_sets import rule_set
from musenb.analysis.check.rules import RULES
from musenb.analysis.check.texture import texture_of
from musenb.score.note import Score
from tests.analysis.plain_rules import broken
from tests.analysis.test_check import EXAMPLES, four

STRICT: dict[str, Any] = {rule: {} for rule in RULES}
PIECES = ("bwv66.6", "bwv269", "bwv26.6", "bwv153.1")
MOVES = (-12, -7, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 7, 12)


@lru_cache
def excerpt(name: str, bars: int) -> Score:
    """Return three bars."""
    score = musenb.load(f"corpus:{name}")
    starts = [bar.onset for bar in score.bars() if bar.number]
    return score.cut(starts[bars], starts[min(bars + 3, len(starts) - 1)])


def altered(score: Score, changes: list[tuple[int, int, int]]) -> Score:
    voices = [list(voice.notes) for voice in score.voices]
    for voice, number, move in changes:
        line = voices[voice]
        place = number % len(line)
        line[place] = dataclasses.replace(line[place], pitch=line[place].pitch + move, spelling="")
    parts = [dataclasses.replace(part, notes=tuple(notes)) for part, notes in zip(score.voices, voices, strict=True)]
    return dataclasses.replace(score, voices=tuple(parts))


def assert_the_twin_agrees(score: Score, rules: Any) -> None:
    checked = musenb.check(score, rules)
    key = PlainHarmony(texture_of(score)).key_at(score.voices[0].notes[0].onset)
    assert key is not None
    for rule, setting in rule_set(rules).rules.items():
        ours = {(mark.onset, frozenset(int(note[1]) for note in mark.notes)) for mark in checked if mark.rule == rule}
        theirs = broken(checked.score, rule, setting.values, (key.tonic, key.minor))
        assert ours == theirs, rule


changes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.sampled_from(MOVES)), max_size=6)


@settings(max_examples=6)
@given(st.sampled_from(PIECES), st.integers(0, 4), changes)
def test_chorales_with_wrong_notes(name: str, bars: int, wrong: list[tuple[int, int, int]]) -> None:
    score = altered(excerpt(name, bars), wrong)
    assert_the_twin_agrees(score, "chorale")
    assert_the_twin_agrees(score, STRICT)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_examples(rule: str) -> None:
    wrong, _, _, right = EXAMPLES[rule]
    for text in (wrong, right):
        assert_the_twin_agrees(four(text), "chorale")
        assert_the_twin_agrees(four(text), STRICT)
