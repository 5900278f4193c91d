"""Another note at one place: what stays, what is another, and what the model makes of it."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from musenb.errors import SettingError
from musenb.questions.ask import Questions
from musenb.questions.ask import ask as questions
from musenb.score.note import Note, Score, Voice
from musenb.session import Model, develop
from musenb.tokens.chorale.grid import LOWEST, UNKNOWN, encode


@pytest.fixture(scope="module")
def asked(tiny: Model, duet: Score) -> Questions:
    return questions(duet, model=tiny, prime_bars=1, bars=1, seeds=2, seed=5)


def cells_of(score: Score, steps: int) -> np.ndarray:
    return encode(score, steps=steps).cells


def test_what_comes_before_stays_and_the_note_is_the_chosen_one(asked: Questions) -> None:
    place = next(place for place in asked.notes if place.id == "v0n5")
    take = asked.branch(74, note="v0n5")
    steps = len(asked.piece.cells)
    found = cells_of(take.score, steps).ravel()
    before = asked.piece.cells.ravel()
    assert (found[: place.position] == before[: place.position]).all()
    assert found[place.position] == 74 - LOWEST
    assert take.complete
    assert take.score.end == asked.score.end
    chosen = next(note for note in take.score.voices[0].notes if note.onset == 5)
    assert (chosen.pitch, chosen.origin.generated) == (74, False)
    later = [note for voice in take.score.voices for note in voice.notes if note.onset > 5]
    assert later
    assert all(note.origin.generated and note.origin.seed == 5 for note in later)
    kept = zip(take.score.voices[0].notes[:5], asked.piece.score.voices[0].notes[:5], strict=True)
    assert all(one.origin == other.origin for one, other in kept)


def test_the_same_seed_writes_the_same_and_another_seed_another(asked: Questions) -> None:
    one, same, other = (asked.branch(74, note="v0n5", seed=seed) for seed in (3, 3, 4))
    assert one.score == same.score != other.score
    assert (one.recipe.seed, other.recipe.seed) == (3, 4)


def test_another_voice_may_take_the_note_and_higher_ones_keep_theirs(asked: Questions) -> None:
    take = asked.branch(45, note="v0n4", voice="bass")
    found = cells_of(take.score, len(asked.piece.cells))
    assert found[16, 0] == asked.piece.cells[16, 0]
    assert found[16, 3] == 45 - LOWEST


def test_a_low_note_may_be_held_across_the_fork(asked: Questions) -> None:
    # Bass note v1n0 sounds to quarter 2; the soprano forks at quarter 1: the cell after is the model's to choose.
    fork = asked.piece.forked(asked.note("v0n1").position, 72)
    assert fork.plan.first == 4 * 3
    assert (fork.plan.grid.cells[3:] == UNKNOWN).all()
    assert len(fork.tokens) == fork.kept == 4 * 4 + 1


def test_a_melody_that_is_harmonised_stays_given(tiny_checkpoint: Path) -> None:
    melody = Score(voices=(Voice("soprano", tuple(Note(Fraction(n), Fraction(1), 67 + n % 3) for n in range(8))),))
    asked = questions(develop(melody, model=tiny_checkpoint, bars=1, seed=1))
    alto = next(place for place in asked.notes if place.voice == 1)
    fork = asked.piece.forked(alto.position, 62)
    assert (fork.plan.grid.cells[: 8 * 4, 0] != UNKNOWN).all()
    branch = asked.branch(62, note=alto.id)
    assert not any(note.origin.generated for note in branch.score.voices[0].notes[:8])


def test_it_is_stopped_at_a_word_and_tells_how_far_it_came(asked: Questions) -> None:
    stop, seen = threading.Event(), []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        if done >= 40:
            stop.set()

    take = asked.branch(74, note="v0n2", progress=progress, stop=stop)
    assert not take.complete
    assert take.score.end < asked.score.end
    assert seen[-1][0] < seen[-1][1]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"pitch": 90, "note": "v0n1"}, r"pitch 90 is outside 36\.\.81"),
        ({"pitch": 60, "note": "v9n1"}, "no note 'v9n1'"),
        ({"pitch": 60, "note": "v0n1", "voice": "violin"}, "no voice 'violin'; the voices are soprano"),
    ],
)
def test_what_cannot_be_is_refused(asked: Questions, arguments: dict, fault: str) -> None:
    with pytest.raises(SettingError, match=fault):
        asked.branch(**arguments)


def test_a_take_of_the_session_is_branched_with_its_own_policy(tiny_checkpoint) -> None:
    motif = Score(voices=(Voice("", (Note(Fraction(0), Fraction(1), 67),)),))
    take = develop(motif, model=tiny_checkpoint, bars=1, seed=3, temperature=0.5)
    asked = questions(take)
    branch = asked.branch(60, note=asked.notes[-1].id)
    assert branch.recipe.policy == take.recipe.policy
    assert branch.recipe.seed == 3
