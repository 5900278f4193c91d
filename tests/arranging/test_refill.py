"""Refilling a passage: everything outside it stays, note for note and rest for rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from musenb.arranging.refill import refill
from musenb.errors import SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score
from musenb.session import develop

FOUR = score_from_text(
    "key=C\nsoprano: C5 D5 E5 F5 | E5 D5 C5:2 | C5 D5 E5:2\nalto: G4 G4 G4 A4 | G4 G4 E4:2 | r:4\n"
    "tenor: E4 D4 C4 C4 | C4 B3 G3:2 | G3 B3 C4:2\nbass: C3 B2 C3 F2 | C3 G2 C3:2 | E3 G3 C3:2"
)
NAMES = ("soprano", "alto", "tenor", "bass")


def outside(score: Score, voices: set[str], first: int, last: int) -> set[tuple[str, Note]]:
    """Return the notes that a refill of bars first to last must not touch."""
    begin, end = 4 * (first - 1), 4 * last
    return {
        (voice.name, note)
        for voice in score.voices
        for note in voice.notes
        if voice.name not in voices or note.onset < begin or note.end > end
    }


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    voices=st.sets(st.sampled_from(NAMES), min_size=1), first=st.integers(1, 3), more=st.integers(0, 2),
    seed=st.integers(0, 99),
)
def test_nothing_outside_changes(voices: set[str], first: int, more: int, seed: int, tiny_checkpoint: Path) -> None:
    last = min(first + more, 3)
    assume(len(voices) < len(NAMES) or last - first < 2)
    take = refill(FOUR, bars=(first, last), voices=sorted(voices), model=tiny_checkpoint, seed=seed, best_of=1)
    kept = {
        (voice.name, (note.onset, note.duration, note.pitch))
        for voice in take.score.voices
        for note in voice.notes
        if not note.origin.generated
    }
    wanted = {(name, (note.onset, note.duration, note.pitch)) for name, note in outside(FOUR, voices, first, last)}
    assert kept == wanted
    written = [(voice.name, note) for voice in take.score.voices for note in voice.notes if note.origin.generated]
    assert all(name in voices and 4 * (first - 1) <= note.onset < 4 * last for name, note in written)
    assert take.score.end <= FOUR.end


def test_the_same_seed_refills_with_the_same_notes(tonal_checkpoint: Path) -> None:
    one, two = (refill(FOUR, bars="2", voices="alto", model=tonal_checkpoint, seed=5) for _ in range(2))
    assert one.score == two.score
    assert one.score != FOUR


def test_a_take_is_refilled_by_its_own_model(tiny_checkpoint: Path) -> None:
    take = develop("key=C C5 D5 E5 F5", model=tiny_checkpoint, bars=2, seed=1)
    again = refill(take, bars=(2, 3), voices=["bass"], seed=9)
    assert again.recipe.model == take.recipe.model
    seeds = {note.origin.seed for note in again.score.notes}
    assert seeds == {None, 1, 9}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"bars": 9}, "there is no bar 9: the piece has the bars 1..3"),
        ({"bars": (3, 2)}, "end before they begin"),
        ({"bars": "x"}, "bars 'x' are neither one bar such as 3"),
        ({"voices": "flute"}, "there is no voice 'flute'; the voices are soprano, alto, tenor, bass"),
        ({"voices": []}, "there is nothing to write"),
        ({}, "nothing would stay for the model to go by"),
        ({"bars": (1, 3)}, "choose fewer bars or fewer voices"),
    ],
)
def test_what_cannot_be_refilled_is_said(asked: dict, message: str, tiny_checkpoint: Path) -> None:
    with pytest.raises(SettingError, match=message):
        refill(FOUR, model=tiny_checkpoint, **asked)
