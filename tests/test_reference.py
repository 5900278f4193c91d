"""The reference says what the docstrings say, of every public name, and its links lead somewhere."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

import musenb

ROOT = Path(__file__).resolve().parents[1]
WRITER = runpy.run_path(str(ROOT / "tests" / "api_reference.py"))
TEXT = (ROOT / "musenb" / "reference.md").read_text(encoding="utf-8")


def test_the_reference_is_what_the_docstrings_say() -> None:
    assert WRITER["reference"]() == TEXT, "run `python tests/api_reference.py`"


def test_the_public_names_are_few_and_each_has_a_section() -> None:
    assert len(musenb.__all__) <= 16
    assert re.findall(r"^## (\w+)$", TEXT, re.MULTILINE) == musenb.__all__


def test_every_link_of_the_reference_leads_to_a_heading() -> None:
    headings = {WRITER["anchor"](heading) for heading in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= headings


def test_every_part_has_a_docstring() -> None:
    assert not re.findall(r"^- `[^`]+`: ?$", TEXT, re.MULTILINE)


def test_sections_become_lists() -> None:
    text = (
        "Do it.\n\nParameters\n----------\nname : str\n    What it\n    is called.\n\n"
        "Raises\n------\nScoreError\n    Never."
    )
    assert WRITER["markdown"](text).split("\n\n") == [
        "Do it.", "**Parameters**", "- `name` (str): What it is called.", "**Raises**", "- `ScoreError`: Never.\n",
    ]
