"""Questions about a take, from the studio's desk: they open in place of the score, and the score comes back."""

from __future__ import annotations

from playwright.sync_api import expect

LATE = 90_000
OPEN = """import musenb
studio = musenb.Studio("C5 D5 E5 G5 | F5 E5 D5 C5", seed=7, seed_locked=True, bars=2, drawer="takes")
studio.continue_(bars=2, seed=7)
studio.wait()
count = len(__import__('ipywidgets').widgets.widget._instances)
studio"""


def test_a_take_is_asked_about_branched_and_guessed_without_a_line_of_code(lab, notebook) -> None:
    notebook.open_blank(lab)
    page = notebook.page
    area = notebook.run(OPEN)
    desk = page.get_by_role("region", name="Studio")
    desk.wait_for(timeout=LATE)
    group = desk.get_by_role("group", name="Ask about the chosen take")
    rows = desk.get_by_role("treeitem")
    expect(rows).to_have_count(2, timeout=LATE)
    drawer = desk.get_by_role("toolbar", name="Drawers")
    drawer.get_by_role("button", name="Ask").click()
    group.get_by_role("button", name="What did it listen to?").click()
    asked = page.get_by_role("region", name="Questions")
    expect(asked.get_by_label("The note", exact=True)).not_to_have_text("No note yet", timeout=LATE)
    expect(group.get_by_label("Which take is asked about")).to_have_text("Below: Take 2.")
    expect(page.get_by_role("region", name="Piano roll")).to_be_visible()
    note = notebook.value("studio.asking.shown.asking.note")
    expect(asked.get_by_role("tab", name="What did it listen to?")).to_have_attribute("aria-selected", "true")
    notebook.run(
        "shown = studio.asking.shown\n"
        "shown.asking._receive(None, {'kind': 'branch', 'voice': shown.asking.voice, 'pitch': 67}, [])"
    )
    drawer.get_by_role("button", name="Takes").click()
    expect(rows).to_have_count(3, timeout=LATE)
    expect(rows.nth(2)).to_have_attribute("aria-selected", "true")
    drawer.get_by_role("button", name="Ask").click()
    expect(asked).to_have_count(0, timeout=LATE)
    expect(group.get_by_label("Which take is asked about")).to_contain_text("Branched off")
    assert note
    group.get_by_role("button", name="What became of the motif?").click()
    expect(page.get_by_role("region", name="Returns of the motif")).to_be_visible(timeout=LATE)
    expect(asked).to_have_count(0)
    group.get_by_role("button", name="Guess the next note").click()
    expect(page.get_by_role("region", name="Prediction game")).to_be_visible(timeout=LATE)
    expect(page.get_by_role("region", name="Returns of the motif")).to_have_count(0)
    back = group.get_by_role("button", name="Close the question")
    back.click()
    expect(page.get_by_role("region", name="Prediction game")).to_have_count(0, timeout=LATE)
    expect(page.get_by_role("region", name="Piano roll")).to_be_visible()
    expect(group.get_by_role("button", name="Guess the next note")).to_be_focused()
    assert area.get_by_role("region").count() >= 4, "the keyboard is folded away"
    assert notebook.value("len(__import__('ipywidgets').widgets.widget._instances)") == notebook.value("count")
    assert notebook.errors == []
