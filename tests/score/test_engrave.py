"""Engraved pages: the notes and their ids are there, nothing but a drawing is, and a crash ends no kernel."""

from __future__ import annotations

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction

import pytest
from defusedxml import ElementTree

from musenb.errors import LoadError, SettingError
from musenb.export.to_musicxml import musicxml_bytes
from musenb.score import isolate
from musenb.score.corpus import corpus_score
from musenb.score.engrave import engrave, screen
from musenb.score.from_text import score_from_text
from musenb.score.marks import ChordSymbol

SVG = "{http://www.w3.org/2000/svg}"


def measure(number: int, *notes: tuple[str, str]) -> str:
    """Return a 4/4 bar of half notes, each (id, step)."""
    written = "".join(
        f'<note id="{name}"><pitch><step>{step}</step><octave>4</octave></pitch>'
        "<duration>2</duration><type>half</type></note>"
        for name, step in notes
    )
    head = "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
    return f'<measure number="{number}">{head if number == 1 else ""}{written}</measure>'


def document(*measures: str, name: str = "Voice") -> bytes:
    """Return a MusicXML document of one part."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="4.0"><part-list><score-part id="P1">'
        f"<part-name>{name}</part-name></score-part></part-list>"
        f'<part id="P1">{"".join(measures)}</part></score-partwise>'
    ).encode()


TWO_BARS = document(measure(1, ("n1", "C"), ("n2", "E")), measure(2, ("n3", "G"), ("n4", "C")))


def test_every_note_is_drawn_with_its_id() -> None:
    engraving = engrave(TWO_BARS)
    assert engraving.ids == ("n1", "n2", "n3", "n4")
    assert engraving.pages == len(engraving.svgs) == 1
    root = ElementTree.fromstring(engraving.svgs[0])
    heads = [g for g in root.iter(f"{SVG}g") if g.get("data-class") == "notehead"]
    assert len(heads) == 4
    drawn = {use.get("{http://www.w3.org/1999/xlink}href") for head in heads for use in head.iter(f"{SVG}use")}
    defined = {f"#{g.get('id')}" for g in root.iter(f"{SVG}g") if g.get("id")}
    assert drawn
    assert drawn <= defined


def test_the_drawing_takes_the_colour_of_its_surroundings() -> None:
    (svg,) = engrave(TWO_BARS).svgs
    assert "fill:currentColor" in svg
    assert "stroke:currentColor" in svg
    assert not re.search(r"black|#000", svg)


def test_ids_of_two_scores_do_not_meet_and_one_score_is_drawn_alike() -> None:
    other = engrave(document(measure(1, ("n1", "D"), ("n2", "F")))).svgs[0]
    first, again = engrave(TWO_BARS).svgs[0], engrave(TWO_BARS).svgs[0]
    assert first == again
    ids = [set(re.findall(r'[ ]id="([^"]+)"', svg)) for svg in (first, other)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_classes_reach_the_notes_that_they_name() -> None:
    (svg,) = engrave(TWO_BARS, classes={"n1": "", "n2": "", "n3": "generated", "n4": ""}.__getitem__).svgs
    root = ElementTree.fromstring(svg)
    marked = [g.get("data-id") for g in root.iter(f"{SVG}g") if "generated" in (g.get("class") or "").split()]
    assert marked == ["n3"]


def test_width_and_scale_set_the_size() -> None:
    def box(svg: str) -> list[float]:
        found = re.search(r'viewBox="([^"]+)"', svg)
        assert found
        return [float(number) for number in found[1].split()]

    assert box(engrave(TWO_BARS, width=600).svgs[0])[2] == 600
    small, large = engrave(TWO_BARS, scale=30).svgs[0], engrave(TWO_BARS, scale=80).svgs[0]
    assert box(large)[3] > 1.5 * box(small)[3]


def test_a_page_outside_the_score_is_refused() -> None:
    assert engrave(TWO_BARS, page=1).ids == ("n1", "n2", "n3", "n4")
    with pytest.raises(SettingError, match=r"page 2 is outside 1\.\.1"):
        engrave(TWO_BARS, page=2)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"width": 199}, r"width 199 pixels is outside 200\.\.10000"),
        ({"scale": 500}, r"scale 500 is outside 10\.\.200 per cent"),
    ],
)
def test_settings_outside_their_range_are_refused(setting: dict[str, int], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        engrave(TWO_BARS, **setting)


def test_names_with_markup_stay_text() -> None:
    (svg,) = engrave(document(measure(1, ("n1", "C")), name="&lt;script&gt;alert(1)&lt;/script&gt;")).svgs
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_mei_in_a_musicxml_file_is_not_read_as_mei() -> None:
    mei = b'<?xml version="1.0"?><mei xmlns="http://www.music-encoding.org/ns/mei"><music><body/></music></mei>'
    with pytest.raises(LoadError, match=r"the root is '.*mei', not 'score-partwise'"):
        engrave(mei)


def test_what_is_no_music_is_refused_and_the_next_score_is_drawn() -> None:
    with pytest.raises(LoadError, match="the score view is unavailable: not well-formed XML"):
        engrave(b"not xml at all")
    assert engrave(TWO_BARS).ids


def test_a_dead_engraver_is_an_error_and_the_next_score_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    from musenb.score import engrave as module

    def dies(function: str, arguments: dict[str, object], *, what: str) -> object:
        raise LoadError("crash", f"the reader process died (SIGSEGV) while reading {what}")

    with monkeypatch.context() as patched:
        patched.setattr(module, "isolated", dies)
        with pytest.raises(LoadError, match=r"view is unavailable: the reader process died \(SIGSEGV\)") as raised:
            engrave(TWO_BARS)
    assert raised.value.kind == "crash"
    assert engrave(TWO_BARS).ids


@pytest.mark.skipif(os.name != "posix", reason="a signal ends the process")
def test_an_engraver_that_is_killed_while_it_draws_costs_that_drawing_alone() -> None:
    long = document(*(measure(number, (f"n{number}", "C")) for number in range(1, 1_500)))
    assert engrave(TWO_BARS).ids
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(engrave, long)
        while isolate._lock.acquire(blocking=False):  # until the other thread waits for the child
            isolate._lock.release()
            time.sleep(0.001)
        os.kill(isolate._child.process.pid, signal.SIGSEGV)
        with pytest.raises(LoadError, match=r"view is unavailable: the reader process died \(SIGSEGV\)"):
            drawing.result()
    assert engrave(TWO_BARS).ids == ("n1", "n2", "n3", "n4")


@pytest.mark.parametrize("name", ["monteverdi/madrigal.4.12", "airdsAirs/book1"])
def test_valid_music_that_once_killed_engravers_is_drawn(name: str) -> None:
    score = corpus_score(name)
    assert len(engrave(musicxml_bytes(score)).ids) >= len(score.notes)


HOSTILE = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">
<script>alert(1)</script><style>@import url(x)</style>
<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>
<a xlink:href="javascript:alert(1)"><text>in a link</text></a><image href="x.png"/><animate attributeName="href"/>
<g id="ok" onclick="alert(1)" style="fill:url(x)" class="note" data-class="note" data-id="n1">
<use xlink:href="other.svg#a"/><use xlink:href="#glyph" transform="translate(1, 2)"/><path transform="url(x)"/>
<text font-family="url(x)">T &amp; &lt;b&gt;</text></g></svg>"""
TRACES = "alert script import foreignObject javascript image animate onclick onload url( other.svg".split()


