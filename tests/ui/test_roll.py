"""The piano roll in a real notebook: what is drawn, edits that reach Python, streams, keys, themes, reloading."""

from __future__ import annotations

import json
import time

import pytest

from musenb.export.palette import VOICES_ON_DARK, VOICES_ON_LIGHT, rgb

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
# True when the pixel at a quarter and a pitch has a colour, on the canvas of the notes or on the one above it.
COLOURED = """([canvas, layer, quarter, pitch, colour]) => {
    const view = JSON.parse(canvas.dataset.view);
    const shown = layer ? canvas.nextElementSibling : canvas;
    const density = shown.width / shown.clientWidth;
    const x = 46 + (quarter - view.left) * view.perQuarter, y = 22 + (view.top - pitch) * view.perPitch;
    const pixel = shown.getContext('2d').getImageData(x * density, y * density, 1, 1).data;
    return colour ? colour.every((value, n) => Math.abs(value - pixel[n]) < 6) && pixel[3] > 150 : pixel[3] === 0;
}"""
KEYS, RULER = 46, 22
SECONDS = 60


class Canvas:
    """The notes of one roll on the page, by quarter and pitch."""

    def __init__(self, output, number: int = 0) -> None:
        self.section = output.locator("section[aria-label='Piano roll']").nth(number)
        self.canvas = self.section.locator("canvas").first
        self.canvas.wait_for(timeout=2 * SECONDS * 1000)
        self.section.page.wait_for_function(
            "canvas => canvas.dataset.view", arg=self.canvas.element_handle(), timeout=SECONDS * 1000
        )

    def place(self, quarter: float, pitch: float) -> tuple[float, float]:
        view = self.canvas.evaluate(VIEW)
        x = KEYS + (quarter - view["left"]) * view["perQuarter"]
        return x, RULER + (view["top"] - pitch + 0.5) * view["perPitch"]

    def pixel(self, quarter: float, pitch: float) -> list[int]:
        return self.canvas.evaluate(PIXEL, list(self.place(quarter, pitch)))

    def wait(self, condition: str) -> None:
        """Wait until a condition on `canvas`, `view` and `status` holds in the page."""
        read = "const view = JSON.parse(canvas.dataset.view);"
        status = "const status = canvas.closest('.musenb').querySelector('[role=status]').textContent;"
        code = f"canvas => {{ {read} {status} return {condition}; }}"
        self.canvas.page.wait_for_function(code, arg=self.canvas.element_handle(), timeout=SECONDS * 1000)

    def wait_for_colour(self, quarter: float, pitch: float, colour: list[int] | None, *, above: bool = False) -> None:
        """Wait until a place has a colour, or nothing is drawn there; a whole pitch is the upper edge of its row."""
        arg = [self.canvas.element_handle(), int(above), quarter, pitch, colour]
        self.canvas.page.wait_for_function(COLOURED, arg=arg, timeout=SECONDS * 1000)

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


def wait_for(notebook, expression: str, holds) -> object:
    """Wait until what an expression of the kernel is satisfies `holds`, and return it."""
    deadline = time.monotonic() + SECONDS
    while not holds(found := value(notebook, expression)):
        assert time.monotonic() < deadline, f"after {SECONDS} s {expression} is {found}"
        notebook.page.wait_for_timeout(200)
    return found


NOTES = "[[float(n.onset), float(n.duration), n.pitch] for n in roll.score.voices[{}].notes]"


def wait_for_note(notebook, *note: float) -> None:
    wait_for(notebook, NOTES.format(0), lambda notes: list(note) in notes)


def wait_for_notes(notebook, notes: list[list[float]]) -> None:
    wait_for(notebook, NOTES.format(0), lambda found: found == notes)


def wait_for_count(notebook, count: int) -> None:
    wait_for(notebook, "sum(len(voice.notes) for voice in roll.score.voices)", lambda found: found == count)


@pytest.fixture
def page(lab, notebook, request):
    """A notebook and a kernel for each test: a page shows the widgets that its kernel has from before as well."""
    notebook.open_blank(lab, request.node.name)
    # JupyterLab remembers the theme of the test before.
    notebook.set_theme("JupyterLab Light")
    yield notebook.page
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")


FIRST = [*rgb(VOICES_ON_LIGHT[0])]


