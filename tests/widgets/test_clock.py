"""The clock as Python sees it."""

from __future__ import annotations

from fractions import Fraction

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.errors import SettingError
from musenb.score.from_text import score_from_text
from musenb.widgets.clock import Clock


class Recorded(Clock, bundle="clock"):
    """A clock without a page: what it sends is kept."""

    def __init__(self, *scores, **settings) -> None:
        self.sent: list[dict] = []
        super().__init__(*scores, **settings)

    def send(self, content: dict, buffers: object = None) -> None:
        """Keep a message."""
        self.sent.append(content)


def test_it_goes_by_the_tempos_and_the_end_of_a_score() -> None:
    clock = Clock(score_from_text("C4 D4 E4 G4"))
    assert clock.end == 4
    assert [tuple(row) for row in clock.tempos] == [(0, 100)]
    assert repr(clock) == "<musenb Clock: Clock of 4 quarters.>"


def test_python_moves_the_page_even_when_the_trait_agrees_already() -> None:
    clock = Recorded()
    clock.seek(0)
    clock.seek(Fraction(3, 2))
    clock.select(["v0n1", "v0n0", "v0n1"])
    clock.play()
    clock.pause()
    assert clock.sent == [
        {"kind": "seek", "playhead": 0.0},
        {"kind": "seek", "playhead": 1.5},
        {"kind": "select", "ids": ["v0n0", "v0n1"]},
        {"kind": "play", "playing": True},
        {"kind": "play", "playing": False},
    ]
    assert (clock.playhead, clock.selection) == (1.5, ["v0n0", "v0n1"])


def test_python_hears_of_the_selection_until_it_has_heard_enough() -> None:
    clock, heard = Clock(), []
    stop = clock.on_selection(heard.append)
    clock.set_state({"selection": ["v0n1"]})
    stop()
    clock.set_state({"selection": ["v0n2"]})
    assert heard == [["v0n1"]]


def test_what_a_listener_raises_is_shown() -> None:
    clock = Clock()
    clock.on_selection(lambda ids: 1 / 0)
    clock.set_state({"selection": ["v0n1"]})
    assert clock.error == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("loop", [[1], [2, 1], [1, 1], [-1, 2]])
def test_a_loop_that_is_none_is_refused(loop: list) -> None:
    with pytest.raises(SettingError, match="loop"):
        Clock(loop=loop)
    clock = Clock(loop=[1, 2])
    clock.set_state({"loop": loop})
    assert clock.loop == [1, 2]
    assert "loop" in clock.error


@pytest.mark.parametrize("quarter", [-1, float("nan")])
def test_it_does_not_seek_before_the_beginning(quarter: float) -> None:
    with pytest.raises(SettingError, match=f"cannot seek to quarter {quarter}"):
        Clock().seek(quarter)
