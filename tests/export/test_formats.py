"""The tables of files, and that nobody keeps another."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from musenb.export.formats import FORMATS, FORMS, PAGE, PAGE_SUFFIXES, SUFFIXES
from musenb.score.from_text import score_from_text
from musenb.score.load import READ
from musenb.score.load import SUFFIXES as READABLE
from musenb.widgets.wire.desk import KeepForm

FRONTEND = Path(__file__).resolve().parents[2] / "musenb" / "frontend" / "src"
STARTS = {
    ".mid": b"MThd", ".midi": b"MThd", ".musicxml": b"<?xml", ".xml": b"<?xml", ".wav": b"RIFF", ".pdf": b"%PDF-",
    ".png": b"\x89PNG", ".svg": b"<svg", ".brf": b"",
}  # fmt: skip


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_kind_writes_its_file(suffix: str) -> None:
    assert FORMATS[suffix].write(score_from_text("C4 D4")).startswith(STARTS[suffix])


def test_what_is_offered_is_the_usual_suffix_of_each_kind() -> None:
    assert FORMS == ("mid", "musicxml", "wav", "pdf", "png", "svg", "brf", "html")
    assert {f".{form}" for form in FORMS} <= set(SUFFIXES)
    assert PAGE in PAGE_SUFFIXES
    assert get_args(KeepForm) == FORMS, "what the page may ask for"


def test_the_desk_opens_what_is_read_and_files_with_takes() -> None:
    (desk,) = [path for path in (FRONTEND / "desk").glob("*.ts") if "const READ" in path.read_text(encoding="utf-8")]
    (accepted,) = re.findall(r'const READ = "(.*)"', desk.read_text(encoding="utf-8"))
    assert accepted.split(",") == [*READABLE, ".jsonl"]
    assert READ == "musenb reads .mid, .midi, .rmi, .musicxml, .xml, .mxl and .abc"
