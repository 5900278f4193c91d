"""The motif view in a real page: what is drawn is what was found; a choice is seen and heard on the shared clock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

LATE = 60_000
REPORT = """
import musenb
from musenb.score.from_text import score_from_text
score = score_from_text('''key=C 4/4
soprano: C5 E5:1/2 D5:1/2 G4:2 | A4 B4 C5 D5 | G5 A5 G5:2 | C5 E5:1/2 D5:1/2 G4:2 | C5:4
alto: G4 G4 A4 B4 | F4 A4:1/2 G4:1/2 C4:2 | E4 F4 E4:2 | E4 C4:1/2 D4:1/2 A4:2 | G4:4
bass: C3 C3 F3 G3 | D3 D3 A3 G3 | C3:2 E3 D3 | G2:4 | C3:4''')
report = musenb.ask(score, voices=("soprano", "alto", "bass")).motif(bars=1, voice="soprano")
report
"""
CLOCK = "[...globalThis[Symbol.for('musenb.clocks')].values()].find(clock => clock.end > 0)"
# Where each return stands: its number, the lane's name, and onset and end in quarters as its edges say.
DRAWN = f"""view => [...view.querySelectorAll('[role=option]')].map(option => {{
    const track = option.parentElement.getBoundingClientRect(), box = option.getBoundingClientRect();
    const quarter = x => (x - track.left) / track.width * {CLOCK}.end;
    const lane = option.closest('[role=group]').getAttribute('aria-label').split(',')[0];
    const said = option.getAttribute('aria-label');
    return [Number(option.dataset.number), lane, quarter(box.left), quarter(box.right + 1), said];
}})"""
COLOURS = """view => {
    const voices = new Map();
    for (const option of view.querySelectorAll('[role=option]')) {
        const voice = option.textContent.split(',')[0];
        voices.set(voice, [...(voices.get(voice) ?? []), getComputedStyle(option).borderLeftColor]);
    }
    return [...voices.values()].map(colours => new Set(colours).size).concat(
        new Set([...voices.values()].map(colours => colours[0])).size);
}"""


@pytest.fixture
def shown(lab, notebook):
    notebook.open_blank(lab, "motif")
    output = notebook.run(REPORT)
    view = output.get_by_role("region", name="Returns of the motif")
    view.wait_for(timeout=LATE)
    yield notebook, output, view
    assert notebook.errors == []


def option(view, number: int):
    return view.locator(f"[role=option][data-number='{number}']")


def test_what_is_drawn_is_what_was_found(shown) -> None:
    notebook, _, view = shown
    found = notebook.value(
        "[(one.form, float(one.onset), float(one.end), one.confidence) for one in report.returns]"
    )
    assert {"exact", "transposed", "augmented"} <= {form for form, *_ in found}
    drawn = view.evaluate(DRAWN)
    assert len(drawn) == 1 + len(found)
    by_number = {number: rest for number, *rest in drawn}
    assert by_number[-1][0] == "the motif"
    for number, (form, onset, end, confidence) in enumerate(found):
        lane, left, right, said = by_number[number]
        assert lane == form
        assert (left, right) == pytest.approx((onset, end), abs=0.1)
        assert said.endswith(f", {round(100 * confidence)} % kept")
    each, distinct = view.evaluate(COLOURS)[:-1], view.evaluate(COLOURS)[-1]
    assert set(each) == {1}
    assert distinct == len(each), "every voice has its own colour"
    notebook.run("report.settle()")
    verdict, words = notebook.value("(report.view.verdict, report.view.looking_words)")
    expect(view.get_by_label("Beside chance")).to_have_text(verdict, timeout=LATE)
    expect(view).to_contain_text(words, timeout=LATE)
    table = view.get_by_role("table", name="Heads that look at the places of return")
    rows = notebook.value(
        "[[f'layer {r.layer + 1}, head {r.head + 1}', f'{r.looking / r.recency:.1f}', f'{r.p_value:.3f}']"
        " for r in report.view.looking]"
    )
    there = [table.locator("tbody tr").nth(n).locator("th, td").all_inner_texts() for n in range(len(rows))]
    assert [[cells[0], cells[3], cells[4]] for cells in there] == [
        [name, "> 100" if float(times) >= 100 else times, p] for name, times, p in rows
    ]
    assert rows
    keep(notebook, "motif", view)


def test_a_return_is_selected_in_score_and_roll_and_heard_to_its_end(shown) -> None:
    notebook, output, view = shown
    page = notebook.page
    number, ids, onset, end = notebook.value(
        "next((n, list(row.ids), row.onset, row.end) for n, row in enumerate(report.view.returns)"
        " if row.form == 'transposed')"
    )
    output.locator(".mnb-engraved").first.wait_for(timeout=LATE)
    option(view, number).click()
    assert sorted(page.evaluate(f"[...{CLOCK}.selection]")) == sorted(ids)
    expect(output.locator(".mnb-selected")).to_have_count(len(ids), timeout=LATE)
    page.wait_for_function(f"() => {CLOCK}.playing", timeout=LATE)
    page.wait_for_function(f"() => !{CLOCK}.playing && {CLOCK}.playhead > {onset}", timeout=LATE)
    assert end - 0.01 <= page.evaluate(f"{CLOCK}.playhead") < end + 0.75, "it stops where the return does"
    notebook.wait_until(f"report.view.selected == {number}")
    words = notebook.value(f"report.view.returns[{number}].words")
    expect(view.get_by_label("The selected return", exact=True)).to_contain_text(words[1:])
    option(view, number).press("Home")
    assert page.evaluate(f"[{CLOCK}.playhead, {CLOCK}.playing]") == [0, False]
    page.keyboard.press("ArrowRight")
    expect(option(view, 0)).to_be_focused()
    assert page.evaluate(f"{CLOCK}.playhead") == notebook.value("report.view.returns[0].onset")
    notebook.run(f"report.view.selected = {number}")
    expect(option(view, number)).to_have_attribute("aria-selected", "true")
    assert page.evaluate(f"{CLOCK}.playhead") == onset


def test_the_view_is_there_again_after_a_reload_and_narrow(lab, shown) -> None:
    notebook, _, view = shown
    page = notebook.page
    notebook.run("report.settle(); report.view.selected = 1")
    expect(option(view, 1)).to_have_attribute("aria-selected", "true")
    count = notebook.value("len(report.returns)")
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    address = page.url
    page.goto("about:blank")
    notebook.open(address)
    again = page.get_by_role("region", name="Returns of the motif")
    if not again.count():
        again = notebook.run("report").get_by_role("region", name="Returns of the motif")
    again.first.wait_for(timeout=LATE)
    expect(again.first.get_by_role("option")).to_have_count(1 + count)
    expect(option(again.first, 1)).to_have_attribute("aria-selected", "true")
    page.set_viewport_size({"width": 480, "height": 900})
    page.wait_for_function("() => document.querySelector('.mnb-lanes').getBoundingClientRect().right <= innerWidth")
    wide = again.first.evaluate(
        "view => [...view.querySelectorAll('.mnb-lanes, .mnb-motif, .mnb-motif p, .mnb-likeness > *')]"
        ".map(part => part.getBoundingClientRect().right - view.getBoundingClientRect().right)"
    )
    assert max(wide) <= 1, "nothing is cut off at the right"
    keep(notebook, "motif-narrow", again.first)


def keep(notebook, name: str, shown) -> None:
    """Keep a screenshot where MUSENB_PICTURES says."""
    if folder := os.environ.get("MUSENB_PICTURES"):
        notebook.page.wait_for_timeout(1000)
        shown.screenshot(path=str(Path(folder) / f"{name}.png"))