def test_notes_are_drawn_and_edits_reach_python(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    roll.wait_for_colour(0.4, 71.5, FIRST)
    inside, paper = roll.pixel(0.9, 60), roll.pixel(0.9, 66)
    assert max(abs(a - b) for a, b in zip(inside, paper, strict=True)) < 30, "generated notes are hollow"
    assert roll.pixel(0.4, 76)[:3] != FIRST

    roll.click(1.4, 73)
    assert "soprano: D♭5, bar 1, beat 2, quarter" in roll.status()
    wait_for(notebook, "clock.selection", lambda found: found == ["v0n1"])

    roll.drag((1.4, 73), (5.4, 67))
    roll.wait_for_colour(5.4, 66.5, FIRST)
    wait_for_note(notebook, 5, 1, 67)

    roll.drag((5.97, 67), (6.47, 67))
    wait_for_note(notebook, 5, 1.5, 67)

    for _ in range(2):
        roll.canvas.press("Control+z")
    wait_for_note(notebook, 1, 1, 73)
    roll.canvas.press("Control+y")
    wait_for_note(notebook, 5, 1, 67)
    assert notebook.errors == []


EMPTY_CELLS = """() => jupyterapp.shell.currentWidget.content.model.sharedModel.cells
    .filter(cell => !cell.getSource().trim()).length"""


def test_the_keyboard_does_everything(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    before = page.evaluate(EMPTY_CELLS)
    roll.canvas.press("ArrowRight")
    assert "soprano: C5, bar 1, beat 1" in roll.status()
    roll.canvas.press("ArrowRight")
    roll.canvas.press("Shift+ArrowRight")
    roll.canvas.press("Alt+ArrowUp")
    assert "Transposed by 1: 2 notes" in roll.status()
    roll.canvas.press("Alt+Shift+ArrowDown")
    roll.canvas.press("Alt+ArrowRight")
    roll.canvas.press("Alt+Shift+ArrowLeft")
    moved = [[0, 1, 72], [1.25, 0.75, 62], [2.25, 0.75, 63], [3, 1, 75]]
    wait_for_notes(notebook, moved)
    roll.canvas.press("Control+c")
    roll.canvas.press("End")
    roll.canvas.press("Control+v")
    roll.canvas.press(",")
    wait_for_notes(notebook, [*moved, [4, 0.75, 62], [5, 0.75, 63]])
    velocities = "[n.velocity for n in roll.score.voices[0].notes]"
    wait_for(notebook, velocities, lambda found: found == [80, 80, 80, 80, 72, 72])
    roll.canvas.press("2")
    wait_for(notebook, NOTES.format(1), lambda found: len(found) == 6)
    for key in ("Delete", "b", "Home", "n"):
        roll.canvas.press(key)
    wait_for_count(notebook, 9)
    assert page.evaluate(EMPTY_CELLS) == before, "a key typed in the roll is no command of the notebook"
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
    first.wait("canvas.dataset.notes === '48'")
    second = Canvas(notebook.run("display(roll)"))
    second.wait("canvas.dataset.notes === '48'")
    first.canvas.press("ArrowRight")
    first.canvas.press("Delete")
    assert "still on their way" in first.status()
    notebook.run("roll.commit()")
    # The page hears that all have come some time after the kernel has said so.
    first.section.get_by_role("button", name="Delete the selected notes", disabled=False).wait_for()
    first.canvas.press("Delete")
    wait_for_count(notebook, 47)
    second.wait("canvas.dataset.notes === '47'")
    assert notebook.errors == []


def test_refused_edits_are_seen_and_taken_back(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    notebook.run("roll.edit = lambda ops: 1 / 0")
    roll.canvas.focus()
    roll.canvas.press("ArrowRight")
    roll.canvas.press("Delete")
    roll.section.get_by_role("alert").filter(has_text="division by zero").wait_for()
    roll.wait("canvas.dataset.notes === '8'")
    assert notebook.errors == []


def test_two_rolls_share_a_clock_and_both_themes_are_drawn(notebook, page, tmp_path) -> None:
    output = notebook.run(TWO_VOICES + "display(Roll(score, clock=clock, velocity_lane=True, units='seconds'))")
    one, two = Canvas(output, 0), Canvas(output, 1)
    one.wait_for_colour(0.4, 71.5, FIRST)
    light = one.pixel(6, 66)
    notebook.set_theme("JupyterLab Dark")
    page.wait_for_function(
        "canvas => canvas.closest('.musenb').dataset.theme === 'dark'", arg=one.canvas.element_handle()
    )
    one.wait_for_colour(0.4, 71.5, [*rgb(VOICES_ON_DARK[0])])
    assert sum(light[:3]) > 600 > 300 > sum(one.pixel(6, 66)[:3])
    one.click(2.4, 74)
    two.section.locator("output").filter(has_text="D5").wait_for()
    assert notebook.errors == []


PLAYHEAD = "() => [...globalThis[Symbol.for('musenb.clocks')].values()][0].playhead"


def test_the_view_follows_the_playhead_until_someone_scrolls(notebook, page) -> None:
    long = TWO_VOICES.replace("range(4)", "range(2000)").replace("72 + n", "72 + n % 9").replace("60 - n", "60 - n % 9")
    roll = Canvas(notebook.run(long.replace("clock = Clock(score)", "clock = Clock(score, factor=4)")))
    roll.wait("view.left === 0")
    roll.section.get_by_role("button", name="Play", exact=True).click()
    roll.wait("view.left > 4")
    roll.canvas.hover()
    page.mouse.wheel(-400_000, 0)
    roll.wait("view.left === 0")
    gone = page.evaluate(PLAYHEAD) + 3
    page.wait_for_function(f"() => ({PLAYHEAD})() > {gone}", timeout=SECONDS * 1000)
    roll.wait("view.left === 0")
    roll.section.get_by_role("button", name="Pause").click()
    assert notebook.errors == []


def test_the_wheel_scrolls_the_notebook_unless_the_roll_has_the_keyboard(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    before = roll.canvas.evaluate(VIEW)
    roll.canvas.hover()
    page.evaluate("() => addEventListener('wheel', () => (globalThis.wheeled = true), {once: true, passive: true})")
    page.mouse.wheel(0, 60)
    page.wait_for_function("() => globalThis.wheeled")
    assert roll.canvas.evaluate(VIEW)["top"] == before["top"]
    roll.canvas.focus()
    roll.canvas.hover()
    page.mouse.wheel(0, 60)
    roll.wait(f"view.top < {before['top']}")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    roll.wait(f"view.perQuarter > {1.1 * before['perQuarter']}")


def test_a_page_that_is_loaded_again_shows_the_edited_notes(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    roll.canvas.focus()
    roll.canvas.press("ArrowRight")
    roll.canvas.press("Delete")
    wait_for_count(notebook, 7)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.reload()
    again = Canvas(page.locator(".jp-Notebook"))
    again.wait("canvas.dataset.notes === '7'")
    assert notebook.errors == []


def test_a_note_is_drawn_framed_and_heard_louder(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES + "roll.velocity_lane = True"))
    roll.section.get_by_role("button", name="Draw notes").click()
    roll.drag((5.1, 66), (5.9, 66))
    wait_for_note(notebook, 5, 1, 66)
    roll.section.get_by_role("button", name="Draw notes").click()
    roll.drag((2.5, 70), (0.3, 77))
    wait_for(notebook, "clock.selection", lambda found: found == ["v0n0", "v0n1", "v0n2"])
    roll.canvas.scroll_into_view_if_needed()
    view, box = roll.canvas.evaluate(VIEW), roll.canvas.bounding_box()
    x, bottom = box["x"] + roll.place(1, 60)[0] + 1, box["y"] + RULER + view["height"] + 64
    page.mouse.move(x, bottom - 80 / 127 * 58)
    page.mouse.down()
    page.mouse.move(x, bottom - 100 / 127 * 58, steps=4)
    page.mouse.up()
    velocities = "[n.velocity for n in roll.score.voices[0].notes]"
    found = wait_for(notebook, velocities, lambda found: found[0] != 80)
    assert all(abs(velocity - 100) <= 3 for velocity in found[:3])
    assert found[3:] == [80, 80]
    assert notebook.errors == []


LOOKS = """
import numpy as np
from musenb.widgets.attention import Attention
from musenb.widgets.heads import Heads
weights = np.zeros((1, 2, 8, 8))
weights[..., 0] = 1
weights[0, 0, 7], weights[0, 1, 7] = [0, 0, .6, 0, .4, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0]
heads = Heads(weights, notes=[(voice, index) for index in range(4) for voice in (0, 1)])
display(Attention(score, heads, clock=clock, top_k=1, arc_heads=[(0, 0), (0, 1)]))
"""
SECOND = [*rgb(VOICES_ON_LIGHT[1])]


def test_the_arcs_of_a_selected_note_end_at_the_right_notes(notebook, page) -> None:
    roll = Canvas(notebook.run(TWO_VOICES))
    notebook.run(LOOKS)
    # The last token is the bass's last note; its heads look at the sopranos' second note and at the bass's first.
    roll.click(3.5, 57)
    clock = "[...globalThis[Symbol.for('musenb.clocks')].values()]"
    page.wait_for_function(f"() => {clock}.some(clock => clock.overlay.length === 2)", timeout=SECONDS * 1000)
    roll.wait_for_colour(1.48, 73, FIRST, above=True)
    roll.wait_for_colour(0.48, 60, SECOND, above=True)
    for onset, pitch in ((0.48, 72), (2.48, 74), (1.48, 59), (2.48, 58)):
        roll.wait_for_colour(onset, pitch, None, above=True)
    roll.canvas.press("Escape")
    roll.wait_for_colour(1.48, 73, None, above=True)
    roll.wait_for_colour(0.48, 60, None, above=True)
    assert notebook.errors == []
