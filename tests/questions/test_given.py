"""Questions to a model that is told given notes beside the past: attention to them apart, and what they change."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from musenb.analysis.attention import validate
from musenb.errors import ModelError
from musenb.model.numpy.decode import Silence
from musenb.questions.ask import Questions
from musenb.questions.ask import ask as questions
from musenb.questions.reading import read
from musenb.questions.telling import heard_rows
from musenb.sample.models import open_model
from musenb.sample.recipe import Recipe, begin, plan_of
from musenb.score.from_text import score_from_text
from musenb.session import Take
from musenb.tokens.idiom import Keep

TEXT = """key=G
soprano: G4 A4 B4 C5 | D5 B4 A4 G4 | A4 B4 A4 G4
alto: D4 D4 D4 E4
tenor: B3 A3 G3 G3
bass: G3 F#3 G3 C3
"""


def harmonised(path: Path, *, seed: int = 3) -> Take:
    """Return a take of a soprano of three bars, the lower voices written from the second bar on."""
    model, score = open_model(path), score_from_text(TEXT)
    recipe = Recipe(
        model.name, model.checksum, seed, 1, idiom=model.idiom.name, start=Fraction(4), keep=Keep(voices=("soprano",))
    )
    plan = plan_of(model, score, recipe)
    sampling = begin(model, plan, recipe).run()
    return Take(sampling.score(), recipe, True, plan)


@pytest.fixture(scope="module")
def take(tonal_checkpoint: Path) -> Take:
    return harmonised(tonal_checkpoint)


@pytest.fixture(scope="module")
def asked(take: Take) -> Questions:
    return questions(take, bars=1, seeds=2)


def sopranos(asked: Questions) -> list[int]:
    return [number for number, place in enumerate(asked.notes) if place.voice_name == "soprano"]


def written(asked: Questions) -> int:
    """Return a note that the model wrote in the second bar."""
    return next(
        number for number, place in enumerate(asked.notes) if not asked.piece.given(place) and place.note.onset > 4
    )


def test_a_take_is_written_again_from_its_recipe(take: Take, tonal_checkpoint: Path) -> None:
    assert harmonised(tonal_checkpoint).score == take.score
    assert harmonised(tonal_checkpoint, seed=4).score != take.score
    soprano = take.score.voices[0].notes
    assert [note.pitch for note in soprano] == [67, 69, 71, 72, 74, 71, 69, 67, 69, 71, 69, 67]
    assert not any(note.origin.generated for note in soprano)


def test_attention_to_given_notes_is_told_apart_from_that_to_the_past(asked: Questions) -> None:
    record, note = asked.record(), written(asked)
    validate(record)
    assert record.given is not None
    attention = asked.attention(note)
    later = [key for key in sopranos(asked) if asked.notes[key].note.onset > asked.notes[note].note.onset]
    assert not attention.weights[:, :, later].any()
    assert (attention.given[0][:, later] > 0).all()
    assert not attention.given[1].any()  # its second layer reads no memory
    assert (attention.given[0].sum(axis=-1) < 1).all()
    others = [key for key in range(len(asked.notes)) if asked.notes[key].voice_name != "soprano"]
    beyond = [key for key in others if asked.notes[key].note.onset >= 4]
    assert not attention.given[:, :, beyond].any()


def test_the_queries_of_both_parts_are_the_same(asked: Questions) -> None:
    for query in ("first", "mean"):
        record = asked.record(query=query)
        assert (record.given.query_notes == record.query_notes).all()
        assert record.given.weights.shape[:3] == record.weights.shape[:3]
        assert record.given.array("content").shape == record.given.weights.shape


def test_given_notes_are_named_as_such_in_the_list_of_what_was_heard(asked: Questions) -> None:
    rows = heard_rows(asked, asked.notes[written(asked)].id)
    given = [row for row in rows if row["name"].endswith(", as given")]
    assert given
    assert {row["id"] for row in given} <= {asked.notes[key].id for key in np.flatnonzero(asked.reading.told)}
    assert rows[: len(rows) - len(given)] == [row for row in rows if row not in given]


def test_a_given_note_changes_what_is_expected_before_it(asked: Questions) -> None:
    last = sopranos(asked)[-1]
    effect = asked.change(note=last, pitch=74, listen=False).piece
    first = asked.notes[last].position
    assert effect.predictions > len(asked.piece.tokens) - first
    assert effect.kl.mean > 0


def test_occlusion_asks_about_given_notes_ahead(asked: Questions) -> None:
    verdict = asked.agreement(written(asked), reach=6)
    ahead = [key.note.onset > verdict.note.note.onset for key in verdict.keys]
    assert any(ahead)
    assert (verdict.occlusion[np.array(ahead)] > 0).any()
    assert (verdict.attention[-1][np.array(ahead)] > 0).any()


def test_continuations_from_a_primed_cache_are_those_of_a_plain_run(asked: Questions, take: Take) -> None:
    """The same seed gives the take itself again, though the prime is not read anew."""
    again = asked.continuation(take.recipe.seed)
    one, other = ([(n.onset, n.duration, n.pitch) for n in score.notes] for score in (again.score, take.score))
    assert one == other


def test_the_memory_can_be_left_out(asked: Questions) -> None:
    reading = asked.reading
    silent = read(reading.decoder, reading.row, silence=Silence(given=True))
    untold = read(reading.decoder, dataclasses.replace(reading.row, memory=None))
    np.testing.assert_allclose(silent, untold, rtol=1e-5, atol=1e-5)
    assert abs(silent - reading.log_probs).max() > 0.01


def test_the_other_questions_are_answered(asked: Questions) -> None:
    note = written(asked)
    assert len(asked.next(note)) == 4
    assert len(asked.layers(note)) == 3
    assert len(asked.surprise().bits) == len(asked.notes)
    assert len(asked.heads()) == 4
    assert asked.head_map().complete
    assert asked.silence(head=(0, 1)).seeds.predictions > 0
    untold = asked.silence(given=True)
    assert untold.question == "Without telling the given notes"
    assert untold.piece.kl.mean > 0
    branch = asked.branch(asked.notes[note].note.pitch + 1, note=note)
    assert branch.score.voices[0].notes == asked.piece.score.voices[0].notes


def test_a_model_of_the_other_chorale_idiom_is_refused(asked: Questions, tiny_checkpoint: Path) -> None:
    with pytest.raises(ModelError, match="reads the idiom 'chorale', and this piece is in 'tonal'"):
        asked.against(tiny_checkpoint)
