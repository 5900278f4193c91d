"""Shared runs, found by hand, by brute force and in Bach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.analysis.chorale import copying
from musenb.analysis.chorale.copying import Corpus, SharedRun
from musenb.analysis.chorale.jsb import load_jsb


@pytest.fixture(scope="module")
def chorales():
    return load_jsb()


@pytest.fixture(scope="module")
def training(chorales):
    return Corpus(copying.chord_steps(grid) for grid in chorales["train"])


def longest_by_force(piece, pieces):
    stretches = {tuple(p[i:j]) for p in pieces for i in range(len(p)) for j in range(i + 1, len(p) + 1)}
    spans = [(i, j) for i in range(len(piece)) for j in range(i + 1, len(piece) + 1)]
    return max((j - i for i, j in spans if tuple(piece[i:j]) in stretches), default=0)


words = st.text("abc", max_size=12)


@given(words, st.lists(words, max_size=4))
def test_the_longest_run_is_the_one_found_by_force(piece, pieces):
    run = Corpus(pieces).longest_run(piece)
    assert run.length == longest_by_force(piece, pieces)
    if run.length:
        begins, source = run.piece_start, pieces[run.piece]
        assert source[begins : begins + run.length] == piece[run.start : run.start + run.length]


def test_a_run_does_not_cross_from_piece_to_piece():
    assert Corpus(["xab", "cdx"]).longest_run("abcd") == SharedRun(length=2, start=0, piece=0, piece_start=1)


def test_nothing_shared():
    assert Corpus(["abc"]).longest_run("xyz") == Corpus([]).longest_run("a") == SharedRun(0, 0, -1, -1)
    assert Corpus(["abc"]).longest_run("xyz").events == 0


def test_changes_of_chord_do_not_depend_on_key_or_length():
    piece = np.array([[72, 67, 64, 48], [72, 69, 65, 53], [71, 67, 62, 43]])
    slow_and_high = np.repeat(piece + 3, 5, axis=0)
    assert copying.chord_steps(piece) == copying.chord_steps(slow_and_high)
    assert len(copying.chord_steps(piece)) == 2


def test_a_change_of_one_inner_note_ends_the_run():
    piece = np.array([[72, 67, 64, 48], [72, 69, 65, 53], [71, 67, 62, 43], [72, 67, 64, 48], [74, 67, 59, 43]])
    other = piece.copy()
    other[3, 2] = 60
    run = Corpus([copying.chord_steps(piece)]).longest_run(copying.chord_steps(other))
    assert (run.length, run.events) == (2, 3)


def test_steps_of_a_performance():
    groups = [[60], [64, 60], [67]]
    assert copying.note_steps(groups) == [(4, False), (-4, True), (7, False)]
    assert copying.note_steps([]) == copying.note_steps([[60]]) == []
    moved = [[pitch + 5 for pitch in group] for group in groups]
    assert copying.note_steps(moved) == copying.note_steps(groups)


@settings(max_examples=10, deadline=None)
@given(piece=st.integers(0, 228), semitones=st.integers(-12, 12))
def test_a_transposed_training_piece_is_found_whole(chorales, training, piece, semitones):
    grid = chorales["train"][piece].astype(int)
    steps = copying.chord_steps(np.where(grid >= 0, grid + semitones, -1))
    assert training.longest_run(steps).length == len(steps)


def test_bach_shares_what_bach_is_known_to_share(chorales, training):
    found = copying.evaluate([copying.chord_steps(grid) for grid in chorales["test"]], training)
    assert (found["median"], found["value"]) == (6, 8)
    assert found["low"] <= 8 <= found["high"]
    assert found["longest"] == 24


def test_no_piece_gives_not_a_number(training):
    assert np.isnan(copying.evaluate([], training)["value"])
