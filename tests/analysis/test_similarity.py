"""The self-similarity matrix, against figures counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.analysis.similarity import self_similarity
from musenb.score.from_text import score_from_text
from musenb.score.note import Score, Voice


def test_figures_counted_by_hand() -> None:
    score = score_from_text("key=C C4 D4 E4 F4 | G4 A4 B4 C5 | D5 C5 B4 A4 | r:4 | C4 D4 E4 C4")
    # Bars hold steps (+1 +1 +1 +1), (+1 +1 +1 +1), (-1 -1 -1, then 5 quarters down), none, (+1 +1 -2).
    matrix = self_similarity(score)
    assert matrix.shape == (5, 5)
    assert matrix[0, 1] == 1
    assert matrix[0, 2] == 0
    assert matrix[3].tolist() == [0] * 5
    assert matrix[0, 4] == pytest.approx(2 / 5)
    assert matrix[2, 2] == 1


def test_no_music() -> None:
    assert self_similarity(Score((Voice("melody"),))).shape == (0, 0)


@given(st.lists(st.sampled_from(["C4 D4 E4 F4", "C4:2 E4:2", "G4:1/2 A4:1/2 G4 C5:2"]), min_size=1, max_size=6))
def test_it_is_symmetric_and_in_range(bars: list[str]) -> None:
    matrix = self_similarity(score_from_text("key=C " + " | ".join(bars)))
    assert np.array_equal(matrix, matrix.T)
    assert matrix.min() >= 0
    assert matrix.max() <= 1
    assert set(np.diag(matrix).tolist()) <= {0.0, 1.0}


def test_it_does_not_change_with_the_key_or_the_voice() -> None:
    score = score_from_text("soprano: key=C C5 D5 E5 C5 | r:4 |\nalto: r:4 | G4 A4 B4 G4 |")
    assert self_similarity(score)[0, 1] == 1
    assert np.array_equal(self_similarity(score), self_similarity(score.transpose(2)))
