"""Keys, closes and resolutions on music whose answer is known by hand, and on Bach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.analysis.chorale import cadence, harmonisation, melody, resolution, tonal
from musenb.analysis.chorale.cadence import Framed, phrase_ends
from musenb.analysis.chorale.jsb import load_jsb
from musenb.analysis.chorale.part_writing import score_grid
from musenb.analysis.chorale.ratios import ratio_report
from musenb.errors import ScoreError
from musenb.score.from_text import score_from_text
from musenb.score.key import Key
from musenb.score.sonority import NAMES, chords_of

NOTES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
CLOSE = """key=C
soprano: C5 B4 C5:2^
alto:    F4 G4 E4:2^
tenor:   A3 D4 G3:2^
bass:    F3 G3 C3:2^
"""


def framed(text: str) -> Framed:
    """Return a text of four voices with its key and fermatas."""
    score = score_from_text(text)
    grid, key = score_grid(score), score.key_at(score.end)
    fermata, begins = np.zeros(len(grid), bool), np.zeros(grid.shape, bool)
    for column, voice in enumerate(score.voices):
        for note in voice.notes:
            begins[int(note.onset * 4), column] = True
            fermata[int(note.onset * 4) : int(note.end * 4)] |= note.fermata
    minor = key.mode == "minor"
    return Framed(grid, fermata, Key((7 * key.fifths + (9 if minor else 0)) % 12, minor), begins)


def sonority(*pitches: int) -> tuple[int, str]:
    chords = chords_of(np.array([pitches]))
    return int(chords.root[0]), NAMES[chords.quality[0]] if chords.quality[0] >= 0 else ""


@pytest.mark.parametrize(
    ("pitches", "named"),
    [
        ((72, 67, 64, 48), (0, "maj")),
        ((72, 67, 64, 52), (0, "maj")),  # in first inversion
        ((72, 69, 65, 62), (2, "m7")),
        ((71, 65, 62, 55), (7, "7")),
        ((71, 65, 55, 43), (7, "7 no 5")),
        ((72, 64, 64, 48), (0, "major third")),
        ((72, 67, 60, 48), (0, "fifth")),
        ((72, 60, 60, 48), (0, "unison")),
        ((72, 68, 64, 52), (4, "aug")),  # by the bass
        ((71, 68, 65, 50), (2, "dim7")),
        ((72, 67, -1, 52), (0, "maj")),  # three voices are enough
        ((72, -1, -1, 48), (-1, "")),
        ((74, 67, 65, 48), (-1, "")),  # C, F, G, D
    ],
)
def test_a_chord_is_named_by_its_root_and_quality(pitches, named):
    assert sonority(*pitches) == named


def test_the_close_of_a_piece_in_the_major():
    piece = framed(CLOSE)
    assert cadence.ends_on_tonic(piece)
    assert cadence.ends_in_root_position(piece)
    (end,) = phrase_ends(piece)
    assert (end.authentic, end.perfect, end.root_position, end.half, end.neither) == (True, True, True, False, False)


@pytest.mark.parametrize(
    ("was", "now", "broken"),
    [
        ("G3 C3:2^", "G3 E3:2^", "authentic root_position perfect"),  # the tonic in first inversion
        ("C5 B4 C5:2^", "C5 B4 E5:2^", "perfect"),  # the third on top
        ("F3 G3 C3:2^", "F3 F3 C3:2^", ""),  # V7 in third inversion leads to it too
        ("A3 D4 G3:2^", "A3 C4 G3:2^", "authentic perfect"),  # C, G, B: no dominant
    ],
)
def test_what_breaks_a_cadence(was, now, broken):
    assert was in CLOSE
    (end,) = phrase_ends(framed(CLOSE.replace(was, now)))
    found = {name for name in ("authentic", "root_position", "perfect") if not getattr(end, name)}
    assert found == set(broken.split())


def test_a_half_cadence_is_no_authentic_one_and_not_neither():
    piece = framed("key=C\nsoprano: C5 B4:2^\nalto: E4 D4:2^\ntenor: G3 G3:2^\nbass: C3 G3:2^\n")
    (end,) = phrase_ends(piece)
    assert (end.half, end.authentic, end.neither) == (True, False, False)
    assert not cadence.ends_on_tonic(piece)


def test_a_plagal_close():
    (end,) = phrase_ends(framed("key=C\nsoprano: C5 C5:2^\nalto: A4 G4:2^\ntenor: F4 E4:2^\nbass: F3 C3:2^\n"))
    assert (end.plagal, end.authentic, end.neither) == (True, False, False)


def test_a_dominant_more_than_two_beats_away_leads_nowhere():
    text = "key=C\nsoprano: B4 r:2 C5^\nalto: G4 r:2 E4^\ntenor: D4 r:2 G3^\nbass: G3 r:2 C3^\n"
    assert [end.authentic for end in phrase_ends(framed(text))] == [False]
    assert [end.authentic for end in phrase_ends(framed(text.replace("r:2", "r")))] == [True]


def test_a_minor_piece_may_end_major():
    text = "key=Am\nsoprano: G#4 A4:2^\nalto: E4 E4:2^\ntenor: B3 {third}:2^\nbass: E3 A2:2^\n"
    major, minor = (framed(text.format(third=third)) for third in ("C#4", "C4"))
    assert [cadence.ends_on_tonic(piece) for piece in (major, minor)] == [True, True]
    assert [cadence.ends_major(piece) for piece in (major, minor)] == [True, False]


def test_the_key_heard_is_that_of_the_notes():
    piece = framed(CLOSE)
    assert cadence.heard_as_told(piece)
    assert not cadence.heard_as_told(Framed(piece.grid, piece.fermata, Key(7, False)))
    assert not cadence.heard_as_told(Framed(piece.grid, piece.fermata))


V7_I = "soprano: F5 {soprano}\nalto: B4 G4\ntenor: D4 E4\nbass: G3 C3\n"


@pytest.mark.parametrize(("soprano", "unresolved"), [("E5", 0), ("G5", 1), ("C5", 1)])
def test_a_seventh_falls_by_step(soprano, unresolved):
    found = resolution.resolutions(framed("key=C\n" + V7_I.format(soprano=soprano)).grid)
    assert (found.dominants, found.sevenths, found.sevenths_unresolved) == (1, 1, unresolved)


@pytest.mark.parametrize(("tenor", "doubled"), [("D4 E4", 0), ("B3 E4", 1)])
def test_a_leading_note_stands_once(tenor, doubled):
    text = f"key=C\nsoprano: G5 G5\nalto: B4 C5\ntenor: {tenor}\nbass: G3 C3\n"
    assert resolution.resolutions(framed(text).grid).leading_doubled == doubled


@pytest.mark.parametrize(
    ("soprano", "bass", "hidden"),
    [
        ("C5 G5", "A3 C4", 1),
        ("F5 G5", "A3 C4", 0),
        ("C6 G5", "A3 C4", 0),
        ("C5 G5", "C4 C4", 0),
        ("E5 G5", "A3 C4", 0),  # parallel fifths
    ],
)
def test_hidden_fifths_are_leapt_into_by_the_soprano_in_one_direction(soprano, bass, hidden):
    text = f"key=C\nsoprano: {soprano}\nalto: E4 E4\ntenor: E4 E4\nbass: {bass}\n"
    assert resolution.resolutions(framed(text).grid).hidden == hidden


def test_contrary_octaves_are_found_between_any_two_voices():
    heard = np.array([[76, 72, 64, 48], [76, 67, 64, 55]])  # alto and bass: two octaves on C, then one on G
    assert resolution.contrary(heard) == 1
    assert resolution.contrary(heard[:, [0, 2, 3, 3]]) == 0


@pytest.mark.parametrize(("after", "hanging"), [("C5 C5", 0), ("D5 G5", 1), ("D5 E5", 0)])
def test_a_dissonance_that_no_voice_leaves_by_step_hangs(after, hanging):
    text = f"key=C\nsoprano: {after}\nalto: G4 G4\ntenor: F4 {'E4' if after == 'C5 C5' else 'C4'}\nbass: C3 C3\n"
    assert resolution.resolutions(framed(text).grid).hanging == hanging


def test_a_seam_counts_motion_leaps_parallels_and_overlap():
    grid = np.array([[72, 67, 60, 53], [74, 69, 66, 55]])
    seam = resolution.seam_at(grid, 1)
    assert (seam.voices, seam.moved, seam.wild) == (4, 2 + 2 + 6 + 2, 1)
    assert seam.parallels == 1  # the outer voices, F-C to G-D
    assert resolution.seam_at(np.array([[72, 67, 60, 53], [74, 67, 62, 55]]), 1).parallels == 3
    assert resolution.seam_at(np.array([[72, 67, 60, 48], [72, 67, 60, 62]]), 1).overlaps == 1
    assert resolution.seam_at(np.array([[72, -1, 60, 48], [72, 67, 60, 48]]), 1).voices == 3
    with pytest.raises(ScoreError, match=r"step 2 is outside 1\.\.1"):
        resolution.seam_at(grid, 2)


def test_seams_are_told_per_hundred():
    seams = [resolution.Seam(4, 1, 8, 0, 0), resolution.Seam(4, 0, 0, 2, 1)]
    report = ratio_report(tonal.seam_ratios(seams, seams[1:]), pieces={"generated": 2, "real": 1})
    told = {name: row["generated"]["value"] for name, row in report["measures"].items()}
    assert told == {"parallels": 50, "overlaps": 50, "moved": 1, "wild": 25}
    assert report["measures"]["parallels"]["real"]["value"] == 0
    assert [report["measures"][name]["met"] for name in ("parallels", "moved", "wild")] == [False, True, None]


def test_short_notes_are_eighths_and_less_and_repeated_notes_are_two():
    piece = framed("key=C\nsoprano: C5:1/2 C5:1/2 D5\nalto: C4 C4\ntenor: r C4:1/4 r:3/4\nbass: C3:2\n")
    short, notes = melody.short_notes(piece)
    assert short.tolist() == [2, 0, 1, 0]
    assert notes.tolist() == [3, 2, 1, 1]
    merged, heard = melody.short_notes(Framed(piece.grid, piece.fermata))
    assert (merged.tolist(), heard.tolist()) == ([0, 0, 1, 0], [2, 1, 1, 1])


def test_a_phrase_repeats_another_in_any_key():
    line = "C5 D5 E5^ D5 E5 F#5^ D5 C5 B4^"
    piece = framed(f"key=C\nsoprano: {line}\nalto: C4:9\ntenor: C4:9\nbass: C3:9\n")
    assert melody.repeated_phrases(piece) == (1, 2)


def test_two_settings_agree_where_their_roots_do():
    one, other = (framed(f"key=C\nsoprano: C5 B4\nalto: E4 D4\ntenor: G3 G3\nbass: {bass}\n").grid for bass in (
        "C3 G3", "E3 B3"))
    assert harmonisation.agreeing_beats(one, other) == (2, 2)
    third = np.where(np.arange(8)[:, None] < 4, [72, 69, 65, 53], one)
    assert harmonisation.agreeing_beats(one, third) == (1, 2)
    resting = one.copy()
    resting[:4, 1] = -1
    assert harmonisation.agreeing_beats(one, resting) == (1, 1)
    with pytest.raises(ScoreError, match="8 and 4 steps"):
        harmonisation.agreeing_beats(one, other[:4])


def test_two_settings_of_one_tune_are_compared_where_it_runs_on_in_any_key():
    tune = "key=C\nsoprano: {} C5 D5 E5 D5\nalto: {} E4 G4 G4 G4\ntenor: {} G3 B3 C4 B3\nbass: {} C3 G3 C3 {}3\n"
    one = framed(tune.format(*("E5 A4", "C4 C4", "A3 F3", "A2 F2"), "G")).grid
    other = framed(tune.format("F5:2", "F4:2", "C4:2", "F3:2", "B")).grid
    lower = np.where(other >= 0, other - 3, other)
    assert harmonisation.agreeing_twin(one, lower) == (4, 4)  # six beats each, of which the last four are one tune
    minor = other.copy()
    minor[8:12] = [72, 64, 57, 57]  # A minor below the C
    assert harmonisation.agreeing_twin(one, minor) == (3, 4)


def test_a_report_sets_written_pieces_beside_real_ones():
    good, bad = framed(CLOSE), framed(CLOSE.replace("G3 C3:2^", "G3 E3:2^"))
    record = tonal.tonal_report([good, bad], [good, good])
    rows = record["measures"]
    assert rows["authentic"]["generated"]["value"] == 0.5
    assert rows["authentic"]["real"]["value"] == 1
    assert rows["authentic"]["met"] is False
    assert rows["ends_on_tonic"]["met"] is True
    assert rows["minor_ends_major"]["generated"] == {"value": None, "low": None, "high": None}
    assert rows["minor_ends_major"]["met"] is False
    assert rows["short_bass"]["target"] == "within 0.05"
    assert "phrase ends: authentic cadence, share" in repr(record)
    assert [chart.title for chart in record.charts()][:1] == ["ends on the tonic"]
    with pytest.raises(ScoreError, match="at least 1 written chorale"):
        tonal.tonal_report([], [good])


def test_what_does_not_fit_is_refused():
    grid = np.full((8, 4), 60)
    with pytest.raises(ScoreError, match=r"fermatas of shape \(7,\) do not fit 8 steps"):
        Framed(grid, np.zeros(7, bool))
    with pytest.raises(ScoreError, match=r"begins of shape \(8, 3\)"):
        Framed(grid, np.zeros(8, bool), begins=np.zeros((8, 3), bool))
    with pytest.raises(ScoreError, match="0 steps"):
        Framed(grid[:0], np.zeros(0, bool))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(-1, 84), min_size=4, max_size=4), min_size=1, max_size=24), st.integers(0, 11))
def test_transposing_changes_no_count(rows, semitones):
    grid = np.array(rows)
    fermata = np.arange(len(grid)) % 5 == 4
    there = np.where(grid >= 0, grid + semitones, grid)
    here, other = (
        tonal.counted(Framed(notes, fermata, Key(tonic, False)))
        for notes, tonic in ((grid, 0), (there, semitones))
    )
    assert here.ends == other.ends
    assert here.resolved == other.resolved


def test_bach_on_the_canonical_test_chorales():
    found = [resolution.resolutions(grid.astype(int)) for grid in load_jsb()["test"]]
    total = {name: sum(getattr(one, name) for one in found) for name in resolution.Resolutions.__slots__}
    assert total["leading_doubled"] / total["dominants"] < 0.02
    assert total["sevenths_unresolved"] / total["sevenths"] < 0.02
    assert 100 * total["hidden"] / total["changes"] == pytest.approx(0.508, abs=0.001)


def test_chords_do_not_depend_on_the_type_of_the_pitches() -> None:
    grid = np.array([[72, 67, 64, 48], [71, 67, 62, 43], [-1, -1, -1, -1]])
    for kind in (np.int8, np.int32):
        assert np.array_equal(chords_of(grid.astype(kind)).root, chords_of(grid).root)
    assert chords_of(grid.astype(np.int8)).root.tolist()[:2] == [0, 7]
