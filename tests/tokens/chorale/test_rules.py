from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.tokens.chorale.grid import HOLD, LOWEST, REST, VOCABULARY, VOICES
from musenb.tokens.chorale.rules import (
    PART_WRITING,
    SILENT,
    VOCABULARY_SIZE,
    Place,
    allowed_tokens,
    grammar,
    in_range,
    no_crossing,
    no_overlap_with_given,
    no_parallels,
    no_parallels_into_given,
    no_wild_leap_into_given,
)

SOUNDS = st.just(SILENT) | st.integers(0, HOLD - 1)
NOTES = {name: number for number, name in enumerate(VOCABULARY)}


@st.composite
def places(draw: st.DrawFn) -> Place:
    voice = draw(st.integers(0, 3))
    before = np.array(draw(st.lists(SOUNDS, min_size=4, max_size=4)))
    now = np.array([draw(SOUNDS) if other < voice else SILENT for other in range(4)])
    return Place(draw(st.integers(0, 50)), voice, before, now, draw(st.booleans()))


def place(voice: str, before: str, now: str) -> Place:
    """Return the place of a voice from note names, '-' for silence and for what is not written."""
    sounds = [[SILENT if n == "-" else NOTES[n] for n in text.split()] for text in (before, now)]
    return Place(1, VOICES.index(voice), np.array(sounds[0]), np.array(sounds[1]))


def forbidden(mask: np.ndarray) -> set[str]:
    return {VOCABULARY[word] for word in np.flatnonzero(~mask)}


@given(places())
def test_something_is_always_allowed_and_rules_only_narrow(here: Place) -> None:
    free, ruled = allowed_tokens(here), allowed_tokens(here, PART_WRITING)
    assert ruled[:REST].any()
    assert not (ruled & ~free).any()
    assert np.array_equal(free, grammar(here) & in_range(here))


def test_holding_needs_a_note_of_ones_own() -> None:
    assert grammar(place("alto", "C5 A4 F4 F3", "C5 - - -")).all()
    assert forbidden(grammar(place("alto", "C5 - F4 F3", "C5 - - -"))) == {"HOLD"}
    here = Place(1, 1, np.array([36, 33, 29, 17]), np.full(4, SILENT), after_given=True)
    assert forbidden(grammar(here)) == {"HOLD"}


@pytest.mark.parametrize(
    ("voice", "lowest", "highest"),
    [("soprano", "C4", "A5"), ("alto", "E3", "D5"), ("tenor", "A#2", "A4"), ("bass", "C2", "F#4")],
)
def test_a_voice_keeps_to_its_range(voice: str, lowest: str, highest: str) -> None:
    mask = in_range(place(voice, "- - - -", "- - - -"))
    allowed = np.flatnonzero(mask)
    assert (VOCABULARY[allowed[0]], VOCABULARY[allowed[-3]]) == (lowest, highest)
    assert mask[[HOLD, REST]].all()
    assert len(allowed) == NOTES[highest] - NOTES[lowest] + 3


@pytest.mark.parametrize(
    ("voice", "before", "now", "wrong"),
    [
        # the soprano went up a tone from a fifth above the alto: a fifth above again is wrong
        ("alto", "G4 C4 - -", "A4 - - -", {"D4", "D5"}),
        # an octave below the soprano: the octaves below its new note, in the same direction
        ("bass", "C5 - - C3", "D5 - - -", {"D3", "D4", "D5"}),
        # a unison
        ("alto", "C4 C4 - -", "D4 - - -", {"D4", "D5"}),
        # down
        ("alto", "G4 C4 - -", "F4 - - -", {"A#3", "A#2"}),
        # fifths and octaves with two voices at once
        ("bass", "G4 C4 - C3", "A4 D4 - -", {"D3", "D4", "D5"}),
        # a sixth, or a fourth, may go in parallel
        ("alto", "A4 C4 - -", "B4 - - -", set()),
        ("alto", "F4 C4 - -", "G4 - - -", set()),
        # the other voice stays, is silent, or was silent
        ("alto", "G4 C4 - -", "G4 - - -", set()),
        ("alto", "G4 C4 - -", "- - - -", set()),
        ("alto", "- C4 - -", "G4 - - -", set()),
        ("alto", "G4 - - -", "A4 - - -", set()),
    ],
)
def test_parallels_are_forbidden_and_nothing_else(voice: str, before: str, now: str, wrong: set[str]) -> None:
    assert forbidden(no_parallels(place(voice, before, now))) == wrong


@pytest.mark.parametrize(("above", "below"), [(43, 36), (36, 36), (40, 16)])
def test_the_count_of_parallels_agrees_with_the_mask(above: int, below: int) -> None:
    for now_above, now_below in product(range(above - 5, above + 6), range(below - 14, below + 15)):
        if not (0 <= now_above < HOLD and 0 <= now_below < HOLD):
            continue
        moved = now_above != above and now_below != below
        same_way = (now_above > above) == (now_below > below)
        same = (now_above - now_below) % 12 == (above - below) % 12
        wrong = moved and same_way and same and (above - below) % 12 in (0, 7)
        here = Place(1, 1, np.array([above, below, SILENT, SILENT]), np.array([now_above, SILENT, SILENT, SILENT]))
        assert no_parallels(here)[now_below] == (not wrong)


