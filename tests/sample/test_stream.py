from __future__ import annotations

import random
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import ModelError, SettingError
from musenb.model.numpy.decode import Decoder
from musenb.sample.policy import Policy, Style
from musenb.score.from_text import score_from_text
from musenb.score.note import GIVEN, Note, Score
from musenb.tokens.chorale import grid as words
from musenb.tokens.chorale.grid import HOLD, UNKNOWN, VOICES, Grid, attributes_of, inputs_of
from musenb.tokens.chorale.plan import Plan, plan_piece
from musenb.tokens.chorale.reader import GridReader
from musenb.tokens.chorale.rules import Place, allowed_tokens
from musenb.tokens.idiom import NoteEvent
from musenb.tokens.row import Row
from musenb.train.judge import log_probs_of
from tests.sample.streams import (
    MELODY,
    ORIGIN,
    RAGGED,
    THREE,
    WHOLE,
    FakeModel,
    begun,
    check,
    interrupted,
    limit,
    sampling,
)


@pytest.mark.parametrize("style", [Style(), THREE])
@pytest.mark.parametrize("text", [WHOLE, RAGGED, MELODY])
@pytest.mark.parametrize("context", [4096, 72])
def test_the_stream_and_the_batch_agree(text: str, context: int, style: Style) -> None:
    batch = sampling(text, context=context, style=style).run()
    piece = sampling(text, context=context, style=style)
    events = list(piece)
    assert piece.done
    assert np.array_equal(piece.writer.tokens, batch.writer.tokens)
    check(piece)
    assert_paired(events, piece.writer.notes())


def assert_paired(events: list[NoteEvent], notes: dict[str, list[Note]]) -> None:
    """Check that every note has one beginning and one end, in this order, and that they tell what `notes` does."""
    open_notes: dict[str, NoteEvent] = {}
    ended: dict[str, list[Note]] = {name: [] for name in VOICES}
    for event in events:
        if event.kind == "begin":
            assert event.voice not in open_notes
            assert event.note is None
            open_notes[event.voice] = event
        else:
            begun = open_notes.pop(event.voice)
            assert (begun.onset, begun.pitch) == (event.onset, event.pitch)
            assert (event.note.onset, event.note.pitch) == (event.onset, event.pitch)
            ended[event.voice].append(event.note)
    assert not open_notes
    assert ended == notes
    times = [event.onset if event.kind == "begin" else event.note.end for event in events]
    assert times == sorted(times)


def test_a_finished_piece_has_nothing_more_to_tell() -> None:
    piece = sampling().run()
    assert list(piece) == []
    assert list(piece) == []


@given(
    st.lists(st.integers(0, 90), max_size=5),
    st.sampled_from([WHOLE, RAGGED, MELODY]),
    st.sampled_from([4096, 72]),
    st.sampled_from([Style(), THREE]),
)
@settings(max_examples=16)
def test_stopping_anywhere_and_going_on_gives_the_same_piece(
    stops: list[int], text: str, context: int, style: Style
) -> None:
    expected = sampling(text, context=context, style=style)
    events = list(expected)
    piece, got = sampling(text, context=context, style=style), []
    for cells in stops:
        got += piece.events(limit(cells))
        check(piece)
    got += piece
    assert np.array_equal(piece.writer.tokens, expected.writer.tokens)
    assert got == events


@given(st.integers(1, 40))
@settings(max_examples=6)
def test_leaving_the_loop_loses_no_event(stride: int) -> None:
    events = list(sampling(RAGGED))
    piece, got = sampling(RAGGED), []
    while not piece.done or len(got) < len(events):
        for event in piece:
            got.append(event)
            if len(got) % stride == 0:
                break
    assert got == events
    assert list(piece) == []


def test_a_stop_asked_for_at_once_writes_nothing() -> None:
    piece = sampling()
    assert list(piece.events(lambda: True)) == []
    assert piece.position == 0
    assert piece.writer.notes() == {name: [] for name in VOICES}


@pytest.mark.parametrize(
    ("text", "context"), [(WHOLE, 4096), (WHOLE, 72), (RAGGED, 72), (RAGGED, 40), (MELODY, 4096), (MELODY, 20)]
)
def test_the_model_is_told_the_row_that_it_was_trained_on(text: str, context: int) -> None:
    piece = sampling(text, context=context).run()
    table = piece.writer.tokens.reshape(-1, 4)
    before = np.append(words.INPUTS, inputs_of(table))
    related = np.vstack([[[-1, -1]], attributes_of(table)])
    first = piece.plan.first
    assert len(piece._feed.decoder.calls) == len(piece.writer.tokens) - first
    restarts = 0
    for place, call in enumerate(piece._feed.decoder.calls, start=first):
        count = len(call[0])
        part = slice(place + 1 - count, place + 1)
        assert np.array_equal(call[0], before[part])
        assert np.array_equal(call[1], piece.plan.features[part])
        assert np.array_equal(call[2], related[part])
        assert count == 1 or place == first or count == context // 2 + 1
        restarts += count == context // 2 + 1
    assert bool(restarts) == (context < len(piece.writer.tokens))


def test_another_seed_is_another_piece() -> None:
    assert not np.array_equal(sampling(seed=1).run().writer.tokens, sampling(seed=2).run().writer.tokens)
    assert np.array_equal(sampling(seed=1).run().writer.tokens, sampling(seed=1).run().writer.tokens)


