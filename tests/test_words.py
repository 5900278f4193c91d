"""What people read: links lead somewhere, words are spelled, pictures have words beside them. All without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
READ = ("*.md", "*.ipynb")
SPELLED = (*READ, "*.py", "*.ts", "*.yml", "*.toml")
LINK = re.compile(r"(?<!`)\[(?:[^\]\[]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?\)|(?:src|srcset|href)=\"([^\"]+)\"")
IMAGE = re.compile(r"!\[([^\]]*)\]\(|<img\b([^>]*)>")
FENCE = re.compile(r"^```.*?^```|(?<=\n\n)(?: {4}[^\n]*\n)+|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def tracked(*patterns: str) -> list[Path]:
    """Return the files of the project that people read."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        return [path for pattern in patterns for path in ROOT.rglob(pattern) if "node_modules" not in path.parts]
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """Return what is Markdown in a file, without code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return FENCE.sub("", text)


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings: a code forge writes them small, JupyterLab as they are."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(path), re.MULTILINE)
    small = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return small | {heading.replace(" ", "-") for heading in headings}


def broken(path: Path, text: str) -> Iterator[str]:
    """Yield the links of a page that lead nowhere in the project."""
    for found in LINK.finditer(text):
        target = found[1] or found[2]
        parts = urlsplit(target)
        if parts.scheme in ("http", "https"):
            if parts.hostname == "mybinder.org" and parts.query:
                opened = parse_qs(parts.query)["urlpath"][0]
                file = re.sub(r"^(?:doc|lab)/tree/|^voila/render/", "", opened)
                if not (ROOT / file).is_file():
                    yield target
            continue
        if parts.scheme:
            continue
        place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        inside = place.exists() and (ROOT in place.parents or place == ROOT)
        has_anchors = bool(parts.fragment) and place.suffix in (".md", ".ipynb")
        if not inside or (has_anchors and unquote(parts.fragment) not in anchors(place)):
            yield target


@pytest.mark.parametrize("path", tracked(*READ), ids=label)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert list(broken(path, prose(path))) == []


@pytest.mark.parametrize("path", tracked(*READ), ids=label)
def test_every_picture_has_words(path: Path) -> None:
    for found in IMAGE.finditer(prose(path)):
        words = found[1] or "".join(re.findall(r'alt="([^"]+)"', found[2] or ""))
        assert words.strip(), found[0]


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    text = "[a](missing.md) [b](README.md#no-such-part) [c](README.md#begin) [d](https://example.org) `[e](gone.md)`"
    assert list(broken(ROOT / "x.md", FENCE.sub("", text))) == ["missing.md", "README.md#no-such-part"]
    gone = "https://mybinder.org/v2/gh/a/b/HEAD?urlpath=doc%2Ftree%2Ftutorials%2F99.ipynb"
    assert list(broken(ROOT / "x.md", f"[f]({gone})")) == [gone]


def test_the_words_are_spelled() -> None:
    files = [label(path) for path in tracked(*SPELLED) if "static" not in path.parts]
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "--toml", "pyproject.toml", *files],
        cwd=ROOT, capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_misspelled_word_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("It was acc" "omodated.\n")
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "--toml", str(ROOT / "pyproject.toml"), str(page)],
        capture_output=True, text=True,
    )
    assert "accommodated" in done.stdout
