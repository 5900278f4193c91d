"""What a notebook shows for a score: engraved notes, sound, who wrote what, and text that stays text."""

from __future__ import annotations

import base64
import re
import sys
from fractions import Fraction
from types import SimpleNamespace

import pytest
from defusedxml import ElementTree

from musenb.errors import LoadError
from musenb.export.ink import GENERATED
from musenb.export.provenance import provenance
from musenb.score.note import Note, Origin, Score, TimeSignature, Voice
from musenb.widgets import show as module
from musenb.widgets.show import mime_bundle, show

WRITTEN = Origin("chorale", 7)


def duet(**settings: object) -> Score:
    """Return three bars of 4/4: the upper line given for two of them, all else written, two notes over bar lines."""
    upper = [Note(q, 1, 72) for q in range(8)] + [Note(q, 1, 74, origin=WRITTEN) for q in range(8, 12)]
    lower = [Note(Fraction(3 * n), 3, 60, origin=WRITTEN) for n in range(4)]
    return Score((Voice("soprano", tuple(upper)), Voice("bass", tuple(lower))), **settings)


def pictures(html: str) -> list[str]:
    """Return the SVG of every picture in the page."""
    return [base64.b64decode(found).decode() for found in re.findall(r'<img [^>]*svg\+xml;base64,([^"]+)"', html)]


def test_the_score_is_drawn_and_marked_by_who_wrote_it() -> None:
    bundle = mime_bundle(duet())
    html = bundle["text/html"]
    (svg,) = pictures(html)
    assert svg == bundle["image/svg+xml"]
    drawn = re.findall(rf'<g [^>]*class="note( {GENERATED})?"', svg)
    assert len(drawn) == 12 + 6, "two notes of the bass cross a bar line"
    assert sum(map(bool, drawn)) == 4 + 6
    assert "Given: soprano bars 1\N{EN DASH}2. Written by chorale (seed 7): 8 notes, in blue." in html


def test_the_sound_stands_in_the_page() -> None:
    html = mime_bundle(duet())["text/html"]
    found = re.search(r'<audio controls [^>]*src="data:audio/wav;base64,([^"]+)"', html)
    assert found
    assert base64.b64decode(found[1])[:4] == b"RIFF"


def test_the_drawing_alone_and_the_listing_are_there_for_other_viewers() -> None:
    bundle = mime_bundle(duet())
    assert ElementTree.fromstring(bundle["image/svg+xml"]).tag.endswith("svg")
    assert "soprano" in bundle["text/plain"].lower()
    assert show(duet())._repr_mimebundle_() == bundle
    assert repr(show(duet())) == bundle["text/plain"]


def test_a_title_with_markup_stays_text() -> None:
    html = mime_bundle(duet(title="<script>alert(1)</script> & \"x'"))["text/html"]
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&#x27;") == 2, "title and name of the picture"


def test_without_an_engraver_the_listing_and_the_sound_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(score: Score, **settings: object) -> None:
        raise LoadError("crash", "the score view is unavailable: <died>")

    monkeypatch.setattr(module, "engraved", fails)
    bundle = mime_bundle(duet())
    assert "the score view is unavailable: &lt;died&gt;" in bundle["text/html"]
    assert "<pre>" in bundle["text/html"]
    assert "<audio" in bundle["text/html"]
    assert "image/svg+xml" not in bundle


def test_a_piece_too_long_to_be_heard_is_still_seen() -> None:
    slow = Score((Voice("line", (Note(0, 1, 60), Note(4000, 4, 60))),), metres=(TimeSignature(0, 64, 4),))
    html = mime_bundle(slow)["text/html"]
    assert "No sound: a piece of 2402 seconds is longer than 1800" in html
    assert pictures(html)


@pytest.mark.parametrize(
    ("notes", "sentence"),
    [
        ((Note(0, 1, 60), Note(1, 1, 62)), "Given: all 2 notes."),
        ((Note(0, 1, 60, origin=WRITTEN),), "Given: nothing. Written by chorale (seed 7): 1 note, in blue."),
        (
            (Note(0, 1, 60), Note(4, 1, 60), Note(12, 1, 60), Note(13, 1, 60, origin=WRITTEN)),
            "Given: voice 1 bars 1\N{EN DASH}2, 4. Written by chorale (seed 7): 1 note, in blue.",
        ),
    ],
)
def test_the_sentence_tells_given_from_written(notes: tuple[Note, ...], sentence: str) -> None:
    assert provenance(Score((Voice("", notes),))) == sentence


def test_the_sentence_names_the_upbeat() -> None:
    line = Voice("alto", (Note(0, 1, 60), Note(1, 4, 60), Note(5, 4, 60, origin=WRITTEN)))
    assert provenance(Score((line,), anacrusis=Fraction(1))).startswith("Given: alto upbeat, bar 1. Written by")


def test_a_score_in_a_cell_is_shown_as_a_take_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "mime_bundle", lambda score: {"text/html": f"drawn: {score!r}"})
    assert duet()._repr_mimebundle_() == {"text/html": f"drawn: {duet()!r}"}


def test_a_terminal_is_shown_the_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = SimpleNamespace(display_formatter=SimpleNamespace(active_types=["text/plain"]))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(module, "engraved", lambda score: pytest.fail("engraved for a terminal"))
    assert list(duet()._repr_mimebundle_()) == ["text/plain"]
    shell.display_formatter.active_types = ["text/plain", "text/html"]
    monkeypatch.setattr(module, "mime_bundle", lambda score: {"text/html": ""})
    assert list(duet()._repr_mimebundle_()) == ["text/html"]
