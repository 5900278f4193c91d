"""The panel without a page: what is asked by messages is answered in the traits, with the functions' numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.model.numpy.decode import Decoder
from musenb.questions.ask import Questions
from musenb.questions.ask import ask as questions
from musenb.questions.panel import QuestionPanel
from musenb.score.note import Note, Score, Voice
from musenb.session import Model
from musenb.studio.core import StudioCore

COMPOSED = 71


@pytest.fixture(scope="module")
def composer() -> Score:
    return Score(voices=(Voice("soprano", tuple(Note(Fraction(n), Fraction(1), COMPOSED) for n in range(12))),))


@pytest.fixture(scope="module")
def asked(tiny_decoder: Decoder, duet: Score, composer: Score) -> Questions:
    model = Model("tiny", "0" * 64, tiny_decoder)
    return questions(duet, model=model, prime_bars=1, bars=1, seeds=2, composer=composer)


@pytest.fixture
def panel(asked: Questions) -> Iterator[QuestionPanel]:
    made = QuestionPanel(asked)
    made.settle()
    yield made
    assert made.asking.error == ""
    made.close()


def ask(panel: QuestionPanel, **message: object) -> None:
    panel.asking._receive(None, message, [])
    panel.settle()


def test_the_next_note_is_that_of_the_functions(panel: QuestionPanel, asked: Questions) -> None:
    ask(panel, kind="ask", id="v0n6")
    assert panel.asking.place == "G4 of the soprano, bar 2"
    for shown, found in zip(panel.asking.voices, asked.next("v0n6"), strict=True):
        assert shown["voice"] == found.voice
        rows = {choice.words: choice.probability for choice in found.choices if choice.probability >= 0.0005}
        assert {row.words: row.probability for row in shown["choices"] if row.words in rows} == rows
        assert [row.words for row in shown["choices"] if "taken" in row.mark] == [found.taken.words]
        assert (shown["held"], shown["entropy"]) == (found.held, found.entropy)
    soprano, alto, *_ = panel.asking.voices
    (written,) = (row for row in soprano["choices"] if "composer" in row.mark)
    assert (written.words, written.pitch) == ("B4", COMPOSED)
    assert written.probability == pytest.approx(asked.next("v0n6")[0].pitches[COMPOSED])
    assert "The composer wrote B4 (" in soprano["words"]
    assert not any("composer" in row.mark for row in alto["choices"])
    assert "composer" not in alto["words"]
    number = asked.number_of("v0n6")
    assert panel.asking.bits == pytest.approx(asked.surprise().bits[number])
    assert [guess["name"] for guess in panel.asking.guesses] == ["input", "layer 1", "layer 2"]
    last, own = panel.asking.guesses[-1], asked.layers("v0n6")[-1]
    assert [row.words for row in last["choices"]] == [one.words for one in own.choices if one.probability >= 0.0005]


def test_everything_that_is_shown_can_travel_as_json(panel: QuestionPanel) -> None:
    ask(panel, kind="test")
    ask(panel, kind="map")
    traits = {name: getattr(panel.asking, name) for name in panel.asking._SHOWN}
    assert "NaN" not in json.dumps(traits)


def test_the_curve_and_the_tint_are_the_surprise(panel: QuestionPanel, asked: Questions) -> None:
    bits = asked.surprise().bits
    assert panel.curve.lines[0]["values"] == pytest.approx(list(bits))
    assert {row.id: row.value for row in panel.sheet.tint} == pytest.approx(
        {place.id: value for place, value in zip(asked.notes, bits, strict=True)}
    )


def test_attention_is_shown_first_and_the_test_stands_beside_it(panel: QuestionPanel, asked: Questions) -> None:
    ask(panel, kind="ask", id="v0n6")
    looked = asked.attention("v0n6").weights.mean(axis=(0, 1))
    rows = panel.asking.heard
    assert all(row["looked"] == pytest.approx(looked[asked.number_of(row["id"])]) for row in rows)
    assert all(row["mattered"] is None for row in rows)
    assert [row["looked"] for row in rows] == sorted((row["looked"] for row in rows), reverse=True)
    ask(panel, kind="test")
    verdict = asked.agreement("v0n6")
    changed = {key.id: bits for key, bits in zip(verdict.keys, verdict.occlusion, strict=True)}
    assert all(row["mattered"] == pytest.approx(changed[row["id"]]) for row in panel.asking.heard)
    most = verdict.keys[int(verdict.occlusion.argmax())].id
    assert most in {row["id"] for row in panel.asking.heard}
    assert panel.asking.verdict == verdict.words
    assert panel.asking.by_layer == pytest.approx([found.correlation for found in verdict.layers])


def test_what_if_shows_both_continuations_and_the_figures(panel: QuestionPanel, asked: Questions) -> None:
    panel.asking.tab = "if"
    ask(panel, kind="if", act="head", scope="note", layer=1, head=0, amount=0)
    found = asked.silence(head=(1, 0))
    assert panel.versions.scores == (found.before.score, found.after.score)
    assert panel.versions.layout.display == ""
    assert panel.versions.rows[0][1:3] == (f"{found.piece.loss_before:.3f}", f"{found.piece.loss_after:.3f}")
    assert f"{found.seeds.kl.mean:.3f} ({found.seeds.kl.low:.3f}" in panel.versions.rows[3][3]
    panel.asking.tab = "else"
    assert panel.versions.layout.display == "none"


@pytest.mark.parametrize(
    ("act", "scope", "amount", "question"),
    [
        ("layer", "note", 0, "Without layer 2"), ("relative", "note", 0, "Without the relative term"),
        ("rest", "note", 0, "With A4 of the soprano, bar 1 as a rest"),
        ("move", "bar", 2, "With bar 1 moved by +2 semitones"),
        ("change", "note", 60, "With A4 of the soprano, bar 1 as C4"),
    ],
)
def test_each_question_is_asked(panel: QuestionPanel, act: str, scope: str, amount: int, question: str) -> None:
    ask(panel, kind="ask", id="v0n2")
    ask(panel, kind="if", act=act, scope=scope, layer=1, head=0, amount=amount)
    assert panel.versions.heading == question


def test_a_note_that_is_not_of_the_prime_cannot_be_changed(panel: QuestionPanel) -> None:
    ask(panel, kind="ask", id="v0n9")
    ask(panel, kind="if", act="rest", scope="note", layer=0, head=0, amount=0)
    assert "holds no note of the prime, which is bars 1..1" in panel.asking.error
    assert panel.asking.running == ""
    panel.asking.error = ""


def test_the_map_is_filled_and_stop_keeps_what_is_there(
    panel: QuestionPanel, asked: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(panel, kind="map")
    found = asked.head_map()
    assert [cell["change"] for cell in panel.asking.cells] == pytest.approx(list(found.change.ravel()))
    assert panel.asking.map_words.startswith("Silence costs most in layer ")
    assert panel.asking.running == ""
    monkeypatch.setattr("musenb.questions.panel.SECONDS_BETWEEN_NEWS", 0)
    panel.asking.observe(lambda change: panel.stop(), "done")
    ask(panel, kind="map")
    assert 0 < sum(cell["change"] is not None for cell in panel.asking.cells) < 4
    assert panel.asking.map_words.endswith("Stopped before all heads were asked.")


def test_a_test_that_is_stopped_is_no_error(panel: QuestionPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musenb.questions.panel.SECONDS_BETWEEN_NEWS", 0)
    panel.asking.observe(lambda change: panel.stop(), "done")
    ask(panel, kind="ask", id="v0n8")
    ask(panel, kind="test")
    assert panel.asking.verdict == ""
    assert panel.asking.error == ""


def test_a_branch_is_shown_and_told(panel: QuestionPanel, asked: Questions) -> None:
    told: list[tuple] = []
    asked.on_take = lambda take, name: told.append((take, name))
    ask(panel, kind="ask", id="v0n6")
    ask(panel, kind="branch", voice=0, pitch=74)
    asked.on_take = None
    ((take, name),) = told
    assert name == "D5 in bar 2, seed 0"
    assert take.score == asked.branch(74, note="v0n6").score
    assert panel.versions.heading == "With D5 in bar 2 in the soprano"
    assert panel.branches == [take]
    assert all(panel.versions.differ)


def test_of_several_notes_only_the_last_is_answered(panel: QuestionPanel) -> None:
    places = []
    panel.asking.observe(lambda change: places.append(change["new"]), "note")
    for note in ("v0n1", "v0n2", "v0n3", "v0n4"):
        panel.asking._receive(None, {"kind": "ask", "id": note}, [])
    panel.settle()
    assert panel.asking.note == "v0n4"
    assert len(places) < 4


def test_every_head_is_made_when_it_is_wanted(panel: QuestionPanel, asked: Questions) -> None:
    assert panel.attention is None
    panel.asking.tab = "heard"
    panel.asking.every_head = True
    panel.settle()
    assert panel.attention is not None
    assert panel.attention.clock_id == panel.asking.clock_id
    assert panel.panel.children[-1] is panel.attention
    panel.asking.tab = "if"
    assert panel.attention.layout.display == "none"
    np.testing.assert_allclose(
        panel.attention._gatherer.matrix(1, 0, what="weights", level="notes"),
        asked.weights()[1, 0], atol=1e-6,
    )


def test_a_notebook_gets_the_panel_a_picture_and_a_text(asked: Questions) -> None:
    data, _ = asked._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert {"image/png", "image/svg+xml"} & data.keys()
    assert data["text/plain"].startswith("<musenb Questions to tiny")
    asked.panel.settle()
    asked.panel.close()


def test_a_branch_of_a_studio_is_a_take_of_its_tree(tiny_checkpoint: Path, tmp_path: Path) -> None:
    studio = StudioCore(tiny_checkpoint, folder=tmp_path)
    studio.prime("C5 D5 E5 G5")
    studio.continue_(1, seed=7)
    (take,) = studio.wait()
    asked = studio.ask()
    assert asked.setting.seed == 7
    assert asked.piece.score == take.score
    made = asked.branch(62, note=next(place.id for place in asked.notes if place.note.origin.generated))
    assert asked.on_take is not None
    asked.on_take(made, "D4 in bar 2, seed 7")
    assert studio.selected.score == made.score
    assert studio.selected.parent == take.id
    assert studio.selected.name == "D4 in bar 2, seed 7"
    studio.close()
