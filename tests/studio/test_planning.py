"""The plan of the desk: presets, moved statements, what cannot stand, suggestions, and takes written from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import musenb
from musenb.errors import SettingError
from musenb.score.development.laying import statement_of
from musenb.studio.planning import statement_of_row
from musenb.studio.recovery import tree_of

MOTIF = "C5 D5 E5 G5 | F5:2 E5:2"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[musenb.Studio]:
    one = musenb.Studio(MOTIF, folder=tmp_path, seed=3)
    one.settle()
    yield one
    one.close()


def press(studio: musenb.Studio, act: str, *, name: str = "", rows: list | None = None, bars: int = 8) -> None:
    hands = studio.desk.hands
    assert hands is not None
    hands.plan(act, name, rows or [], bars)
    studio.settle()


def rows_of(studio: musenb.Studio) -> list[list]:
    return [list(row) for row in studio.desk.plan_rows]


def test_a_motif_has_a_plan_to_begin_with(studio: musenb.Studio) -> None:
    desk = studio.desk
    assert [row[0] for row in desk.plan_presets][:3] == ["canon", "period", "sentence"]
    assert desk.plan_name == "development"
    assert [row[0] for row in desk.plan_rows] == ["as it is", "sequence", "answer", "inversion", "return"]
    assert desk.plan_voices == ["soprano", "alto", "tenor", "bass"]
    assert (desk.plan_words, desk.plan_fault) == ("", 0)


def test_what_cannot_stand_is_said_with_where_it_could(studio: musenb.Studio) -> None:
    press(studio, "preset", name="sentence")
    rows = rows_of(studio)
    rows[1][2] = 1
    press(studio, "change", rows=rows)
    desk = studio.desk
    assert desk.plan_fault == 2
    assert "the soprano sings another statement until bar 3" in desk.plan_words
    assert "It could stand in the soprano, bar 3" in desk.plan_words
    press(studio, "write")
    assert "statement 2" in desk.error
    assert len(studio.tree) == 1
    rows[1] = list(desk.plan_better[0])
    press(studio, "change", rows=rows)
    assert (desk.plan_words, desk.plan_fault, desk.plan_better) == ("", 0, [])


def test_a_plan_is_written_kept_and_written_again(studio: musenb.Studio, tmp_path: Path) -> None:
    press(studio, "preset", name="period")
    press(studio, "write")
    (take,) = studio.wait()
    studio.settle()
    assert studio.desk.error == ""
    assert take.parent == 1
    assert take.recipe is not None
    assert take.recipe.development is not None
    assert take.recipe.development.name == "period"
    forms = {said[1] for note in take.score.notes if (said := statement_of(note)) is not None}
    assert forms == {"as it is", "return"}
    assert studio.repeat(take.id) == take.score
    press(studio, "preset", name="sequence")
    assert studio.desk.plan_name == "sequence"
    studio.select(1)
    studio.select(take.id)
    assert studio.desk.plan_name == "period"
    assert studio.journal_path is not None
    studio.close()
    found = tree_of(studio.journal_path.stem.removesuffix(".journal"), tmp_path)
    kept = found.take(take.id)
    assert kept.recipe == take.recipe
    assert kept.score == take.score


def test_a_plan_that_is_not_written_is_there_when_one_comes_back_to_its_motif(studio: musenb.Studio) -> None:
    press(studio, "preset", name="sentence")
    rows = rows_of(studio)
    rows[1][1] = "alto"
    press(studio, "change", rows=rows)
    studio.prime_with_settings("E5 D5 C5 G4")
    studio.settle()
    assert studio.desk.plan_name == "development"
    studio.select(1)
    studio.settle()
    assert rows_of(studio) == rows


def test_several_ways_of_a_plan(studio: musenb.Studio) -> None:
    studio.desk.candidates = 2
    press(studio, "preset", name="period")
    press(studio, "write")
    takes = studio.wait()
    assert [take.recipe.seed for take in takes if take.recipe] == [3, 4]
    assert takes[0].score != takes[1].score


def test_a_suggestion_can_stand(studio: musenb.Studio) -> None:
    press(studio, "preset", name="period")
    press(studio, "suggest")
    desk = studio.desk
    assert desk.error == ""
    assert desk.plan_suggested
    press(studio, "change", rows=[*rows_of(studio), list(desk.plan_suggested[0])], bars=desk.plan_bars)
    assert desk.plan_fault == 0
    assert len(desk.plan_rows) == 3


def test_an_empty_plan_says_so_and_is_not_written(studio: musenb.Studio) -> None:
    press(studio, "change", rows=[])
    assert studio.desk.plan_words == "The plan is empty: it needs at least one statement."
    press(studio, "write")
    assert "there is no plan to write" in studio.desk.error


def test_music_of_several_voices_has_no_plan_and_the_reason_is_said(studio: musenb.Studio) -> None:
    studio.prime_with_settings("soprano: C5 D5 E5 F5\nbass: C3 B2 C3 F2")
    studio.settle()
    assert studio.desk.plan_presets == []
    assert studio.desk.plan_words == "No plan for this: a plan develops a single line; the motif has 2 voices"
    press(studio, "suggest")
    assert "there is no plan" in studio.desk.error


@pytest.mark.parametrize(
    "row", [["as it is"], ["as it is", "alto", "x", "", 0, ""], ["as it is", "alto", 1, "1/0", 0, ""]]
)
def test_a_row_that_is_no_statement_is_refused(row: list) -> None:
    with pytest.raises(SettingError, match="this is no statement of a plan"):
        statement_of_row(row)


def test_an_unknown_act_is_refused(studio: musenb.Studio) -> None:
    hands = studio.desk.hands
    assert hands is not None
    with pytest.raises(SettingError, match="does nothing called 'fly'"):
        hands.plan("fly", "", [], 8)
