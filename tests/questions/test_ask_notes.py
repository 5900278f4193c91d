"""Writing and asking by a model of several fields a step: the same names as for the grid."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musenb
from musenb.errors import SettingError
from musenb.questions.ask import Questions
from musenb.questions.sweeps import occlusion
from musenb.sample.feed import Feed
from musenb.sample.models import Model, open_model
from musenb.sample.recipe import Recipe, begin, plan_of, recipe_from_plain, recipe_to_plain
from musenb.score.note import Origin
from musenb.session import Take
from musenb.tokens.idiom import Keep, Writer
from musenb.tokens.memory import Memory
from musenb.tokens.notes.piece import NotePiece
from musenb.tokens.notes.plan import Plan
from musenb.tokens.offers import Themed

MOTIF = "C4:1 D E F | G:2 E:1 C | D:4 | C:4"
BOUNDED: dict[str, Any] = {"temperature": 1.0, "top_p": 0.9}


@pytest.fixture(scope="module")
def take(notes_checkpoint: Path) -> Take:
    return musenb.develop(MOTIF, model=notes_checkpoint, style="string quartet", bars=2, seed=1, **BOUNDED)


@pytest.fixture(scope="module")
def ask(take: Take) -> Questions:
    return musenb.ask(take, seeds=1)


def test_a_motif_becomes_a_quartet(take: Take) -> None:
    assert [voice.name for voice in take.score.voices] == ["violin 1", "violin 2", "viola", "cello"]
    given = [note for note in take.score.voices[0].notes if not note.origin.generated]
    assert [note.pitch for note in given] == [60, 62, 64, 65, 67, 64, 60, 62, 60]
    assert take.complete
    assert take.score.end <= 24
    assert len(take.score.notes) > 20


def test_a_stopped_stream_goes_on_to_the_same_take(take: Take, notes_checkpoint: Path) -> None:
    stream = musenb.stream(MOTIF, model=notes_checkpoint, style="string quartet", bars=2, seed=1, **BOUNDED)
    for number, _ in enumerate(stream):
        if number % 7 == 0:
            stream.stop()
    while not stream.take.complete:
        for number, _ in enumerate(stream):
            if number == 5:
                stream.stop()
    assert stream.take.score == take.score


def test_voices_bars_and_the_recipe_go_by_the_same_names(take: Take, notes_checkpoint: Path) -> None:
    model = open_model(notes_checkpoint)
    keep = Keep(("violin 1",), (2,))
    recipe = Recipe(model.name, model.checksum, 5, 6, start=Fraction(0), keep=keep, idiom="notes")
    assert recipe_from_plain(recipe_to_plain(recipe)) == recipe
    again = begin(model, plan_of(model, take.score, recipe), recipe).run().score()
    assert again.voices[0].notes == take.score.voices[0].notes
    for mine, theirs in zip(again.voices, take.score.voices, strict=True):
        kept = [note for note in theirs.notes if 4 <= note.onset < 8]
        assert [note for note in mine.notes if 4 <= note.onset < 8][: len(kept)] == kept


def test_a_style_that_a_model_does_not_know_is_refused(notes_checkpoint: Path) -> None:
    with pytest.raises(SettingError, match="in the style 'waltz'; allowed are string quartet, song"):
        musenb.develop(MOTIF, model=notes_checkpoint, style="waltz")
    with pytest.raises(SettingError, match="'chorale' does not write in the style 'song'; it knows one style alone"):
        musenb.develop(MOTIF, model="chorale", style="song")


def test_choices_are_given_a_field_each(ask: Questions) -> None:
    note = ask.notes[-1]
    fields = ask.next(note.id)
    assert [field.voice for field in fields] == ["time", "voice", "pitch", "length"]
    taken = [field.taken for field in fields]
    assert taken[1] is not None
    assert taken[2] is not None
    assert taken[1].words == note.voice_name
    assert taken[2].pitch == note.note.pitch
    for field in fields:
        assert sum(choice.probability for choice in field.choices) == pytest.approx(1)
    assert [field.voice for field in ask.next()] == ["time", "voice", "pitch", "length"]
    held = ask.next(note.id, rules=True)[2].pitches
    assert set(held) <= set(range(36, 101))


def test_surprise_is_the_sum_over_the_fields(ask: Questions) -> None:
    reading, piece = ask.reading, ask.piece
    note = piece.notes[5]
    step = note.position // 4 * 4
    nats = -sum(reading.log_probs[at, piece.tokens[at]] for at in range(step, step + 4))
    assert ask.surprise().bits[5] == pytest.approx(nats / np.log(2))
    assert reading.log_probs.shape == (len(piece.tokens), 341)


def test_the_last_layer_guesses_as_the_model_does(ask: Questions) -> None:
    position = ask.notes[7].position
    np.testing.assert_allclose(ask.reading.guesses(position)[-1], ask.reading.log_probs[position], atol=1e-4)


def test_a_note_that_is_told_matters_before_it_sounds(ask: Questions) -> None:
    told = np.flatnonzero(ask.reading.told)
    assert [ask.notes[number].voice_name for number in told] == ["violin 1"] * 9
    early = next(number for number, note in enumerate(ask.notes) if note.voice_name != "violin 1")
    late = int(told[-1])
    assert ask.notes[late].note.onset > ask.notes[early].note.onset
    assert occlusion(ask.reading, [late], [early])[0, 0] > 0


def test_what_if_answers_are_of_one_length_and_seed(ask: Questions) -> None:
    for answer in (ask.occlude(note="v0n2"), ask.transpose(3, note="v0n2"), ask.silence(given=True)):
        assert answer.piece.kl.mean > 0
        assert answer.seeds is not None
        assert answer.before is not None
        assert answer.after is not None
        assert answer.before.score.end <= 24


@pytest.mark.parametrize("number", [-1, 12])
def test_a_fork_takes_the_pitch_and_goes_on(ask: Questions, number: int) -> None:
    note = ask.notes[number]
    forked = ask.branch(70, note=note.id)
    there = [one for one in forked.score.notes if one.onset == note.note.onset and one.pitch == 70]
    assert there
    assert not there[0].origin.generated
    before = [one for one in ask.piece.score.notes if one.onset < note.note.onset]
    assert [one.pitch for one in forked.score.notes if one.onset < note.note.onset] == [one.pitch for one in before]


def test_attention_is_from_note_to_note(ask: Questions) -> None:
    weights = ask.attention(ask.notes[-1].id).weights
    assert weights.shape == (2, 2, len(ask.notes))
    assert weights.sum() > 0


def test_a_plain_score_can_be_asked_about(take: Take, notes_checkpoint: Path) -> None:
    asked = musenb.ask(take.score, model=notes_checkpoint, prime_bars=2)
    assert isinstance(asked.piece, NotePiece)
    assert isinstance(asked.piece.plan, Plan)
    assert asked.piece.plan.opens == 192
    assert len(asked.notes) == len(take.score.notes)


def test_guidance_off_is_the_plain_output_and_a_theme_changes_it(take: Take, notes_checkpoint: Path) -> None:
    def guided(much: float) -> Take:
        settings: dict[str, Any] = {"style": "string quartet", "bars": 2, "seed": 1, "guidance": much, **BOUNDED}
        return musenb.develop(MOTIF, model=notes_checkpoint, **settings)

    assert guided(0).score == take.score
    strong = guided(2)
    assert strong.score != take.score
    assert strong.score == guided(2.0).score
    assert recipe_from_plain(recipe_to_plain(strong.recipe)) == strong.recipe


def test_guidance_moves_the_logits_by_what_the_theme_adds(take: Take, notes_checkpoint: Path) -> None:
    model = open_model(notes_checkpoint)
    assert take.plan is not None
    writer = model.idiom.writer(take.plan, Origin("m", 1))
    assert isinstance(writer, Themed)
    memory = writer.row(0).memory
    assert memory is not None
    assert len(writer.themed) == len(memory) + 7
    plain, told = (read_first(model, writer, one) for one in (memory, writer.themed))
    possible = np.isfinite(plain)
    found = Feed(model.decoder, guidance=1.5).logits([writer])[0]
    expected = plain[possible] + 1.5 * (told[possible] - plain[possible])
    np.testing.assert_allclose(found[possible], expected, atol=1e-4)
    assert np.abs(told[possible] - plain[possible]).max() > 0.01


def read_first(model: Model, writer: Writer, memory: Memory) -> np.ndarray:
    row = writer.row(0)
    inputs = row.before[None], row.features[None], row.related[None]
    return model.decoder.extend(model.decoder.start(1, memory), *inputs)[0, -1]


def test_guidance_is_refused_where_there_is_no_theme(notes_checkpoint: Path) -> None:
    with pytest.raises(SettingError, match="has learnt no themes; only 0 is allowed"):
        musenb.develop(MOTIF, guidance=1)
    with pytest.raises(SettingError, match=r"guidance 3 is not a number in 0\.\.2"):
        musenb.develop(MOTIF, model=notes_checkpoint, guidance=3)