def test_signs_of_figured_bass_are_those_of_text_fonts() -> None:
    score = score_from_text("bass: C3 D3 E3")
    figures = [ChordSymbol(Fraction(onset), text, "figures") for onset, text in enumerate(("#", "b6", "n"))]
    (svg,) = engrave(musicxml_bytes(replace(score, chords=tuple(figures)))).svgs
    assert [sign for sign in svg if sign in "♯♭♮" or "\ue000" <= sign <= "\uf8ff"] == ["♯", "♭", "♮"]


def test_only_a_drawing_passes_the_screen() -> None:
    svg, notes = screen(HOSTILE, prefix="p", classes=lambda note: f"of-{note}")
    assert notes == ["n1"]
    assert 'class="note of-n1"' in svg
    assert [trace for trace in TRACES if trace in svg] == []
    assert 'id="p-ok"' in svg
    assert '<use xlink:href="#p-glyph" transform="translate(1, 2)"></use>' in svg
    assert "T &amp; &lt;b&gt;" in svg
    ElementTree.fromstring(svg)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<html/>", "begins with 'html', not with svg"),
        ("<svg", "not well-formed"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "DTDForbidden"),
    ],
)
def test_what_is_no_drawing_is_refused(text: str, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        screen(text, prefix="p", classes=str)


def test_a_long_score_is_drawn_on_several_pages() -> None:
    long = document(*[measure(n, (f"a{n}", "C"), (f"b{n}", "G")) for n in range(1, 401)])
    engraving = engrave(long, width=200, scale=200)
    assert engraving.pages == len(engraving.svgs) > 1
    assert len(engraving.ids) == len(set(engraving.ids)) == 800
    last = engrave(long, width=200, scale=200, page=engraving.pages)
    assert last.svgs == engraving.svgs[-1:]
