from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from musenb.errors import TokenError
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice
from musenb.tokens.notes.code import encode
from musenb.tokens.notes.draws import draw_given, statements_of
from musenb.tokens.notes.fields import (
    ABSENT,
    FEATURES,
    FREE,
    GIVEN,
    INPUTS,
    ITEM_FEATURES,
    NAMES,
    NO_PITCH,
    SILENCE,
    SIZES,
    THEME,
    TOLD,
    told_after,
)
from musenb.tokens.notes.given import EMPTY, items_of, joined, queries_of, remembered, theme_of
from musenb.tokens.notes.rows import NoteRow, Reading, row_of_steps

STATE, SOUNDS, NEXT, WAIT = 9, 17, 25, 33  # first columns of the eight voices


def quarters(*pitches: int) -> tuple[Note, ...]:
    return tuple(Note(Fraction(n), Fraction(1), pitch) for n, pitch in enumerate(pitches))


def duo() -> Score:
    high, low = (72, 74, 76, 77, 79, 77, 76, 74), (48, 50, 52, 53, 55, 53, 52, 50)
    return Score((Voice("high", quarters(*high)), Voice("low", quarters(*low))))


def reading(score: Score, given: Sequence[tuple[int, int]] = ()) -> Reading:
    encoded = encode(score)
    cells = np.zeros((len(score.voices), len(encoded.frame.bars.metres)), bool)
    for cell in given:
        cells[cell] = True
    return Reading(encoded.steps, encoded.frame.bars, cells, style=0)


def row(read: Reading, **options: object) -> NoteRow:
    return row_of_steps(read, EMPTY, queries_of(read), **options)  # type: ignore[arg-type]


def test_numbers_lie_within_their_sizes() -> None:
    read = reading(duo(), [(0, 1)])
    made = row(read)
    assert made.row.features.shape == (len(read.steps), len(FEATURES))
    assert ((made.row.features >= 0) & (made.row.features < np.array(FEATURES))).all()
    assert ((made.told >= 0) & (made.told < np.array(TOLD))).all()
    assert ((made.row.targets >= 0) & (made.row.targets < np.array(SIZES))).all()
    memory = items_of(read, read.given_steps())
    assert ((memory.features >= 0) & (memory.features < np.array(ITEM_FEATURES))).all()


def test_a_position_is_told_of_the_step_before_alone() -> None:
    read = reading(duo())
    later = read.steps.copy()
    later[6:, 2] += 1
    later[6:, 3] = 12
    other = Reading(later, read.bars, read.given, style=0)
    first, second = row(read).row, row(other).row
    assert np.array_equal(first.features[:7], second.features[:7])
    assert np.array_equal(first.before[:7], second.before[:7])
    assert np.array_equal(first.related[:7], second.related[:7])
    assert not np.array_equal(first.features[7:], second.features[7:])
    assert first.before[0] == INPUTS


def test_voices_sound_what_was_begun_and_not_ended() -> None:
    made = row(reading(duo()))
    # before the second step the high voice sounds C5; the low one has not begun
    assert made.row.features[1, SOUNDS : SOUNDS + 2].tolist() == [72, NO_PITCH]
    assert made.row.features[2, SOUNDS : SOUNDS + 3].tolist() == [72, 48, NO_PITCH]
    assert made.row.features[0, STATE : STATE + 3].tolist() == [FREE, FREE, ABSENT]


def test_a_given_voice_is_known_now_and_next() -> None:
    made = row(reading(duo(), [(1, 0), (1, 1)]))
    assert made.row.features[1, [STATE + 1, SOUNDS + 1, NEXT + 1, WAIT + 1]].tolist() == [GIVEN, 48, 50, 24]
    assert made.row.features[1, [STATE, SOUNDS, NEXT, WAIT]].tolist() == [FREE, 72, NO_PITCH, 48]


