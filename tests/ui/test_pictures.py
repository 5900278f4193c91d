"""The pictures of the README: a take in the studio, light and dark, as a person sees it.

`MUSENB_PICTURES=notebooks/pictures python -m pytest tests/ui/test_pictures.py` takes them anew.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

PICTURES = os.environ.get("MUSENB_PICTURES")
KEPT = Path(__file__).resolve().parents[2] / "notebooks" / "pictures"
LARGEST = 200_000
LATE = 120_000
WIDTH, LEFT, HEIGHT = 1280, 0, 1178

TAKE = """import musenb
studio = musenb.Studio("G4 G4 A4 B4 | C5:2 B4:2", bars=4, seed=7, seed_locked=True)
studio"""
WRITE = """studio.settle()
written = studio.continue_(4, seed=7)
studio.wait(120)
studio.settle()"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_take_in_the_studio(lab, notebook, theme: str, tmp_path: Path) -> None:
    page = notebook.page
    page.set_viewport_size({"width": WIDTH, "height": 900})
    notebook.open_blank(lab, f"studio-{theme}")
    notebook.set_theme(f"JupyterLab {theme.title()}")
    area = notebook.run(TAKE)
    desk = page.get_by_role("region", name="Studio")
    desk.wait_for(timeout=LATE)
    notebook.run(WRITE)
    expect(desk.locator("[role='treeitem']")).to_have_count(2, timeout=LATE)
    sheet = area.locator("section[aria-label='Score']")
    expect(sheet.locator(".mnb-engraved .notehead").nth(30)).to_be_visible(timeout=LATE)
    page.mouse.move(2, 2)
    area.evaluate("element => element.scrollIntoView()")
    if PICTURES:
        keep(area.screenshot(), Path(PICTURES) / f"studio-{theme}.webp")
    else:
        keep(area.screenshot(), tmp_path / "picture.webp")
    assert notebook.errors == []


def keep(png: bytes, path: Path) -> None:
    """Write the upper part of a screenshot as WebP."""
    image = pytest.importorskip("PIL.Image", reason="Pillow comes with music21's matplotlib")
    shot = image.open(io.BytesIO(png)).convert("RGB")
    shot = shot.crop((LEFT, 0, shot.width, min(shot.height, HEIGHT)))
    path.parent.mkdir(parents=True, exist_ok=True)
    shot.save(path, quality=82, method=6)
    assert path.stat().st_size <= LARGEST


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_kept_pictures_are_small(theme: str) -> None:
    kept = KEPT / f"studio-{theme}.webp"
    assert 10_000 < kept.stat().st_size <= LARGEST
    assert kept.read_bytes()[8:12] == b"WEBP"
