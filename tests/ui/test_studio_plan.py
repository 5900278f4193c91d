"""The drawer Plan by the keyboard alone: a preset, a statement that cannot stand, moved back, and the writing."""

from __future__ import annotations

from playwright.sync_api import expect

LATE = 90_000
OPEN = """import musenb
studio = musenb.Studio("C5 D5 E5 G5 | F5:2 E5:2", seed=7)
studio"""


def test_a_motif_is_planned_and_written_by_the_keyboard_alone(lab, notebook) -> None:
    notebook.open_blank(lab, "plan")
    page = notebook.page
    page.set_viewport_size({"width": 1280, "height": 800})
    notebook.run(OPEN)
    desk = page.get_by_role("region", name="Studio")
    desk.wait_for(timeout=LATE)
    desk.get_by_role("toolbar", name="Drawers").get_by_role("button", name="Plan").press("Enter")
    plan = desk.get_by_role("group", name="Plan", exact=True)
    presets = plan.get_by_label("Plan by name")
    expect(presets).to_have_value("development", timeout=LATE)
    presets.focus()
    presets.select_option("sentence")
    second = plan.get_by_role("button", name="2. sequence +1, soprano, bar 3")
    expect(second).to_be_visible(timeout=LATE)
    second.focus()
    page.keyboard.press("ArrowLeft")
    fault = plan.get_by_role("status")
    expect(fault).to_contain_text("the soprano sings another statement until bar 3", timeout=LATE)
    write = plan.get_by_role("button", name="Have the model write")
    expect(write).to_be_disabled()
    notebook.keep("plan-fault")
    plan.get_by_role("button", name="Move the statement").press("Enter")
    expect(fault).to_be_empty(timeout=LATE)
    moved = plan.get_by_role("button", name="2. sequence +1, soprano, bar 3")
    moved.focus()
    page.keyboard.press("ArrowDown")
    expect(plan.get_by_role("button", name="2. sequence +1, alto, bar 3")).to_be_focused(timeout=LATE)
    notebook.keep("plan-plan")
    write.press("Enter")
    notebook.wait_until("len(studio.tree) == 2 and not studio.running", seconds=90)
    drawn = "[one for one in studio.selected.recipe.development.statements]"
    assert notebook.value(f"[(one.form, one.voice, one.bar) for one in {drawn}]") == [
        ("as it is", "soprano", 1), ("sequence", "alto", 3), ("head", "soprano", 5), ("head", "soprano", 6),
    ]  # fmt: skip
    assert notebook.value("studio.repeat(studio.selected.id) == studio.selected.score")
    notebook.keep("plan-written")
    notebook.set_theme("JupyterLab Dark")
    notebook.keep("plan-dark")
    assert notebook.errors == []
