"""The studio's panel while it writes: candidates, locks, a note to go on from, a reload, an interrupt, sound."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

LATE = 150_000
DRAWN = "section[aria-label='Piano roll'] canvas[data-notes]"
IDLE = "() => globalThis.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
BOTH_GROW = "() => [...document.querySelectorAll('.mnb-choice canvas')].every(canvas => canvas.dataset.notes > 8)"
LOUD = """() => {
    const analyser = globalThis[Symbol.for('musenb.audio')]?.analyser;
    if (!analyser) return false;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) > 0.003;
}"""
# Notes drawn on the roll: how many now, and when their number changed last.
WATCH = """() => {
    const canvas = document.querySelector('section[aria-label="Piano roll"] canvas[data-notes]');
    const watch = globalThis.watch = {shown: canvas.dataset.notes, changed: 0, stopped: 0};
    new MutationObserver(() => {
        if (canvas.dataset.notes === watch.shown) return;
        Object.assign(watch, {shown: canvas.dataset.notes, changed: performance.now()});
    }).observe(canvas, {attributes: true, attributeFilter: ['data-notes']});
}"""


@pytest.fixture
def studio(lab, notebook, request) -> Iterator[Locator]:
    notebook.open_blank(lab, re.sub(r"\W", "_", request.node.name)[:40])
    settings = "seed=7, seed_locked=True, bars=2, drawer='takes'"
    notebook.run(f"import musenb\nstudio = musenb.Studio('C4 D4 E4 G4', {settings})\nstudio")
    desk = notebook.page.get_by_role("region", name="Studio")
    desk.wait_for(timeout=LATE)
    expect(desk.get_by_role("treeitem")).to_have_count(1, timeout=LATE)
    yield desk
    assert notebook.errors == []


def button(desk: Locator, name: str) -> Locator:
    return desk.get_by_role("button", name=name, exact=True)


def notes_drawn(notebook) -> int:
    return int(notebook.page.locator(DRAWN).first.get_attribute("data-notes"))


def wait_for_notes(notebook, count: int) -> None:
    notebook.page.wait_for_function(
        "([drawn, count]) => document.querySelector(drawn)?.dataset.notes >= count", arg=[DRAWN, count], timeout=LATE
    )


def test_candidates_grow_beside_each_other_and_the_locked_voice_of_the_chosen_one_is_kept(notebook, studio) -> None:
    page = notebook.page
    button(studio, "2 ways side by side, to choose from").click()
    button(studio, "Continue").click()
    choices = page.get_by_role("region", name="Choice")
    expect(choices).to_have_count(2, timeout=LATE)
    page.wait_for_function(BOTH_GROW, timeout=LATE)
    expect(button(choices.nth(1), "Go on from this one")).to_be_enabled(timeout=LATE)
    expect(choices.nth(1)).to_contain_text("2seed 8")
    button(choices.nth(1), "Go on from this one").click()
    expect(button(choices.nth(1), "Current take")).to_be_disabled(timeout=LATE)
    expect(studio.get_by_role("treeitem").nth(2)).to_have_attribute("aria-selected", "true", timeout=LATE)
    button(choices.nth(0), "Play").click()
    page.wait_for_function(LOUD, timeout=LATE)
    button(choices.nth(1), "Play").click()
    expect(button(choices.nth(0), "Play"), "one is heard at a time").to_be_visible(timeout=LATE)
    button(choices.nth(1), "Pause").click()

    button(choices.nth(0), "Raise a hand for this one").click()
    expect(choices.nth(0).get_by_label("Hands")).to_have_text("1", timeout=LATE)

    button(studio, "1 way").click()
    lock = button(page.get_by_role("region", name="Score"), "Lock the bass")
    lock.click()
    expect(lock).to_have_attribute("aria-pressed", "true", timeout=LATE)
    studio.get_by_label("More settings").click()
    studio.get_by_label("Seed", exact=True).fill("99")
    studio.get_by_label("Seed", exact=True).press("Tab")
    button(studio, "Another way: the same beginning, another seed").click()
    expect(studio.get_by_role("treeitem")).to_have_count(4, timeout=LATE)
    line = "[(float(n.onset), n.pitch) for n in studio.tree.take(t).score.voices[v].notes]"
    upper, bass, new_upper, new_bass = notebook.value(f"[{line} for t in (3, 4) for v in (0, 3)]")
    assert bass == new_bass
    assert upper != new_upper


def test_a_note_is_selected_and_gone_on_from(notebook, studio) -> None:
    here = button(notebook.page.get_by_role("region", name="Score"), "Go on from here")
    expect(here).to_be_hidden()
    canvas = notebook.page.get_by_role("region", name="Piano roll").first.locator("canvas[data-notes]")
    canvas.press("ArrowRight")
    canvas.press("ArrowRight")
    expect(here).to_be_visible()
    here.click()
    expect(studio.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    given = "[n.pitch for n in studio.selected.score.voices[0].notes if not n.origin.generated]"
    assert notebook.value(f"({given}, float(studio.selected.recipe.start))") == ([60, 62], 2.0)


def test_what_is_written_is_seen_heard_and_stopped(notebook, studio) -> None:
    page = notebook.page
    page.evaluate(WATCH)
    studio.get_by_label("Length in bars").fill("16")
    studio.get_by_label("Length in bars").press("Tab")
    button(studio, "Continue").click()
    page.wait_for_function("() => watch.changed", timeout=LATE)
    page.wait_for_function(LOUD, timeout=LATE)
    button(studio, "Stop and keep what is there").evaluate("one => { watch.stopped = performance.now(); one.click(); }")
    expect(button(studio, "Continue")).to_be_enabled(timeout=LATE)
    expect(studio.get_by_role("treeitem").last).to_contain_text("stopped")
    assert notes_drawn(notebook) == notebook.value("len(studio.selected.score.notes)")
    late = page.evaluate("() => watch.changed - watch.stopped")
    assert late < 5000, "the last note comes soon after Stop; the benchmark measures how soon"
    expect(studio.get_by_label("Saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d\."))


def test_a_page_that_is_loaded_again_while_notes_come_has_them_all(notebook, studio) -> None:
    page = notebook.page
    studio.get_by_label("Length in bars").fill("8")
    studio.get_by_label("Length in bars").press("Tab")
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    button(studio, "Continue").click()
    wait_for_notes(notebook, 12)
    page.reload()
    page.wait_for_function(IDLE, timeout=LATE)
    again = page.get_by_role("region", name="Studio")
    again.wait_for(timeout=LATE)
    expect(again.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    assert notebook.value("studio.selected.complete and len(list(studio.tree))") == 2
    count = notebook.value("len(studio.selected.score.notes)")
    assert count > 12
    wait_for_notes(notebook, count)
    assert notes_drawn(notebook) == count
    notebook.errors.clear()  # the sockets of the first page were cut


def test_the_kernels_interrupt_button_keeps_what_is_there(notebook, studio) -> None:
    page = notebook.page
    studio.get_by_label("Length in bars").fill("64")
    studio.get_by_label("Length in bars").press("Tab")
    button(studio, "Continue").click()
    wait_for_notes(notebook, 8)
    page.evaluate("() => jupyterapp.commands.execute('notebook:interrupt-kernel')")
    expect(button(studio, "Continue")).to_be_enabled(timeout=LATE)
    expect(studio.get_by_role("treeitem").last).to_contain_text("stopped")
    count = notebook.value("len(studio.selected.score.notes)")
    assert count >= 8
    assert notes_drawn(notebook) == count
