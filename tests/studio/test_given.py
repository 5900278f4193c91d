"""A studio whose model is told given notes beside the past: lock, branch, stop, go on, repeat, recover and ask."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from musenb.files.lines import read_lines
from musenb.studio.core import StudioCore
from musenb.studio.recovery import rebuilt
from musenb.studio.takes import Entry

TUNE = "key=G G4 A4 B4 C5 | D5 B4 A4 G4"


@pytest.fixture
def studio(tonal_checkpoint: Path, tmp_path: Path) -> Iterator[StudioCore]:
    made = StudioCore(tonal_checkpoint, folder=tmp_path)
    made.prime(TUNE)
    yield made
    made.stop()
    made.close()


def sopranos(take: Entry) -> list[tuple[Fraction, int]]:
    return [(note.onset, note.pitch) for note in take.score.voices[0].notes]


def harmonise(studio: StudioCore, seed: int) -> Entry:
    """Write the lower voices of the second bar under the tune and return the take."""
    studio.lock(voices=["soprano"])
    studio.continue_(1, seed=seed, take=1, start=Fraction(4), best_of=1)
    (take,) = studio.wait()
    return take


def test_a_melody_is_harmonised_and_written_again(studio: StudioCore) -> None:
    take = harmonise(studio, 3)
    assert sopranos(take)[:8] == sopranos(studio.take(1))
    assert any(note.origin.generated for note in take.score.voices[3].notes)
    assert studio.repeat(take.id) == take.score


def test_a_stopped_take_is_taken_up_with_its_memory(studio: StudioCore) -> None:
    whole, told = harmonise(studio, 5), []
    end = studio.on("note", lambda take, event: told.append(event) or (len(told) == 6 and studio.stop()))
    part = harmonise(studio, 5)
    end()
    assert part.position is not None
    studio.resume(part.id)
    (finished,) = studio.wait()
    assert finished.score == whole.score


def test_the_session_is_rebuilt_from_its_journal(studio: StudioCore) -> None:
    take = harmonise(studio, 1)
    tree = rebuilt(list(read_lines(studio.journal_path)))
    assert tree.take(take.id).score == take.score
    assert tree.take(take.id).recipe.idiom == "tonal"


def test_a_take_can_be_asked_about(studio: StudioCore) -> None:
    take = harmonise(studio, 1)
    asked = studio.ask(take.id)
    assert len(asked.surprise().bits) == len(take.score.notes)
    assert asked.record().given is not None
