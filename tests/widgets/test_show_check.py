"""What a notebook shows for a check: the score, its marked notes in orange, and a line a mark."""

from __future__ import annotations

import base64
import re

import pytest

import musenb
from musenb.errors import LoadError
from musenb.export.ink import MARKED
from musenb.widgets import show_check as module

WRONG = "soprano: C5 D5\nbass: C3 D3"


def test_the_marked_notes_are_drawn_as_such() -> None:
    bundle = musenb.check(WRONG)._repr_mimebundle_()
    (found,) = re.findall(r'<img [^>]*svg\+xml;base64,([^"]+)"', bundle["text/html"])
    svg = base64.b64decode(found).decode()
    assert svg.count(f'class="note {MARKED}"') == 4
    assert f".{MARKED}{{" in svg
    assert "<li><b>bar 1, beat 2: parallel octaves</b> (error). Soprano and bass move together" in bundle["text/html"]


def test_names_stay_text() -> None:
    score = musenb.motif('title="<b>x</b>"\n"<i>one</i>": C5 D5\nbass: C3 D3')
    html = musenb.check(score)._repr_mimebundle_()["text/html"]
    assert "<b>x</b>" not in html
    assert "&lt;i&gt;one&lt;/i&gt; and bass move together" in html


def test_what_cannot_be_drawn_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise LoadError("content", "the score view is unavailable: tried")

    monkeypatch.setattr(module, "engraved", refused)
    html = musenb.check(WRONG)._repr_mimebundle_()["text/html"]
    assert "<p>the score view is unavailable: tried</p><pre>" in html
    assert "parallel octaves" in html


def test_a_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "terminal", lambda: True)
    bundle = musenb.check(WRONG)._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert bundle["text/plain"].startswith("bar 1, beat 2: parallel octaves (error): ")
