"""Part-writing measures on music whose answer is known by hand, and on Bach."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.analysis.chorale import part_writing as chorale
from musenb.analysis.chorale.jsb import load_jsb
from musenb.errors import ScoreError
from musenb.score.note import Note, Score, Voice

C_MAJOR = [72, 67, 64, 48]
F_MAJOR = [72, 69, 65, 53]
PARALLEL_FIFTHS = [[76, 67, 55, 48], [77, 69, 57, 50]]  # tenor and bass C-G to D-A; the alto an octave above the tenor


def quarters(*chords):
    """Each chord for a quarter: a grid (4 * chords, 4)."""
    return np.repeat(np.array(chords), 4, axis=0)


def test_two_chords_with_parallel_fifths_and_octaves():
    found = chorale.parallel_motion(np.array(PARALLEL_FIFTHS))
    assert found.tolist() == [[0, 1, 2], [0, 1, 3], [0, 2, 3]]  # alto-tenor 8ves, alto-bass 12ths, tenor-bass 5ths


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([76, 67, 60, 48], [74, 67, 59, 43], []),  # a plain half cadence
        ([79, 76, 67, 60], [79, 76, 67, 60], []),  # nothing moves
        ([76, 72, 67, 48], [76, 72, 67, 36], []),  # the bass alone moves, an octave
        ([72, 64, 55, 48], [74, 65, 62, 43], []),  # tenor and bass move apart from a fifth to a twelfth
        ([72, 69, 60, 53], [74, 70, 60, 55], [[0, 0, 3]]),  # soprano and bass: F-C to G-D
        ([72, 69, 60, 53], [75, 70, 60, 55], []),  # the same to G-E flat
    ],
)
def test_what_is_a_parallel(before, after, found):
    assert chorale.parallel_motion(np.array([before, after])).tolist() == found


def test_unisons_and_octaves_count_as_one_interval():
    found = chorale.parallel_motion(np.array([[72, 67, 60, 60], [74, 67, 62, 50 + 12]]))
    assert found.tolist() == [[0, 0, 2], [0, 0, 3], [0, 2, 3]]


def test_chords_leave_out_held_and_resting_steps():
    grid = np.array([C_MAJOR, C_MAJOR, [72, -1, 64, 48], C_MAJOR, F_MAJOR, F_MAJOR])
    assert chorale.chords(grid).tolist() == [C_MAJOR, F_MAJOR]


def test_counts_of_a_small_piece():
    suspended = [60, 62, 48, 43]  # alto above soprano and 14 semitones above tenor; then alto and bass rise in twelfths
    counts = chorale.count(quarters(C_MAJOR, F_MAJOR, suspended, C_MAJOR))
    assert counts == chorale.PartWriting(
        changes=3, parallels=1, crossings=1, wide=1, beats=4, tertian=3, sounding=64, in_scale=64
    )


@pytest.mark.parametrize(
    ("chord", "tertian"),
    [
        ([72, 67, 64, 48], 1),  # C major
        ([70, 67, 64, 48], 1),  # C7
        ([70, 64, 60, 48], 1),  # C7 without its fifth
        ([75, 66, 60, 48], 1),  # C diminished
        ([72, 68, 64, 48], 0),  # C augmented
        ([67, 65, 60, 48], 0),  # C with a suspended fourth
        ([74, 62, 61, 60], 0),  # a cluster
    ],
)
def test_which_sounds_are_built_of_thirds(chord, tertian):
    assert chorale.tertian_beats(quarters(chord)) == (tertian, 1)


def test_two_pitch_classes_or_a_rest_are_no_chord_to_judge():
    assert chorale.tertian_beats(quarters([72, 67, 60, 48], [72, 67, 64, -1])) == (0, 0)


def test_notes_outside_the_scale():
    grid = quarters(C_MAJOR, F_MAJOR, [71, 67, 62, 43], C_MAJOR, [71, 67, 62, 42])  # the last bass is F sharp
    counts = chorale.count(grid)
    assert (counts.in_scale, counts.sounding) == (76, 80)


def test_a_score_gives_its_grid():
    soprano = Voice("soprano", (Note(Fraction(0), Fraction(1, 2), 72), Note(Fraction(3, 4), Fraction(1, 4), 74)))
    held = [Voice(name, (Note(Fraction(0), Fraction(1), pitch),)) for name, pitch in (("a", 67), ("t", 60), ("b", 48))]
    grid = chorale.score_grid(Score((soprano, *held)))
    assert grid.tolist() == [[72, 67, 60, 48], [72, 67, 60, 48], [-1, 67, 60, 48], [74, 67, 60, 48]]


def test_a_note_off_the_grid_sounds_from_the_next_step():
    late = Voice("soprano", (Note(Fraction(1, 8), Fraction(1, 2), 72), Note(Fraction(7, 8), Fraction(1, 8), 74)))
    assert chorale.score_grid(Score((late, Voice("a"), Voice("t"), Voice("b"))))[:, 0].tolist() == [-1, 72, 72, -1]


def test_a_score_of_two_voices_is_refused():
    with pytest.raises(ScoreError, match=r"part-writing needs 4 voices, 'duet\.mid' has 2"):
        chorale.score_grid(Score((Voice("a"), Voice("b")), source="duet.mid"))


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (np.zeros((8, 3), int), r"shape \(8, 3\)"),
        (np.zeros((8, 4)), "float64"),
        (np.full((8, 4), 128), "pitch 128 at step 0, voice 0 is outside 0..127"),
        (np.full((8, 4), -2), "pitch -2 at step 0"),
    ],
)
def test_what_is_no_grid_is_refused(grid, message):
    with pytest.raises(ScoreError, match=message):
        chorale.count(grid)


def test_nothing_to_count_is_not_a_number():
    for grids in ([], [np.full((4, 4), -1)], [np.zeros((0, 4), int)]):
        assert np.isnan(chorale.evaluate(grids)["parallels"]["value"])
        assert np.isnan(chorale.evaluate(grids)["in_scale"]["low"])


@settings(max_examples=20, deadline=None)
@given(piece=st.integers(0, 76), semitones=st.integers(-24, 24))
def test_transposing_changes_no_count(piece, semitones):
    grid = load_jsb()["test"][piece].astype(int)
    moved = np.where(grid >= 0, grid + semitones, -1)
    assert chorale.count(moved) == chorale.count(grid)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(40, 80), min_size=4, max_size=4), min_size=1, max_size=8))
def test_holding_every_chord_longer_changes_no_part_writing(chords):
    short, long = (chorale.count(np.repeat(np.array(chords), n, axis=0)) for n in (4, 12))
    assert (short.changes, short.parallels, short.crossings, short.wide) == (
        long.changes, long.parallels, long.crossings, long.wide,
    )


def test_bach_scores_what_bach_is_known_to_score():
    measured = chorale.evaluate(load_jsb()["test"])
    known = {
        "parallels": .339, "crossing": 2.45, "tertian": .905, "in_scale": .951, "spacing": 1.92, "with_parallels": .208,
    }
    for name, value in known.items():
        assert measured[name]["value"] == pytest.approx(value, abs=.005), name
    assert measured["parallels"]["low"] == pytest.approx(.17, abs=.02)
    assert measured["parallels"]["high"] == pytest.approx(.54, abs=.02)


def test_the_interval_depends_on_the_seed_alone():
    grids = load_jsb()["test"][:10]
    assert chorale.evaluate(grids, seed=3) == chorale.evaluate(grids, seed=3)
    assert chorale.evaluate(grids, seed=3) != chorale.evaluate(grids, seed=4)
