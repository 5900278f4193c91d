"""Colour palette of everything that is drawn: voices, notes that a model wrote, what it holds likely.

The only place of these colours. Python draws with them on light ground; for the page, `musenb.widgets.wire.typescript`
writes them into `frontend/src/core/palette.ts`.

References
----------
Okabe and Ito, "Color Universal Design", 2008: eight colours that are told apart with every kind of colour vision.
"""

from __future__ import annotations

# A colour for each voice, again from the beginning after the last. The yellow only on dark ground, where it can be
# seen; blue and green are lighter there.
VOICES_ON_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
VOICES_ON_DARK = ("#56b4e9", "#e69f00", "#2fbf95", "#cc79a7", "#f0e442", "#ff8a3d")

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
