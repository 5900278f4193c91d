"""A roll of many notes: what is put together of tiles is what would be drawn anew."""

from __future__ import annotations

import pytest

MANY = """
import random
from fractions import Fraction
from musenb.score.note import Note, Origin, Score, Voice
from musenb.widgets.roll import Roll
random.seed(3)
def line(voice):
    for n in range({notes} // 4):
        onset, length = n * Fraction(1, 4), Fraction(random.choice([1, 1, 1, 2, 9]), 4)
        origin = Origin("chorale", 7) if random.random() < 0.3 else Origin()
        yield Note(onset, length, 40 + 7 * voice + random.randrange(12), random.randrange(20, 127), origin=origin)
roll = Roll(Score(tuple(Voice(f"voice {{v + 1}}", tuple(line(v))) for v in range(4))), velocity_lane=True)
display(roll)
"""
NOTES = 8_000
NOTES_DRAWN = "([canvas, notes]) => Number(canvas.dataset.notes) === notes && canvas.dataset.view"
# Count the tiles that are put on the roll's ground from now on.
COUNT_TILES = """canvas => {
    globalThis.tiles = 0;
    const {drawImage} = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.drawImage = function (...place) {
        if (this.canvas === canvas) globalThis.tiles += 1;
        return drawImage.apply(this, place);
    };
}"""
FRAMES = "async count => { for (let n = 0; n < count; n++) await new Promise(requestAnimationFrame); }"
KEY = "(canvas, key) => canvas.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}))"
WHEEL = """(canvas, [deltaX, deltaY]) => {
    const place = canvas.getBoundingClientRect();
    canvas.focus();
    canvas.dispatchEvent(new WheelEvent('wheel',
        {deltaX, deltaY, clientX: place.x + 200, clientY: place.y + 100, bubbles: true, cancelable: true}));
}"""
KEEP = """canvas => {
    globalThis.kept = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return {view: JSON.parse(canvas.dataset.view), tiles: globalThis.tiles};
}"""
# The share of pixels that are others than those kept: edges that are half transparent may be rounded another way.
OTHERS = """canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let others = 0;
    for (let at = 0; at < data.length; at += 4) {
        if ([0, 1, 2].some(n => Math.abs(data[at + n] - globalThis.kept[at + n]) > 6)) others += 1;
    }
    return others / (data.length / 4);
}"""


@pytest.mark.parametrize("density", [1, 1.5])
def test_a_scrolled_picture_is_what_would_be_drawn_anew(lab, notebook_on, density: float) -> None:
    book = notebook_on(device_scale_factor=density)
    book.open_blank(lab, "many")
    canvas = book.run(MANY.format(notes=NOTES)).locator("section[aria-label='Piano roll'] canvas").first
    canvas.wait_for(timeout=120_000)
    page = book.page
    page.wait_for_function(NOTES_DRAWN, arg=[canvas.element_handle(), NOTES], timeout=120_000)
    canvas.scroll_into_view_if_needed()
    canvas.evaluate(COUNT_TILES)
    # The last scale is three steps above the least, that shows the whole piece: there "-" would not be undone by "+".
    for zoom_out, by in ((0, 333), (3, 217), (6, 91)):
        for _ in range(zoom_out):
            canvas.evaluate(KEY, "-")
            page.evaluate(FRAMES, 2)
        for step in range(8):
            canvas.evaluate(WHEEL, [by, 3 * step])
            page.evaluate(FRAMES, 2)
        scrolled = canvas.evaluate(KEEP)
        assert scrolled["tiles"] > 8
        # The first picture of another scale is drawn note by note; this comes back to the same scale but for rounding.
        for key in ("-", "+"):
            canvas.evaluate(KEY, key)
            page.evaluate(FRAMES, 2)
        drawn = canvas.evaluate("canvas => ({view: JSON.parse(canvas.dataset.view), tiles: globalThis.tiles})")
        assert drawn["tiles"] == scrolled["tiles"]
        assert drawn["view"] == pytest.approx(scrolled["view"])
        share = canvas.evaluate(OTHERS)
        print(f"density {density}, {scrolled['view']['perQuarter']:.2f} px a quarter: {share:.5f} of the pixels differ")
        assert share < 0.002
    assert book.errors == []