def test_voices_do_not_cross() -> None:
    mask = no_crossing(place("tenor", "C5 A4 F4 F3", "C5 E4 - -"))
    assert np.flatnonzero(mask).tolist() == [*range(NOTES["E4"] + 1), HOLD, REST]
    mask = no_crossing(place("tenor", "- - - -", "- - - C3"))
    assert np.flatnonzero(mask).tolist() == [*range(NOTES["C3"], HOLD), HOLD, REST]
    assert no_crossing(place("tenor", "C5 A4 F4 F3", "- - - -")).all()


def test_a_rule_that_would_leave_no_note_is_passed_over() -> None:
    # The alto must be below a soprano that sings lower than any alto: with nothing to hold, only the rest is left.
    here = place("alto", "- - - -", "D3 - - -")
    assert forbidden(no_crossing(here)) >= {VOCABULARY[pitch] for pitch in range(52 - LOWEST, HOLD)}
    assert np.array_equal(allowed_tokens(here, PART_WRITING), allowed_tokens(here))


def test_masks_are_as_wide_as_the_vocabulary() -> None:
    assert grammar(place("alto", "- - - -", "- - - -")).shape == (VOCABULARY_SIZE,) == (len(VOCABULARY),)


def beside(voice: str, before: str, now: str, given: str, **later: str) -> Place:
    """Return the place of a voice beside given ones, named by their first letters; `into` and `entering` as notes."""
    here = place(voice, before, now)
    flags = np.array([name[0] in given for name in VOICES])
    soon = {name: place(voice, text, "- - - -").before for name, text in later.items()}
    return dataclasses.replace(here, given=flags, **soon)


def test_an_interval_has_a_direction() -> None:
    # The given bass goes from a fifth below the alto to another note: a fifth below again is wrong, a fourth is not.
    here = beside("alto", "- G4 - C4", "- - - D4", "b")
    assert forbidden(no_parallels(here)) == {"A4", "A5"}
    # What was a fourth from the bass up may become a fifth, and a fourth may go on.
    here = beside("alto", "- F4 - C4", "- - - D4", "b")
    assert forbidden(no_parallels(here)) == set()


def test_a_note_that_a_given_voice_crosses_is_not_held() -> None:
    assert not no_crossing(beside("alto", "- G4 - -", "F4 - - -", "s"))[HOLD]
    assert not no_crossing(beside("alto", "- C4 - -", "- - D4 -", "t"))[HOLD]
    assert no_crossing(beside("alto", "- G4 - -", "F4 - - -", ""))[HOLD]
    assert no_crossing(beside("alto", "- G4 - -", "A4 - - -", "s"))[HOLD]


def test_a_given_note_is_gone_into_by_step_or_a_plain_leap() -> None:
    here = beside("soprano", "B4 - - -", "- - - -", "", into="C5 - - -")
    good = {"C5", "B4", "D5", "A#4", "D#5", "A4", "C#5", "G#4", "E5", "G4", "F5", "F4", "G5", "C4"}
    names = {VOCABULARY[token] for token in np.flatnonzero(no_wild_leap_into_given(here))}
    assert names == good | {"HOLD", "REST"}
    assert not no_wild_leap_into_given(beside("soprano", "F#4 - - -", "- - - -", "", into="C5 - - -"))[HOLD]
    assert no_wild_leap_into_given(beside("soprano", "F#4 - - -", "- - - -", "")).all()


def test_no_note_is_left_in_parallel_with_another_into_a_given_one() -> None:
    # Soprano and bass both go into given notes, an octave apart: from D5 over D3 they would go there in parallel.
    here = beside("bass", "- - - D3", "D5 - - -", "s", into="C5 - - C3")
    assert forbidden(no_parallels_into_given(here)) == {"D3", "D4", "D5", "HOLD"}
    assert no_parallels_into_given(beside("bass", "- - - D3", "C5 - - -", "s", into="C5 - - C3")).all()
    assert no_parallels_into_given(beside("bass", "- - - D3", "D5 - - -", "s")).all()


def test_a_neighbour_that_enters_is_not_overlapped() -> None:
    here = beside("soprano", "C5 - - -", "- - - -", "", entering="- D5 - -")
    assert {"C5", "C#5", "HOLD"} <= forbidden(no_overlap_with_given(here))
    assert no_overlap_with_given(here)[NOTES["D5"]]
    both = beside("alto", "- G4 - -", "- - - -", "", into="F4 E4 - -")
    assert {"F#4", "G4", "HOLD"} <= forbidden(no_overlap_with_given(both))
    # A melody that is given all along is followed as freely as Bach does.
    assert no_overlap_with_given(beside("alto", "- G4 - -", "F4 - - -", "s")).all()
