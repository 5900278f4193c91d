from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.score.midi.time import exact_times

F = Fraction
DIVISIONS = [10, 16, 25, 50, 64, 96, 100, 120, 128, 192, 220, 250, 256, 384, 400, 480, 500, 1000, 1024]


def rounded(time: Fraction, tpq: int) -> int:
    return floor(time * tpq + F(1, 2))


def cut(time: Fraction, tpq: int) -> int:
    return floor(time * tpq)


def read(times: list[Fraction], tpq: int, to_tick: object = rounded) -> list[Fraction]:
    """Return the times as they come back from whole ticks."""
    ticks = [to_tick(time, tpq) for time in times]
    quarters = exact_times([ticks], tpq)
    return [quarters(tick) for tick in ticks]


@pytest.mark.parametrize("to_tick", [rounded, cut])
@pytest.mark.parametrize(
    "tpq", [10, 16, 25, 50, 64, 96, 100, 120, 128, 192, 220, 250, 256, 384, 400, 480, 500, 1000, 1024]
)
@pytest.mark.parametrize("part", [F(1, 3), F(2, 3)])
def test_triplets_are_seen_at_any_division(part: Fraction, tpq: int, to_tick: object) -> None:
    times = [part * number for number in range(12)] + [F(8), F(9), F(10)]
    assert read(times, tpq, to_tick) == times


@pytest.mark.parametrize("to_tick", [rounded, cut])
@pytest.mark.parametrize("tpq", [96, 100, 480, 1024])
@pytest.mark.parametrize("parts", [5, 7, 9, 11])
def test_a_full_beat_of_any_tuplet_is_seen(parts: int, tpq: int, to_tick: object) -> None:
    times = [F(0), F(1, 2), *(1 + F(number, parts) for number in range(parts)), F(2), F(3)]
    assert read(times, tpq, to_tick) == times


def test_a_single_triplet_with_a_rest_is_seen() -> None:
    assert read([F(0), F(1), F(5, 3), F(2)], 100) == [0, 1, F(5, 3), 2]


@pytest.mark.parametrize("to_tick", [rounded, cut])
@pytest.mark.parametrize("tpq", [100, 120, 128, 192, 220, 256, 384, 480, 1000, 1024])
@pytest.mark.parametrize("parts", [5, 7])
@pytest.mark.parametrize("beat", [1, 2])
def test_tuplets_with_rests_and_longer_notes_are_seen(beat: int, parts: int, tpq: int, to_tick: object) -> None:
    first = [F(0), F(1, 2), F(1), F(3, 2)]
    some = [4 + beat * F(number, parts) for number in range(parts) if number not in (1, 3)]
    later = [8 + beat * F(number, parts) for number in range(2, parts)]  # a rest, or a longer note before
    times = [*first, *some, *later, F(12)]
    assert read(times, tpq, to_tick) == times


def test_the_end_of_a_note_before_a_rest_in_a_quintuplet_is_seen_too() -> None:
    times = [F(0), F(2, 5), F(4, 5), F(1), F(6, 5), F(2)]
    quarters = exact_times([[rounded(time, 96) for time in times]], 96)
    assert [quarters(tick) for tick in (19, 38, 58, 96 + 38)] == [F(1, 5), F(2, 5), F(3, 5), F(7, 5)]
    assert quarters(30) == F(30, 96)


def test_a_quintuplet_over_triplets_and_eighths_of_the_other_hand_is_seen() -> None:
    left = [F(number, 2) for number in range(8)] + [4 + F(number, 3) for number in range(6)]
    right = [F(0), F(2, 5), F(3, 5), F(1), F(6, 5), F(8, 5), F(2)]
    times = sorted({*left, *right})
    assert read(times, 128) == times


@pytest.mark.parametrize("beats", [1, 8])
def test_one_place_near_a_seventh_is_no_septuplet_but_swing(beats: int) -> None:
    swing = [time for beat in range(beats) for time in (F(beat), beat + F(4, 7))]
    assert read(swing, 480)[1::2] == [beat + F(274, 480) for beat in range(beats)]


@pytest.mark.parametrize("tpq", [10, 50, 100, 250])
def test_sixteenths_are_seen_where_ticks_cannot_hold_them(tpq: int) -> None:
    times = [F(number, 4) for number in range(16)]
    assert [abs(time - wanted) * tpq < 1 for time, wanted in zip(read(times, tpq), times, strict=True)] == [True] * 16
    if tpq > 10:
        assert read(times, tpq) == times


def test_the_end_of_a_triplet_is_seen_too() -> None:
    quarters = exact_times([[0, 33, 67, 100]], 100)
    assert [quarters(tick) for tick in (66, 67, 133)] == [F(2, 3), F(2, 3), F(4, 3)]


@pytest.mark.parametrize("tpq", [220, 384, 480, 1000, 1024])
def test_what_was_played_stays_as_it_was_played(tpq: int) -> None:
    rng = random.Random(tpq)
    ticks = sorted(rng.randrange(400 * tpq) for _ in range(2000))
    quarters = exact_times([ticks], tpq)
    assert all(quarters(tick) == F(tick, tpq) for tick in ticks)


@given(st.lists(st.integers(0, 20_000), max_size=60), st.integers(1, 2000))
def test_no_time_moves_by_a_tick_or_past_another(ticks: list[int], tpq: int) -> None:
    ticks.sort()
    quarters = exact_times([ticks], tpq)
    found = [quarters(tick) for tick in ticks]
    assert found == sorted(found)
    assert all(abs(time * tpq - tick) < 1 for time, tick in zip(found, ticks, strict=True))
    assert all(quarters(tick + 2) > time for time, tick in zip(found, ticks, strict=True))
