"""The front end's own checks: its types and its tests."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

FRONTEND = Path(__file__).resolve().parents[1] / "musenb" / "frontend"


@pytest.mark.parametrize("script", ["check", "test"])
def test_npm_runs(script: str) -> None:
    if not shutil.which("npm"):
        pytest.fail("the front end's tests need Node 20 or later, with npm, on the PATH")
    if not (FRONTEND / "node_modules").is_dir():
        pytest.fail(f"the front end's packages are not installed: run `npm ci` in {FRONTEND}, or `python tests`")
    done = subprocess.run(
        ["npm", "run", "--silent", script], cwd=FRONTEND, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, f"npm run {script}\n{done.stdout}\n{done.stderr}"


def test_what_one_view_styles_no_other_does() -> None:
    """In JupyterLab all views stand in one document: the rules of each hold for the others' elements, too."""
    styled = defaultdict(set)
    for sheet in (FRONTEND / "src").rglob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selector in re.findall(r"([^{}]+)\{", rules):
            for name in outermost(selector):
                styled[name].add(sheet.name)
    assert len(styled) > 50
    shared = {name: sheets for name, sheets in styled.items() if len(sheets) > 1 and "mount.css" not in sheets}
    assert shared == {}


def outermost(selectors: str) -> Iterator[str]:
    """Yield our class that each of some selectors begins at: what is inside of it is its own to style.

    >>> list(outermost(".musenb .mnb-a .mnb-b, .mnb-c:is([x], [y]) .mnb-d, .musenb :is(.mnb-e, .mnb-f)"))
    ['mnb-a', 'mnb-c', 'mnb-e', 'mnb-f']
    """
    for selector in re.split(r",(?![^()]*\))", selectors):
        if found := re.search(r":is\([^()]*\.mnb-[^()]*\)|\.mnb-[\w-]+", selector):
            yield from re.findall(r"\.(mnb-[\w-]+)", found[0])
