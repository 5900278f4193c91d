"""An exported page, opened from the disk with the network off: it plays, scrolls, selects and changes takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from musenb.questions.ask import ask as questions
from musenb.score.from_text import score_from_text
from musenb.session import develop
from musenb.studio.core import StudioCore
from musenb.studio.page import page_of_takes, recorded
from musenb.widgets.page import page_of

LATE = 60_000
CLOCKS = "[...globalThis[Symbol.for('musenb.clocks')].values()]"
LOUDNESS = """() => {
    const analyser = globalThis[Symbol.for('musenb.audio')]?.analyser;
    if (!analyser) return 0;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
}"""


def without(records: dict, take: int) -> dict:
    """Return the records without that of one take."""
    return {number: record for number, record in records.items() if number != take}


@pytest.fixture
def offline(browser: Browser):
    context = browser.new_context(viewport={"width": 1100, "height": 1000}, offline=True)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()


def test_a_piece_sounds_and_shows_attention_without_a_kernel(offline, tmp_path: Path) -> None:
    take = develop(score_from_text("C4 D4 E4 G4"), bars=2, seed=7)
    path = tmp_path / "page.html"
    path.write_bytes(page_of(take.score, title="<i>Take</i>", attention=questions(take).record()))
    offline.goto(path.as_uri())
    expect(offline.get_by_role("heading", level=1)).to_have_text("<i>Take</i>")
    heads = offline.locator(".mnb-engraved .note")
    expect(heads.first).to_be_visible(timeout=LATE)
    assert heads.count() == len(take.score.notes)
    player = offline.get_by_role("region", name="Player")
    player.get_by_role("button", name="Play", exact=True).click()
    offline.wait_for_function(f"() => ({LOUDNESS})() > 0.003", timeout=LATE)
    player.get_by_role("button", name="Pause", exact=True).click()
    box = offline.locator(".mnb-engraved .notehead").nth(3).bounding_box()
    offline.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    offline.wait_for_function(
        "() => [...globalThis[Symbol.for('musenb.clocks')].values()].some(clock => clock.selection.size === 1)"
    )
    offline.wait_for_function(
        "() => [...globalThis[Symbol.for('musenb.clocks')].values()].some(clock => clock.overlay.length > 0)",
        timeout=LATE,
    )
    assert offline.errors == []


def test_the_takes_of_a_studio_are_chosen_in_the_page(offline, tmp_path: Path) -> None:
    studio = StudioCore(folder=tmp_path)
    studio.prime("C4 D4 E4 G4")
    for seed in (1, 2):
        studio.select(1)
        studio.continue_(1, seed=seed)
        studio.wait(120)
    path = tmp_path / "takes.html"
    path.write_bytes(page_of_takes(studio.tree, title="Takes", attention=without(recorded(studio.tree, "chorale"), 1)))
    counts = [len(take.score.notes) for take in studio.tree]
    offline.goto(path.as_uri())
    takes = offline.get_by_role("treeitem")
    expect(takes).to_have_count(3, timeout=LATE)
    for number in (1, 0, 2, 1):
        takes.nth(number).click()
        expect(takes.nth(number)).to_have_attribute("aria-selected", "true")
        expect(offline.locator(".mnb-engraved .note")).to_have_count(counts[number], timeout=LATE)
        attention = offline.get_by_role("region", name="Attention")
        expect(attention).to_be_visible(visible=number > 0)
        if number == 0:
            continue
        # A note of the score is asked where the model looked: the arcs are of the take that is shown.
        box = offline.locator(".mnb-engraved .notehead").nth(2).bounding_box()
        offline.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        offline.wait_for_function(f"() => {CLOCKS}.some(clock => clock.overlay.length > 0)", timeout=LATE)
        offline.keyboard.press("Escape")
    offline.get_by_role("region", name="Player").get_by_role("button", name="Play", exact=True).click()
    offline.wait_for_function(f"() => ({LOUDNESS})() > 0.003", timeout=LATE)
    assert offline.errors == []
    studio.close()


LESSON = """import musenb
from musenb.questions.ask import ask as questions
from musenb.widgets.attention import Attention
from musenb.widgets.sound import Sound

