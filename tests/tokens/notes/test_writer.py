"""Writing in steps: whatever the model says, what is given stays in its place and the piece is whole."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from musenb.errors import SettingError, TokenError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Origin, Score
from musenb.tokens.idiom import Close, Keep, NoteEvent
from musenb.tokens.notes.code import decode, encode
from musenb.tokens.notes.fields import LONGEST, SHIFT, SIZES, TIED
from musenb.tokens.notes.plan import Plan, plan_piece
from musenb.tokens.notes.styles import part_named, with_style
from musenb.tokens.notes.writer import FIRST_TOKENS, NoteWriter

MOTIF = "C4:1 D E F | G:2 E:1 C | D:4 | C:2"
ORIGIN = Origin("model", 1)
Chooser = Callable[[NoteWriter, np.ndarray], int]
Sounding = tuple[str, Fraction, int, Fraction]


def by_chance(seed: int) -> Chooser:
    """Return a chooser that mostly moves on by little, so that pieces have notes."""
    rng = np.random.default_rng(seed)

    def choose(writer: NoteWriter, tokens: np.ndarray) -> int:
        near = tokens[tokens <= 24] if not writer.known else tokens
        return int(rng.choice(near if len(near) and rng.random() < 0.9 else tokens))

    return choose


def write(plan: Plan, choose: Chooser, *, rules: bool = True) -> tuple[NoteWriter, list[NoteEvent]]:
    writer, events = NoteWriter(plan, ORIGIN), []
    while not writer.done:
        allowed = np.flatnonzero(writer.allowed(rules=rules))
        token = writer.given()
        assert token is not None or writer.position >= plan.first
        events += writer.take(choose(writer, allowed) if token is None else token)
        assert writer.position < 20_000
    return writer, events


def sounds(score: Score, *, generated: bool | None = None) -> list[Sounding]:
    found = []
    for voice in score.voices:
        mine = [note for note in voice.notes if generated is None or note.origin.generated == generated]
        found += [(voice.name, note.onset, note.pitch, note.duration) for note in mine]
    return sorted(found)


def prime(style: str = "string quartet") -> Score:
    return with_style(score_from_text(MOTIF), style)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    style = draw(st.sampled_from(["string quartet", "song", "chorale", "tune"]))
    first, _ = write(plan_piece(prime(style), extent=draw(st.integers(1, 2))), by_chance(draw(st.integers(0, 999))))
    score = first.score()
    names = [voice.name for voice in score.voices]
    start = Fraction(draw(st.integers(1, 4 * int(score.end))), 4)
    voices = draw(st.sets(st.sampled_from(names), max_size=len(names) - 1))
    numbers = [bar.number for bar in score.bars()]
    bars = draw(st.sets(st.sampled_from(numbers), max_size=2))
    keep = Keep(tuple(voices), tuple(bars))
    try:
        return plan_piece(score, extent=draw(st.integers(1, 3)), start=min(start, score.end), keep=keep)
    except SettingError as error:
        if "there is nothing to write" not in str(error):
            raise
        reject()


@settings(max_examples=15, deadline=None)
@given(plans(), st.integers(0, 999), st.booleans())
def test_what_is_given_stays_and_the_rest_is_whole(plan: Plan, seed: int, rules: bool) -> None:
    writer, events = write(plan, by_chance(seed), rules=rules)
    score = writer.score()
    assert sounds(score, generated=False) == sounds(plan.prime, generated=False)
    assert not set(sounds(plan.prime)) - set(sounds(score))
    fresh = [note for voice in score.voices for note in voice.notes if note not in plan.prime.notes]
    assert score.end <= plan.end
    begun, ended = ([event for event in events if event.kind == kind] for kind in ("begin", "end"))
    assert len(begun) == len(ended) == len(sounds(score)) - len(sounds(plan.prime))
    assert sorted((event.onset, event.pitch) for event in begun) == sorted((n.onset, n.pitch) for n in fresh)
    onsets = [event.onset for event in begun]
    assert onsets == sorted(onsets)
    for voice, notes in zip(plan.names, score.voices, strict=True):
        row = plan.names.index(voice)
        for note in notes.notes:
            if note in fresh:
                tick = int(note.onset * 24)
                assert not plan.given[row, plan.bars.number(np.array(tick))]
                assert tick >= plan.begins[row]


@settings(max_examples=10, deadline=None)
@given(plans(), st.integers(0, 999))
def test_the_next_position_is_that_of_the_whole_row(plan: Plan, seed: int) -> None:
    choose = by_chance(seed)

    def watched(writer: NoteWriter, tokens: np.ndarray) -> int:
        if writer.boundary:
            count = len(writer.steps)
            alone, whole = writer.rows.next(writer.progress), writer.rows.row(writer.steps, writer.onsets, count)
            for name in ("before", "features", "related"):
                np.testing.assert_array_equal(getattr(alone, name), getattr(whole, name), err_msg=name)
        return choose(writer, tokens)

    writer, _ = write(plan, watched)
    whole = writer.rows.whole(writer.steps, writer.onsets)
    np.testing.assert_array_equal(whole.targets, writer.steps)
    prefix = writer.rows.row(writer.steps[:-1], writer.onsets[:-1], 0)
    for name in ("before", "features", "related"):
        np.testing.assert_array_equal(getattr(prefix, name), getattr(whole, name), err_msg=name)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999))
def test_rules_keep_lines_playable(seed: int) -> None:
    writer, _ = write(plan_piece(prime(), extent=3), by_chance(seed))
    for voice in writer.score().voices:
        part = part_named(voice.name)
        ends: dict[Fraction, set[Fraction]] = {}
        for note in voice.notes:
            assert part.lowest <= note.pitch <= part.highest or not note.origin.generated
            ends.setdefault(note.onset, set()).add(note.end)
        assert all(len(stops) == 1 for stops in ends.values())
        onsets = sorted(ends)
        assert all(max(ends[one]) <= after for one, after in itertools.pairwise(onsets))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999))
def test_what_is_written_is_read_back(seed: int) -> None:
    writer, _ = write(plan_piece(prime("song"), extent=2), by_chance(seed))
    score = writer.score()
    assert sounds(decode(encode(score))) == sounds(score)


def tokens_of(*classes: int) -> list[int]:
    return [number + int(FIRST_TOKENS[field]) for field, number in enumerate(classes)]


def test_a_long_note_is_tied_on_and_told_when_it_ends() -> None:
    writer = NoteWriter(plan_piece(prime("tune"), extent=2), ORIGIN)
    while writer.position < writer.plan.first:
        token = writer.given()
        assert token is not None
        writer.take(token)
    begun = [event for token in tokens_of(48, 0, 64, TIED) for event in writer.take(token)]
    assert [(event.kind, event.onset, event.pitch) for event in begun] == [("begin", Fraction(14), 64)]
    assert writer.score().voices[0].notes[-1].duration == 4
    assert np.flatnonzero(writer.allowed()).tolist() == [LONGEST]
    assert not [event for token in tokens_of(96, 0, 64, 24) for event in writer.take(token)]
    [ended, begins] = [event for token in tokens_of(24, 0, 62, 24) for event in writer.take(token)]
    assert ended.note == Note(Fraction(14), Fraction(5), 64, origin=ORIGIN)
    assert (begins.kind, begins.onset) == ("begin", Fraction(19))


def test_tokens_that_break_the_grammar_are_refused() -> None:
    writer = NoteWriter(plan_piece(prime("tune"), extent=1), ORIGIN)
    with pytest.raises(TokenError, match="cannot be the shift of step 0"):
        writer.take(7)
    with pytest.raises(TokenError, match="cannot be the shift"):
        writer.take(SIZES[SHIFT])
    writer.take(0)
    with pytest.raises(TokenError, match=r"cannot be the voice of step 0 behind \(0,\)"):
        writer.take(tokens_of(0, 1)[1])


def test_a_copy_goes_its_own_way() -> None:
    plan = plan_piece(prime(), extent=1)
    writer = NoteWriter(plan, ORIGIN)
    for _ in range(40):
        writer.take(int(np.flatnonzero(writer.allowed())[0]))
    other, before = writer.copy(), writer.score()
    while not other.done:
        other.take(int(np.flatnonzero(other.allowed())[-1]))
    assert writer.score() == before
    assert len(writer.tokens) == 40


def test_a_piece_that_is_to_go_on_is_not_told_its_end() -> None:
    told, open_ended = (plan_piece(prime(), extent=1, close=Close(end)) for end in (True, False))
    left = [NoteWriter(plan, ORIGIN).row(0).features[0, 8] for plan in (told, open_ended)]
    assert left == [4, 33]