@given(st.integers(0, 200))
@settings(max_examples=10)
def test_written_cells_are_replayed_and_the_rest_is_the_same(count: int) -> None:
    expected = sampling(RAGGED)
    events = list(expected)
    piece = sampling(RAGGED, written=expected.writer.tokens[:count])
    assert list(piece) == events
    assert np.array_equal(piece.writer.tokens, expected.writer.tokens)
    other = sampling(RAGGED, seed=99, written=expected.writer.tokens[:count]).run()
    assert np.array_equal(other.writer.tokens[:count], expected.writer.tokens[:count])


@pytest.mark.parametrize("text", [WHOLE, RAGGED, MELODY])
def test_the_prime_is_kept_exactly_and_marked_as_given(text: str) -> None:
    piece = sampling(text).run()
    prime = score_from_text(text)
    score = piece.writer.score()
    given_notes = tuple(note for note in score.notes if note.origin == GIVEN)
    assert given_notes == prime.notes
    assert {note.origin for note in score.notes} == {GIVEN, ORIGIN}
    for name, voice in zip(piece.plan.names, prime.voices, strict=True):
        kept = next(v for v in score.voices if v.name == name)
        assert kept.notes[: len(voice.notes)] == voice.notes
        assert kept.monophonic
    assert score.end <= piece.plan.end


def test_a_given_note_is_never_lengthened() -> None:
    for seed in range(5):
        piece = sampling(RAGGED, seed=seed).run()
        table = piece.writer.tokens.reshape(-1, 4)
        given_cells = piece.plan.grid.cells
        for voice in range(4):
            last = int(np.flatnonzero(given_cells[:, voice] != UNKNOWN)[-1])
            assert table[last + 1, voice] != HOLD


def test_events_tell_of_generated_notes_alone() -> None:
    piece = sampling(MELODY)
    for event in piece:
        assert piece.plan.grid.cells[int(event.onset * 4), VOICES.index(event.voice)] == UNKNOWN


def test_a_prime_beyond_the_context_is_named() -> None:
    message = "the prime has 64 tokens, more than fit before the first new one in the model's context of 64; hand over"
    with pytest.raises(ModelError, match=re.escape(message)):
        sampling(WHOLE, context=64)
    sampling(WHOLE, context=65).run(limit(70))


def test_a_seed_outside_its_range_is_named() -> None:
    with pytest.raises(SettingError, match="seed -1 is not a whole number"):
        sampling(seed=-1)


def test_contexts_too_small_to_be_of_use_still_write() -> None:
    for context in (1, 2, 3):
        for style in (Style(), THREE):
            piece = sampling(MELODY, context=context, bars=1, style=style).run()
            assert piece.done


@pytest.mark.parametrize("text", [WHOLE, RAGGED])
def test_the_decoder_streams_and_resumes_to_the_same_piece(text: str, tiny_decoder: Decoder) -> None:
    plan = plan_piece(score_from_text(text), extent=4)
    expected = begun(tiny_decoder, plan)
    events = list(expected)
    assert_paired(events, expected.writer.notes())
    assert len(expected.writer.tokens) > tiny_decoder.config.context
    chance = random.Random(7)
    for _ in range(3):
        piece, got = begun(tiny_decoder, plan), []
        while not piece.done:
            got += piece.events(limit(chance.randrange(60)))
        assert got == events
    piece = begun(tiny_decoder, plan)
    for _ in range(6):
        interrupted(piece, chance.randrange(1, 6000))
        check(piece)
    assert np.array_equal(piece.run().writer.tokens, expected.writer.tokens)


def test_what_is_drawn_is_likely_for_the_whole_row(tiny_decoder: Decoder) -> None:
    plan = plan_piece(score_from_text(WHOLE), extent=1)
    piece = begun(tiny_decoder, plan, 5, Policy(temperature=0), style=Style(rules=False)).run()
    table = piece.writer.tokens.reshape(-1, 4)
    before = np.append(words.INPUTS, inputs_of(table))[:-1]
    related = np.vstack([[[-1, -1]], attributes_of(table)])[:-1]
    row = Row(before, plan.features, related, piece.writer.tokens, np.ones(len(piece.writer.tokens), np.float32))
    log_probs = log_probs_of(tiny_decoder, row)
    reader = GridReader()
    for place, cell in enumerate(piece.writer.tokens):
        if place >= plan.first:
            after_given = place - 4 < plan.first
            here = Place(place // 4, place % 4, reader.before, reader.now, after_given)
            allowed = np.where(allowed_tokens(here), log_probs[place], -np.inf)
            assert log_probs[place, cell] >= allowed.max() - 1e-4
        reader.read(int(cell))


def test_a_piece_without_any_prime_is_written_from_its_frame_alone() -> None:
    prime = plan_piece(score_from_text(WHOLE), extent=1)
    blank = Grid(np.full_like(prime.grid.cells, UNKNOWN), prime.grid.frame)
    piece = begun(FakeModel(), Plan(Score(), (), blank, 0), 1).run()
    check(piece)
    assert sum(map(len, piece.writer.notes().values())) > 0
    assert Fraction(0) in {note.onset for notes in piece.writer.notes().values() for note in notes}
