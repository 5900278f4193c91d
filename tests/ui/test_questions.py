"""The panel of questions as a teacher works it: the numbers in the page are those that the functions give."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

LATE = 120_000
TAKE = """
import musenb
chorale = musenb.load("corpus:bach/bwv66.6")
take = musenb.develop(chorale.first_bars(2), bars=2, seed=7)
"""
ASK = "ask = musenb.ask(take, composer=chorale, bars=1, seeds=2)\nask"
TINY = """
import dataclasses, numpy as np
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.model.shapes import expected_shapes
from musenb.questions.ask import compare_models
from musenb.sample.models import Model
from musenb.tokens.chorale import grid

def tiny(name, seed, **changes):
    config = ModelConfig(
        idiom="chorale",
        vocabulary=len(grid.VOCABULARY), inputs=grid.INPUTS, features=grid.FEATURES, relations=grid.RELATION_SPANS,
        width=16, layers=2, heads=2, feed_forward=24, max_distance=64, context=512, dropout=0.0)
    config = dataclasses.replace(config, **changes)
    rng = np.random.default_rng(seed)
    tensors = {n: rng.normal(0, 0.5, s) for n, s in expected_shapes(config).items()}
    return Model(name, "0" * 64, Decoder(config, tensors))

pair = (tiny("relative", 1), tiny("absolute", 2, relative=False, positions="added", relation_layers=0))
against = compare_models(chorale.first_bars(2), pair, prime_bars=1, bars=1, seeds=2)
against
"""
CLOCK = "name => [...globalThis[Symbol.for('musenb.clocks')].entries()].find(([id]) => id.endsWith(name))?.[1]"


@pytest.fixture(scope="module")
def book(shared: Any) -> Any:
    """Return a notebook that has a take to ask about."""
    shared.run(TAKE)
    return shared


@pytest.fixture
def panel(book: Any) -> Iterator[Locator]:
    """Show a new panel, the only one of the page, and wait for its first answers."""
    book.errors.clear()
    book.run(ASK)
    questions = book.page.get_by_role("region", name="Questions", exact=True)
    questions.locator(".mnb-ask-bars [data-share]").first.wait_for(timeout=LATE)
    yield questions
    book.run("ask.panel.close()")
    expect(questions).to_have_count(0, timeout=LATE)
    assert book.errors == []


def tab(panel: Locator, name: str) -> None:
    panel.get_by_role("tab", name=name, exact=True).click()
    expect(panel.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")


def ask_about(book: Any, panel: Locator, note: str) -> None:
    """Select a note on the page's clock, as every view does, and wait for the answer."""
    book.page.evaluate(
        "note => { for (const clock of globalThis[Symbol.for('musenb.clocks')].values())"
        " if (!clock.id.includes(':')) clock.select([note]); }",
        note,
    )
    place = book.value(f"str(ask.notes[ask.number_of({note!r})])")
    expect(panel.get_by_label("The note", exact=True)).to_have_text(place, timeout=LATE)


def percent(share: float) -> str:
    value = 100 * share
    return f"{int(value + 0.5)} %" if value >= 0.95 else f"{value:.1f} %"