def test_of_a_given_step_place_and_voice_count_alone() -> None:
    read = reading(duo(), [(1, 0), (1, 1)])
    made = row(read)
    assert made.row.weights[:2].tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]
    assert made.row.weights[-1].tolist() == [1, 1, 0, 0]  # a step without a note has no pitch
    pitch_first = row(read, order=("pitch", "shift", "voice", "length"))
    assert pitch_first.row.weights[:2].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert pitch_first.row.targets[1].tolist() == [48, 0, 1, 24]


def test_where_all_is_given_nothing_counts() -> None:
    high, low = quarters(*range(60, 72)), quarters(*range(40, 52))
    read = reading(Score((Voice("high", high), Voice("low", low))), [(0, 0), (1, 0), (0, 2), (1, 2)])
    counted = row(read).row.weights.sum(axis=1)
    assert counted[:8].tolist() == [0] * 8
    assert counted[8:16].tolist() == [4] * 8
    assert counted[16:].tolist() == [2] + [0] * 8  # that the gap is over counts once


def test_the_head_is_told_of_the_onset_and_the_voice() -> None:
    made = row(reading(duo()))
    assert made.told[2].tolist() == [24, 0, 72]
    assert made.told[0].tolist() == [0, 0, NO_PITCH]
    assert told_after(NAMES) == (1, 1, 2)
    assert told_after(("pitch", "shift", "voice", "length")) == (2, 2, 3)


def test_memory_holds_what_is_given_behind_the_first_free_cell() -> None:
    assert not remembered(reading(duo())).any()
    prime = reading(duo(), [(0, 0), (1, 0)])
    assert not remembered(prime).any()  # simply the past
    gap = reading(duo(), [(0, 1), (1, 1)])
    assert remembered(gap).sum() == 8
    items = items_of(gap, remembered(gap))
    assert items.attributes[:2].tolist() == [[16, 19, 79, 0], [16, 19, 55, 1]]
    assert items.features[0, :3].tolist() == [0, 0, 79]


def test_a_theme_has_no_place_and_no_voice() -> None:
    read = reading(duo())
    theme = theme_of(read, [0, 2, 4], transpose=2, inverted=True)
    assert theme.features[:, 0].tolist() == [THEME] * 3
    assert theme.features[:, 1].tolist() == [SILENCE] * 3
    assert theme.features[:, 2].tolist() == [74, 72, 70]
    assert theme.attributes[:, 0].tolist() == [1032, 1036, 1040]
    both = joined([items_of(read, np.arange(len(read.steps)) < 2), theme])
    assert len(both) == 5


def test_statements_are_bars_of_one_rhythm_and_shape() -> None:
    score = score_from_text("C4 D4 E4 G4 | D4 E4 F#4 A4 | C4 D4 E4 F4 | G4 A4 B4 D5 | C4 r:3")
    encoded = encode(score)
    read = reading(score)
    motifs = statements_of(encoded.steps, read.onsets, encoded.frame.bars)
    assert motifs == [[(0, 0), (0, 1), (0, 3)]]


def test_draws_give_voices_gaps_and_statements() -> None:
    rng = np.random.default_rng(0)
    shape, window = (4, 20), range(5, 12)
    assert not draw_given(rng, shape, [], window=window, kind="plain").any()
    voices = draw_given(rng, shape, [], window=window, kind="voices")
    assert 0 < voices.all(axis=1).sum() < 4
    gap = draw_given(rng, shape, [], window=window, kind="gap")
    assert gap[:, :5].all()
    assert not gap[:, 5:12].all()
    stated = draw_given(rng, shape, [[(0, 6), (1, 7), (2, 8)]], window=window, kind="statements")
    assert set(zip(*np.nonzero(stated), strict=True)) <= {(0, 6), (1, 7), (2, 8)}


def test_cells_that_do_not_fit_are_refused() -> None:
    encoded = encode(duo())
    with pytest.raises(TokenError, match=r"\(2, 9\) do not fit up to 8 voices of 2 bars"):
        Reading(encoded.steps, encoded.frame.bars, np.zeros((2, 9), bool))
