"""Kept pictures: two outputs for a view, the second drawn anew when the view has changed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import musenb
from musenb.widgets import kept
from musenb.widgets.kept import AGAIN, VIEW, Keeping, is_kept, kept_html
from musenb.widgets.roll import Roll

DRAWING = {"text/plain": "<musenb Sheet>", "image/svg+xml": "<svg/>", "image/png": "cG5n"}


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], str, bool]]:
    """Return what is displayed from now on, as [data, display id, update]."""
    shown: list[tuple[dict[str, Any], str, bool]] = []

    def publish(data: dict[str, Any], *, transient: dict[str, str] | None = None, update: bool = False) -> None:
        shown.append((data, (transient or {}).get("display_id", ""), update))

    monkeypatch.setattr("IPython.display.publish_display_data", publish)
    return shown


def test_a_view_is_shown_and_its_picture_directly_behind_it(published) -> None:
    roll = Roll(musenb.motif("C4 D4 E4 G4"))
    roll._ipython_display_()
    (live, _, _), (behind, name, update) = published
    assert live == {VIEW: {"version_major": 2, "version_minor": 0, "model_id": roll.model_id}}
    assert set(behind) == {"text/html", "text/plain", "image/png"}
    assert is_kept(behind)
    assert not is_kept(live)
    assert roll.describe() in behind["text/html"]
    assert AGAIN in behind["text/html"]
    assert (name, update) == (f"musenb-kept-{roll.model_id}", False)
    roll.close()


def test_the_picture_is_drawn_anew_when_the_view_has_changed_and_not_after_its_end(
    published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "QUIET", 0.05)
    roll = Roll(musenb.motif("C4 D4 E4 G4"))
    roll._ipython_display_()
    roll._ipython_display_()
    anew = threading.Event()
    publish = kept._bundle
    monkeypatch.setattr(kept, "_bundle", lambda *given: (publish(*given), anew.set())[0])
    roll.edit([{"op": "delete", "id": "v0n3"}])
    assert anew.wait(20)
    roll.close()
    data, name, update = published[-1]
    assert len(published) == 5, "shown twice, drawn anew once"
    assert "3 notes" in data["text/html"]
    assert (name, update) == (published[1][1], True)
    ended = Keeping(lambda: published.append("drawn"), quiet=0)
    ended.end()
    ended.changed()
    assert published[-1] != "drawn"


def test_a_closed_view_is_its_words(published) -> None:
    roll = Roll(musenb.motif("C4"))
    words = repr(roll)
    roll.close()
    roll._ipython_display_()
    assert [data for data, *_ in published] == [{"text/plain": words}]


def test_a_drawing_is_kept_as_a_picture_and_words_are_never_html() -> None:
    html = kept_html(DRAWING, "<b>Take</b> 1\nin blue", again="Run <it>")
    assert 'src="data:image/svg+xml;base64,PHN2Zy8+"' in html
    assert 'alt="&lt;b&gt;Take&lt;/b&gt; 1"' in html
    assert "<figcaption>&lt;b&gt;Take&lt;/b&gt; 1\nin blue\n<em>Run &lt;it&gt;</em></figcaption>" in html
    only_png = {kind: text for kind, text in DRAWING.items() if kind != "image/svg+xml"}
    assert 'src="data:image/png;base64,cG5n"' in kept_html(only_png, "words")
    assert "<img" not in kept_html({"text/plain": "words"}, "words")
