"""Colour palette of everything that is drawn: voices, notes that a model wrote, what it holds likely.

The only place of these colours. Python draws with them on light ground; for the page, `musenb.widgets.wire.typescript`
writes them into `frontend/src/core/palette.ts`.

References
----------
Okabe and Ito, "Color Universal Design", 2008: the blue and the orange of what a model does.
"""

from __future__ import annotations

# A colour for each voice, again from the beginning after the last: readable on the ground, of a lightness each, and
# none of them blue, which is the model's.
VOICES_ON_LIGHT = ("#8f102c", "#9f620d", "#2b7a69", "#5b2d8f", "#a8327f", "#5a6b12")
VOICES_ON_DARK = ("#f5626f", "#efa838", "#89e6d9", "#bb79f2", "#ff9fd0", "#c6d94a")

# Notes that a model wrote, where the given ones have the colour of ink.
GENERATED_ON_LIGHT = "#0072b2"
GENERATED_ON_DARK = "#56b4e9"

# Probabilities of a model's next token.
LIKELY_ON_LIGHT = "#d55e00"
LIKELY_ON_DARK = "#e69f00"


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the red, green and blue of a colour such as '#0072b2', 0..255 each."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
