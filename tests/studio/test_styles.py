"""The studio with a model that knows several styles and can be held to the motif."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

import musenb
from musenb.errors import SettingError
from musenb.studio.core import StudioCore
from tests.studio.pressing import press

QUARTET = ["violin 1", "violin 2", "viola", "cello"]


@pytest.fixture
def studio(notes_checkpoint: Path, tmp_path: Path) -> Iterator[Any]:
    """Return a panel with a motif that is to become a quartet."""
    made = musenb.Studio(
        "C5 D5 E5 G5", model=notes_checkpoint, style="string quartet", bars=1, seed=5, folder=tmp_path / "journal"
    )
    yield made
    made.close()


def named(score: Any) -> list[str]:
    return [voice.name for voice in score.voices]


def test_a_style_is_chosen_and_its_voices_are_offered(studio: Any) -> None:
    desk = studio.desk
    assert desk.styles == ["string quartet", "song", "chorale", "tune"]
    assert desk.voices == named(studio.selected.score) == QUARTET
    desk.style = "song"
    studio.settle()
    assert desk.voices == named(studio.selected.score) == ["voice", "piano"]
    assert [note.pitch for note in studio.selected.score.voices[0].notes] == [72, 74, 76, 79]
    desk.style = ""  # text is in one voice, a melody
    studio.settle()
    assert desk.voices == ["melody"]


def test_a_style_changes_the_motif_alone_not_what_was_written(studio: Any) -> None:
    press(studio, kind="act", act="continue")
    taken = studio.selected
    studio.desk.style = "song"
    studio.settle()
    assert studio.selected is taken
    press(studio, kind="prime", source="text", text="E5 D5 C5")
    assert named(studio.selected.score) == ["voice", "piano"]


def test_another_model_reads_the_motif_again(studio: Any, notes_checkpoint: Path) -> None:
    studio.desk.model = "chorale"
    studio.settle()
    assert (studio.desk.styles, studio.desk.style, studio.desk.most_guidance) == ([], "", 0)
    assert named(studio.selected.score) == ["soprano"]
    studio.desk.model = str(notes_checkpoint)
    studio.desk.style = "string quartet"
    studio.settle()
    assert named(studio.selected.score) == QUARTET
    count = len(studio.tree)
    for style in ("", "string quartet"):
        studio.desk.style = style
        studio.settle()
    assert len(studio.tree) == count + 2, "each reading is a motif"
    assert studio.read_by("string quartet") is None, "nothing changes"
    assert len(studio.tree) == count + 2


def test_guidance_is_kept_with_the_take(studio: Any, tmp_path: Path) -> None:
    studio.desk.guidance, studio.desk.top_p, studio.desk.bars = 1.5, 1.0, 2
    press(studio, kind="act", act="continue")
    held = studio.selected
    assert held.recipe.guidance == 1.5
    assert studio.desk.takes[-1][3] == "2 bars, seed 5, held to the motif 1.5"
    assert studio.repeat(held.id) == held.score
    found = StudioCore.recover(folder=tmp_path / "journal", journal=False)
    assert [take.recipe.guidance for take in found.tree if take.recipe] == [1.5]
    assert found.tree.take(held.id).score == held.score
    studio.select(1)
    studio.desk.guidance = 0
    press(studio, kind="act", act="continue")
    assert studio.selected.recipe.seed == held.recipe.seed
    assert studio.selected.score != held.score


def test_a_model_without_themes_refuses_guidance(tiny_checkpoint: Path) -> None:
    core = StudioCore(tiny_checkpoint, journal=False)
    core.prime("C5 D5 E5 G5")
    with pytest.raises(SettingError, match=r"guidance 1: the model .* has learnt no themes; only 0 is allowed"):
        core.continue_(1, guidance=1.0)


def test_guidance_has_a_range(studio: Any) -> None:
    with pytest.raises(SettingError, match=r"guidance 3 is not a number in 0\.\.2"):
        studio.continue_(1, guidance=3)


def test_locks_ways_and_questions_work(studio: Any) -> None:
    studio.desk.candidates = 2
    press(studio, kind="act", act="continue")
    first = studio.selected
    assert studio.choices.takes == (2, 3)
    studio.desk.candidates = 1
    press(studio, kind="lock", voices=["cello"], bars="")
    press(studio, kind="act", act="again")
    assert studio.selected.score.voices[3].notes == first.score.voices[3].notes != ()
    assert studio.selected.score.voices[0].notes != first.score.voices[0].notes
    press(studio, kind="lock", voices=[], bars="")
    press(studio, kind="anew", bar=2)
    press(studio, kind="from", ids=["v0n1"])
    assert studio.selected.recipe.start == 2
    for question in ("heard", "motif", ""):
        press(studio, kind="ask", what=question)
        assert studio.desk.asked == question
    studio.desk._receive(None, {"kind": "ask", "what": "guess"}, [])
    studio.settle()
    assert "a model whose voices sing one note each" in studio.desk.error


def test_a_take_is_edited_on_the_roll_and_gone_on_from(studio: Any) -> None:
    press(studio, kind="act", act="continue")
    studio.edit([{"op": "move", "id": "v0n3", "pitch": 77}])
    assert studio.selected.score.voices[0].notes[3].pitch == 77
    press(studio, kind="act", act="more")
    assert [note.pitch for note in studio.selected.score.voices[0].notes[:4]] == [72, 74, 76, 77]
