"""Choices in a cell: what begins, what goes on, what is silent, in words and shares."""

from __future__ import annotations

import numpy as np
import pytest

from musenb.errors import ModelError
from musenb.score.note import KeySignature
from musenb.tokens.chorale.choices import cell_choices
from musenb.tokens.chorale.grid import HOLD, LOWEST, REST, VOCABULARY

WORDS = len(VOCABULARY)


def log_probs(**probabilities: float) -> np.ndarray:
    """Return log_probs with next to nothing for the words that are not named."""
    likely = np.full(WORDS, 1e-12)
    for name, probability in probabilities.items():
        likely[VOCABULARY.index(name)] = probability
    return np.log(likely)


def test_a_voice_tells_what_begins_what_goes_on_and_what_sounds() -> None:
    found = cell_choices(log_probs(C4=0.25, D4=0.125, HOLD=0.5, REST=0.125), "alto", held=60, taken=HOLD)
    assert list(found.pitches)[:2] == [60, 62]
    assert (found.hold, found.rest, found.held) == (pytest.approx(0.5), pytest.approx(0.125), 60)
    assert found.taken is not None
    assert (found.taken.words, found.taken.probability) == ("C4 goes on", pytest.approx(0.5))
    assert [choice.words for choice in found.choices[:4]] == ["C4 goes on", "C4", "D4", "rest"]
    assert found.begins[60] == pytest.approx(2 / 3)
    assert next(iter(found.sounds)) == 60
    assert found.sounds[60] == pytest.approx(0.75)
    assert sum(found.sounds.values()) + found.rest == pytest.approx(1)
    assert found.entropy == pytest.approx(1.75, abs=1e-6)


def test_nothing_is_held_after_silence_and_nothing_that_is_not_allowed() -> None:
    free = cell_choices(log_probs(C4=0.25, HOLD=0.5, REST=0.25), "bass", held=None)
    assert (free.hold, free.held) == (0, None)
    assert free.rest == pytest.approx(0.5)
    assert free.taken is None
    allowed = np.arange(WORDS) == 62 - LOWEST
    only = cell_choices(log_probs(C4=0.25, D4=0.5, REST=0.25), "bass", held=None, allowed=allowed)
    assert only.pitches == {62: pytest.approx(1)}
    silent = cell_choices(log_probs(REST=1.0), "bass", held=None, allowed=np.arange(WORDS) == REST)
    assert (silent.begins, silent.rest) == ({}, 1)


def test_pitches_are_called_as_the_key_has_them() -> None:
    likely = log_probs(**{"G#4": 0.5, "HOLD": 0.5})
    words = [[choice.words for choice in cell_choices(likely, "alto", held=70, key=key).choices[:2]] for key in (
        KeySignature(fifths=3, mode="major"), KeySignature(fifths=-3, mode="major"),
    )]
    assert words == [["G♯4", "A♯4 goes on"], ["A♭4", "B♭4 goes on"]]


def test_logits_of_another_vocabulary_are_refused() -> None:
    with pytest.raises(ModelError, match="a cell of the grid"):
        cell_choices(np.zeros(3), "bass", held=None)
