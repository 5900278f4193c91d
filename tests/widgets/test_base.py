"""What every view keeps: strict keywords, errors in the cell, a stand-in, a clean end."""

from __future__ import annotations

import base64

import pytest
import traitlets

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.errors import ScoreError, SettingError
from musenb.widgets.base import MusenbWidget
from musenb.widgets.clock import Clock

PICTURE = ("image/png", b"\x89PNG")


class Probe(MusenbWidget, bundle="clock"):
    """A view that does as it is told."""

    size = traitlets.Int(1, min=1).tag(sync=True)

    def on_message(self, message: dict, buffers: list) -> None:
        """Raise what the message names."""
        raise {"score": ScoreError, "key": KeyError}[message["kind"]]("pitch 131")

    def describe(self) -> str:
        """Return the size."""
        return f"size <{self.size}>"

    def picture(self) -> tuple[str, bytes]:
        """Return four bytes."""
        return PICTURE


@pytest.mark.parametrize("name", ["colour", "error", "comm", "_esm", "clock_id"])
def test_an_unknown_keyword_is_an_error(name: str) -> None:
    with pytest.raises(SettingError, match=f"Probe has no setting '{name}'; it takes clock, layout, size"):
        Probe(**{name: "x"})


def test_a_value_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(SettingError, match=r"Probe: .*'size'.*0"):
        Probe(size=0)


def test_a_trait_of_a_taken_name_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Wrong: the names \['log'\] are taken"):
        type("Wrong", (MusenbWidget,), {"log": traitlets.Int()})


def test_the_bundle_has_a_picture_and_a_text_that_stays() -> None:
    first, second = Probe(size=3), Probe(size=3)
    data, _ = first._repr_mimebundle_()
    assert data["text/plain"] == "<musenb Probe: size <3>>" == repr(second)
    assert base64.b64decode(data["image/png"]) == PICTURE[1]
    assert f'src="data:image/png;base64,{data["image/png"]}"' in data["text/html"]
    assert data["text/html"].endswith("<figcaption>size &lt;3&gt;</figcaption></figure>")
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == first.model_id
    assert first.description == "size <3>"


@pytest.mark.parametrize(("kind", "shown"), [("score", "pitch 131"), ("key", "KeyError: 'pitch 131'")])
def test_what_a_handler_raises_is_shown_in_the_cell(kind: str, shown: str) -> None:
    view = Probe()
    view._handle_custom_msg({"kind": kind}, [])
    assert view.error == shown


def test_a_value_of_the_page_that_does_not_fit_is_shown_and_dropped() -> None:
    view = Probe()
    view.set_state({"size": -1})
    assert "'size'" in view.error
    assert view.size == 1


def test_noise_on_the_comm_is_left_alone() -> None:
    view = Probe()
    for message in ("text", {}, None, {"kind": "error", "text": "in the page"}):
        view._handle_custom_msg(message, [])
    assert view.error == "in the page"


def test_views_share_a_clock_or_have_their_own() -> None:
    clock = Clock()
    one, two = Probe(clock=clock), Probe()
    assert one.clock_id == clock.clock_id
    assert two.clock_id not in ("", clock.clock_id)
    assert Probe(clock=two).clock_id == two.clock_id


def test_closing_twice_is_closing_once() -> None:
    ends = []

    class Ending(Probe):
        def clean_up(self) -> None:
            ends.append(self)

    view = Ending()
    view.close()
    view.close()
    assert len(ends) == 1
    assert view.comm is None
