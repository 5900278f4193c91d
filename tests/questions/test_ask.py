"""Questions to a model made by hand, whose answers are known, and to one with random weights: consistent ones."""

from __future__ import annotations

import dataclasses
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from musenb.errors import ModelError, SettingError
from musenb.model.numpy.decode import Decoder, Silence
from musenb.questions.ask import Questions
from musenb.questions.ask import ask as questions
from musenb.questions.reading import Reading, read, reread, row_for
from musenb.score.note import Note, Score, Voice
from musenb.session import Model, Take, open_model, stream
from musenb.tokens.chorale.grid import REST, VOCABULARY
from musenb.tokens.chorale.pieces import piece_of

MOTIF = (60, 64, 62, 67, 65)
FILLED = ((), (73,), (77, 72), (79, 74, 80), (69, 76, 71, 78))  # between the motifs, at no fixed distance
MELODY = tuple(pitch for filler in FILLED for pitch in (*filler, *MOTIF))
STARTS = (0, 6, 13, 21, 30)
COPIED = [start + number for start in STARTS[1:] for number in range(1, 5)]  # what stood before stands here again


def melody(pitches: tuple[int, ...]) -> Score:
    notes = tuple(Note(Fraction(n, 4), Fraction(1, 4), pitch) for n, pitch in enumerate(pitches))
    return Score(voices=(Voice("soprano", notes),), title="melody")


@pytest.fixture(scope="module")
def repeating(induction_decoder: Decoder) -> Questions:
    return questions(melody(MELODY), model=Model("by hand", "0" * 64, induction_decoder), prime_bars=1, seeds=2)


@pytest.fixture(scope="module")
def random(tiny: Model, duet: Score) -> Questions:
    return questions(duet, model=tiny, prime_bars=1, bars=1, seeds=2)


def test_a_model_of_absolute_positions_answers_too(absolute_checkpoint: Path, duet: Score) -> None:
    asked = questions(duet, model=open_model(absolute_checkpoint), prime_bars=1, bars=1, seeds=1)
    reference = read(asked.reading.decoder, row_for(asked.reading.decoder.config, asked.piece))
    np.testing.assert_allclose(np.exp(reference).sum(1), 1, rtol=1e-4)
    assert asked.occlude(note=0, listen=False).piece.predictions > 0


# An induction head, made by hand


def certain(repeating: Questions) -> float:
    """Return what theory says of the probability of a word that is copied: one logit above 47 that are 0."""
    inside = 1 + 1  # the word and the constant
    value = np.sqrt(200 / inside) / 10
    stream = inside + 2 * value**2  # behind the first layer, two more words, each of this value
    copied = np.sqrt(200 / stream) / 10
    logit = copied * np.sqrt(200 / (stream + copied**2))
    return float(np.exp(logit) / (np.exp(logit) + len(VOCABULARY) - 1))


def test_the_induction_head_predicts_what_theory_says(repeating: Questions) -> None:
    found = np.exp(repeating.reading.log_probs[[4 * number for number in COPIED]])
    words = [repeating.piece.cells[number, 0] for number in COPIED]
    np.testing.assert_allclose(found[np.arange(len(COPIED)), words], certain(repeating), rtol=1e-4)


def test_the_induction_head_is_named_and_so_is_the_previous_note_head(repeating: Questions) -> None:
    names = {(found.layer, found.head): found.names for found in repeating.heads()}
    assert names == {(0, 0): ("previous note",), (0, 1): (), (1, 0): ("repeat",), (1, 1): ()}
    found = next(found for found in repeating.heads() if found.names == ("repeat",))
    job = found.jobs[2]
    assert job.share == pytest.approx(1, abs=1e-3)
    assert job.highest < 0.5
    assert job.queries == 4 + 4 + 3


def test_silencing_the_induction_head_costs_what_theory_says(repeating: Questions) -> None:
    reading = repeating.reading
    silent = read(reading.decoder, reading.row, silence=Silence(heads=((1, 0),)))
    np.testing.assert_allclose(silent, -np.log(len(VOCABULARY)), atol=1e-5)
    at = [4 * number for number in COPIED]
    lost = (reading.log_probs - silent)[at, reading.row.targets[at]].mean() / np.log(2)
    assert lost == pytest.approx(np.log2(certain(repeating) * len(VOCABULARY)), rel=1e-4)
    effect = repeating.silence(head=(1, 0), listen=False).piece
    assert effect.loss_after == pytest.approx(np.log2(len(VOCABULARY)), abs=1e-5)
    assert effect.change.mean == pytest.approx(effect.loss_after - effect.loss_before)
    assert effect.change.groups == 3


