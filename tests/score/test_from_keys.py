"""Played keys as a score."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import ScoreError
from musenb.score.from_keys import score_from_keys


def notes(*presses, **settings):
    """Return (onset, duration, pitch) of what becomes of presses."""
    done = score_from_keys(presses, **settings)
    return [(note.onset, note.duration, note.pitch) for note in done.score.voices[0].notes]


def test_seconds_become_quarters_by_the_tempo():
    assert notes((0.0, 0.5, 60, 80), (0.5, 0.75, 62, 80), qpm=120) == [(0, 1, 60), (1, Fraction(1, 2), 62)]
    assert notes((0.0, 0.5, 60, 80), qpm=60) == [(0, Fraction(1, 2), 60)]


def test_the_first_beat_may_be_played_early_but_not_the_count_in():
    assert notes((-0.1, 0.5, 60, 80), (-0.9, -0.3, 62, 80), qpm=60) == [(0, Fraction(1, 2), 60)]


def test_chords_stay_and_a_tap_is_a_sixteenth():
    assert notes((0, 1, 60, 80), (0.01, 1, 64, 80), qpm=60) == [(0, 1, 60), (0, 1, 64)]
    assert notes((1, 1, 60, 80), qpm=60) == [(1, Fraction(1, 4), 60)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 8), st.integers(40, 80)), max_size=12, unique_by=lambda p: p[0]
    ),
    st.sampled_from([60.0, 90.0, 100.0, 133.0]),
    st.floats(-0.04, 0.04),
)
def test_what_is_played_nearly_in_time_is_what_was_meant(meant, qpm, late):
    """Late by less than a third of a sixteenth at any of the tempos; overlaps are cut by the grid's own rules."""
    presses = [(s * 15 / qpm + late, (s + d) * 15 / qpm + late, pitch, 80) for s, d, pitch in meant]
    found = notes(*presses, qpm=qpm)
    assert {(onset, pitch) for onset, _, pitch in found} == {(Fraction(s, 4), pitch) for s, _, pitch in meant}
    assert all((onset * 4).denominator == (duration * 4).denominator == 1 for onset, duration, _ in found)


@pytest.mark.parametrize(
    ("press", "fault"),
    [
        ((0, float("nan"), 60, 80), "from 0.0 to nan seconds"),
        ((2, 1, 60, 80), "from 2.0 to 1.0"),
        ((0, 1, 60), "press 0 is"),
        ((0, 1, 128, 80), "pitch 128"),
    ],
)
def test_what_is_no_press_is_said(press, fault):
    with pytest.raises(ScoreError, match=fault):
        score_from_keys([press])


def test_an_endless_recording_is_refused():
    with pytest.raises(ScoreError, match="more than 20000"):
        score_from_keys([(0.0, 0.1, 60, 80)] * 20_001)