take = musenb.develop(musenb.motif("C4 D4 E4 G4"), bars=1, seed=7)
player = Sound(take.score)
display(player, Attention(take.score, questions(take).record(), clock=player))"""
ASKED = 'musenb.Question("1", "Which way does it go?", options=["up", "down"], right="up", reveal="Listen again.")'


def test_a_lesson_from_a_stick_sounds_asks_and_reveals(offline, tmp_path: Path) -> None:
    book = nbformat.v4.new_notebook()
    book.cells = [
        nbformat.v4.new_markdown_cell("# A lesson\n\nWith $x_i$."), nbformat.v4.new_code_cell(LESSON),
        nbformat.v4.new_code_cell(ASKED), nbformat.v4.new_markdown_cell("So it went up."),
    ]
    nbformat.write(book, tmp_path / "lesson.ipynb")
    path = tmp_path / "lesson.html"
    root = Path(__file__).resolve().parents[2]
    subprocess.run(
        [sys.executable, "-m", "musenb", "page", str(tmp_path / "lesson.ipynb"), "-o", str(path)],
        check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)},
    )
    asked_for: list[str] = []
    offline.on("request", lambda request: asked_for.append(request.url))
    offline.goto(path.as_uri())
    question = offline.get_by_role("region", name="Question", exact=True)
    question.get_by_role("radio", name="down").check(timeout=LATE)
    expect(question.get_by_text("Listen again.")).to_be_hidden()
    expect(offline.get_by_text("So it went up.")).to_be_hidden()
    question.get_by_role("button", name="Answer", exact=True).click()
    expect(question.get_by_text("The answer is: up. Listen again.").first).to_be_visible()
    offline.get_by_text("Answer first, then go on here").click()
    expect(offline.get_by_text("So it went up.")).to_be_visible()
    player = offline.get_by_role("region", name="Player")
    player.get_by_role("button", name="Play", exact=True).click()
    offline.wait_for_function(f"() => ({LOUDNESS})() > 0.003", timeout=LATE)
    player.get_by_role("button", name="Pause", exact=True).click()
    expect(offline.get_by_role("region", name="Attention").locator("canvas.mnb-matrix")).to_be_visible()
    assert offline.get_by_role("img", name="x_i").count() == 1
    assert [url for url in asked_for if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_lesson_on_attention_works_from_a_stick(offline, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    lesson = root / "tutorials" / "04-who-listens-to-whom.ipynb"
    subprocess.run(
        [sys.executable, "-m", "musenb", "page", str(lesson), "-o", str(tmp_path)],
        check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)},
    )
    asked_for: list[str] = []
    offline.on("request", lambda request: asked_for.append(request.url))
    offline.goto((tmp_path / f"{lesson.stem}.html").as_uri())
    offline.wait_for_function(
        "() => [...document.querySelectorAll('.part')].every(part => part.querySelector('.musenb, .mnb-root'))",
        timeout=LATE,
    )
    expect(offline.get_by_text("This page was made from a notebook")).to_be_visible()
    solution = offline.get_by_text("Show the solution").first
    drawn = solution.locator("xpath=..").locator(".output")
    expect(drawn).to_be_hidden()
    solution.click()
    expect(drawn).to_be_visible()
    offline.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    attention = offline.get_by_role("region", name="Attention")
    expect(attention.locator("canvas.mnb-matrix")).to_be_visible(timeout=LATE)
    heads = offline.locator(".mnb-engraved .notehead")
    expect(heads.first).to_be_visible(timeout=LATE)
    heads.nth(20).click(force=True)
    offline.wait_for_function(f"() => {CLOCKS}.some(clock => clock.overlay.length > 0)", timeout=LATE)
    audio = offline.locator("audio").first
    audio.evaluate("one => one.play()")
    offline.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=LATE)
    for width in (1100, 480):
        offline.set_viewport_size({"width": width, "height": 900})
        offline.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth", timeout=LATE)
    assert offline.errors == []
    assert [url for url in asked_for if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_page_is_narrow_dark_and_printed_as_ink_on_paper(offline, tmp_path: Path) -> None:
    offline.emulate_media(color_scheme="dark")
    offline.set_viewport_size({"width": 480, "height": 800})
    path = tmp_path / "page.html"
    path.write_bytes(page_of(score_from_text("C4 D4 E4 G4 A4 G4 E4 D4 C4:4", source="line")))
    offline.goto(path.as_uri())
    head = offline.locator(".mnb-engraved .note").first
    expect(head).to_be_visible(timeout=LATE)
    assert offline.evaluate("document.documentElement.scrollWidth <= innerWidth")
    colour = "node => getComputedStyle(node).color"
    light = offline.locator(".mnb-engraved").first.evaluate(colour)
    assert min(int(one) for one in re.findall(r"\d+", light)[:3]) > 180, "light ink on dark"
    offline.emulate_media(media="print", color_scheme="dark")
    dark = offline.locator(".mnb-engraved").first.evaluate(colour)
    assert max(int(one) for one in re.findall(r"\d+", dark)[:3]) < 60, "dark ink on paper"
    assert head.is_visible()
    assert not offline.get_by_role("button", name="Play", exact=True).first.is_visible()
    assert not offline.locator("canvas").first.is_visible()
    assert offline.errors == []
