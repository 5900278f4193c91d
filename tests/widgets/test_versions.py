"""The Python half of two versions: what differs is told by id, in words and in a picture."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from musenb.score.note import Note, Score, Voice
from musenb.widgets.notes import unpack
from musenb.widgets.versions import Versions


@pytest.fixture
def scores() -> tuple[Score, Score]:
    notes = tuple(Note(Fraction(n), Fraction(1), 60 + n) for n in range(6))
    first = Score(voices=(Voice("soprano", notes),))
    others = (*notes[:4], replace(notes[4], pitch=50), Note(Fraction(11, 2), Fraction(1, 2), 70))
    return first, Score(voices=(Voice("soprano", others),))


def test_what_differs_is_told_by_id_on_both_sides(scores: tuple[Score, Score]) -> None:
    versions = Versions(*scores, names=["before", "after"], heading="What if")
    assert versions.differ == [["v0n4", "v0n5"], ["v0n4", "v0n5"]]
    assert versions.parts == 4
    assert [int(row["pitch"]) for row in unpack(versions.second)] == [60, 61, 62, 63, 50, 70]
    assert versions.piece["end"] == 6
    assert versions.description == (
        "What if. before and after: they part at quarter 4; 4 same, 1 pitch, 1 only in the first, 1 only in the second."
    )
    versions.close()


def test_the_same_twice_parts_nowhere(scores: tuple[Score, Score]) -> None:
    versions = Versions(scores[0], scores[0])
    assert versions.parts is None
    assert versions.differ == [[], []]
    assert "the same 6 notes" in versions.description
    versions.close()


def test_words_and_figures_stand_without_music_too(scores: tuple[Score, Score]) -> None:
    versions = Versions(*scores)
    before = versions.version
    versions.show(heading="Loss", words=["Nothing was written."], rows=[("Loss", "1.0", "", "+0.1")])
    assert versions.version == before + 1
    assert (versions.first, versions.picture()) == (b"", None)
    assert versions.description == "Loss. Nothing was written. Loss: before 1.0, +0.1."
    versions.close()


def test_both_stand_in_the_picture_one_above_the_other(scores: tuple[Score, Score]) -> None:
    versions = Versions(*scores)
    kind, content = versions.picture()
    assert kind == "image/png"
    height = int.from_bytes(content[20:24], "big")
    span = (70 + 2) - (50 - 2) + 1
    assert height == 2 * span * 4 + 4
    versions.close()
