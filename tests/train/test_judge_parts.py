"""Parts of the evaluation, with a small model and pieces whose answer is known."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from musenb.errors import SettingError
from musenb.sample.models import open_model
from musenb.score.from_text import score_from_text
from musenb.score.key import estimate_key
from musenb.tokens.chorale.grid import HOLD, Grid
from musenb.train import judge_harmony, judge_motifs, judge_parts, judge_refill, judge_tonal
from musenb.train.chorale_data import chorale_grid, score_of_grid
from musenb.train.judge import pitches_of
from musenb.train.judge_writing import Writing, no_tick, write_frame
from musenb.train.judged_music import MOTIFS, TUNES

TEXT = """4/4 key=C
soprano: C5 D5 E5 D5 | C5 B4 C5:2^ | E5 F5 G5 F5 | E5 D5 C5:2^ | C5 D5 E5 F5 | G5 F5 E5 D5 | C5:4^
alto: G4:4 | G4:4^ | G4:4 | G4:4^ | G4:4 | G4:4 | G4:4^
tenor: E4 D4 C4 D4 | E4 D4 E4:2^ | C4:4 | C4 B3 C4:2^ | C4:4 | E4 D4 C4 B3 | E4:4^
bass: C3 B2 C3 B2 | C3 G2 C3:2^ | C3:4 | C3 G2 C3:2^ | C3:4 | C3 D3 E3 G3 | C3:4^
"""


@pytest.fixture(scope="module")
def writing(tiny_checkpoint: Path) -> Writing:
    return Writing(open_model(tiny_checkpoint), seed=3)


@pytest.fixture(scope="module")
def grid() -> Grid:
    return chorale_grid(score_from_text(TEXT))


@pytest.fixture(scope="module")
def splits(grid: Grid) -> dict[str, list[Grid]]:
    return {"train": [grid], "valid": [grid], "test": [grid, grid]}


@pytest.mark.parametrize("name", [name for name in judge_parts.PARTS if name != "motifs"])
def test_every_part_reports_what_it_wrote(name, writing, splits):
    ticks = []
    report = judge_parts.judged(name, writing, splits, 1, lambda done, total: ticks.append((done, total)))
    assert report["pieces"]["generated"] == 1
    assert ticks == [(1, 1)]
    assert set(report.labels) == set(report["measures"])
    assert repr(report).count("\n") == len(report.labels) + 1
    assert len(report.charts()) == len(report.labels)


def test_a_part_is_the_same_again_and_another_with_another_seed(writing, splits, tiny_checkpoint):
    first, again = (judge_parts.judged("tonal", writing, splits, 1) for _ in range(2))
    assert first == again
    assert judge_parts.judged("tonal", Writing(writing.model, seed=4), splits, 1) != first


def test_the_python_face_takes_a_model_and_parts(monkeypatch, splits, tiny_checkpoint):
    monkeypatch.setattr(judge_parts, "corpus_grids", lambda: splits)
    reports = judge_parts.judge(tiny_checkpoint, ["refill", "refill"], pieces=2)
    assert list(reports) == ["refill"]
    with pytest.raises(SettingError, match="part 'rhythm' is unknown; allowed are tonal, after"):
        judge_parts.judge(tiny_checkpoint, ["rhythm"])
    with pytest.raises(SettingError, match="pieces 0 is below 1"):
        judge_parts.judge(tiny_checkpoint, ["refill"], pieces=0)


def test_settings_reach_every_recipe(writing):
    told = Writing(writing.model, seed=3, settings={"reach": 64, "voices": ("alto",)}).recipe(2, 4, voices=("bass",))
    assert (told.seed, told.extent, told.reach, told.voices) == (5, 4, 64, ("bass",))


def test_given_cells_stay_and_the_others_are_written(writing, grid):
    given = judge_harmony.soprano_of(grid)
    written = write_frame(writing, grid, given=given)
    assert (written.cells[given] == grid.cells[given]).all()
    assert (written.cells[~given] != grid.cells[~given]).any()
    assert (written.cells >= 0).all()


def test_a_soprano_that_is_told_saves_nats_or_costs_some(writing, grid):
    saved, cells = judge_harmony.nats_saved(writing, grid)
    assert cells == 3 * len(grid.cells)
    assert saved != 0


def test_what_is_given_is_not_measured(grid):
    assert judge_tonal.third_bar(grid) == 32
    rest = judge_tonal._rest(grid, 30)
    assert not (rest.cells[0] == HOLD).any()  # what sounds across begins anew
    assert (pitches_of(rest) == pitches_of(grid)[30:]).all()
    short = Grid(grid.cells[:32], type(grid.frame)(grid.frame.columns[:32]))
    assert judge_tonal.third_bar(short) is None
    with pytest.raises(SettingError, match="no test chorale is longer than 2 bars"):
        judge_tonal.after_report(Writing(None), {"test": [short]}, 1, no_tick)


def test_a_gap_lies_between_given_bars(grid):
    score = score_of_grid(grid)
    gaps = [judge_refill.drawn_gap(score, 1024, np.random.default_rng(seed)) for seed in range(20)]
    assert {(gap[0].number, gap[-1].number) for gap in gaps} == {(3, 4), (4, 5)}
    assert judge_refill.drawn_gap(score.cut(Fraction(0), Fraction(20)), 1024, np.random.default_rng(0)) is None
    near = [judge_refill.drawn_gap(score, 160, np.random.default_rng(seed)) for seed in range(9)]
    assert {gap[0].number for gap in near} == {3}  # ten quarters are read at most


def test_a_seam_is_the_model_s_and_beside_it_bach_s(writing, grid):
    score = score_of_grid(grid)
    gap = [bar for bar in score.bars() if bar.number in (3, 4)]
    ours, theirs = judge_refill.seams_of(writing, score, gap, 0)
    assert (theirs.voices, theirs.moved, theirs.parallels) == (4, 0, 0)  # C major stays
    assert ours.voices == 4
    assert ours.moved > 0


def test_every_motif_and_tune_is_readable_and_in_its_key():
    assert len(MOTIFS) == 40
    for key, text in MOTIFS:
        motif = score_from_text(text)
        assert len(motif.notes) == judge_motifs.NOTES, text
        told = estimate_key(motif)
        assert judge_motifs.same_key(score_from_text(f"key={key} {text}"), key), text
        assert judge_motifs.same_key(motif.__class__(motif.voices, keys=(told,)), key), text
    assert len(TUNES) == 12
    for text in TUNES.values():
        tune = score_from_text(text)
        assert sum(note.fermata for note in tune.notes) >= 2
        assert tune.notes[-1].fermata
        assert tune.end % tune.metres[0].bar_length == 0  # the last bar and the upbeat are one


def test_another_key_is_not_the_motif_s():
    assert not judge_motifs.same_key(score_from_text("key=Am C4 E4"), "C")
    assert not judge_motifs.same_key(score_from_text("C4 E4"), "C")  # none is told


def test_returns_are_those_of_the_own_motif_beside_others():
    motifs = [judge_motifs.as_motif(score_from_text(text)) for _, text in MOTIFS[:3]]
    music = score_from_text("C5:4 " + MOTIFS[0][1].replace("4", "5"))
    counts = judge_motifs.returns([judge_motifs.Developed(motif, music) for motif in motifs])
    own, others, above = (list(side[0]) for side in counts)
    assert own == [1, 0, 0]
    assert others == [0, 0.5, 0.5]
    assert above == [1, -0.5, -0.5]


def test_a_chorale_s_opening_is_looked_for_in_the_eight_bars_behind_it(grid):
    assert judge_motifs.opened(grid) is None  # 7 bars
    twice = [f"{line} | {line.split(': ')[1]}" for line in TEXT.splitlines()[1:]]
    longer = chorale_grid(score_from_text("\n".join(twice)))
    found = judge_motifs.opened(longer)
    assert len(found.motif.notes) == judge_motifs.NOTES
    assert found.music.end == 32
