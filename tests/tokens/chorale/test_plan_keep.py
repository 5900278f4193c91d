from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import SettingError, TokenError
from musenb.score.from_text import score_from_text
from musenb.tokens.chorale.grid import REST, UNKNOWN, VOICES
from musenb.tokens.chorale.plan import Plan, plan_piece
from musenb.tokens.chorale.prepare import with_chorale_names
from musenb.tokens.idiom import Keep

FOUR = score_from_text(
    "soprano: E5 D5 C5 D5 | E5 E5 E5:2 | D5:4\nalto: G4:4 | G4:4 | G4:4\ntenor: C4 r C4 r | C4:4 | B3:4\n"
    "bass: C3:2 B2:2 | C3:4 | G2:3"
)


def given_cells(plan: Plan) -> np.ndarray:
    return plan.grid.cells != UNKNOWN


def test_from_a_point_on_all_is_written_but_notes_that_have_begun() -> None:
    plan = plan_piece(FOUR, extent=1, start=Fraction(2))
    assert plan.end == 8
    assert [[note.onset for note in voice.notes] for voice in plan.prime.voices] == [[0, 1], [0], [0], [0]]
    known = given_cells(plan)
    assert known[:8].all()
    assert known[8:16].all(axis=0).tolist() == [False, True, False, False]
    assert not known[16:].any()
    assert plan.grid.cells[4:8, 2].tolist() == [REST] * 4


def test_locked_voices_and_bars_are_kept_with_their_rests() -> None:
    plan = plan_piece(FOUR, extent=1, start=Fraction(1), keep=Keep(("bass",), (3,)))
    known = given_cells(plan)
    assert plan.end == 12
    assert known[:, VOICES.index("bass")].all()
    assert known[32:].all()
    assert not known[16:32, :3].any()
    assert (plan.grid.cells[44:, VOICES.index("bass")] == REST).all()
    kept = {voice.name: voice.notes for voice in plan.prime.voices}
    assert kept["bass"] == FOUR.voices[3].notes
    assert kept["soprano"][-1] == FOUR.voices[0].notes[-1]


def test_a_melody_alone_can_be_harmonised() -> None:
    melody = score_from_text("soprano: E5 D5 C5 D5 | E5:4")
    plan = plan_piece(melody, extent=1, start=Fraction(0), keep=Keep(("soprano",)))
    assert plan.end == 8
    assert given_cells(plan).all(axis=0).tolist() == [True, False, False, False]


def test_a_long_beginning_is_read_from_its_last_bars() -> None:
    plan = plan_piece(FOUR, extent=1, start=Fraction(12), reach=100)
    assert plan.offset == 12 - 3 * 4 + 8  # 100 cells are 25 sixteenths, half of them do not hold a bar of 16 twice
    assert plan.first <= 50
    assert plan.prime == FOUR
    assert plan.end == 16


@given(st.integers(0, 48), st.sets(st.sampled_from(VOICES)), st.sets(st.integers(1, 3)))
def test_what_is_kept_is_kept_exactly(sixteenth: int, voices: set[str], bars: set[int]) -> None:
    start = Fraction(sixteenth, 4)
    try:
        plan = plan_piece(FOUR, extent=1, start=start, keep=Keep(tuple(voices), tuple(bars)))
    except SettingError:
        if start or voices or bars:  # else nothing is kept
            longer = plan_piece(FOUR, extent=4, start=start, keep=Keep(tuple(voices), tuple(bars)))
            assert longer.first >= 64 * (math.ceil(start / 4) + 1), "there was something to write"
        return
    known = given_cells(plan)
    for voice in FOUR.voices:
        kept = next(one for one in plan.prime.voices if one.name == voice.name)
        assert set(kept.notes) <= set(voice.notes)
        if voice.name in voices:
            assert kept == voice
        assert {note for note in voice.notes if note.onset < start} <= set(kept.notes)
        for number in bars:
            inside = {n for n in voice.notes if n.onset < 4 * number and n.end > 4 * (number - 1)}
            assert inside <= set(kept.notes)
    for number in bars:
        assert known[16 * (number - 1) : 16 * number].all()
    first = plan.steps
    assert known[:first].all()
    assert first == len(known) or not known[first].all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"extent": 0}, "bars 0 is not"),
        ({"extent": 1, "start": Fraction(13)}, "cannot go on from quarter 13: the piece lasts from 0 to 12"),
        ({"extent": 1, "start": Fraction(0)}, "nothing is kept before quarter 0"),
        ({"extent": 1, "keep": Keep(("flute",))}, "cannot keep the voice 'flute'"),
        ({"extent": 1, "keep": Keep((), (9,))}, "cannot keep bar 9: the piece has the bars 1..3"),
        ({"extent": 1, "start": Fraction(1), "keep": Keep(VOICES, (3,))}, "there is nothing to write"),
    ],
)
def test_what_cannot_be_planned_says_why(settings: dict, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        plan_piece(FOUR, **settings)


def test_names_must_fit() -> None:
    score = score_from_text("C5 D5")
    assert with_chorale_names(score, ("tenor",)).voices[0].name == "tenor"
    with pytest.raises(TokenError, match="voices flute do not name the 1 voices that sound"):
        with_chorale_names(score, ("flute",))
