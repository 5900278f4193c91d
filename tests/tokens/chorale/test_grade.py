from __future__ import annotations

import numpy as np
import pytest

from musenb.score.from_text import score_from_text
from musenb.score.note import Origin
from musenb.tokens.chorale.grade import PRICES, Stretch, faults
from musenb.tokens.chorale.grid import UNKNOWN, Frame, Grid, encode
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.chorale.prices import Tonality
from musenb.tokens.chorale.segments import LONGEST, segment_ends
from musenb.tokens.chorale.writer import GridWriter

CLOSE = "soprano: C5 B4 C5:2\nalto: E4 F4 E4:2\ntenor: G3 G3 G3:2\nbass: C3 G2 C3:2"


def stretch(text: str, *, first: int = 0, given: int | None = None, closes: bool = True, ends: bool = True) -> Stretch:
    """Return music in quarters, given from a step on; its last half is under a fermata."""
    grid = encode(score_from_text(text))
    pitches = np.maximum.accumulate(np.where(grid.cells < 46, np.arange(len(grid.cells))[:, None], 0), axis=0)
    pitches = np.take_along_axis(grid.cells, pitches, axis=0) + 36
    steps = np.arange(len(pitches))
    marks = np.repeat((steps >= (len(steps) if given is None else given))[:, None], 4, axis=1)
    return Stretch(pitches, first, marks, steps % 4 == 0, closes & (steps >= len(steps) // 2), ends, Tonality(0))


def found(text: str, **more: object) -> dict[str, float]:
    return {name: count for name, count in faults(stretch(text, **more)).items() if count}


def test_an_authentic_close_on_the_tonic_has_no_fault() -> None:
    assert found(CLOSE) == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        # plagal, on the tonic: a major chord, but no dominant before it
        (
            "soprano: C5 C5 C5:2\nalto: E4 F4 E4:2\ntenor: G3 A3 G3:2\nbass: C3 F3 C3:2",
            {"close on another major chord": 1},
        ),
        # deceptive
        (
            "soprano: C5 B4 C5:2\nalto: G4 G4 E4:2\ntenor: E4 D4 C4:2\nbass: C3 G3 A3:2",
            {"close on no major chord": 1, "end off the tonic": 1},
        ),
        # the tonic with its third in the bass
        (
            "soprano: C5 B4 C5:2\nalto: G4 F4 G4:2\ntenor: C4 D4 C4:2\nbass: C3 G3 E3:2",
            {"close on another major chord": 1, "end off the tonic": 1},
        ),
    ],
)
def test_other_closes_are_told(text: str, wrong: dict[str, int]) -> None:
    assert found(text) == wrong


def test_dissonance_that_nobody_leaves_by_step_and_parallels_are_told() -> None:
    hanging = "soprano: C5 C5 E5 E5\nalto: F4 F4 C4 C4\ntenor: B3 B3 G3 G3\nbass: E3 E3 G2 G2"
    wrong = found(hanging, closes=False, ends=False)
    assert wrong == {"hanging": 1, "no chord on the beat": 2}
    parallel = "soprano: G4 A4 A4 A4\nalto: E4 F4 F4 F4\ntenor: C4 D4 D4 D4\nbass: C3 D3 D3 D3"
    assert found(parallel, closes=False, ends=False)["parallels"] == 3


def test_the_way_into_given_notes_is_told() -> None:
    seam = "soprano: C5:2 F#4 F#4\nalto: D4:2 A4 A4\ntenor: F3:2 D4 D4\nbass: A2:2 D3 D3"
    wrong = found(seam, given=8, closes=False, ends=False)
    assert wrong == {"wild leap into given": 1, "semitone above a tone into given": 19}
    beyond = seam.replace("D4 D4", "E4 E4")
    assert found(beyond, given=8, closes=False, ends=False)["overlap with given"] == 1
    assert "wild leap into given" not in found(seam, given=0, closes=False, ends=False)


def test_every_price_has_a_fault() -> None:
    assert set(faults(stretch(CLOSE))) == set(PRICES)


def grid_of(steps: int, fermatas: tuple[int, ...] = (), given: tuple[int, int] = (0, 0)) -> Grid:
    """Return an open grid of bars of four quarters, its phrases ending before `fermatas`, given in one stretch."""
    frame = encode(score_from_text("soprano: C5:4"), steps=steps).frame
    columns = frame.columns.copy()
    columns[:, 5] = 0
    for end in fermatas:
        columns[end - 4 : end, 5] = 1
    cells = np.full((steps, 4), UNKNOWN)
    cells[slice(*given)] = 30
    return Grid(cells, Frame(columns))


def test_segments_are_phrases_and_gaps() -> None:
    assert segment_ends(grid_of(64, (32, 64))).tolist() == [32, 64]
    assert segment_ends(grid_of(40, (28,))).tolist() == [28, 40]
    # A gap goes on for a quarter into what is given behind it, so does a phrase that ends there.
    assert segment_ends(grid_of(48, (32, 48), (32, 40))).tolist() == [36, 48]
    assert segment_ends(grid_of(48, (16,), (24, 26))).tolist() == [16, 26, 48]


def test_a_long_phrase_is_cut_at_bar_lines() -> None:
    assert LONGEST == 48
    assert segment_ends(grid_of(64)).tolist() == [32, 64]
    assert segment_ends(grid_of(160)).tolist() == [32, 80, 112, 160]


def test_a_writer_tells_its_segment_and_grade() -> None:
    score = score_from_text(CLOSE)
    grid = encode(score)
    plan = Plan(score, (), Grid(np.full_like(grid.cells, UNKNOWN), grid.frame), 0)
    writer = GridWriter(plan, Origin("fake", 1))
    assert writer.segment() == writer.plan.length
    for token in grid.cells.ravel():
        writer.take(int(token))
    assert writer.grade(0) == 0
