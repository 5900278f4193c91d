"""The desk passes on what is pressed and shows what it is told."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from hypothesis import given
from hypothesis import strategies as st

from musenb.errors import SettingError
from musenb.widgets.desk import LARGEST_FILE, Desk
from musenb.widgets.wire.base import CHUNK_BYTES


class Recording:
    """Hands that write down what they are asked for."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.done.append((name, *values))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(Recording())
    made.replies = []
    monkeypatch.setattr(Desk, "send", lambda self, content, buffers=None: self.replies.append((content, buffers)))
    return made


def say(desk: Desk, buffers: list[bytes] | None = None, **message: Any) -> None:
    desk._receive(None, message, [memoryview(piece) for piece in buffers or []])


def test_every_message_reaches_the_hands(desk: Desk) -> None:
    say(desk, kind="prime", source="text", text="C4 D4")
    say(desk, kind="act", act="continue")
    say(desk, kind="take", act="rename", id="t1", text="mine")
    say(desk, kind="keep", form="mid")
    say(desk, kind="recover", id="s1")
    say(desk, kind="ask", what="motif")
    assert desk._hands.done == [
        ("prime", "text", "C4 D4"), ("act", "continue"), ("on_take", "rename", "t1", "mine"), ("keep", "mid"),
        ("recover", "s1"), ("ask", "motif"),
    ]
    assert desk.error == ""


def test_a_search_is_answered_with_the_first_names_and_their_number(desk: Desk) -> None:
    say(desk, kind="search", text="bwv")
    assert desk._hands.done == [("search", "bwv")]
    desk.found("bwv", [f"bwv{number}" for number in range(100)])
    ((reply, _),) = desk.replies
    assert (reply["kind"], reply["text"], len(reply["names"]), reply["count"]) == ("found", "bwv", 40, 100)


@given(st.integers(0, 3 * CHUNK_BYTES + 5), st.randoms(use_true_random=False))
def test_the_pieces_of_a_file_are_put_together_in_any_order(size: int, chance: Any) -> None:
    desk = Desk(Recording())
    content = bytes([size % 251]) * size
    parts = max(1, -(-size // CHUNK_BYTES))
    order = list(range(parts))
    chance.shuffle(order)
    for part in order:
        piece = content[part * CHUNK_BYTES : (part + 1) * CHUNK_BYTES]
        say(desk, [piece], kind="file", file="f", name="a.mid", part=part, parts=parts)
    assert desk._hands.done == [("prime_from_file", "a.mid", content)]
    assert desk._files == {}
    desk.close()


def test_a_file_that_is_too_large_is_named_in_the_cell(desk: Desk) -> None:
    parts = LARGEST_FILE // CHUNK_BYTES + 2
    say(desk, [b"x"], kind="file", file="f", name="huge.mid", part=0, parts=parts)
    assert "'huge.mid' has more than 32 MB" in desk.error
    assert desk._files == {}


def test_a_file_is_handed_over_in_pieces(desk: Desk) -> None:
    content = bytes(range(256)) * 10_000
    desk.hand_over("take.wav", "audio/wav", content)
    assert [reply["part"] for reply, _ in desk.replies] == [0, 1, 2]
    assert {(reply["kind"], reply["name"], reply["parts"]) for reply, _ in desk.replies} == {("kept", "take.wav", 3)}
    assert b"".join(buffers[0] for _, buffers in desk.replies) == content


def test_what_hands_raise_is_shown_in_the_cell(desk: Desk) -> None:
    def refuse(*_: str) -> None:
        raise SettingError("there is no seed 'x'")

    desk._hands.act = refuse
    say(desk, kind="act", act="continue")
    assert desk.error == "there is no seed 'x'"


def test_the_desk_says_what_it_shows() -> None:
    desk = Desk()
    assert desk.description == "Desk: no music yet. "
    takes = [("p", "", "prime", "2 bars", 0), ("a", "p", "first", "4 bars", 1)]
    desk.show(takes=takes, selected="a", reading="2 bars.")
    assert desk.description == "Desk: 2 takes, first is shown. 2 bars."
    with pytest.raises(SettingError, match="no hands"):
        desk.pressed("continue")
    with pytest.raises(SettingError, match="Desk has no setting 'tempo'"):
        Desk(tempo=3)
