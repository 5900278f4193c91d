"""Planned cadences: their bass, their chords, and what given voices make of them."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.score.from_text import score_from_text
from musenb.score.note import Origin
from musenb.tokens.chorale.cadences import BASS, Chord, chord_wish
from musenb.tokens.chorale.grid import HOLD, LOWEST, PHRASE, REST, UNKNOWN, VOCABULARY
from musenb.tokens.chorale.plan import Plan, plan_frame, plan_piece
from musenb.tokens.chorale.prepare import prepare
from musenb.tokens.chorale.rules import Place
from musenb.tokens.chorale.writer import GridWriter
from musenb.tokens.idiom import Close, Keep, Wishes

ORIGIN = Origin("m", 1)


def planned(text: str, *, extent: int = 4, seed: int = 0, end: bool = True, **settings) -> Plan:
    score = prepare(score_from_text(text), Wishes()).score
    return plan_piece(score, extent=extent, close=Close(end, seed), **settings)


def words(plan: Plan) -> list[str]:
    """Return the cadences as 'full G-C' or 'half D', by their basses; '-' where none is known."""
    names = []
    for cadence in plan.cadences:
        basses = ["-" if chord.bass is None else VOCABULARY[chord.bass - LOWEST][:-1] for chord in cadence.chords]
        names.append(f"{cadence.kind} {'-'.join(basses)}")
    return names


def test_the_end_is_dominant_and_tonic_and_the_end_before_it_is_open() -> None:
    assert words(planned("key=C C4 D4 E4 G4", extent=3)) == ["half G", "full G-C"]
    assert words(planned("key=Dm D4 E4 F4 A4", extent=3)) == ["half A", "full A-D"]
    assert words(planned("key=C C4 D4 E4 G4", extent=7)) == ["full G-C", "full G-C", "half G", "full G-C"]


def test_without_an_end_the_frame_goes_on() -> None:
    open_, closed = planned("key=C C4 D4 E4 G4", end=False), planned("key=C C4 D4 E4 G4")
    assert open_.close is None
    assert closed.close is not None
    assert closed.close.kind == "full"
    assert (open_.grid.frame.columns[:, PHRASE - 1] < 16).all()
    assert (closed.grid.frame.columns[-16:, PHRASE - 1] >= 16).all()


def test_a_plan_as_of_old_knows_nothing() -> None:
    score = prepare(score_from_text("key=C C4 D4 E4 G4"), Wishes()).score
    plan = plan_piece(score, extent=4)
    assert plan.cadences == ()
    assert (plan.grid.cells[16:] == UNKNOWN).all()


def test_a_score_without_a_key_has_no_cadence_planned() -> None:
    plan = plan_piece(score_from_text("C4 D4 E4 G4"), extent=4, close=Close())
    assert plan.cadences == ()


@given(st.integers(0, 2**31), st.sampled_from(["C", "Am", "F#", "Ebm", "Bb", "G", "E"]))
@settings(max_examples=30, deadline=None)
def test_the_bass_of_a_close_goes_by_a_fourth_up_or_a_fifth_down_within_the_range(seed: int, key: str) -> None:
    plan = planned(f"key={key} C5 D5 E5 G5", extent=4, seed=seed)
    assert plan.close is not None
    before, last = plan.close.chords
    assert last.bass - before.bass in (5, -7)
    assert 38 <= before.bass <= 58
    assert 40 <= last.bass <= 51
    assert last.stop == len(plan.grid.cells)


def test_a_third_or_more_of_closes_in_minor_are_major() -> None:
    thirds = [planned("key=Am A4 B4 C5 E5", seed=seed).close.chords[-1].third for seed in range(200)]
    share = thirds.count(1) / len(thirds)
    assert 1 / 3 < share < 1 / 2
    assert set(thirds) == {0, 1}
    assert planned("key=Am A4 B4 C5 E5", seed=3) .close == planned("key=Am A4 B4 C5 E5", seed=3).close


def test_notes_of_the_plan_are_generated_and_told_ahead() -> None:
    plan = planned("key=C C5 D5 E5 G5", extent=1)
    last = plan.close.chords[-1]
    assert plan.writes(last.start, BASS)
    assert not plan.writes(0, 0)
    assert plan.features[(last.start - 8) * 4, 8 + 3 * 4 + 3] == last.bass - LOWEST
    writer = GridWriter(plan, ORIGIN)
    while not writer.done:
        cell = writer.given()
        writer.take(cell if cell is not None else int(writer.allowed()[:REST].argmax()))
    bass = writer.score().voices[3].notes
    assert all(note.origin.generated for note in bass)
    assert bass[-1].pitch == last.bass


def test_a_beginning_in_all_voices_is_not_told_ahead_because_of_a_later_cell() -> None:
    text = "key=C\nsoprano: C5:4\nalto: G4:4\ntenor: E4:4\nbass: C3:4"
    plan = planned(text, extent=3)
    ahead = plan.features[:, 8:24].reshape(-1, 4, 4)
    assert plan.steps == 16
    assert (ahead[: 16 * 4, 0] == 47).all()
    assert (ahead[-32:, 0, 3] != 47).all()


@pytest.mark.parametrize(
    ("melody", "wanted"),
    [
        ("C5 E5 D5 C5 | E5 D5 C5:2", "full G-C"),
        ("C5 E5 F5 G5 | A5 A5 E5:2", "full C"),  # over A no dominant stands
        ("C5 E5 D5 C5 | E5 C5 D5:2", "half G"),
    ],
)
def test_a_melody_chooses_the_cadence_that_fits_it(melody: str, wanted: str) -> None:
    text = f"key=C\nsoprano: {melody} | D5 E5 F5 G5 | E5 D5 C5:2"
    plan = planned(text, extent=1, start=Fraction(0), keep=Keep(("soprano",)))
    assert words(plan)[0] == wanted


def test_a_locked_bass_decides_itself() -> None:
    text = "key=C\nsoprano: C5:4 C5:4\nbass: C3:4 F3 G3 C3:2"
    plan = planned(text, extent=1, start=Fraction(0), keep=Keep(("bass",)))
    cells = plan.grid.cells[:, BASS]
    assert plan.planned == frozenset()
    assert (cells != UNKNOWN).all()
    assert [chord.bass for chord in plan.close.chords] == [None, None]
    other = planned(text.replace("C3:2", "A2:2"), extent=1, start=Fraction(0), keep=Keep(("bass",)))
    assert other.close is None


def test_silent_voices_are_not_locked_by_a_bar_that_is_kept() -> None:
    text = "soprano: C5:4 D5:4 E5:4\nalto: G4:4 r:4 G4:4\ntenor: E4:4 F4:4 E4:4\nbass: C3:4 D3:4 C3:4"
    plan = plan_piece(score_from_text(text), extent=3, start=Fraction(0), keep=Keep((), (2,)))
    given_cells = plan.grid.cells[16:32] != UNKNOWN
    assert given_cells.all(axis=0).tolist() == [True, False, True, True]


def place(step: int, voice: int, before: list[int], now: list[int]) -> Place:
    def cells(pitches: list[int]) -> np.ndarray:
        return np.array([pitch - LOWEST if pitch > 0 else -1 for pitch in pitches])

    return Place(step, voice, cells(before), cells(now))


def wished(chord: Chord, where: Place) -> set[int]:
    """Return the pitch classes of the onsets that a chord wishes for."""
    allowed = chord_wish(chord, where)
    return {(token + LOWEST) % 12 for token in np.flatnonzero(allowed[:HOLD])}


TONIC = Chord(8, 16, 0, 4, frozenset({7}), bass=48)
DOMINANT = Chord(4, 8, 7, 11, frozenset({2, 5}), dominant=True, held=True, bass=43)
BEFORE = [72, 67, 64, 43]


def test_the_last_chord_has_its_notes_and_its_third() -> None:
    assert wished(TONIC, place(8, 0, BEFORE, [0, 0, 0, 0])) == {0, 4, 7}
    assert wished(TONIC, place(8, 2, BEFORE, [72, 67, 0, 0])) == {4}
    assert wished(TONIC, place(8, 2, BEFORE, [76, 67, 0, 0])) == {0, 4, 7}
    assert wished(TONIC, place(8, 1, [74, 67, 59, 43], [72, 0, 0, 0])) == {4}  # the tenor has the leading note
    allowed = chord_wish(TONIC, place(8, 0, [74, 67, 64, 43], [0, 0, 0, 0]))
    assert not allowed[HOLD]
    assert not allowed[REST]


def test_a_leading_note_is_not_doubled_and_a_suspension_may_stand_for_half_the_dominant() -> None:
    assert wished(DOMINANT, place(4, 1, BEFORE, [71, 0, 0, 0])) == {7, 2, 5}
    assert chord_wish(DOMINANT, place(4, 0, BEFORE, [0, 0, 0, 0]))[HOLD]
    assert not chord_wish(DOMINANT, place(6, 0, BEFORE, [0, 0, 0, 0]))[HOLD]
    assert chord_wish(DOMINANT, place(5, 0, BEFORE, [0, 0, 0, 0])).all()


def test_a_leading_note_rises_and_a_seventh_falls() -> None:
    assert wished(TONIC, place(8, 0, [71, 67, 62, 43], [0, 0, 0, 0])) == {0}
    assert wished(TONIC, place(8, 2, [74, 67, 59, 43], [72, 64, 0, 0])) == {0, 7}
    assert wished(TONIC, place(8, 1, [74, 65, 59, 43], [72, 0, 0, 0])) == {4}


def test_a_frame_that_is_known_gets_cadences_at_its_phrase_ends() -> None:
    frame = planned("key=C C5 D5 E5 G5", extent=7).grid.frame
    plan = plan_frame(frame, Close(seed=1))
    assert words(plan) == ["full G-C", "full G-C", "half G", "full G-C"]
    assert plan_frame(frame).cadences == ()
    assert dataclasses.replace(plan, cadences=()).close is None
