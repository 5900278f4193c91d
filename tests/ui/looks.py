"""Measures of what is seen of the studio: contrast of its text, and text that is cut off."""

from __future__ import annotations

from playwright.sync_api import Page

# The contrast asked for by WCAG 2.2, level AA, for text of any size.
LEAST = 4.5

# Of each piece of text that is seen in the studio: [words, its class, contrast with what is painted below it].
CONTRASTS = """studio => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const read = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], [R, G, B]) => [[r, R], [g, G], [b, B]].map(([x, X]) => a * x + (1 - a) * X);
    const light = colour => {
        const [r, g, b] = colour.map(value => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const line = element => {
        const found = [];
        for (let at = element; at; at = at.parentElement) found.unshift(at);
        return found;
    };
    const found = [];
    const walker = document.createTreeWalker(studio, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        const words = node.textContent.trim();
        if (!words || element.closest('svg, style, [aria-hidden=true], .mnb-hidden, option')) continue;
        if (!element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        let paper = [255, 255, 255];
        let opacity = 1;
        for (const at of line(element)) {
            const style = getComputedStyle(at);
            opacity *= Number(style.opacity);
            const [r, g, b, a] = read(style.backgroundColor);
            paper = over([r, g, b, a * opacity], paper);
        }
        const [r, g, b, a] = read(getComputedStyle(element).color);
        const [one, other] = [light(over([r, g, b, a * opacity], paper)), light(paper)];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        found.push([words.slice(0, 60), String(element.className), contrast]);
    }
    return found;
}"""
# Text that is cut off at the side, by a box that hides what is too wide or by the edge of the studio: [words, class].
CUT = """studio => {
    const right = studio.getBoundingClientRect().right + 1;
    const found = [];
    for (const element of studio.querySelectorAll('*')) {
        if (element.closest('svg, style, [aria-hidden=true], .mnb-hidden, select')) continue;
        if (element.closest('.mnb-strip, .mnb-roll-strip')) continue;
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
        if (!element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        const range = document.createRange();
        range.selectNodeContents(element);
        const text = range.getBoundingClientRect();
        if (!text.width) continue;
        let [from, to] = [-Infinity, right];
        for (let at = element; at !== studio; at = at.parentElement) {
            if (getComputedStyle(at).overflowX === 'visible') continue;
            const box = at.getBoundingClientRect();
            from = Math.max(from, box.left);
            to = Math.min(to, box.right);
        }
        if (text.right > to + 0.5 || text.left < from - 0.5)
            found.push([element.textContent.trim().slice(0, 60), String(element.className)]);
    }
    return found;
}"""


def too_faint(page: Page) -> list[str]:
    """Return the text of the studio whose contrast is below `LEAST`, with its class and its contrast."""
    found = page.locator(".mnb-studio").first.evaluate(CONTRASTS)
    assert len(found) > 10, "the text of a studio"
    return sorted({f"{words} ({name}): {contrast:.2f}" for words, name, contrast in found if contrast < LEAST})


def cut_off(page: Page) -> list[str]:
    """Return the text of the studio that is not seen to its end, with its class."""
    return sorted({f"{words} ({name})" for words, name in page.locator(".mnb-studio").first.evaluate(CUT)})