def test_a_head_that_does_nothing_costs_nothing_and_the_map_says_so(repeating: Questions) -> None:
    seen: list[tuple[int, int]] = []
    found = repeating.head_map(lambda done, total: seen.append((done, total)))
    assert found.complete
    assert seen[-1] == (4, 4)
    assert found.change[1, 1] == found.kl[1, 1] == 0
    np.testing.assert_allclose(found.change[1, 0], repeating.silence(head=(1, 0), listen=False).piece.change.mean)
    assert found.ranked()[-1][:2] == (1, 1)
    assert found.change[0, 0] > 0.1


def test_a_map_that_is_stopped_tells_how_far_it_came(repeating: Questions) -> None:
    stop = threading.Event()
    found = repeating.head_map(lambda done, total: stop.set(), stop)
    assert not found.complete
    assert 0 < np.isfinite(found.change).sum() < 4


def test_only_what_is_copied_and_what_leads_to_it_matters_to_the_copy(repeating: Questions) -> None:
    verdict = repeating.agreement("v0n8")
    mattered = {int(key.id[3:]): bits for key, bits in zip(verdict.keys, verdict.occlusion, strict=True)}
    needed = {7, 2, 1}  # the note before, what is copied, and what stands before that
    assert all((bits > 0.1) == (number in needed) for number, bits in mattered.items()), mattered
    assert verdict.layers[1].count == 8
    assert verdict.all.overlap >= 0.4
    assert "agree" in verdict.words


def test_a_note_of_the_prime_that_becomes_another_is_copied_as_that(repeating: Questions) -> None:
    answer = repeating.change(72, note="v0n3", listen=False)
    assert answer.piece.change.mean > 0
    same = repeating.change(67, note="v0n3", listen=False).piece
    assert np.isnan(same.loss_before)
    assert same.predictions == 0


def test_the_last_layers_guess_is_the_models_and_the_first_knows_nothing(repeating: Questions) -> None:
    guesses = repeating.layers("v0n9")
    assert guesses[-1].pitches == pytest.approx(repeating.next("v0n9")[0].pitches)
    assert guesses[-1].taken.probability == pytest.approx(certain(repeating), rel=1e-4)
    assert guesses[0].taken.probability == pytest.approx(1 / (len(VOCABULARY)), rel=0.05)
    assert len(guesses) == 3


# Any model


def test_attention_in_notes_is_that_of_the_position_that_chose_the_note(random: Questions) -> None:
    found = random.attention("v1n3")
    number = random.number_of("v1n3")
    weights = random.record().weights
    assert found.weights.shape == (2, 2, len(random.notes))
    record = random.record()
    row = int(np.flatnonzero(record.query_notes == number)[0])
    for key in range(len(random.notes)):
        mine = weights[:, :, row, record.key_notes == key].sum(axis=-1)
        np.testing.assert_allclose(found.weights[:, :, key], mine, atol=1e-6)
    later = [n for n, place in enumerate(random.notes) if place.position >= random.notes[number].position]
    assert not found.weights[:, :, later].any()
    assert np.isnan(found.content[:, :, later]).all()
    shown = [n for n in range(len(random.notes)) if n not in later]
    assert np.isfinite(found.relative[:, :, shown]).all()
    averaged = random.attention("v1n3", query="mean")
    assert (averaged.weights.sum(-1) <= 1 + 1e-5).all()


def test_surprise_adds_up_to_the_nats_of_the_piece(random: Questions) -> None:
    found, row = random.surprise(), random.reading.row
    assert found.charts()[0].series[0].x == tuple(sorted(float(place.note.onset) for place in random.notes))
    nats = -random.reading.log_probs[np.arange(len(row)), row.targets].sum()
    assert found.total == pytest.approx(nats / np.log(2))
    assert len(found.bits) == len(random.notes)
    assert (found.bits > 0).all()


def test_the_next_note_is_told_voice_by_voice_with_what_was_taken(random: Questions) -> None:
    voices = random.next("v0n2")
    assert [found.voice for found in voices] == ["soprano", "alto", "tenor", "bass"]
    assert [found.taken.words for found in voices] == ["A4", "rest", "rest", "C♯3"]
    assert voices[0].held == 68
    assert voices[1].held is None
    assert voices[1].hold == 0
    for found in voices:
        assert sum(found.pitches.values()) + found.hold + found.rest == pytest.approx(1)
    narrow = random.next("v0n2", rules=True)[0]
    assert set(narrow.pitches) <= set(range(60, 82))


def test_what_may_follow_the_end_is_asked_only_where_there_is_room(tiny: Model, duet: Score, random: Questions) -> None:
    with pytest.raises(SettingError, match="nothing was planned"):
        random.next()
    open_end = questions(duet, model=tiny, prime_bars=9, bars=1)
    voices = open_end.next(rules=True)
    assert [found.taken for found in voices] == [None] * 4
    assert voices[0].held == duet.voices[0].notes[-1].pitch


