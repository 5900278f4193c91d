"""A model with random weights and a piece in two voices, for the tests of questions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.model.numpy.decode import Decoder
from musenb.score.note import Note, Score, Voice
from musenb.session import Model


@pytest.fixture(scope="session")
def tiny(tiny_decoder: Decoder) -> Model:
    return Model("tiny", "0" * 64, tiny_decoder)


@pytest.fixture(scope="session")
def duet() -> Score:
    tops = tuple(Note(Fraction(n), Fraction(1), 67 + n % 3) for n in range(12))
    lows = tuple(Note(Fraction(2 * n), Fraction(2), 48 + n) for n in range(6))
    return Score(voices=(Voice("soprano", tops), Voice("bass", lows)))
