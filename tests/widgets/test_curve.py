"""The curve's Python half: values find their notes, and stand in words and in a picture."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.errors import SettingError
from musenb.score.note import Note, Score, Voice
from musenb.widgets.curve import Curve, curve_png


@pytest.fixture
def duet() -> Score:
    tops = tuple(Note(Fraction(4 * n), Fraction(4), 67 + n) for n in range(3))
    return Score(voices=(Voice("soprano", tops), Voice("bass", (Note(Fraction(0), Fraction(8), 48),))))


def test_values_by_id_stand_in_the_order_of_the_note_table(duet: Score) -> None:
    curve = Curve(duet, {"surprise": {"v1n0": 4.0, "v0n2": 1.5}})
    assert curve.lines == [{"name": "surprise", "values": [None, 4.0, None, 1.5]}]
    assert curve.description == "Surprise: 2.75 bits a note on average, highest in bar 1 with 4.0."
    curve.close()


def test_values_by_place_are_as_many_as_notes(duet: Score) -> None:
    curve = Curve(duet, {"one": [1, 2, float("nan"), 4], "two": [0, 0, 0, 0]}, unit="nats")
    assert curve.lines[0]["values"] == [1.0, 2.0, None, 4.0]
    assert "One: 2.33 nats a note on average" in curve.description
    with pytest.raises(SettingError, match="one: 3 values for 4 notes"):
        curve.show({"one": [1, 2, 3]})
    curve.close()


@pytest.mark.parametrize(("note", "fault"), [("v0n7", "no note 'v0n7'"), ("seven", "'seven' is no note id")])
def test_an_unknown_note_is_named(duet: Score, note: str, fault: str) -> None:
    with pytest.raises(SettingError, match=fault):
        Curve(duet, {"surprise": {note: 1.0}})


def test_without_values_it_says_so_and_has_no_picture(duet: Score) -> None:
    curve = Curve(duet)
    assert curve.describe() == "Curve without values yet."
    assert curve.picture() is None
    curve.show({"surprise": [1, 2, 3, 4]})
    kind, content = curve.picture()
    assert (kind, content[:4]) == ("image/png", b"\x89PNG")
    curve.close()


def test_the_picture_is_higher_for_higher_values() -> None:
    assert len(curve_png([[1.0, 4.0]], [0.0, 4.0])) != len(curve_png([[4.0, 4.0]], [0.0, 4.0]))
