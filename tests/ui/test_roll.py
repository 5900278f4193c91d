"""The piano roll in a real notebook: what is drawn, edits that reach Python, streams, keys, themes, reloading."""

from __future__ import annotations

import json

import pytest

TWO_VOICES = """
from musenb.score.note import Note, Origin, Score, Voice
from musenb.widgets.clock import Clock
from musenb.widgets.roll import Roll
given = tuple(Note(n, 1, 72 + n) for n in range(4))
written = tuple(Note(n, 1, 60 - n, origin=Origin("chorale", 7)) for n in range(4))
score = Score(voices=(Voice("soprano", given), Voice("bass", written)))
clock = Clock(score)
roll = Roll(score, clock=clock)
display(roll)
"""
# A pixel as [red, green, blue, alpha]; x and y are in CSS pixels of the canvas.
PIXEL = """(canvas, [x, y]) => {
    const density = canvas.width / canvas.clientWidth;
    return [...canvas.getContext('2d').getImageData(x * density, y * density, 1, 1).data];
}"""
VIEW = "canvas => JSON.parse(canvas.dataset.view)"
KEYS, RULER = 46, 22


class Canvas:
    """The notes of one roll on the page, by quarter and pitch."""

    def __init__(self, output, number: int = 0) -> None:
        self.section = output.locator("section[aria-label='Piano roll']").nth(number)
        self.canvas = self.section.locator("canvas").first
        self.canvas.wait_for()
        self.section.page.wait_for_function(
            "canvas => canvas.dataset.view", arg=self.canvas.element_handle(), timeout=30_000
        )

    def place(self, quarter: float, pitch: float) -> tuple[float, float]:
        view = self.canvas.evaluate(VIEW)
        x = KEYS + (quarter - view["left"]) * view["perQuarter"]
        return x, RULER + (view["top"] - pitch + 0.5) * view["perPitch"]

    def pixel(self, quarter: float, pitch: float) -> list[int]:
        return self.canvas.evaluate(PIXEL, list(self.place(quarter, pitch)))

    def click(self, quarter: float, pitch: float, **options) -> None:
        x, y = self.place(quarter, pitch)
        self.canvas.click(position={"x": x, "y": y}, **options)

    def drag(self, start: tuple[float, float], stop: tuple[float, float]) -> None:
        box = self.canvas.bounding_box()
        mouse = self.canvas.page.mouse
        (x0, y0), (x1, y1) = self.place(*start), self.place(*stop)
        mouse.move(box["x"] + x0, box["y"] + y0)
        mouse.down()
        mouse.move(box["x"] + (x0 + x1) / 2, box["y"] + (y0 + y1) / 2, steps=3)
        mouse.move(box["x"] + x1, box["y"] + y1, steps=3)
        mouse.up()

    def status(self) -> str:
        return self.section.locator("[role=status]").text_content()


def value(notebook, expression: str) -> object:
    """Return what an expression of the kernel is, through JSON."""
    output = notebook.run(f"import json\nprint('=>' + json.dumps({expression}))")
    return json.loads(output.inner_text().split("=>", 1)[1])


def notes_of(notebook, voice: int = 0) -> list[list[float]]:
    return value(notebook, f"[[float(n.onset), float(n.duration), n.pitch] for n in roll.score.voices[{voice}].notes]")


@pytest.fixture
def page(lab, notebook):
    notebook.open_blank(lab, "roll")
    return notebook.page


