"""`musenb page` and the pages of a studio: one file, whole, or a clear line and nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("anywidget", reason="pages are made of views, which need the 'lab' extra")

from musenb.commands.main import main
from musenb.errors import SettingError
from musenb.studio.core import StudioCore
from musenb.studio.page import page_of_takes
from musenb.studio.takes import Tree


def content(page: Path | bytes) -> dict:
    text = page if isinstance(page, bytes) else page.read_bytes()
    (found,) = re.findall(rb'<script type="application/json" id="musenb-page">(.*?)</script>', text, re.S)
    return json.loads(found)


@pytest.mark.parametrize(("options", "views"), [([], 5), (["--no-attention"], 4), (["--bars", "0"], 5)])
def test_a_page_holds_its_views_and_the_sound(
    options: list[str], views: int, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    out = tmp_path / "page.html"
    arguments = ["page", "C4 D4 E4 G4", "--model", str(tiny_checkpoint), "--bars", "1", "--seed", "7"]
    assert main([*arguments, *options, "--title", "<b>Mine</b>", "-o", str(out)]) == 0
    parts = content(out)["parts"]
    bundles = [part["bundle"] for part in parts]
    assert len(bundles) == views
    assert {"sound", "sheet", "roll", "engine"} <= set(bundles)
    assert ("attention" in bundles) == (views == 5)
    sheet = next(part["state"] for part in parts if part["bundle"] == "sheet")
    assert sheet["plan"]["pages"]
    assert sheet["plates"]["bytes"]
    assert "&lt;b&gt;Mine" in out.read_text()


@pytest.mark.parametrize(
    ("output", "message"),
    [("page.mid", r"the suffix '\.mid' is none of \.html, \.htm"), ("no/page.html", "the folder .* does not exist")],
)
def test_a_page_that_cannot_be_written_is_one_line(
    output: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["page", "C4", "-o", str(tmp_path / output)]) == 2
    assert re.search(message, capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["C4", "D4", "-o", "page.html"], "2 times PRIME: several notebooks go into a folder, and a motif stands in"),
        (["a.ipynb", "b.ipynb", "-o", "page.html"], "2 times PRIME"),
        (["a.ipynb", "b.ipynb", "-o", "pages.mid"], r"the suffix '\.mid' is none of"),
        (["a.ipynb", "-o", "file/pages"], "cannot make the folder"),
    ],
)
def test_several_that_cannot_go_into_one(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert main(["page", *arguments]) == 2
    assert re.search(message, capsys.readouterr().err)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_page_of_takes_tells_the_views_of_every_take(tiny_checkpoint: Path, tmp_path: Path) -> None:
    studio = StudioCore(tiny_checkpoint, folder=tmp_path)
    studio.prime("C4 D4")
    for seed in (1, 2):
        studio.select(1)
        studio.continue_(1, seed=seed)
        studio.wait(60)
    found = content(page_of_takes(studio.tree, title="Three"))
    assert set(found["takes"]) == {"1", "2", "3"}
    desk = next(part for part in found["parts"] if part["bundle"] == "desk")
    assert [row[:2] for row in desk["state"]["takes"]] == [["1", ""], ["2", "1"], ["3", "1"]]
    roll = next(part["id"] for part in found["parts"] if part["bundle"] == "roll")
    tables = [found["takes"][take][roll]["notes"]["bytes"] for take in "123"]
    assert len(set(tables)) == 3
    assert len({found["takes"][take][roll]["version"] for take in "123"}) == 3
    studio.close()


def test_a_page_of_no_takes_is_refused() -> None:
    with pytest.raises(SettingError, match="a page of 0 takes: 1 to 60 are needed"):
        page_of_takes(Tree())
