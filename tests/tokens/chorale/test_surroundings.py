from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.score.from_text import score_from_text
from musenb.score.note import Origin, Score
from musenb.tokens.chorale.grid import HOLD, REST, UNKNOWN, VOCABULARY, Grid, frame_of, sounding
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.chorale.rules import SILENT
from musenb.tokens.chorale.writer import GridWriter

ORIGIN = Origin("fake", 1)
STEPS = 20
FRAME = frame_of(score_from_text("key=Am C5:4"), STEPS)

RUN = st.tuples(st.integers(1, 6), st.sampled_from(["free", "rest", "note"]), st.integers(0, HOLD - 1))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan: in each voice notes, rests and stretches to be written, in any order."""
    cells = np.full((STEPS, 4), UNKNOWN)
    for voice in range(4):
        step = 0
        for length, kind, pitch in draw(st.lists(RUN, max_size=8)):
            part = slice(step, min(step + length, STEPS))
            if kind == "rest":
                cells[part, voice] = REST
            elif kind == "note" and step < STEPS:
                cells[part, voice] = HOLD
                cells[step, voice] = pitch
            step += length
    full = (cells != UNKNOWN).all(axis=1)
    return Plan(Score(), (), Grid(cells, FRAME), STEPS if full.all() else int(full.argmin()))


@given(plans(), st.integers(0, 2**32))
@settings(max_examples=150)
def test_whatever_is_given_and_drawn_nothing_is_empty_and_no_parallel_leads_into_a_given_note(
    plan: Plan, seed: int
) -> None:
    writer, chance = GridWriter(plan, ORIGIN), np.random.default_rng(seed)
    while not writer.done:
        token = writer.given()
        if token is None:
            allowed = writer.allowed()
            assert allowed[:REST].any()
            prices = writer.prices()
            assert prices is None or (prices.shape == (len(VOCABULARY),) and (prices >= 0).all() and prices.any())
            token = int(chance.choice(np.flatnonzero(allowed)))
        writer.take(token)
    heard = sounding(writer.tokens.reshape(-1, 4))
    heard = np.where(heard == HOLD, SILENT, heard)
    fixed = plan.grid.cells != UNKNOWN
    for step in range(1, STEPS):
        for upper, lower in combinations(range(4), 2):
            pair = [upper, lower]
            before, after = heard[step - 1, pair], heard[step, pair]
            if SILENT in before or SILENT in after or fixed[step - 1 : step + 1, pair].all():
                continue
            motion = after - before
            gap, next_gap = (before[0] - before[1]) % 12, (after[0] - after[1]) % 12
            parallel = motion[0] * motion[1] > 0 and gap == next_gap and gap in (0, 7)
            assert not parallel, (step, upper, lower)


def test_given_voices_are_seen_below_and_ahead() -> None:
    cells = np.full((STEPS, 4), UNKNOWN)
    cells[:, 3] = [5, *[HOLD] * (STEPS - 1)]
    cells[8:12, 0] = [30, HOLD, HOLD, HOLD]
    writer = GridWriter(Plan(Score(), (), Grid(cells, FRAME), 0), ORIGIN)
    assert writer.place.now.tolist() == [SILENT, SILENT, SILENT, 5]
    assert writer.place.given.tolist() == [False, False, False, True]
    for token in [28, 24, 20, 5, *[HOLD] * 12]:
        writer.take(token)
    here = writer.place
    assert (here.step, here.voice, here.goal) == (4, 0, 30)
    assert here.into.tolist() == [30, SILENT, SILENT, 5]
    writer.take(HOLD)
    assert writer.place.goal == SILENT
    assert writer.place.entering.tolist() == [30, SILENT, SILENT, SILENT]


def test_a_copy_goes_its_own_way() -> None:
    writer = GridWriter(Plan(Score(), (), Grid(np.full((STEPS, 4), UNKNOWN), FRAME), 0), ORIGIN)
    writer.take(30)
    other = writer.copy()
    writer.take(25)
    other.take(20)
    assert (writer.tokens.tolist(), other.tokens.tolist()) == ([30, 25], [30, 20])
