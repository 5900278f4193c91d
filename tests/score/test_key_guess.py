"""The key of typed motifs, of transposed ones and of those that say little."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.score.from_text import score_from_text
from musenb.score.key_guess import guess_key, guess_mode
from musenb.score.named import key_named
from musenb.score.note import KeySignature, Note, Score, Voice
from tests.score.motifs_in_keys import MOTIFS


@pytest.mark.parametrize(("name", "key", "text"), MOTIFS, ids=[name for name, _, _ in MOTIFS])
def test_a_typed_motif_comes_out_in_its_own_key(name: str, key: str, text: str) -> None:
    found, own = guess_key(score_from_text(text)), key_named(key)
    assert (found.fifths, found.mode) == (own.fifths, own.mode)


def test_there_are_enough_motifs_in_major_and_minor() -> None:
    assert len(MOTIFS) >= 40
    assert sum("minor" in key for _, key, _ in MOTIFS) >= 12


@given(st.sampled_from(MOTIFS), st.integers(-6, 6))
@settings(max_examples=40)
def test_the_tonic_moves_with_the_motif(motif: tuple[str, str, str], semitones: int) -> None:
    score = score_from_text(motif[2])
    found, moved = guess_key(score), guess_key(score.transpose(semitones))
    assert moved.tonic == (found.tonic + semitones) % 12
    assert moved.mode == found.mode


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C4", "C major"), ("E4 E4", "E major"), ("C4 G4", "C major"), ("F4 A4 C5", "F major"), ("D4 F4 A4", "D minor"),
        ("soprano: B4 C5:2\nbass: G3 C3:2", "C major"), ("soprano: B4 C5:2\nbass: E3 A2:2", "A minor"),
    ],
)
def test_few_notes_have_the_simplest_key(text: str, key: str) -> None:
    found, own = guess_key(score_from_text(text)), key_named(key)
    assert (found.tonic, found.mode) == (own.tonic, own.mode)


def test_silence_is_in_c_major() -> None:
    assert guess_key(Score()) == KeySignature(mode="major")


def test_the_mode_of_a_signature_comes_from_the_notes() -> None:
    sharp = KeySignature(fifths=1)
    assert guess_mode(score_from_text("G4 A4 B4 G4 F#4 G4:2"), sharp) == "major"
    assert guess_mode(score_from_text("E4 F#4 G4 E4 D#4 E4:2"), sharp) == "minor"
    assert guess_mode(Score(), sharp) == "major"


def test_a_long_prime_takes_little_time() -> None:
    notes = tuple(Note(place, 1, 60 + place * 7 % 12) for place in range(20_000))
    began = time.process_time()
    guess_key(Score((Voice("melody", notes),)))
    assert time.process_time() - began < 2
