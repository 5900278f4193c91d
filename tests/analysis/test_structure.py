"""The structureness of music whose plan is known."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.analysis.reuse import Line
from musenb.analysis.structure import chroma, fitness, self_similarity, structureness


def line(pitches: np.ndarray, seconds: float = 0.5) -> Line:
    return Line(np.arange(len(pitches)) * seconds, np.full(len(pitches), seconds), np.asarray(pitches, np.int64))


def test_chroma_tells_how_long_each_pitch_class_sounds() -> None:
    notes = Line(np.array([0.0, 0.25]), np.array([0.5, 0.25]), np.array([60, 67]))
    found = chroma(notes, 1.0)
    np.testing.assert_allclose(found[0, [0, 7]], np.array([2, 1]) / 5**0.5)
    np.testing.assert_allclose(found[1], 12**-0.5)


def test_a_transposed_copy_is_as_good_as_the_original() -> None:
    rng = np.random.default_rng(0)
    tune = rng.integers(60, 72, 16)
    found = self_similarity(chroma(line(np.concatenate([tune, tune + 5])), 16.0))
    np.testing.assert_allclose(np.diag(found, 16)[:12], 1)
    assert found.min() == -2


def test_two_copies_explain_all_of_a_piece_but_the_trivial_half() -> None:
    eye = np.kron(np.ones((2, 2)), np.eye(6)) * 3 - 2
    found = fitness(eye, 6)
    assert found[0] == pytest.approx(0.5)  # score (12 - 6) / 12 cells, coverage (12 - 6) / 12 frames
    assert fitness(np.eye(6) * 3 - 2, 3).max() == 0


def test_a_loop_is_structured_at_its_own_length_and_noise_is_not() -> None:
    rng = np.random.default_rng(0)
    loop = structureness(line(np.tile(rng.integers(60, 72, 16), 4)), 32.0)
    noise = structureness(line(rng.integers(60, 72, 64)), 32.0)
    assert all(high > low + 0.15 for high, low in zip(loop.values, noise.values, strict=True))
    assert loop.values[0] > 0.6
    assert np.isnan(structureness(line(rng.integers(60, 72, 8)), 4.0).values[1])


def test_structureness_is_drawn_over_the_time_scales() -> None:
    found = structureness(line(np.tile([60, 64, 67, 62], 4)), 8.0, ranges=[(1, 3), (3, 8), (8, float("inf"))])
    (chart,) = found.charts()
    (drawn,) = chart.series
    assert drawn.x == ("1 to 3 s", "3 to 8 s", "above 8 s")
    assert drawn.y == (*found.values[:2], None)
    assert chart.y_label == "structureness, 0 to 1"
