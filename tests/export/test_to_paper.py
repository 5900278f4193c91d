"""The score on paper: pages, white ground, size in dots an inch, and words that stay words."""

from __future__ import annotations

import dataclasses
import re
import struct
import zlib
from fractions import Fraction

import numpy as np
import pytest

from musenb.errors import LoadError, SaveError, SettingError
from musenb.export import to_paper as module
from musenb.export.to_paper import pdf_bytes, png_bytes
from musenb.export.to_svg import svg_bytes
from musenb.score.note import Note, Origin, Score, Voice

BLUE = (0x00, 0x72, 0xB2)


def scale(bars: int = 2, *, title: str = "", composer: str = "", origin: Origin | None = None) -> Score:
    """Return quarters up and down; the second half is written by `origin` when there is one."""
    notes = [Note(Fraction(n), Fraction(1), 60 + n % 8) for n in range(4 * bars)]
    if origin is not None:
        notes = [dataclasses.replace(n, origin=origin) if n.onset >= 2 * bars else n for n in notes]
    return Score((Voice("Soprano", tuple(notes)),), title=title, composer=composer)


def pixels(png: bytes) -> np.ndarray:
    """Return a PNG of 8 bits a channel as an array, shape (height, width, channels)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    packed, place = b"", 8
    while place < len(png):
        (size,) = struct.unpack_from(">I", png, place)
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + size]
        place += size + 12
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, -1)
    picture, above = np.zeros((height, width, channels), np.uint8), np.zeros(width * channels, np.uint8)
    for y, row in enumerate(rows):
        above = _unfiltered(int(row[0]), row[1:].astype(int), above.astype(int), channels)
        picture[y] = above.reshape(width, channels)
    return picture


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray, step: int) -> np.ndarray:
    """Return a line of a PNG; see its specification, section 9."""
    if kind == 2:
        return (line + above).astype(np.uint8)
    out = line.copy()
    for i in range(len(line)) if kind else ():
        a, c = (out[i - step], above[i - step]) if i >= step else (0, 0)
        b = above[i]
        p = a + b - c
        paeth = min((abs(p - v), n, v) for n, v in enumerate((a, b, c)))[2]
        out[i] = (out[i] + {1: a, 3: (a + b) // 2, 4: paeth}[kind]) % 256
    return out.astype(np.uint8)


def page_count(pdf: bytes) -> int:
    return int(re.findall(rb"/Count (\d+)", pdf)[0])


@pytest.mark.parametrize("dpi", [50, 100])
def test_a_picture_is_as_wide_as_a4_on_white_with_ink_on_it(dpi: int) -> None:
    picture = pixels(png_bytes(scale(title="Scale"), dpi))
    assert picture.shape[1] == pytest.approx(210 / 25.4 * dpi, abs=1)
    assert (picture[0, 0, :3] == 255).all()
    assert picture.shape[2] == 3 or (picture[..., 3] == 255).all()
    ink = (picture[..., :3].sum(axis=2) < 200).mean()
    assert 0.002 < ink < 0.2


def test_notes_that_a_model_wrote_are_blue() -> None:
    def bluest(score: Score) -> int:
        return int((np.abs(pixels(png_bytes(score, 100))[..., :3].astype(int) - BLUE).sum(axis=2) < 30).sum())

    assert bluest(scale()) == 0
    assert bluest(scale(origin=Origin("chorale", 7))) > 20


def test_title_and_composer_are_seen() -> None:
    def ink(score: Score) -> int:
        return int((pixels(png_bytes(score, 100))[:65, :, :3].sum(axis=2) < 200).sum())

    assert ink(scale(title="")) == 0
    assert ink(scale(title="Wohlauf")) > 100
    assert ink(scale(composer="Anon.")) > 20


def test_all_pages_are_in_one_pdf_with_its_title() -> None:
    short, long = pdf_bytes(scale(title="Prière")), pdf_bytes(scale(200, title="Prière"))
    assert short[:5] == b"%PDF-"
    assert page_count(short) == 1
    assert page_count(long) >= 3
    assert "Prière".encode("utf-16-be") in short or b"Pri\xe8re" in short or "Prière".encode() in short
    assert b"/FontFile" in short, "the fonts are embedded"


def test_the_same_score_gives_the_same_bytes() -> None:
    assert pdf_bytes(scale()) == pdf_bytes(scale())
    assert png_bytes(scale(), 50) == png_bytes(scale(), 50)


@pytest.mark.parametrize(
    "title",
    ['#panic("x") $x$ *b* _i_ \\ "quoted" `code` @ref <label> // no', "Ωδή, Песня, 春の海, نشيد", "x" * 200, "\n\t"],
)
def test_what_a_user_wrote_is_never_markup(title: str) -> None:
    assert page_count(pdf_bytes(scale(title=title))) == 1


def test_an_empty_score_is_an_empty_staff_or_says_why() -> None:
    for empty in (Score(), Score((Voice("Alto"),))):
        try:
            made = pdf_bytes(empty)
        except (SaveError, LoadError) as error:
            assert str(error)  # noqa: PT017
        else:
            assert page_count(made) == 1


@pytest.mark.parametrize("dpi", [0, 49, 601])
def test_dots_outside_their_range_are_refused(dpi: int) -> None:
    with pytest.raises(SettingError, match=rf"{dpi} dots an inch are outside 50..600"):
        png_bytes(scale(), dpi)


def test_a_long_score_is_no_picture_but_pages() -> None:
    with pytest.raises(SaveError, match=r"too long for one picture of 600 dots an inch: \d+ at most, or save a .pdf"):
        png_bytes(scale(150), 600)
    with pytest.raises(SaveError, match=r"too long for one picture; save it as \.pdf"):
        png_bytes(scale(1200))


def test_a_failure_of_the_typesetter_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE", module._PAGE + "\n#panic()")
    with pytest.raises(SaveError, match=r"the score cannot be typeset: .*panicked"):
        pdf_bytes(scale())


def test_an_svg_shows_what_a_model_wrote() -> None:
    assert b"#0072b2" in svg_bytes(scale(origin=Origin("chorale", 7)))
    assert svg_bytes(scale()).startswith(b"<svg ")
