"""The panel's Python half: what is asked goes to whoever answers, what cannot be asked is refused in the cell."""

from __future__ import annotations

from typing import Any

import pytest

from musenb.errors import SettingError
from musenb.widgets.asking import Asking


class Listener:
    """Writes down what it is asked."""

    def __init__(self) -> None:
        self.heard: list[tuple] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.heard.append((name, *values))


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        ({"kind": "ask", "id": "v0n1"}, ("ask", "v0n1")),
        ({"kind": "branch", "voice": 1, "pitch": 62}, ("branch", 1, 62)),
        (
            {"kind": "if", "act": "move", "scope": "bar", "layer": 0, "head": 1, "amount": -2},
            ("what_if", "move", "bar", 0, 1, -2),
        ),
        ({"kind": "test"}, ("test",)),
        ({"kind": "map"}, ("map",)),
        ({"kind": "stop"}, ("stop",)),
    ],
)
def test_what_is_asked_is_passed_on(message: dict, heard: tuple) -> None:
    listener = Listener()
    asking = Asking(None, listener)
    asking._receive(None, message, [])
    assert listener.heard == [heard]
    assert asking.error == ""
    asking.close()


def test_nonsense_is_refused_in_the_cell() -> None:
    listener = Listener()
    asking = Asking(None, listener)
    asking._receive(None, {"kind": "if", "act": "burn", "scope": "note", "layer": 0, "head": 0, "amount": 0}, [])
    assert "what if 'burn'" in asking.error
    assert listener.heard == []
    asking.close()


def test_without_anybody_who_answers_it_says_so() -> None:
    asking = Asking()
    asking._receive(None, {"kind": "map"}, [])
    assert asking.error == "nobody answers here: run the cell again"
    asking.close()


def test_it_is_described_with_what_is_likely_and_what_was_looked_at() -> None:
    asking = Asking()
    assert "no note is selected yet" in asking.describe()
    voice = {
        "voice": "alto", "held": 60, "entropy": 1.5, "words": "The piece has D4 (50.0 %).", "choices": [
            ("D4", 0.5, 62, True, "taken"), ("C4 goes on", 0.25, 60, False, ""), ("E4", 0.2, 64, True, ""),
            ("rest", 0.05, None, False, ""),
        ],
    }
    heard = [{"id": "v0n0", "name": "C4 of the alto, bar 1", "pitch": 60, "looked": 0.4, "mattered": None}]
    asking.tell(note="v1n3", place="D4 of the alto, bar 2", voice=0, voices=[voice], bits=1.0, heard=heard)
    assert asking.description == (
        "Questions to a model about D4 of the alto, bar 2. Likely for the alto: D4 50 %, C4 goes on 25 %, E4 20 %, "
        "rest 5 %; uncertainty 1.5 bits. Its surprise was 1.0 bits. Most looked at: C4 of the alto, bar 1, 40 %; not "
        "tested."
    )
    asking.tell(verdict="They disagree.", map_words="One head matters.")
    assert asking.description.endswith("They disagree. One head matters.")
    assert asking.picture()[0] == "image/png"
    with pytest.raises(SettingError, match="shows no colour"):
        asking.tell(colour=1)
    asking.close()