def picture(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at them."""
    folder = os.environ.get("MUSENB_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_next_note_is_told_for_every_voice(book, panel) -> None:
    tab(panel, "What else could it have played?")
    note = book.value("next(p.id for p in ask.notes if p.note.origin.generated and p.voice == 0 and p.bar == 3)")
    ask_about(book, panel, note)
    book.run("likeliest = lambda v: sorted([*v.pitches.values(), v.hold, v.rest], reverse=True)[:7]")
    computed = book.value(f"[(v.voice, likeliest(v), v.entropy) for v in ask.next({note!r})]")
    for voice, shares, entropy in computed:
        panel.get_by_role("radio", name=re.compile(f"^{voice}")).click()
        shown = panel.locator(".mnb-ask-bars [data-share]")
        wanted = [share for share in shares if share >= 0.0005]
        expect(shown).to_have_count(len(wanted))
        drawn = shown.evaluate_all("all => all.map(one => Number(one.dataset.share))")
        assert drawn == pytest.approx(wanted)
        assert shown.all_inner_texts() == [percent(share) for share in wanted]
        expect(panel.get_by_label("What it took")).to_contain_text(f"Uncertainty {entropy:.2f} bits")
    taken = book.value(f"ask.next({note!r})[0].taken.probability")
    composed = book.value(f"ask.composed({note!r})[0].probability")
    panel.get_by_role("radio", name=re.compile("^soprano")).click()
    expect(panel.get_by_label("What it took")).to_contain_text(f"({percent(taken)})")
    expect(panel.get_by_label("What it took")).to_contain_text(f"({percent(composed)})")
    picture(book.page, "next")


def test_each_layers_guess_is_told(book, panel) -> None:
    tab(panel, "What else could it have played?")
    best = book.value(
        "[max([*g.pitches.values(), g.hold, g.rest]) for g in ask.layers(ask.panel.asking.note)]"
    )
    chips = panel.locator(".mnb-ask-guesses button")
    expect(chips).to_have_count(len(best))
    for chip, share in zip(chips.all_inner_texts(), best, strict=True):
        assert chip.endswith(percent(share))


def test_a_key_branches_there(book, panel) -> None:
    tab(panel, "What else could it have played?")
    pitch = book.value("next(iter(ask.next(ask.panel.asking.note)[0].pitches))")
    panel.locator(".mnb-ask-bars button").first.click()
    versions = book.page.get_by_role("region", name="Two versions")
    heading = versions.get_by_role("heading")
    expect(heading).to_contain_text("in the soprano", timeout=LATE)
    book.wait_until("len(ask.panel.branches) == 1 and not ask.panel.asking.running", 60)
    onset = "ask.notes[ask.number_of(ask.panel.asking.note)].note.onset"
    found = book.value(
        f"[n.pitch for n in ask.panel.branches[-1].score.voices[0].notes if n.onset == {onset}]"
    )
    assert found == [pitch]
    differ = book.value("[len(ids) for ids in ask.panel.versions.differ]")
    labels = [one.get_attribute("aria-label") for one in versions.locator("canvas").all()]
    assert [int(re.search(r"; (\d+) of them", label or "")[1]) for label in labels] == differ
    picture(book.page, "branch")


def test_the_surprise_is_drawn_note_by_note(book, panel) -> None:
    curve = book.page.get_by_role("region", name="Curve")
    canvas = curve.get_by_role("application")
    bits = book.value("[round(float(b), 4) for b in ask.surprise().bits]")
    canvas.focus()
    canvas.press("Home")
    for value in bits[:6]:
        expect(curve.get_by_label("Value of the note")).to_contain_text(f": {value:.2f} bits")
        canvas.press("ArrowRight")
    place = book.value("str(ask.notes[6])")
    expect(panel.get_by_label("The note", exact=True)).to_have_text(place, timeout=LATE)
    tint = book.value("{row.id: round(row.value, 4) for row in ask.panel.sheet.tint}")
    assert tint == dict(zip(book.value("[p.id for p in ask.notes]"), bits, strict=True))


def test_attention_stands_beside_the_test_and_a_verdict_in_words(book, panel) -> None:
    note = book.value("ask.notes[-6].id")
    ask_about(book, panel, note)
    tab(panel, "What did it listen to?")
    expect(panel.get_by_role("tabpanel", name="What did it listen to?")).to_contain_text("it is a hypothesis")
    rows = panel.locator(".mnb-ask-heard tbody tr")
    expect(rows.first).to_contain_text("not tested", timeout=LATE)
    panel.get_by_role("button", name="Test it: take each note away").click()
    words = book.value(f"ask.agreement({note!r}).words")
    expect(panel.get_by_label("Verdict")).to_have_text(words, timeout=LATE)
    book.run(f"verdict = ask.agreement({note!r}); bits = dict(zip([k.id for k in verdict.keys], verdict.occlusion))")
    computed = book.value(
        f"{{row['id']: (float(ask.attention({note!r}).weights.mean(axis=(0, 1))[ask.number_of(row['id'])]),"
        " float(bits[row['id']])) for row in ask.panel.asking.heard}"
    )
    for row in rows.all():
        looked, mattered = computed[row.get_by_role("button").get_attribute("data-note")]
        assert row.locator("td").all_inner_texts() == [percent(looked), f"{mattered:.3f}"]
    arcs = book.page.evaluate("() => [...globalThis[Symbol.for('musenb.clocks')].values()].flatMap(c => c.overlay)")
    most = max(computed, key=lambda key: computed[key][1])
    assert [arc["to"] for arc in arcs if arc["head"] == 1 and arc["weight"] == 1] == [most]
    picture(book.page, "heard")


def test_every_head_is_shown_when_it_is_wanted(book, panel) -> None:
    tab(panel, "What did it listen to?")
    panel.get_by_role("button", name="Show every head").click()
    attention = book.page.get_by_role("region", name="Attention")
    expect(attention).to_be_visible(timeout=LATE)
    tab(panel, "What if?")
    expect(attention).to_be_hidden(timeout=LATE)
    tab(panel, "What did it listen to?")
    panel.get_by_role("button", name="Show every head").click()
    expect(attention).to_be_hidden(timeout=LATE)


def test_what_if_shows_before_and_after_that_can_be_played(book, panel) -> None:
    tab(panel, "What if?")
    panel.get_by_label("Layer", exact=True).fill("1")
    panel.get_by_label("Head", exact=True).fill("3")
    panel.get_by_role("button", name="Try it").click()
    versions = book.page.get_by_role("region", name="Two versions")
    expect(versions.get_by_role("heading")).to_have_text("Without head 3 of layer 1", timeout=LATE)
    book.run("found = ask.silence(head=(0, 2))")
    book.run("figures = lambda e: [e.loss_before, e.loss_after, e.change.mean, e.kl.mean, e.kl.low, e.kl.high]")
    piece, seeds = book.value("(figures(found.piece), figures(found.seeds))")
    for row, (before, after, change, *_) in ((0, piece), (2, seeds)):
        cells = versions.locator("tbody tr").nth(row).locator("td").all_inner_texts()
        assert cells[:2] == [f"{before:.3f}", f"{after:.3f}"]
        assert cells[2].startswith(f"{change:+.3f}".replace("-", "−"))
    assert versions.locator("tbody tr").nth(3).locator("td").last.inner_text() == (
        f"{seeds[3]:.3f} ({seeds[4]:.3f} to {seeds[5]:.3f})"
    )
    expect(versions).to_contain_text(f"seed {book.value('found.before.seed')}")
    for name in ("before", "after"):
        versions.get_by_role("button", name=f"Play: {name}").click()
        side = "first" if name == "before" else "second"
        moving = f"() => {{ const c = ({CLOCK})(':{side}'); return c.playing && c.playhead > 0; }}"
        book.page.wait_for_function(moving, timeout=LATE)
    assert not book.page.evaluate(f"() => ({CLOCK})(':first').playing"), "one sounds at a time"
    versions.get_by_role("button", name="Pause: after").click()
    picture(book.page, "if")


def test_a_note_of_the_prime_is_taken_away_and_another_is_refused(book, panel) -> None:
    ask_about(book, panel, "v0n2")
    tab(panel, "What if?")
    panel.get_by_label("What if", exact=True).select_option(label="… this note were a rest?")
    panel.get_by_role("button", name="Try it").click()
    versions = book.page.get_by_role("region", name="Two versions")
    expect(versions.get_by_role("heading")).to_contain_text("as a rest", timeout=LATE)
    change = book.value("ask.occlude(note='v0n2').piece.change.mean")
    shown = versions.locator("tbody tr").first.locator("td").last
    expect(shown).to_have_text(re.compile(re.escape(f"{change:+.3f}".replace("-", "−"))))
    late = book.value("ask.notes[-1].id")
    ask_about(book, panel, late)
    panel.get_by_role("button", name="Try it").click()
    expect(panel.get_by_role("alert")).to_contain_text("holds no note of the prime", timeout=LATE)
    panel.get_by_role("button", name="Dismiss this message").click()


def test_the_map_is_computed_while_the_notebook_goes_on_and_can_be_stopped(book, panel) -> None:
    tab(panel, "Which heads matter?")
    begin = panel.get_by_role("button", name="Silence one head after the other")
    begin.click()
    expect(panel.get_by_role("progressbar", name="Progress")).to_be_visible(timeout=LATE)
    book.page.wait_for_function(
        "() => Number(document.querySelector('.mnb-ask-run progress')?.value) > 0", timeout=LATE
    )
    assert book.value("ask.panel.asking.running != ''"), "another cell runs while the heads are silenced"
    panel.get_by_role("button", name="Stop", exact=True).click()
    expect(panel.get_by_label("What the map says")).to_contain_text("Stopped before all heads", timeout=LATE)
    expect(begin).to_be_enabled(timeout=LATE)
    begin.click()
    book.wait_until("not ask.panel.asking.running and len(ask.panel.asking.map_words) > 0", 240)
    expect(panel.get_by_label("What the map says")).not_to_contain_text("Stopped", timeout=LATE)
    costs = book.value("[cell['change'] for cell in ask.panel.asking.cells]")
    shown = panel.locator(".mnb-ask-map td button").evaluate_all("all => all.map(one => one.firstChild.textContent)")
    signed = [f"{cost:+.3f}".replace("-", "−") for cost in costs]
    assert shown == ["0.000" if one.endswith("0.000") else one for one in signed]
    silent = book.value("ask.silence(head=(0, 2), listen=False).piece.change.mean")
    assert costs[2] == pytest.approx(silent)
    picture(book.page, "map")
    panel.locator("[data-head='0 2']").click()
    heading = book.page.get_by_role("region", name="Two versions").get_by_role("heading")
    expect(heading).to_have_text("Without head 3 of layer 1", timeout=LATE)


def test_it_is_worked_with_the_keyboard_alone(book, panel) -> None:
    tab(panel, "What else could it have played?")
    first = panel.get_by_role("tab").first
    first.press("ArrowRight")
    expect(panel.get_by_role("tab", name="What did it listen to?")).to_be_focused()
    panel.get_by_role("tab", name="What did it listen to?").press("ArrowLeft")
    keys = panel.get_by_role("application", name=re.compile("^How likely each pitch is"))
    keys.focus()
    keys.press("ArrowRight")
    expect(panel.get_by_role("status")).to_contain_text("%")
    cells = book.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length")
    keys.press("b")
    keys.press("d")
    keys.press("d")
    assert book.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length") == cells


@pytest.fixture
def asked(book: Any) -> Iterator[Locator]:
    """Show a panel that asks about a studio's take; it is `asked` in the kernel."""
    book.run(
        "studio = musenb.Studio(journal=False)\nstudio.prime('C5 D5 E5 G5')\nstudio.continue_(1, seed=3)\n"
        "studio.wait()\nasked = studio.ask()\nasked"
    )
    yield book.page.get_by_role("region", name="Questions", exact=True)
    book.run("asked.panel.close(); studio.close()")


def test_a_branch_of_a_studio_becomes_a_take(book, asked) -> None:
    asked.locator(".mnb-ask-bars button").first.wait_for(timeout=LATE)
    asked.locator(".mnb-ask-bars button").first.click()
    book.wait_until("len(studio.tree) == 3", 60)
    assert book.value("studio.selected.score == asked.panel.branches[-1].score")
    assert book.value("studio.selected.parent") == 2


@pytest.fixture
def versions(book: Any) -> Iterator[Locator]:
    """Show two models side by side; they are `against` in the kernel."""
    book.run(TINY)
    yield book.page.get_by_role("region", name="Two versions")
    book.run("against.panel.close()")


def test_two_models_stand_side_by_side(book, versions) -> None:
    loss = book.value("(against.loss.loss_before, against.loss.loss_after)")
    expect(versions.locator("tbody tr").first.locator("td").first).to_have_text(f"{loss[0]:.3f}", timeout=LATE)
    assert versions.locator("tbody tr").first.locator("td").nth(1).inner_text() == f"{loss[1]:.3f}"
    heads = versions.locator("thead th").all_inner_texts()
    assert heads[1:3] == ["relative", "absolute"]
    curve = book.page.get_by_role("region", name="Curve")
    canvas = curve.get_by_role("application")
    canvas.focus()
    canvas.press("Home")
    one, other = book.value("[float(s.bits[0]) for s in against.surprise()]")
    expect(curve.get_by_label("Value of the note")).to_contain_text(f"relative {one:.2f}, absolute {other:.2f} bits")
    expect(versions.get_by_role("button", name="Play: absolute")).to_be_visible()
    picture(book.page, "against")
