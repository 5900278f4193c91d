"""The colours stand in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from musenb.export import palette

OWN = {"palette.py", "palette.ts"}
# JupyterLab's brand colour is the accent; this is what stands in for it elsewhere.
ACCENT = "--mnb-accent: var(--jp-brand-color1, #0072b2);"


def test_no_other_file_names_a_colour_of_the_palette(project: Path) -> None:
    colours = set(palette.VOICES_ON_LIGHT + palette.VOICES_ON_DARK)
    package = project / "musenb"
    paths = {*package.rglob("*.py"), *(package / "frontend" / "src").rglob("*.[tc]s*")}
    assert len(paths) > 200
    found = {}
    for path in sorted(paths):
        text = path.read_text(encoding="utf-8").replace(ACCENT, "").lower()
        named = colours & set(re.findall(r"#[0-9a-f]{6}", text))
        if named and path.name not in OWN and "node_modules" not in path.parts:
            found[path.name] = named
    assert found == {}


@pytest.mark.parametrize(("colour", "expected"), [("#0072b2", (0, 114, 178)), ("#ffffff", (255, 255, 255))])
def test_a_colour_as_numbers(colour: str, expected: tuple[int, int, int]) -> None:
    assert palette.rgb(colour) == expected


def test_generated_notes_differ_from_ink_on_both_grounds() -> None:
    for colour, ground in ((palette.GENERATED_ON_LIGHT, "#ffffff"), (palette.GENERATED_ON_DARK, "#111111")):
        lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) > 4.5


@pytest.mark.parametrize(
    ("colours", "ground", "model"),
    [
        (palette.VOICES_ON_LIGHT, "#ffffff", palette.GENERATED_ON_LIGHT),
        (palette.VOICES_ON_DARK, "#111111", palette.GENERATED_ON_DARK),
    ],
)
def test_voices_can_be_read_and_none_is_the_blue_of_the_model(
    colours: tuple[str, ...], ground: str, model: str
) -> None:
    for colour in colours:
        lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) > 4.5, colour
        apart = sum(abs(one - other) for one, other in zip(palette.rgb(colour), palette.rgb(model), strict=True))
        assert apart > 100, colour


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2, 0..1."""
    red, green, blue = (linear(value / 255) for value in palette.rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(value: float) -> float:
    """Return an sRGB value, 0..1, as light."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
