from __future__ import annotations

import random
import re
import signal
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from types import FrameType, SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import ModelError, SettingError
from musenb.model.numpy.decode import Decoder
from musenb.sample.policy import Policy, Style
from musenb.sample.stream import Sampling
from musenb.score.from_text import score_from_text
from musenb.score.note import GIVEN, Note, Origin, Score
from musenb.tokens.chorale import grid as words
from musenb.tokens.chorale.grid import HOLD, UNKNOWN, VOICES, Grid, attributes_of, check_cells, decode, inputs_of
from musenb.tokens.chorale.plan import Plan, plan_piece
from musenb.tokens.chorale.reader import GridReader
from musenb.tokens.chorale.rules import Place, allowed_tokens
from musenb.tokens.chorale.writer import GridWriter
from musenb.tokens.idiom import NoteEvent
from musenb.tokens.row import Row
from musenb.train.judge import log_probs_of

WHOLE = "soprano: C5 D5 E5 F5\nalto: G4:4\ntenor: E4:2 D4:2\nbass: C3:4"
RAGGED = "soprano: C5 D5 E5 F5\nalto: G4:2\ntenor: r E4:2\nbass: C3:3/2"
MELODY = "3/4 key=G upbeat=1 D5 | G5:1/2 F#5:1/2 G5 r"
ORIGIN = Origin("fake", 3, (("temperature", "1"),))


@dataclass
class FakeCache:
    rows: list[list[int]]

    @property
    def length(self) -> int:
        return len(self.rows[0])

    def rewind(self, length: int) -> None:
        assert 0 <= length <= self.length
        for row in self.rows:
            del row[length:]

    def select(self, rows: list[int]) -> FakeCache:
        return FakeCache([list(self.rows[row]) for row in rows])


class FakeModel:
    """Logits that depend on everything that was read, and on how many positions were read in one call."""

    def __init__(self, context: int = 4096) -> None:
        self.config = SimpleNamespace(context=context, features=words.FEATURES, related=2)
        self.calls: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def start(self, rows: int, memory: object = None) -> FakeCache:
        return FakeCache([[] for _ in range(rows)])

    def extend(self, cache: FakeCache, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> np.ndarray:
        rows, count = before.shape
        assert rows == len(cache.rows)
        assert cache.length + count <= self.config.context
        assert features.shape == (rows, count, len(words.FEATURES))
        assert related.shape == (rows, count, 2)
        self.calls.append((before[0], features[0], related[0]))
        read = [
            self.digests(cache.rows[row], list(zip(before[row], features[row], related[row], strict=True)))
            for row in range(rows)
        ]
        cache.rows = [old + new for old, new in zip(cache.rows, read, strict=True)]
        logits = np.stack([self.logits(row[-1]) for row in cache.rows])
        return np.broadcast_to(logits[:, None], (rows, count, logits.shape[1]))

    @staticmethod
    def digests(before: list[int], positions: list[tuple[np.ndarray, ...]]) -> list[int]:
        digest, read = before[-1] if before else 0, []
        for position in positions:
            for part in position:
                digest = zlib.crc32(part.astype(np.int64).tobytes(), digest + len(positions))
            read.append(digest)
        return read

    @staticmethod
    def logits(digest: int) -> np.ndarray:
        logits = np.random.default_rng(digest).normal(0, 2, len(words.VOCABULARY))
        logits[HOLD] += 5
        return logits


def begun(decoder: object, plan: Plan, seed: int = 5, policy: Policy | None = None, **more: object) -> Sampling:
    return Sampling(decoder, plan, GridWriter(plan, ORIGIN), seed=seed, policy=policy, **more)


def sampling(text: str = WHOLE, *, seed: int = 3, context: int = 4096, bars: int = 2, **more: object) -> Sampling:
    plan = plan_piece(score_from_text(text), extent=bars)
    return begun(FakeModel(context), plan, seed, Policy(top_p=1), **more)


def limit(cells: int) -> Callable[[], bool]:
    """Return a `stop` that is true after so many cells."""
    left = iter(range(cells))
    return lambda: next(left, None) is None


def check(piece: Sampling) -> None:
    """Check that position, cells, reader and notes agree."""
    done = piece.writer.tokens
    assert (done != UNKNOWN).all()
    whole = piece.position // 4
    if whole:
        table = done[: 4 * whole].reshape(-1, 4)
        check_cells(table)
        frame = words.Frame(piece.plan.grid.frame.columns[:whole])
        voices = decode(Grid(table, frame)).voices
        for voice, notes in zip(voices, piece.writer.notes().values(), strict=True):
            column = piece.plan.grid.cells[:, VOICES.index(voice.name)]
            generated = [n for n in voice.notes if column[int(n.onset * 4)] == UNKNOWN]
            assert [(n.onset, n.duration, n.pitch) for n in notes] == [
                (n.onset, n.duration, n.pitch) for n in generated
            ]


THREE = Style(best_of=3)


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
    st.lists(st.integers(0, 90), max_size=5), st.sampled_from([WHOLE, RAGGED, MELODY]), st.sampled_from([4096, 72]),
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


def interrupted(piece: Sampling, lines: int) -> bool:
    """Run until so many lines of the sampler, the reader and the model ran, then interrupt; return whether it did."""
    left = lines
    watched = (
        *("sample/stream.py", "sample/tries.py", "sample/feed.py", "tokens/chorale/writer.py"),
        *("tokens/chorale/reader.py", "test_stream.py"),
    )

    def trace(frame: FrameType, event: str, argument: object) -> Callable | None:
        nonlocal left
        if not frame.f_code.co_filename.endswith(watched):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        piece.run()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize(
    ("text", "context", "style"),
    [
        *((WHOLE, 4096, Style()), (RAGGED, 4096, Style()), (RAGGED, 40, Style())),
        *((RAGGED, 4096, THREE), (RAGGED, 40, THREE)),
    ],
)
def test_an_interrupt_at_any_line_leaves_a_piece_that_can_be_resumed(text: str, context: int, style: Style) -> None:
    expected = sampling(text, context=context, bars=1, style=style).run()
    chance = random.Random(f"{text}{context}")
    for _ in range(4):
        piece, times = sampling(text, context=context, bars=1, style=style), 0
        for _ in range(5):
            times += interrupted(piece, chance.randrange(1, 2500))
            check(piece)
        assert times
        piece.run()
        assert np.array_equal(piece.writer.tokens, expected.writer.tokens)
        assert piece.writer.notes() == expected.writer.notes()


@pytest.mark.parametrize("style", [Style(), THREE])
def test_the_first_lines_can_be_interrupted_one_by_one(style: Style) -> None:
    expected = sampling(RAGGED, bars=1, style=style).run()
    piece = sampling(RAGGED, bars=1, style=style)
    for lines in range(0, 160, 3):
        assert interrupted(piece, lines)
        check(piece)
    assert np.array_equal(piece.run().writer.tokens, expected.writer.tokens)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer that sends signals")
def test_real_signals_lose_no_event() -> None:
    events = list(sampling(RAGGED))
    chance = random.Random(1)

    def ring(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    interrupts = 0
    try:
        for _ in range(3):
            piece, got = sampling(RAGGED), []
            while not piece.done or len(got) < len(events):
                try:
                    signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-3, 1e-1))
                    got.extend(piece)
                    signal.setitimer(signal.ITIMER_REAL, 0)
                except KeyboardInterrupt:
                    interrupts += 1
                    signal.setitimer(signal.ITIMER_REAL, 0)
                check(piece)
            assert got == events
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupts


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
