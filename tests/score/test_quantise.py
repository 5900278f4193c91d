from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import SettingError
from musenb.score.note import KeySignature, Note, Score, Tempo, TimeSignature, Voice
from musenb.score.quantise import has_off_grid, nearest, quantise

F = Fraction
SIXTEENTH = F(1, 4)
PLAYED = st.builds(
    Note,
    st.integers(0, 4000).map(lambda t: F(t, 480)),
    st.integers(1, 2000).map(lambda t: F(t, 480)),
    st.integers(58, 64),
)


def played(*notes: tuple[str, str, int], **fields: object) -> Score:
    """Return a score of one voice from onset, end and pitch."""
    return Score((Voice("a", tuple(Note(F(on), F(end) - F(on), pitch) for on, end, pitch in notes)),), **fields)


def cells(score: Score) -> list[tuple[Fraction, Fraction, int]]:
    return [(note.onset, note.end, note.pitch) for note in score.voices[0].notes]


def test_a_legato_line_is_snapped_and_its_overlaps_are_trimmed() -> None:
    done = quantise(played(("0.02", "1.1", 60), ("0.97", "1.52", 62), ("1.49", "3", 64)))
    assert cells(done.score) == [(0, 1, 60), (1, F(3, 2), 62), (F(3, 2), 3, 64)]
    assert done.score.voices[0].monophonic
    assert (done.report.moved, done.report.largest, done.report.dropped) == (3, F(1, 10), 0)
    assert done.report.mean == (F("0.1") + F("0.03") + F("0.01")) / 3


def test_chords_stay_chords() -> None:
    done = quantise(played(("0.02", "1.1", 60), ("0", "0.95", 64), ("0.98", "2.05", 60)))
    assert cells(done.score) == [(0, 1, 60), (0, 1, 64), (1, 2, 60)]


def test_an_overlap_of_a_whole_step_is_meant() -> None:
    meant = played(("0", "1.25", 60), ("1", "2", 64))
    assert quantise(meant).score == meant
    assert quantise(played(("0", "1.24", 60), ("1", "2", 64))).score.voices[0].monophonic


def test_very_short_notes_last_one_step() -> None:
    done = quantise(played(("0", "0.05", 60), ("1", "1.5", 62)))
    assert cells(done.score) == [(0, F(1, 4), 60), (1, F(3, 2), 62)]
    assert done.report.lengthened == 1


def test_of_two_notes_on_one_place_the_longer_stays() -> None:
    done = quantise(
        played(("0", "0.9", 60), ("0.9", "1.02", 61), ("1.03", "2", 62), ("2.01", "3", 64), ("3", "3.1", 65))
    )
    assert cells(done.score) == [(0, 1, 60), (1, 2, 62), (2, 3, 64), (3, F(13, 4), 65)]
    assert done.report.dropped == 1


def test_metres_keys_tempos_and_the_upbeat_go_to_the_grid() -> None:
    score = played(
        ("0", "1", 60),
        metres=(TimeSignature(F("3.98"), 3, 4),),
        keys=(KeySignature(F("4.01"), 1), KeySignature(F("4.02"), 2)),
        tempos=(Tempo(F("0.01"), 90),),
        anacrusis=F("0.98"),
    )
    done = quantise(score).score
    assert [metre.onset for metre in done.metres] == [0, 4]
    assert done.keys == (KeySignature(F(4), 2),)
    assert (done.tempos[0].onset, done.anacrusis) == (0, 1)


def test_the_report_is_one_sentence() -> None:
    assert str(quantise(played(("0", "1", 60))).report) == (
        "All 1 notes were on steps of 1/4 quarters already; nothing was moved."
    )
    done = quantise(played(("0", "0.9", 60), ("0.9", "1.02", 61), ("1.03", "2", 62), ("2.01", "2.1", 64)))
    assert str(done.report) == (
        "3 of 4 notes were moved to steps of 1/4 quarters, by 0.09 quarters on average and 0.15 at most; "
        "1 very short note became one step long; 1 note was left out where two fell together."
    )


def test_off_grid_notes_are_named_in_order() -> None:
    score = played(("0", "1", 60), ("1", "1.1", 61), ("1.1", "2", 62))
    assert [note.pitch for note in has_off_grid(score)] == [61, 62]
    assert has_off_grid(score, F(1, 10)) == ()


def test_halfway_goes_to_the_later_line() -> None:
    assert [nearest(F(n, 8), SIXTEENTH) for n in range(5)] == [0, F(1, 4), F(1, 4), F(1, 2), F(1, 2)]


def test_a_grid_must_be_above_zero() -> None:
    for grid in (F(0), F(-1, 4)):
        with pytest.raises(SettingError, match=f"a grid step of {grid} quarters is not above 0"):
            quantise(Score(), grid)
        with pytest.raises(SettingError, match="not above 0"):
            has_off_grid(Score(), grid)


@given(st.lists(PLAYED, max_size=30), st.sampled_from((F(1, 4), F(1, 3), F(1, 8), F(1))))
def test_everything_is_on_the_grid_and_a_second_time_changes_nothing(notes: list[Note], grid: Fraction) -> None:
    score = Score((Voice("a", tuple(notes)),))
    done = quantise(score, grid)
    assert has_off_grid(done.score, grid) == ()
    assert len(done.score.notes) == len(notes) - done.report.dropped
    again = quantise(done.score, grid)
    assert again.score == done.score
    assert (again.report.moved, again.report.dropped) == (0, 0)


@given(st.lists(st.integers(0, 55), min_size=1, max_size=20), st.integers(0, 119))
def test_a_played_line_stays_within_half_a_step_of_its_onsets(jitters: list[int], legato: int) -> None:
    onsets = [F(240 * number + jitter, 480) for number, jitter in enumerate(jitters)]
    notes = tuple(Note(onset, F(185 + legato // 2, 480), 60 + n % 5) for n, onset in enumerate(onsets))
    done = quantise(Score((Voice("a", notes),)))
    assert done.score.voices[0].monophonic
    assert [note.onset for note in done.score.voices[0].notes] == [F(n, 2) for n in range(len(notes))]
