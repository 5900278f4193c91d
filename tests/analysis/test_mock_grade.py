"""The grade: zero for Bach's own histograms, higher for what Bach would not have written."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import wasserstein_distance

from musenb.analysis.chorale import mock_grade
from musenb.analysis.chorale.jsb import load_jsb
from musenb.errors import ScoreError


@pytest.fixture(scope="module")
def chorales():
    return load_jsb()


@pytest.fixture(scope="module")
def reference(chorales):
    return mock_grade.fit(chorales["train"])


def with_wrong_notes(grid, share, generator):
    """Move a share of all notes by one or two semitones, each note whole."""
    wrong = grid.copy()
    for voice in range(4):
        notes = np.cumsum(np.r_[0, np.diff(grid[:, voice]) != 0])
        moves = generator.choice([-2, -1, 1, 2], notes[-1] + 1) * (generator.random(notes[-1] + 1) < share)
        wrong[:, voice] += (moves[notes] * (grid[:, voice] >= 0)).astype(wrong.dtype)
    return wrong


def chord_chain(pieces, steps, generator):
    """Draw sixteenths one by one, each a chord that followed the last somewhere in the pieces, transposed or not."""
    following, first = {}, []
    for grid in pieces:
        for semitones in range(-5, 7):
            moved = list(map(tuple, np.where(grid >= 0, grid + semitones, -1).tolist()))
            first.append(moved[0])
            for chord, after in pairwise(moved):
                following.setdefault(chord, []).append(after)
    chain = [first[generator.integers(len(first))]]
    while len(chain) < steps:
        choice = following.get(chain[-1], first)
        chain.append(choice[generator.integers(len(choice))])
    return np.array(chain)


positive = st.integers(0, 9)


@given(hnp.arrays(float, 8, elements=positive), hnp.arrays(float, 8, elements=positive))
def test_ordered_distance_is_that_of_scipy(ours, theirs):
    ours[0] += 1
    theirs[3] += 1
    want = wasserstein_distance(np.arange(8), np.arange(8), ours, theirs)
    assert mock_grade.wasserstein(ours, theirs / theirs.sum(), ordered=True) == pytest.approx(want, abs=1e-12)


def test_unordered_distance_is_the_share_that_must_move():
    share = np.array([0.5, 0.5, 0.0])
    assert mock_grade.wasserstein(np.array([1.0, 0.0, 1.0]), share, ordered=False) == pytest.approx(0.5)


def test_an_empty_histogram_is_as_far_as_can_be():
    assert mock_grade.wasserstein(np.zeros(3), np.array([1.0, 0.0, 0.0]), ordered=True) == 2
    assert mock_grade.wasserstein(np.zeros(3), np.array([1.0, 0.0, 0.0]), ordered=False) == 1


def test_histograms_of_a_small_piece():
    chords = [[72, 67, 64, 48], [72, 69, 65, 53], [71, 67, 62, 43], [72, 67, 64, 48]]
    found = mock_grade.count(np.repeat(np.array(chords), 4, axis=0))
    assert not found.minor
    assert found.histograms["rhythm"][[4, 8]].tolist() == [12, 2]  # a C held by the soprano, a G by the alto
    assert found.histograms["harmony"][:4].tolist() == [4, 0, 0, 0]
    assert np.flatnonzero(found.histograms["bass"]).tolist() == [12 - 10, 12 + 5]
    assert found.histograms["bass"][12 + 5] == 2
    assert found.histograms["notes"].tolist() == [4, 0, 1, 0, 2, 2, 0, 3, 0, 1, 0, 1]


def test_repeats_may_be_transposed_but_not_stretched():
    line = np.array([60, 62, 64, 67, 69, 71, 60])
    even = np.full(7, 4)
    assert mock_grade.repeats(line, even).tolist() == [0, 1, 0, 1, 2, 0]
    assert mock_grade.repeats(line, np.array([4, 4, 4, 8, 8, 8, 8])).tolist() == [0, 1, 0, 0, 1, 0]


def test_a_piece_against_its_own_histograms(chorales):
    grid = chorales["train"][0]
    parts = mock_grade.grade(grid, mock_grade.fit([grid]))
    assert parts.total - parts.parallels == pytest.approx(0, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(piece=st.integers(0, 75), semitones=st.integers(-12, 12))
def test_transposing_keeps_the_grade(chorales, reference, piece, semitones):
    grid = chorales["valid"][piece].astype(int)
    moved = np.where(grid >= 0, grid + semitones, -1)
    assert mock_grade.grade(moved, reference).total == pytest.approx(mock_grade.grade(grid, reference).total)


def test_training_chorales_get_one_in_every_part(chorales, reference):
    graded = [mock_grade.grade(grid, reference) for grid in chorales["train"]]
    for feature in mock_grade.FEATURES:
        assert np.mean([getattr(parts, feature) for parts in graded]) == pytest.approx(1)


def test_histograms_survive_json(reference, chorales):
    back = mock_grade.BachHistograms.from_dict(json.loads(json.dumps(reference.as_dict())))
    assert mock_grade.grade(chorales["test"][3], back) == mock_grade.grade(chorales["test"][3], reference)


@pytest.mark.parametrize(
    "grid", [np.zeros((0, 4), int), np.full((16, 4), -1), np.full((1, 4), 60), np.full((32, 4), 60)]
)
def test_hardly_any_music_gets_a_bad_grade(grid, reference):
    assert 20 < mock_grade.grade(grid, reference).total < np.inf


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(ScoreError, match="at least 1 chorale"):
        mock_grade.fit([])


def test_auc_counts_ties_by_half():
    assert mock_grade.auc([2.0, 1.0], [1.0]) == 0.75
    assert mock_grade.auc([0.0], [1.0, 2.0]) == 0.0


def test_wrong_notes_and_chains_of_chords_are_told_from_bach(chorales, reference):
    generator = np.random.default_rng(1)
    test = chorales["test"]
    wrong = [with_wrong_notes(grid, 0.1, generator) for grid in test]
    chains = [chord_chain(chorales["train"][i::40], len(grid), generator) for i, grid in enumerate(test[:40])]
    assert mock_grade.evaluate(chorales["valid"], test, reference)["value"] == pytest.approx(0.5, abs=0.1)
    assert mock_grade.evaluate(wrong, test, reference)["value"] == pytest.approx(0.76, abs=0.04)
    assert mock_grade.evaluate(chains, test, reference)["value"] > 0.9
