"""Questions about a take, opened from the desk in place of the score."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from ipywidgets.widgets import widget

import musenb
from musenb.questions.game_panel import GamePanel
from musenb.questions.motif_report import MotifReport
from musenb.questions.panel import QuestionPanel


@pytest.fixture
def studio(tiny_checkpoint: Path, tmp_path: Path) -> Iterator[Any]:
    """Return a panel with a motif and a take of two bars more."""
    settings = {"bars": 2, "seed": 5, "seed_locked": True, "folder": tmp_path / "journal"}
    made = musenb.Studio("C5 D5 E5 G5 | F5 E5 D5 C5", model=tiny_checkpoint, **settings)
    made.continue_(bars=2, seed=5)
    made.wait(300)
    yield made
    made.close()


def ask(studio: Any, what: str) -> None:
    """Press one of the desk's questions, and wait until it is open."""
    studio.desk._receive(None, {"kind": "ask", "what": what}, [])
    studio.settle(300)


def views() -> set[str]:
    gc.collect()
    return set(widget._instances)


@pytest.mark.parametrize(("what", "kind"), [("heard", QuestionPanel), ("motif", MotifReport), ("guess", GamePanel)])
def test_each_question_opens_beside_the_score_or_in_its_place_and_closing_leaves_no_view(
    studio: Any, what: str, kind: type
) -> None:
    before = views()
    ask(studio, what)
    assert studio.desk.error == ""
    assert isinstance(studio.asking.shown, kind)
    assert studio.asking.box.children == (studio.asking.shown.panel,)
    beside = what == "heard"
    assert (studio.asking.box.layout.display, studio.views.music.layout.display) == ("", "" if beside else "none")
    assert ("mnb-instead" in studio.asking.box._dom_classes) is not beside
    where = "Below" if beside else "In place of the score"
    assert (studio.desk.asked, studio.desk.asked_words) == (what, f"{where}: Take 2.")
    assert views() > before
    if what != "guess":
        studio.asking.shown.settle(300)
    ask(studio, "")
    assert (studio.asking.shown, studio.asking.box.children, studio.desk.asked) == (None, (), "")
    assert (studio.asking.box.layout.display, studio.views.music.layout.display) == ("none", "")
    assert views() == before


def test_another_question_or_take_replaces_the_one_that_is_open(studio: Any) -> None:
    ask(studio, "heard")
    first = studio.asking.shown
    ask(studio, "motif")
    assert first.asking.comm is None
    assert len(studio.asking.box.children) == 1
    studio.open_question("motif", take=1)
    assert studio.desk.asked_words == "In place of the score: Motif 1."
    assert studio.asking.shown.score == studio.tree.take(1).score


def test_what_is_asked_of_a_note_is_on_the_clock_of_the_music(studio: Any) -> None:
    ask(studio, "heard")
    panel = studio.asking.shown
    assert panel.asking.clock_id == panel.curve.clock_id == studio.desk.clock_id
    assert (panel.sound, panel.sheet) == (None, None), "the music is seen and heard already"


def test_other_music_on_the_desk_brings_the_score_back(studio: Any) -> None:
    ask(studio, "heard")
    studio.rename(2, "mine")
    assert studio.asking.shown is not None, "the same music under another name"
    studio.select(1)
    assert (studio.asking.shown, studio.desk.asked) == (None, "")
    ask(studio, "motif")
    studio.continue_(bars=1, seed=3)
    studio.wait(300)
    assert studio.asking.shown is None


def test_a_branch_goes_into_the_tree_is_shown_and_closes_the_question(studio: Any) -> None:
    ask(studio, "heard")
    panel = studio.asking.shown
    panel.settle(300)
    pitch = 60 if panel.asking.voice == 3 else 67
    panel.branch(panel.asking.voice, pitch)
    deadline = time.monotonic() + 300
    while studio.asking.shown is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert studio.asking.shown is None, "the music beside it is another now"
    assert panel.asking.error == ""
    assert (studio.selected.id, studio.selected.parent) == (3, 2)
    assert studio.roll.score == studio.selected.score == panel.branches[0].score
    studio.settle()
    name = studio.desk.takes[-1][2]
    assert studio.desk.asked_words == f"Branched off: {name}. It is shown now, and stands in Takes."


def test_the_game_is_kept_beside_the_journal_one_file_a_take(studio: Any, tmp_path: Path) -> None:
    ask(studio, "guess")
    game = studio.asking.shown
    game.answer(67)
    (path,) = (tmp_path / "journal").rglob("game-*.jsonl")
    assert path.parent.name == f"{studio.journal_path.stem}-take-2"
    assert path.name in game.view.recorded
    ask(studio, "")
    ask(studio, "guess")
    assert len(studio.asking.shown.game.answers) == 1, "it goes on"
    assert [one.path.name for one in musenb.studio.recovery.sessions(tmp_path / "journal")] == [
        studio.journal_path.name
    ], "a game is no session of the studio"


def test_what_cannot_be_asked_is_said_in_words_and_the_score_stays(studio: Any) -> None:
    studio.prime("C5 D5 E5 G5")
    ask(studio, "guess")
    assert studio.desk.error == "there is no note behind the first bar that could be guessed: press Continue first"
    assert (studio.asking.shown, studio.desk.asked, studio.views.music.layout.display) == (None, "", "")
    ask(studio, "why")
    assert studio.desk.error == "there is no question 'why'; there are heard, motif, guess"


def test_the_motif_is_the_one_that_the_tree_began_with_wherever_it_stands(studio: Any) -> None:
    ask(studio, "motif")
    report = studio.asking.shown
    assert [note.pitch for note in report.motif.notes] == [72, 74, 76, 79, 77, 76, 74, 72], "both given bars"
    assert report.motif.home == tuple((0, number) for number in range(8))
    studio.edit([{"op": "move", "id": "v0n0", "pitch": 71}])
    ask(studio, "motif")
    report = studio.asking.shown
    assert (report.motif.notes[0].pitch, report.motif.home) == (72, ())
    studio.prime("C5 D5")
    ask(studio, "motif")
    assert studio.desk.error == "to be looked for, a motif needs 3 notes or more in one voice"
    ask(studio, "heard")
    assert studio.desk.error == "", "what went well takes the message away"


def test_the_motif_is_found_in_music_that_is_too_long_for_the_model(studio: Any) -> None:
    studio.prime(" | ".join(["C5 D5 E5 G5"] * 6))
    ask(studio, "heard")
    assert studio.asking.shown is None
    assert "the piece has 384 tokens; the model reads 256" in studio.desk.error
    ask(studio, "motif")
    assert isinstance(studio.asking.shown, MotifReport)
    assert studio.asking.shown.ask is None
