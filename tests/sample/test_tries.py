"""Best of n on the toy idiom: its phrase is a bar, silence costs two nats, a repeated letter one."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from musenb.errors import LoadError, SettingError
from musenb.sample.policy import Draws, Policy, Style
from musenb.sample.recipe import Recipe, recipe_from_plain, recipe_to_plain
from musenb.sample.stream import Sampling
from musenb.sample.tries import EXCESS, Tries, excess, priced
from musenb.score.from_text import score_from_text
from musenb.score.note import Origin

TOY = runpy.run_path(str(Path(__file__).resolve().parents[1] / "toy.py"))
BAR, LETTERS, SILENT = TOY["BAR"], TOY["LETTERS"], TOY["SILENT"]
Letters, LetterWriter = TOY["Letters"], TOY["LetterWriter"]
ORIGIN = Origin("toy", 1)


class Even:
    """A model to which every letter is as likely; it counts the positions that it reads."""

    def __init__(self) -> None:
        self.config = SimpleNamespace(context=64, features=(BAR,), related=0)
        self.read = 0

    def start(self, rows: int, memory: object = None) -> Row:
        return Row(rows)

    def extend(self, cache: Row, before: np.ndarray, features: np.ndarray, related: np.ndarray) -> np.ndarray:
        assert len(before) == cache.rows
        cache.length += before.shape[1]
        self.read += before.shape[1]
        return np.zeros((*before.shape, len(LETTERS)), np.float32)


class Row:
    def __init__(self, rows: int, length: int = 0) -> None:
        self.rows, self.length = rows, length

    def rewind(self, length: int) -> None:
        self.length = length

    def select(self, rows: list[int]) -> Row:
        return Row(len(rows), self.length)


def sampling(*, seed: int = 3, bars: int = 3, policy: Policy | None = None, **style: object) -> Sampling:
    plan = Letters().plan(score_from_text("C4 D4"), extent=bars)
    policy = policy or Policy(top_p=1)
    return Sampling(Even(), plan, LetterWriter(plan, ORIGIN), seed=seed, policy=policy, style=Style(**style))


def test_the_cheapest_of_the_tries_is_kept_phrase_by_phrase() -> None:
    piece = sampling(best_of=5, rules=False, prices=False).run()
    letters, first = piece.writer.tokens, 2
    while first < len(letters):
        stop = min(first // BAR * BAR + BAR, len(letters))
        tries = []
        for attempt in range(5):
            numbers = [Draws(3).at(place, attempt=attempt) for place in range(first, stop)]
            tries.append([int(number * len(LETTERS)) for number in numbers])
        silences = [attempt.count(SILENT) for attempt in tries]
        assert letters[first:stop].tolist() == tries[int(np.argmin(silences))]
        first = stop


def test_more_tries_are_better_and_the_first_is_what_one_writes() -> None:
    silences = {}
    for count in (1, 8):
        pieces = [sampling(seed=seed, best_of=count, rules=False).run() for seed in range(30)]
        silences[count] = sum(int((piece.writer.tokens == SILENT).sum()) for piece in pieces)
    assert silences[8] < silences[1] / 5
    plain = sampling(best_of=1).run()
    same = sampling(best_of=4, policy=Policy(temperature=0)).run()
    assert plain.writer.tokens[2:].tolist() != same.writer.tokens[2:].tolist()
    # Without chance every try is the same: one is enough, and is read once.
    assert same._feed.decoder.read == sampling(best_of=1, policy=Policy(temperature=0)).run()._feed.decoder.read


def test_prices_and_rules_can_be_left_out() -> None:
    repeats = {}
    for prices in (True, False):
        pieces = [sampling(seed=seed, prices=prices).run().writer.tokens for seed in range(60)]
        repeats[prices] = sum(int((letters[2:] == letters[1:-1]).sum()) for letters in pieces)
    assert repeats[True] < 0.6 * repeats[False]
    assert priced(np.zeros(2), None).tolist() == [0, 0]
    assert priced(np.zeros(2), np.array([0, 1.5])).tolist() == [0, -1.5]


def test_the_shared_beginning_is_read_once() -> None:
    for tries in (2, 8):
        piece = sampling(best_of=tries, bars=2).run()
        # The prime and each phrase are read in one row; a phrase again, but for its first letter, by the tries.
        assert piece._feed.decoder.read == piece.plan.first + 8 - 3 + 1 + (2 - 1) + (4 - 1) + (4 - 1) - 1


def test_events_of_a_phrase_come_when_it_is_chosen_and_a_stop_waits_for_no_phrase() -> None:
    piece = sampling(best_of=4)
    for calls in range(1, 3):
        asked = iter(range(calls))
        assert list(piece.events(lambda left=asked: next(left, None) is None)) == []
        assert piece.trying or piece.position < piece.plan.first
    first = next(iter(piece))
    assert first.onset == 2
    assert piece.settled == BAR
    assert piece.position < piece.settled + 1
    rest = list(piece)
    again = list(sampling(best_of=4))
    assert [first, *rest] == again


def test_excess_is_what_is_less_likely_than_expected() -> None:
    logits = np.log(np.array([0.5, 0.25, 0.25]))
    entropy = 0.5 * np.log(2) + 0.5 * np.log(4)
    assert excess(logits, 0) == pytest.approx(np.log(2) - entropy)
    assert excess(logits, 1) == pytest.approx(np.log(4) - entropy)


def test_a_score_adds_excess_prices_and_grade() -> None:
    plan = Letters().plan(score_from_text("C4 D4"), extent=1)
    writer = LetterWriter(plan, ORIGIN)
    for token in (0, 1):
        writer.take(token)
    feed = SimpleNamespace(logits=lambda writers: np.tile(np.log([0.3, *[0.1] * 7]), (len(writers), 1)))
    tries = Tries([writer.copy(), writer.copy()], feed, np.log([0.3, *[0.1] * 7]), 4)
    while not tries.done:
        tries.step(Policy(top_p=1), Draws(9), Style(rules=False))
    expected = []
    for found in tries.writers:
        letters = found.tokens[2:]
        missed = sum(excess(np.log([0.3, *[0.1] * 7]), int(token)) for token in letters)
        expected.append(EXCESS * max(missed, 0) + 2.0 * (letters == SILENT).sum())
    assert tries.scores() == pytest.approx(expected)
    assert tries.best().tolist() == tries.writers[int(np.argmin(expected))].tokens.tolist()


@pytest.mark.parametrize("count", [0, 17, 1.5, True, "4"])
def test_numbers_of_tries_outside_their_range_are_named(count: object) -> None:
    with pytest.raises(SettingError, match=r"best_of .* is not a whole number in 1\.\.16"):
        Style(best_of=count)
    with pytest.raises(SettingError, match="best_of"):
        Recipe("chorale", "0", 1, 1, best_of=count)


def test_a_recipe_of_before_there_were_tries_and_prices_has_neither() -> None:
    plain = recipe_to_plain(Recipe("chorale", "0", 1, 1, best_of=4))
    assert recipe_from_plain(plain).best_of == 4
    assert recipe_from_plain(plain).prices
    del plain["best_of"], plain["prices"]
    old = recipe_from_plain(plain)
    assert (old.best_of, old.prices) == (1, False)
    for name, value in (("best_of", 0), ("best_of", "4"), ("prices", 1)):
        with pytest.raises(LoadError, match="a saved recipe is damaged"):
            recipe_from_plain({**plain, name: value})