def test_notes_are_drawn_and_edits_reach_python(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    assert roll.pixel(0.4, 72)[:3] == [0, 114, 178]
    inside, paper = roll.pixel(0.9, 60), roll.pixel(0.9, 66)
    assert max(abs(a - b) for a, b in zip(inside, paper, strict=True)) < 30, "generated notes are hollow"
    assert roll.pixel(0.4, 76)[:3] != [0, 114, 178]

    roll.click(1.4, 73)
    assert "soprano: C♯5, bar 1, beat 2, quarter" in roll.status()
    page.wait_for_timeout(400)
    assert value(notebook, "clock.selection") == ["v0n1"]

    roll.drag((1.4, 73), (5.4, 67))
    page.wait_for_timeout(300)
    assert [5.0, 1.0, 67] in notes_of(notebook)
    assert roll.pixel(5.4, 67)[:3] == [0, 114, 178]

    roll.drag((5.97, 67), (6.47, 67))
    page.wait_for_timeout(300)
    assert [5.0, 1.5, 67] in notes_of(notebook)

    for _ in range(2):
        roll.canvas.press("Control+z")
    page.wait_for_timeout(300)
    assert [1.0, 1.0, 73] in notes_of(notebook)
    roll.canvas.press("Control+y")
    page.wait_for_timeout(300)
    assert [5.0, 1.0, 67] in notes_of(notebook)
    assert notebook.errors == []


def test_the_keyboard_does_everything(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    roll.canvas.focus()
    roll.canvas.press("ArrowRight")
    assert "soprano: C5, bar 1, beat 1" in roll.status()
    roll.canvas.press("ArrowRight")
    roll.canvas.press("Shift+ArrowRight")
    roll.canvas.press("Alt+ArrowUp")
    assert "Transposed by 1: 2 notes" in roll.status()
    roll.canvas.press("Alt+Shift+ArrowDown")
    roll.canvas.press("Alt+ArrowRight")
    roll.canvas.press("Alt+Shift+ArrowLeft")
    page.wait_for_timeout(300)
    assert notes_of(notebook) == [[0, 1, 72], [1.25, 0.75, 62], [2.25, 0.75, 63], [3, 1, 75]]
    roll.canvas.focus()
    roll.canvas.press("Control+c")
    roll.canvas.press("End")
    roll.canvas.press("Control+v")
    roll.canvas.press(",")
    page.wait_for_timeout(300)
    assert notes_of(notebook)[4:] == [[4, 0.75, 62], [5, 0.75, 63]]
    assert value(notebook, "[n.velocity for n in roll.score.voices[0].notes]") == [80, 80, 80, 80, 72, 72]
    roll.canvas.focus()
    roll.canvas.press("2")
    page.wait_for_timeout(300)
    assert len(notes_of(notebook, 1)) == 6
    roll.canvas.focus()
    roll.canvas.press("Delete")
    roll.canvas.press("b")
    roll.canvas.press("Home")
    roll.canvas.press("n")
    page.wait_for_timeout(300)
    assert len(notes_of(notebook)) + len(notes_of(notebook, 1)) == 9
    checks = page.locator(".jp-Notebook .jp-Cell").count() - cells
    assert checks == 6, "a key typed in the roll is no command of the notebook"
    assert notebook.errors == []


STREAM = """
import time
for n in range(40):
    roll.append([(0, Note(4 + n / 4, 0.25, 60 + n % 12, origin=Origin("chorale", 7)))])
    time.sleep(0.01)
"""


def test_streamed_notes_appear_and_a_second_view_has_them(notebook, page) -> None:
    first = Canvas(notebook.run(TWO_VOICES))
    notebook.run(STREAM)
    page.wait_for_function("canvas => Number(canvas.dataset.notes) === 48", arg=first.canvas.element_handle())
    second = Canvas(notebook.run("display(roll)"))
    assert second.canvas.evaluate("canvas => Number(canvas.dataset.notes)") == 48
    first.canvas.focus()
    first.canvas.press("ArrowRight")
    first.canvas.press("Delete")
    assert "still on their way" in first.status()
    notebook.run("roll.commit()")
    first.canvas.focus()
    first.canvas.press("Delete")
    page.wait_for_timeout(300)
    assert len(notes_of(notebook)) == 43
    assert second.canvas.evaluate("canvas => Number(canvas.dataset.notes)") == 47
    assert notebook.errors == []


def test_refused_edits_are_seen_and_taken_back(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    notebook.run("roll.edit = lambda ops: 1 / 0")
    roll.canvas.focus()
    roll.canvas.press("ArrowRight")
    roll.canvas.press("Delete")
    page.wait_for_function("canvas => Number(canvas.dataset.notes) === 8", arg=roll.canvas.element_handle())
    assert "division by zero" in roll.section.get_by_role("alert").inner_text()
    assert notebook.errors == []


def test_two_rolls_share_a_clock_and_both_themes_are_drawn(notebook, page, tmp_path) -> None:
    output = notebook.run(TWO_VOICES + "display(Roll(score, clock=clock, velocity_lane=True, units='seconds'))")
    one, two = Canvas(output, 0), Canvas(output, 1)
    light = one.pixel(6, 66)
    notebook.set_theme("JupyterLab Dark")
    page.wait_for_function(
        "canvas => canvas.closest('.musenb').dataset.theme === 'dark'", arg=one.canvas.element_handle()
    )
    page.wait_for_timeout(200)
    assert sum(light[:3]) > 600 > 300 > sum(one.pixel(6, 66)[:3])
    assert one.pixel(0.4, 72)[:3] == [0x56, 0xB4, 0xE9]
    one.click(2.4, 74)
    hovered = two.section.locator("output").inner_text()
    assert "D5" in hovered
    assert notebook.errors == []


PLAYHEAD = "() => [...globalThis[Symbol.for('musenb.clocks')].values()][0].playhead"


def test_the_view_follows_the_playhead_until_someone_scrolls(notebook, page) -> None:
    long = TWO_VOICES.replace("range(4)", "range(60)").replace("72 + n", "72 + n % 9").replace("60 - n", "60 - n % 9")
    roll = Canvas(notebook.run(long.replace("clock = Clock(score)", "clock = Clock(score, factor=4)")))
    left = "canvas => JSON.parse(canvas.dataset.view).left"
    assert roll.canvas.evaluate(left) == 0
    roll.section.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"canvas => ({left})(canvas) > 4", arg=roll.canvas.element_handle())
    roll.canvas.hover()
    page.mouse.wheel(-4000, 0)
    page.wait_for_timeout(500)
    assert roll.canvas.evaluate(left) == 0
    assert page.evaluate(PLAYHEAD) > 5
    roll.section.get_by_role("button", name="Pause").click()
    assert notebook.errors == []


def test_the_wheel_scrolls_the_notebook_unless_the_roll_has_the_keyboard(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    top = "canvas => JSON.parse(canvas.dataset.view).top"
    before = roll.canvas.evaluate(top)
    roll.canvas.hover()
    page.mouse.wheel(0, 60)
    page.wait_for_timeout(200)
    assert roll.canvas.evaluate(top) == before
    roll.canvas.focus()
    page.mouse.wheel(0, 60)
    page.wait_for_timeout(200)
    assert roll.canvas.evaluate(top) < before
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_timeout(200)
    assert roll.canvas.evaluate("canvas => JSON.parse(canvas.dataset.view).perQuarter") > 100


def test_a_page_that_is_loaded_again_shows_the_edited_notes(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    roll.canvas.focus()
    roll.canvas.press("ArrowRight")
    roll.canvas.press("Delete")
    page.wait_for_timeout(300)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(1000)
    page.reload()
    again = Canvas(page.locator(".jp-Notebook"))
    assert again.canvas.evaluate("canvas => canvas.dataset.notes") == "7"
    assert notebook.errors == []


def test_a_note_is_drawn_framed_and_heard_louder(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES + "roll.velocity_lane = True"))
    roll.section.get_by_role("button", name="Draw notes").click()
    roll.drag((5.1, 66), (5.9, 66))
    page.wait_for_timeout(300)
    assert [5.0, 1.0, 66] in notes_of(notebook)
    roll.section.get_by_role("button", name="Draw notes").click()
    roll.drag((2.5, 70), (0.3, 77))
    page.wait_for_timeout(400)
    assert value(notebook, "clock.selection") == ["v0n0", "v0n1", "v0n2"]
    view = roll.canvas.evaluate(VIEW)
    box = roll.canvas.bounding_box()
    x, bottom = box["x"] + roll.place(1, 60)[0] + 1, box["y"] + RULER + view["height"] + 64
    page.mouse.move(x, bottom - 80 / 127 * 58)
    page.mouse.down()
    page.mouse.move(x, bottom - 100 / 127 * 58, steps=4)
    page.mouse.up()
    page.wait_for_timeout(300)
    velocities = value(notebook, "[n.velocity for n in roll.score.voices[0].notes]")
    assert all(abs(velocity - 100) <= 3 for velocity in velocities[:3])
    assert velocities[3:] == [80, 80]
    assert notebook.errors == []