def test_a_silence_without_effect_changes_nothing_and_one_with_effect_does(tiny: Model, duet: Score) -> None:
    ask = questions(duet, model=tiny, prime_bars=1, bars=1, seeds=2, seed=5)
    answer = ask.silence(layer=1)
    assert answer.piece.kl.mean > 0
    assert answer.seeds.kl.groups == 2
    assert answer.seeds.over == "seeds"
    assert answer.before.seed == answer.after.seed == 5
    given = [pair.kind for pair in answer.difference.pairs if pair.onset < 4]
    assert set(given) == {"same"}
    text = str(answer)
    assert text.startswith("Without layer 2:")
    assert "KL" in text
    assert ask.silence(layer=1).after.score == answer.after.score


def test_edits_leave_what_stands_before_them_alone(random: Questions) -> None:
    for answer in (random.occlude(bar=1), random.transpose(2, note="v0n1"), random.change(60, note="v1n0")):
        assert answer.piece.kl.mean > 0
        assert answer.seeds is not None
        assert answer.seeds.predictions == 2 * 4 * 16
    moved = random.transpose(2, note="v0n1")
    assert [note.pitch for note in moved.after.score.voices[0].notes[:3]] == [67, 70, 69]
    assert moved.difference.counts["pitch"] >= 1


def test_rereading_from_the_change_on_is_reading_it_all(random: Questions) -> None:
    piece, reading = random.piece, random.reading
    edited = piece.edited({3: None})
    row = row_for(reading.decoder.config, edited)
    part, start = reread(reading, row)
    assert 0 < start < len(row)
    np.testing.assert_allclose(part, read(reading.decoder, row)[start:], atol=1e-4)
    np.testing.assert_allclose(reading.log_probs[:start], read(reading.decoder, row)[:start], atol=1e-4)
    assert (edited.cells == REST).sum() > (piece.cells == REST).sum()
    assert len(edited.notes) == len(piece.notes) - 1


def test_a_take_is_read_as_it_was_written(tiny: Model, tiny_checkpoint: object, duet: Score) -> None:
    writing = stream(duet.first_bars(1), model=tiny_checkpoint, bars=2, seed=3, temperature=0.8)
    for _ in writing:
        pass
    take = writing.take
    ask = questions(take, seeds=0)
    assert ask.setting.seed == 3
    assert ask.setting.policy.temperature == 0.8
    assert [ask.piece.given(place) for place in ask.notes] == [not place.note.origin.generated for place in ask.notes]
    answer = ask.silence(head=(0, 1))
    generated = [(n.onset, n.pitch, n.duration) for n in take.score.notes if n.onset < 12]
    assert [(n.onset, n.pitch, n.duration) for n in answer.before.score.notes] == generated
    assert answer.seeds is None
    loose = questions(dataclasses.replace(take, plan=None), seeds=0)
    assert [place.id for place in loose.notes] == [place.id for place in ask.notes]
    assert isinstance(take, Take)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda ask: ask.silence(), "nothing to silence"),
        (lambda ask: ask.silence(head=(9, 0)), "layers 0..1"),
        (lambda ask: ask.occlude(), "one of the two"),
        (lambda ask: ask.occlude(note="v0n0", bar=1), "one of the two"),
        (lambda ask: ask.occlude(bar=3), "no note of the prime, which is bars 1..1"),
        (lambda ask: ask.occlude(note="v9n9"), "no note 'v9n9'"),
        (lambda ask: ask.transpose(60, note="v0n0"), "outside 36..81"),
        (lambda ask: ask.agreement("v0n0"), "nothing comes before"),
    ],
)
def test_what_cannot_be_asked_is_told(random: Questions, call: object, message: str) -> None:
    with pytest.raises((SettingError, ModelError), match=message):
        call(random)


def test_a_piece_beyond_the_context_is_refused(tiny_decoder: Decoder) -> None:
    with pytest.raises(ModelError, match="the model reads 256, 16 quarters, at once"):
        Reading(tiny_decoder, piece_of(melody(MOTIF * 14)))
    with pytest.raises(SettingError, match="a prime of 0 bars"):
        piece_of(melody(MOTIF), given=0)


def test_the_shipped_model_has_a_previous_note_head_and_needs_its_relative_term() -> None:
    tops = tuple(Note(Fraction(n), Fraction(1), pitch) for n, pitch in enumerate((67, 69, 71, 72, 71, 69, 67, 66) * 2))
    lows = tuple(Note(Fraction(n), Fraction(1), pitch) for n, pitch in enumerate((55, 54, 55, 52, 55, 54, 55, 50) * 2))
    ask = questions(Score(voices=(Voice("soprano", tops), Voice("bass", lows))), prime_bars=2)
    assert any("previous note" in found.names for found in ask.heads())
    answer = ask.silence(relative=True, listen=False)
    assert answer.piece.change.mean > 0.05
    assert answer.piece.kl.mean > 0.05
