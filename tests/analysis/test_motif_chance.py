"""Motifs beside those of other pieces."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.analysis.motif.chance import chance, chance_words, foreign_motif
from musenb.analysis.motif.finder import motif_of
from musenb.errors import SettingError
from musenb.score.from_text import score_from_text

FIGURE = "G4:3/4 A4:1/4 D5:1/2 B4:1/2 F#4 C5"


def test_a_motif_that_fills_a_piece_returns_more_than_others() -> None:
    score = score_from_text(" | ".join(["key=G " + FIGURE] + [FIGURE] * 5))
    result = chance(score, motif_of(score, "melody", 1), draws=25, seed=3)
    assert result.total == result.found["exact"] == 5
    assert result.totals.shape == (25,)
    assert result.totals.max() < 5
    assert result.share == pytest.approx(1 / 26)
    assert "It returns 5 times; 25 motifs" in chance_words(result)
    assert "more than chance gives" in chance_words(result)


def test_a_motif_that_does_not_return_is_no_more_than_chance() -> None:
    score = score_from_text(f"key=G {FIGURE} | C5 D5 C5 D5 | E5 D5 C5:2")
    result = chance(score, motif_of(score, "melody", 1), draws=5)
    assert (result.total, result.share) == (0, 1.0)
    assert "no more than chance may give" in chance_words(result)


def test_the_same_seed_draws_the_same_motifs() -> None:
    score = score_from_text(f"key=G {FIGURE} | C5 D5 E5 D5 | C5 B4 A4 G4")
    motif = motif_of(score, "melody", 2)
    one, two = (chance(score, motif, draws=8, seed=11, most_expected=float("inf")) for _ in range(2))
    assert one.totals.tolist() == two.totals.tolist()
    assert one.by_chance == two.by_chance
    assert one.totals.sum() == pytest.approx(8 * sum(one.by_chance.values()))


def test_foreign_motifs_have_the_length_and_come_from_the_chorales() -> None:
    grid = np.full((64, 4), 60, np.int8)
    grid[:, 0] = np.repeat(np.arange(72, 88), 4)
    motif = foreign_motif([grid[:, :1]], 5, np.random.default_rng(0), centre=50)
    assert np.diff([note.pitch for note in motif.notes]).tolist() == [1] * 4
    assert {note.duration for note in motif.notes} == {1}
    assert abs(np.median([note.pitch for note in motif.notes]) - 50) <= 6


def test_errors() -> None:
    score = score_from_text(f"key=G {FIGURE}")
    with pytest.raises(SettingError, match="0 draws: at least 1"):
        chance(score, score, draws=0)
    flat = np.full((8, 4), 60, np.int8)
    with pytest.raises(SettingError, match="no passage of 6 notes was found in a voice of 1 chorales"):
        chance(score, score, chorales=[flat])
