"""A notebook becomes one page: run in its order, folded where it must be, no network, errors that name the cell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.lessons.prose import formula_html, prose_html

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = re.compile(r"""(?:src|href|srcset)=["']?(?:https?:)?//|@import|url\(["']?https?:""", re.IGNORECASE)


def notebook(path: Path, *cells: tuple[str, str]) -> Path:
    """Write a notebook of ('markdown' or 'code', source) cells; 'folded' folds the output, 'hidden' the source."""
    book = nbformat.v4.new_notebook()
    for kind, source in cells:
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cell = make(source)
        if kind == "folded":
            cell.metadata["jupyter"] = {"outputs_hidden": True}
        elif kind == "hidden":
            cell.metadata["jupyter"] = {"source_hidden": True}
        book.cells.append(cell)
    nbformat.write(book, path)
    return path


def page(path: Path, code: int = 0) -> tuple[str, str]:
    """Run `musenb page` as a person does; return the page and what was said."""
    out = path.with_suffix(".html")
    done = subprocess.run(
        [sys.executable, "-m", "musenb", "page", str(path), "-o", str(out)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=path.parent, capture_output=True, text=True,
    )
    assert done.returncode == code, done.stderr
    return (out.read_text(encoding="utf-8") if out.exists() else ""), done.stderr


def test_a_lesson_is_one_page_that_needs_nothing(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    path = notebook(
        tmp_path / "lesson.ipynb",
        ("markdown", "# A <lesson>\n\nWith $a_i^2$, `$code$` and ![a dot](dot.png)."),
        ("code", "import musenb\nfrom musenb.widgets.roll import Roll"),
        ("code", "print('one')\ndisplay('two')\nprint('three')\n4"),
        ("code", "motif = musenb.motif('C4 D4')\nroll = Roll(motif)\nroll"),
        ("code", "roll"),
        ("code", "musenb.Question('1', 'Which?', options=['up', 'down'], right='the <right> one'[4:9] and 'up')"),
        ("code", "# no heading\n'a remark'"),
        ("markdown", "It was up."),
        ("code", "import os; print(sorted(os.listdir()), 'answers' in os.environ['MUSENB_ANSWERS'])"),
        ("markdown", "## After"),
        ("folded", "'a solution'"),
        ("code", "await __import__('asyncio').sleep(0)\nimport ipywidgets\nipywidgets.IntSlider()"),
    )
    text, _ = page(path)
    assert "<title>A &lt;lesson&gt;</title>" in text
    body = text.split("<main>")[1].split("</main>")[0]
    assert OUTSIDE.findall(body) == []
    assert 'alt="a_i^2"' in body
    assert "<code>$code$</code>" in body
    assert 'src="data:image/png;base64,' in body
    order = [body.index(f"<pre>{shown}") for shown in ("one", "&#x27;two&#x27;", "three", "4")]
    assert order == sorted(order)
    content = json.loads(re.search(r'id="musenb-page">(.*?)</script>', text, re.DOTALL)[1])
    assert sorted(part["bundle"] for part in content["parts"]) == ["engine", "question", "roll"]
    assert body.count('data-part="') == 2, "a view that is shown twice stands once, the engine has no place"
    assert "The same view stands further up." in body
    question = next(part for part in content["parts"] if part["bundle"] == "question")
    assert (question["state"]["live"], question["state"]["solution"]) == (False, "up")
    fold = body.index("Answer first, then go on here")
    within = [body.index(words) for words in ("a remark", "It was up.", "] True", "</div></details>\n<h2>After</h2>")]
    assert [fold, *within] == sorted([fold, *within])
    assert re.search(r"<details><summary>Code</summary><pre><code>musenb\.Question", body)
    assert re.search(r"<details><summary>Show the solution</summary>.*a solution", body, re.DOTALL)
    assert "works in the notebook alone" in body
    assert sorted(one.name for one in tmp_path.iterdir()) == ["dot.png", "lesson.html", "lesson.ipynb"]


CAPTURED = "%%capture\n# To see the solution at work, take away the line above and run the cell.\n# Solution 1.\n'up'"


def test_what_needs_a_kernel_is_labelled_and_solutions_are_shown(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "lesson.ipynb",
        ("markdown", "# A lesson"),
        ("code", "import musenb\nmusenb.Studio('C4 D4', bars=1, seed=7)"),
        ("code", "from musenb.widgets.keyboard import Keyboard\nKeyboard(low=48, high=72)"),
        ("hidden", CAPTURED),
        ("hidden", CAPTURED.replace("'up'", "down = 1")),
    )
    text, _ = page(path)
    body = text.split("<main>")[1].split("</main>")[0]
    assert body.index("made from a notebook") < body.index("<h1>A lesson</h1>"), "said before one reads on"
    content = json.loads(re.search(r'id="musenb-page">(.*?)</script>', text, re.DOTALL)[1])
    bundles = sorted(part["bundle"] for part in content["parts"])
    assert bundles == ["attention", "desk", "engine", "keyboard", "roll", "sheet", "sound"]
    assert "it holds the motif, and two ways in which the model went on" in body
    desk = next(part for part in content["parts"] if part["bundle"] == "desk")
    assert [row[3] for row in desk["state"]["takes"]] == ["given, 2 notes", "1 bar, seed 7", "1 bar, seed 8"]
    assert desk["state"]["read_only"]
    assert set(content["takes"]) == {"1", "2", "3"}
    keyboard = next(part for part in content["parts"] if part["bundle"] == "keyboard")
    assert keyboard["state"]["live"] is False
    assert "recorded in the notebook alone" in body
    assert "%%capture" not in body
    shown = re.findall(r"<details><summary>Show the solution</summary>(.*?)</details>", body, re.DOTALL)
    assert len(shown) == 2
    assert "<pre>&#x27;up&#x27;</pre>" in shown[0]


def test_several_notebooks_go_into_a_folder_and_a_broken_one_stops_no_other(tmp_path: Path) -> None:
    good, bad = notebook(tmp_path / "good.ipynb", ("code", "1")), notebook(tmp_path / "bad.ipynb", ("code", "1 / 0"))
    done = subprocess.run(
        [sys.executable, "-m", "musenb", "page", str(bad), str(good), "-o", str(tmp_path / "new" / "pages")],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )
    assert done.returncode == 2
    assert "raised ZeroDivisionError" in done.stderr
    assert re.search(r"good\.html: \d+\.\d MB", done.stderr)
    assert [one.name for one in (tmp_path / "new" / "pages").iterdir()] == ["good.html"]


def test_a_cell_that_raises_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    path = notebook(tmp_path / "bad.ipynb", ("code", "\nx = 1\nraise KeyError('no note')"))
    text, said = page(path, code=2)
    assert text == ""
    assert "the cell that begins with 'x = 1' raised KeyError: 'no note'" in said


@pytest.mark.parametrize(
    ("content", "told"), [("{", "is no notebook"), ('{"cells": 3}', "is no notebook"), (None, "cannot be read")]
)
def test_what_is_no_notebook(tmp_path: Path, content: str | None, told: str) -> None:
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content)
    assert told in page(path, code=2)[1]


def test_formulas_are_pictures_with_words() -> None:
    shown = formula_html(r"QK^T + S_{rel}")
    assert re.match(r'<img class="formula" alt="QK\^T \+ S_\{rel\}" style="height:[\d.]+em;', shown)
    assert formula_html(r"\nosuchcommand{x}") == r"<code>\nosuchcommand{x}</code>"


def test_dollars_that_are_no_formulas_stay(tmp_path: Path) -> None:
    html = prose_html("It costs $5 and $6. `$x$` \\$y$\n\n```\n$z$\n```\n\n$$a$$", tmp_path)
    assert html.count("<img") == 1
    assert "costs $5 and $6" in html


def test_pictures_from_elsewhere_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    html = prose_html("![a](../secret.png) ![b](gone.png)", tmp_path / "in")
    assert "base64" not in html
