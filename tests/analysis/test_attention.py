"""Gathering attention from tokens into notes: laws that hold for all matrices, and small cases known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musenb.analysis.attention import (
    AttentionRecord,
    distance_profile,
    gather,
    input_notes,
    top_k,
    validate,
)
from musenb.errors import ModelError, SettingError, TokenError
from musenb.score.from_text import score_from_text
from musenb.tokens.chorale.grid import HOLD, REST, decode, encode
from musenb.tokens.chorale.piece import grid_notes

CHORALE = "soprano: C5:2 r D5\nalto: G4 G4:3\ntenor: E4:4\nbass: C3 r C3:2"


def causal(tokens: int, seed: int) -> np.ndarray:
    """Return random weights (tokens, tokens) of a causal softmax."""
    logits = np.random.default_rng(seed).normal(0, 3, (tokens, tokens))
    logits[np.triu_indices(tokens, 1)] = -np.inf
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def plain(matrix, queries, keys, count, what, query):
    """Gather by the words of the conventions, one note pair at a time."""
    found = np.full((count, count), 0.0 if what == "weights" else np.nan)
    for asked in range(count):
        rows = [q for q, note in enumerate(queries) if note == asked]
        rows = {"mean": rows, "first": rows[:1], "last": rows[-1:]}[query]
        for key in range(count):
            cells = [[matrix[q, k] for k, note in enumerate(keys) if note == key] for q in rows]
            if what == "weights":
                found[asked, key] = np.mean([sum(row) for row in cells]) if rows else 0.0
            elif any(np.isfinite(row).any() for row in cells if row):
                found[asked, key] = np.nanmean(np.concatenate(cells))
    return found


MAPS = hnp.arrays(np.int64, 9, elements=st.integers(-1, 4))


@settings(max_examples=60, deadline=None)
@given(MAPS, MAPS, st.sampled_from(["mean", "first", "last"]), st.integers(0, 99))
def test_gathering_is_what_the_conventions_say(queries, keys, query, seed):
    weights = causal(9, seed)
    logits = np.where(weights > 0, np.log(np.maximum(weights, 1e-30)), np.nan).astype(np.float32)
    for matrix, what in ((weights, "weights"), (logits, "content")):
        found = gather(matrix, queries, keys, count=5, what=what, query=query)
        np.testing.assert_allclose(found, plain(matrix, queries, keys, 5, what, query), rtol=1e-4, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.int64, 12, elements=st.integers(0, 5)), st.integers(0, 99))
def test_no_weight_is_lost_when_every_token_has_a_note(notes, seed):
    found = gather(causal(12, seed), notes, notes, count=6)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1)[np.unique(notes)], 1, rtol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(0, 99))
def test_one_token_a_note_changes_nothing(tokens, seed):
    weights = causal(tokens, seed)
    own = np.arange(tokens)
    assert np.array_equal(gather(weights, own, own, count=tokens), weights)


@settings(max_examples=30, deadline=None)
@given(MAPS, st.permutations(range(5)), st.integers(0, 99))
def test_renumbering_the_notes_renumbers_the_result(notes, order, seed):
    weights, order = causal(9, seed), np.array(order)
    renamed = np.where(notes < 0, -1, order[notes])
    before, after = gather(weights, notes, notes, count=5), gather(weights, renamed, renamed, count=5)
    np.testing.assert_allclose(after[np.ix_(order, order)], before, rtol=1e-5, atol=1e-7)


def test_sum_for_keys_and_mean_for_queries_by_hand():
    weights = np.array([[1, 0, 0], [0.5, 0.5, 0], [0.2, 0.3, 0.5]])
    notes = np.array([0, 1, 1])
    assert gather(weights, notes, notes, count=2).tolist() == [[1, 0], [pytest.approx(0.35), pytest.approx(0.65)]]
    assert gather(weights, notes, notes, count=2, query="first")[1].tolist() == [0.5, 0.5]
    assert gather(weights, notes, notes, count=2, query="last")[1] == pytest.approx([0.2, 0.8])
    with pytest.raises(SettingError, match=r"'middle'.*mean, first, last"):
        gather(weights, notes, notes, count=2, query="middle")


def test_the_map_of_a_grid_names_the_notes_of_its_score():
    score = score_from_text(CHORALE)
    grid = encode(score)
    back = decode(grid, template=score)
    pairs = grid_notes(grid.cells).reshape(-1, 4, 2)
    for step in range(len(pairs)):
        for voice in range(4):
            row, number = pairs[step, voice]
            sounds = [n for n, note in enumerate(back.voices[voice].notes) if note.onset * 4 <= step < note.end * 4]
            assert [number] == sounds if row >= 0 else not sounds
            assert row in (voice, -1)
    assert (pairs < 0).any(), "the example has rests"
    assert input_notes(pairs.reshape(-1, 2))[:2].tolist() == [[-1, -1], pairs[0, 0].tolist()]


def test_a_hold_after_a_rest_belongs_to_nothing():
    with pytest.raises(TokenError, match="follows a rest"):
        grid_notes(np.array([[0, 0, 0, REST], [HOLD] * 4]))


def test_top_k_takes_the_largest_and_of_equals_the_earlier():
    row = np.array([0.1, 0.4, np.nan, 0.4, 0.1, 0.0])
    assert top_k(row, 3) == [(1, 0.4), (3, 0.4), (0, 0.1)]
    assert top_k(row, 9, threshold=0.1) == [(1, 0.4), (3, 0.4)]
    assert top_k(row, 0) == []
    with pytest.raises(SettingError, match="-1"):
        top_k(row, -1)


def test_a_profile_of_a_head_that_looks_one_back():
    weights = np.eye(5, k=-1)
    weights[0, 0] = 1
    places = np.arange(5)
    profile = distance_profile(weights, places, places, edges=np.array([0, 1, 2, 5]))
    assert profile.share.tolist() == [0.2, 0.8, 0]
    assert profile.even.tolist() == [0.2, 0.8, 0]
    with pytest.raises(SettingError, match="ascend"):
        distance_profile(weights, places, places, edges=np.array([0, 0]))


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 15), st.integers(0, 99))
def test_a_profile_sums_to_one_and_an_even_head_meets_its_baseline(tokens, seed):
    places, edges = np.arange(tokens), np.arange(tokens + 1)
    profile = distance_profile(causal(tokens, seed), places, places, edges=edges)
    assert profile.share.sum() == pytest.approx(1)
    assert profile.even.sum() == pytest.approx(1)
    even = np.tril(np.ones((tokens, tokens)))
    even /= even.sum(axis=1, keepdims=True)
    flat = distance_profile(even, places, places, edges=edges)
    np.testing.assert_allclose(flat.share, flat.even)


def record(**changes) -> AttentionRecord:
    weights = np.stack([causal(4, 1), causal(4, 2)])[None]
    fields = {"weights": weights, "content": None, "relative": None, "key_notes": np.array([0, 0, 1, -1])}
    return AttentionRecord(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"weights": np.ones((2, 3, 3))}, r"shape \(2, 3, 3\)"),
        ({"weights": np.ones((1, 1, 4, 4))}, "layer 0, head 0: row 0 sums to 4"),
        ({"weights": np.full((1, 1, 4, 4), np.nan)}, "not finite"),
        ({"content": np.zeros((1, 2, 4, 5))}, "content has shape"),
        ({"key_notes": np.array([0, 1])}, r"4 keys has shape \(2,\)"),
        ({"key_notes": np.array([0, 1, 2, -2])}, "holds -2"),
        ({"weights": causal(4, 1)[None, None, 1:]}, "3 queries and 4 keys"),
    ],
)
def test_what_does_not_fit_is_named(changes, fault):
    with pytest.raises(ModelError, match=fault):
        validate(record(**changes))


def test_a_sound_record_is_read_by_notes():
    sound = record()
    validate(sound)
    validate(record(weights=np.zeros((1, 1, 4, 4))))
    expected = gather(sound.weights[0, 1], sound.key_notes, sound.key_notes, count=2)
    assert np.array_equal(sound.of_notes("weights", 0, 1), expected)
    with pytest.raises(ModelError, match="no 'content'; it holds weights"):
        sound.array("content")
