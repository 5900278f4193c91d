"""The metre of motifs that state none."""

from __future__ import annotations

import pytest

from musenb.score.from_text import score_from_text
from musenb.score.metre_guess import guess_metre
from musenb.score.note import Score


@pytest.mark.parametrize(
    ("text", "metre"),
    [
        ("C4 D4 E4 G4", (4, 4)),
        ("C4:2 D4 E4:2 F4 G4:3", (3, 4)),
        ("G4:1.5 A4:1/2 G4 E4:3 G4:1.5 A4:1/2 G4 E4:3", (3, 4)),
        ("upbeat=1 D4 G4:2 B4:1/2 G4:1/2 B4:2 A4 G4:2 E4 D4:2", (3, 4)),
        ("C4:1.5 C4:1.5 C4 D4:1/2 E4:1.5", (6, 8)),
        ("E4:1 F4:1/2 G4:1 A4:1/2 G4:1 F4:1/2 E4:1.5", (6, 8)),
        ("C4 C4 G4 G4 A4 A4 G4:2", (4, 4)),
        ("C4:3", (4, 4)),
        ("upbeat=3 C4 D4 E4 F4:4", (4, 4)),
    ],
)
def test_long_notes_tell_the_metre_and_weak_evidence_leaves_four_four(text: str, metre: tuple[int, int]) -> None:
    found = guess_metre(score_from_text(text))
    assert (found.beats, found.unit) == metre


def test_silence_is_in_four_four() -> None:
    assert guess_metre(Score()) == guess_metre(score_from_text("C4:4"))


def test_a_metre_that_nobody_wrote_is_known_as_such() -> None:
    assert not score_from_text("C4 D4").metres[0].stated
    assert score_from_text("4/4 C4 D4").metres[0].stated
    assert score_from_text("C4 D4").metres == score_from_text("4/4 C4 D4").metres
    assert not score_from_text("C4 D4 E4").cut(1, 3).metres[0].stated
