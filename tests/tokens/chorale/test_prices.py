from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musenb.tokens.chorale.grid import HOLD, VOCABULARY, VOICES
from musenb.tokens.chorale.prices import FAULTS, PRICES, RATES, Tonality, faults_at, prices_at
from musenb.tokens.chorale.rules import SILENT, Place

NOTES = {name: number for number, name in enumerate(VOCABULARY)}
C_MAJOR, A_MINOR = Tonality(0), Tonality(9, minor=True)


def sounds(text: str) -> np.ndarray:
    return np.array([SILENT if note == "-" else NOTES[note] for note in text.split()])


def place(voice: str, before: str, now: str = "- - - -") -> Place:
    return Place(1, VOICES.index(voice), sounds(before), sounds(now))


def guilty(name: str, here: Place, key: Tonality = C_MAJOR) -> set[str]:
    """Return the tokens that commit a fault."""
    tokens = faults_at(here, key).get(name, np.zeros(len(VOCABULARY), bool))
    return {VOCABULARY[token] for token in np.flatnonzero(tokens)}


def test_the_seventh_of_a_dominant_seventh_goes_down_by_step() -> None:
    wrong = guilty("seventh unresolved", place("tenor", "D5 B4 F4 G3"))
    assert not wrong & {"E4", "D#4", "F4", "HOLD"}
    assert {"D4", "G4", "C4"} <= wrong
    assert guilty("seventh unresolved", place("alto", "D5 B4 F4 G3")) == set()
    assert guilty("seventh unresolved", place("tenor", "D5 B4 G4 G3")) == set()


def test_the_leading_note_goes_up_and_in_an_inner_voice_may_fall_by_a_third() -> None:
    assert not guilty("leading note unresolved", place("soprano", "B4 G4 D4 G3")) & {"B4", "C5"}
    assert {"A4", "G4", "D5"} <= guilty("leading note unresolved", place("soprano", "B4 G4 D4 G3"))
    assert "G4" not in guilty("leading note unresolved", place("alto", "D5 B4 G4 G3"))
    assert guilty("leading note unresolved", place("soprano", "B4 G4 D4 G3"), Tonality(None)) == set()


def test_the_leading_note_is_not_doubled_over_the_dominant() -> None:
    # The bass may not make a dominant of two leading notes; a voice may not double the one of a dominant.
    assert {"G2", "G3", "G4"} <= guilty("leading note doubled", place("bass", "C5 E4 G3 C3", "B4 B3 D4 -"))
    assert {"B2", "B3", "B4"} <= guilty("leading note doubled", place("tenor", "C5 G4 E4 C3", "B4 G4 - -"))
    assert guilty("leading note doubled", place("tenor", "C5 G4 E4 C3", "B4 F4 - -")) == set()
    # One that goes on is guilty, too.
    assert "HOLD" in guilty("leading note doubled", place("tenor", "C5 G4 B3 C3", "B4 G4 - -"))


def test_outer_voices_do_not_leap_one_way_into_a_fifth_or_octave() -> None:
    wrong = guilty("hidden fifth or octave", place("bass", "E4 C4 G3 C3", "A4 C4 A3 -"))
    assert wrong == {"D3", "D4", "D5", "A3", "A4", "A5"}
    assert guilty("hidden fifth or octave", place("bass", "G4 C4 G3 C3", "A4 C4 A3 -")) == set()
    assert guilty("hidden fifth or octave", place("tenor", "E4 C4 G3 C3", "A4 C4 - -")) == set()


def test_fifths_in_contrary_motion_are_told() -> None:
    assert guilty("contrary fifths or octaves", place("bass", "G4 - - C4", "A4 - - -")) == {"D2", "D3"}


def test_an_augmented_second_lies_between_the_sixth_degree_and_the_leading_note() -> None:
    assert guilty("augmented second", place("alto", "- F4 - -"), A_MINOR) == {"G#4"}
    assert guilty("augmented second", place("alto", "- G#4 - -"), A_MINOR) == {"F4"}
    assert guilty("augmented second", place("alto", "- A4 - -"), A_MINOR) == set()


def test_an_altered_note_is_taken_where_its_other_form_was() -> None:
    wrong = guilty("cross relation", place("alto", "F5 A4 - -"))
    assert {"F#4", "F#5"} <= wrong
    assert "F4" not in wrong
    assert "F#5" not in guilty("cross relation", place("soprano", "F5 A4 - -"))
    assert {"G#3"} <= guilty("cross relation", place("bass", "G4 - - C3"), A_MINOR)


def test_a_voice_overlaps_where_its_neighbour_was() -> None:
    wrong = guilty("overlap", place("alto", "C5 G4 E4 C3"))
    assert {"C#5", "D#4"} <= wrong
    assert not wrong & {"C5", "E4", "HOLD"}


def test_a_price_is_the_logarithm_of_how_much_oftener_the_model_does_it() -> None:
    assert set(RATES) == set(FAULTS)
    assert PRICES["seventh unresolved"] == pytest.approx(np.log(0.117 / 0.008))
    assert PRICES["overlap"] == 0
    here = place("tenor", "D5 B4 F4 G3")
    assert prices_at(here, C_MAJOR)[NOTES["D4"]] == pytest.approx(PRICES["seventh unresolved"])
    assert prices_at(place("alto", "- - - -"), C_MAJOR) is None


def test_it_costs_to_stay_far_from_the_next_given_note() -> None:
    here = dataclasses.replace(place("soprano", "E5 - - -"), into=sounds("C5 - - -"))
    costs = prices_at(here, C_MAJOR)
    assert [costs[NOTES[name]] for name in ("C5", "D5", "D#5", "G4")] == pytest.approx([0, 0, 0.5, 1.5])
    assert costs[HOLD] == pytest.approx(1 / 4)
