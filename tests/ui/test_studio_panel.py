"""The studio's panel as a person works it: begin, continue, stop, compare, keep, bring back."""

from __future__ import annotations

import base64
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from musenb.export.to_midi import midi_bytes
from musenb.export.to_musicxml import musicxml_bytes
from musenb.score.from_text import score_from_text
from musenb.score.load import load

CLOCK = "id => globalThis[Symbol.for('musenb.clocks')].get(id)"
MOTIF = score_from_text("C4 D4 E4 G4")
LATE = 90_000
# Buttons of the Keep row, and what they give.
KEPT = [
    ("Save the sound", ".wav", b"RIFF"),
    ("Save the score as pages to print", ".pdf", b"%PDF-"),
    ("Save the score as a picture", ".png", b"\x89PNG"),
    ("Save one page that plays without a notebook", ".html", b"<!doctype html>"),
]

# Drop a file on the element, as a browser does when one lets go of it.
DROP = """(element, [name, data]) => {
    const bytes = Uint8Array.from(atob(data), sign => sign.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    for (const type of ['dragover', 'drop'])
        element.dispatchEvent(new DragEvent(type, {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def studio(lab, notebook, request) -> Iterator[Locator]:
    notebook.open_blank(lab, re.sub(r"\W", "_", request.node.name)[:40])
    notebook.run("import musenb\nstudio = musenb.Studio(seed=7, seed_locked=True, bars=2, drawer='takes')\nstudio")
    desk = notebook.page.get_by_role("region", name="Studio")
    desk.wait_for(timeout=LATE)
    yield desk
    assert notebook.errors == []


def button(desk: Locator, name: str) -> Locator:
    return desk.get_by_role("button", name=name, exact=True)


def use(desk: Locator, text: str) -> None:
    field = desk.get_by_label("Motif as text")
    field.fill(text)
    field.press("Enter")


def drawer(desk: Locator, name: str) -> None:
    desk.get_by_role("toolbar", name="Drawers").get_by_role("button", name=name).click()


def begin(desk: Locator, text: str = "C4 D4 E4 G4") -> None:
    use(desk, text)
    expect(desk.get_by_role("treeitem")).to_have_count(1, timeout=LATE)


def test_a_motif_is_continued_another_way_compared_and_saved(notebook, studio, tmp_path) -> None:
    page = notebook.page
    begin(studio)
    drawer(studio, "Begin")
    expect(studio.get_by_label("What the model will read")).to_contain_text("4 notes, 1 bar: soprano")
    drawer(studio, "Takes")
    button(studio, "Continue").click()
    expect(studio.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    expect(studio.get_by_role("treeitem").nth(1)).to_contain_text("2 bars, seed 7")
    first = notebook.value("[(n.pitch, float(n.onset)) for n in studio.selected.score.notes]")
    assert max(onset for _, onset in first) >= 8, "two bars after the motif"
    assert notebook.value("len(studio.roll.score.notes)") == len(first)
    assert notebook.value("len(studio.sheet.score.notes)") == len(first)
    button(studio, "Another way: the same beginning, another seed").click()
    expect(studio.get_by_role("treeitem")).to_have_count(3, timeout=LATE)
    studio.get_by_role("treeitem").nth(1).click()
    expect(studio.get_by_role("treeitem").nth(1)).to_have_attribute("aria-selected", "true")
    button(studio, "Compare: mark this take, then choose another").click()
    studio.get_by_role("treeitem").nth(2).click()
    expect(studio.get_by_label("Comparison")).to_contain_text("notes are the same", timeout=LATE)
    drawer(studio, "Keep")
    with page.expect_download(timeout=LATE) as saving:
        button(studio, "Save as MIDI").click()
    drawer(studio, "Takes")
    saved = tmp_path / saving.value.suggested_filename
    saving.value.save_as(saved)
    there = notebook.value("[(n.pitch, float(n.onset)) for n in studio.selected.score.notes]")
    assert sorted((n.pitch, float(n.onset)) for n in load(saved).notes) == sorted(there)
    button(studio.get_by_role("toolbar", name="How it goes on"), "Undo").click()
    expect(studio.get_by_role("treeitem").nth(1)).to_have_attribute("aria-selected", "true", timeout=LATE)
    assert page.screenshot(path=tmp_path / "studio.png")


def test_sound_pages_picture_and_page_are_taken_home(notebook, studio, tmp_path) -> None:
    begin(studio)
    drawer(studio, "Keep")
    for name, suffix, start in KEPT:
        with notebook.page.expect_download(timeout=LATE) as saving:
            button(studio, name).click()
        assert Path(saving.value.suggested_filename).suffix == suffix
        saving.value.save_as(tmp_path / f"kept{suffix}")
        content = (tmp_path / f"kept{suffix}").read_bytes()
        assert content.startswith(start)
        if suffix != ".html":  # the ids in a page are new ones each time
            assert len(content) == notebook.value(f"len(studio.as_file('{suffix[1:]}')[2])")


def test_files_are_dropped_and_stop_keeps_what_is_there(notebook, studio) -> None:
    part = studio.get_by_label("Motif as text")
    for name, content in (("motif.mid", midi_bytes(MOTIF)), ("motif.musicxml", musicxml_bytes(MOTIF))):
        part.evaluate(DROP, [name, base64.b64encode(content).decode()])
        notebook.wait_until("studio.selected is not None and len(studio.selected.score.notes) == 4", 60)
        assert notebook.value("[n.pitch for n in studio.selected.score.notes]") == [60, 62, 64, 67]
    expect(studio.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    part.evaluate(DROP, ["broken.mid", base64.b64encode(b"MThd nothing").decode()])
    expect(studio.get_by_role("alert")).to_contain_text("broken.mid", timeout=LATE)
    button(studio, "Dismiss this message").click()
    studio.get_by_label("Length in bars").fill("32")
    studio.get_by_label("Length in bars").press("Tab")
    button(studio, "Continue").click()
    expect(studio.get_by_label("Progress")).to_contain_text(re.compile(r"writing… [1-9]\d* notes"), timeout=LATE)
    button(studio, "Stop and keep what is there").click()
    expect(button(studio, "Continue")).to_be_enabled(timeout=LATE)
    expect(studio.get_by_role("treeitem").last).to_contain_text("stopped")
    bars = notebook.value("sum(1 for bar in studio.selected.score.bars())")
    assert 1 < bars < 33, "stopped on the way"


def test_a_new_motif_begins_at_its_first_note_and_a_message_goes_with_its_cause(notebook, studio) -> None:
    begin(studio)
    page = notebook.page
    clock = page.evaluate_handle(CLOCK, notebook.value("studio.desk.clock_id"))
    page.wait_for_function("clock => clock.end === 4", arg=clock, timeout=LATE)
    clock.evaluate("clock => clock.seek(clock.end)")
    use(studio, "C99")
    expect(studio.get_by_role("alert")).to_contain_text("C99", timeout=LATE)
    assert clock.evaluate("clock => clock.playhead") == 4
    use(studio, "G4 A4 B4")
    expect(studio.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    page.wait_for_function("clock => clock.playhead === 0", arg=clock, timeout=LATE)
    expect(studio.get_by_role("alert")).to_be_hidden()


def test_keys_are_played_and_an_edit_becomes_a_take(notebook, studio) -> None:
    begin(studio)
    page = notebook.page
    notebook.run("studio.roll.edit([{'op': 'move', 'id': 'v0n1', 'pitch': 65}])")
    notebook.run(
        "studio.roll._receive(None, {'kind': 'edit', 'page': 'p', 'seq': 1,"
        " 'ops': [{'op': 'move', 'id': 'v0n2', 'pitch': 69}]}, [])"
    )
    expect(studio.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    expect(studio.get_by_role("treeitem").nth(1)).to_contain_text("Edited")
    assert notebook.value("[n.pitch for n in studio.selected.score.notes]") == [60, 65, 69, 67]
    assert page.get_by_role("region", name="Keyboard").count() == 0, "it is folded away"
    drawer(studio, "Begin")
    studio.get_by_role("tab", name="Play").click()
    expect(page.get_by_role("region", name="Keyboard")).to_be_visible()


def test_work_is_brought_back_after_the_kernel_was_killed(lab, notebook, studio) -> None:
    begin(studio, "E4 F4 G4 A4")
    button(studio, "Continue").click()
    expect(studio.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    pitches = notebook.value("[n.pitch for n in studio.selected.score.notes]")
    os.kill(notebook.value("__import__('os').getpid()"), signal.SIGKILL)
    # The server starts it again by itself and says so.
    notebook.page.locator(".jp-Dialog").get_by_role("button", name="Ok").click(timeout=LATE)
    notebook.page.wait_for_function(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'", timeout=LATE
    )
    gone = studio.get_by_role("status").filter(has_text="Run the cell again, then bring back earlier work")
    expect(gone).to_be_visible(timeout=LATE)
    expect(button(studio, "Continue")).to_be_disabled()
    notebook.run("import musenb\nsecond = musenb.Studio(drawer='begin', begin_tab='earlier')\nsecond")
    desk = notebook.page.get_by_role("region", name="Studio").last
    desk.wait_for(timeout=LATE)
    desk.get_by_label("Earlier work").get_by_role("button").first.click()
    drawer(desk, "Takes")
    expect(desk.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    assert notebook.value("[n.pitch for n in second.selected.score.notes]") == pitches
    notebook.errors.clear()  # the connection was lost on purpose


def test_two_studios_do_not_disturb_each_other(notebook, studio) -> None:
    notebook.run("other = musenb.Studio(seed=9, bars=1, drawer='takes')\nother")
    desks = notebook.page.get_by_role("region", name="Studio")
    expect(desks).to_have_count(2, timeout=LATE)
    begin(desks.nth(0), "C4 D4")
    begin(desks.nth(1), "G4 A4 B4")
    for desk in (desks.nth(0), desks.nth(1)):
        button(desk, "Continue").click()
    for desk in (desks.nth(0), desks.nth(1)):
        expect(desk.get_by_role("treeitem")).to_have_count(2, timeout=LATE)
    given = "[n.pitch for n in {}.selected.score.notes if not n.origin.generated]"
    assert notebook.value(given.format("studio")) == [60, 62]
    assert notebook.value(given.format("other")) == [67, 69, 71]
    assert Path(notebook.value("str(studio.journal_path)")) != Path(notebook.value("str(other.journal_path)"))
