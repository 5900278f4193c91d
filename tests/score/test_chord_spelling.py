"""Chords that are spelled as chords."""

from __future__ import annotations

import dataclasses

import pytest

from musenb.score.from_text import score_from_text
from musenb.score.note import Score
from musenb.score.spelling import spell_score


def spelled(text: str, *, keep: str = "") -> list[str]:
    """Return the names that the notes of each voice get, when only those of the voice `keep` are known."""
    score = score_from_text(text)
    voices = []
    for voice in score.voices:
        notes = tuple(note if voice.name == keep else dataclasses.replace(note, spelling="") for note in voice.notes)
        voices.append(dataclasses.replace(voice, notes=notes))
    named = spell_score(dataclasses.replace(score, voices=tuple(voices)))
    return [" ".join(note.spelling for note in voice.notes) for voice in named.voices]


def texts(text: str) -> list[str]:
    return [line.split(": ")[1].strip().replace(":2", "") for line in text.strip().splitlines()[1:]]


CHORDS = {
    "the Neapolitan": """key=C
soprano: E5 F5 D5 E5
alto: C5 Db5 B4 C5
tenor: G4 Ab4 G4 G4
bass: C4 F3 G3 C3
""",
    "its root position": """key=C
soprano: C5 Db5 B4
alto: G4 Ab4 G4
tenor: E4 F4 F4
bass: C3 Db3 D3
""",
    "the dominant of the mediant": """key=C
soprano: C5 B4 B4
alto: G4 F#4 G4
tenor: E4 D#4 E4
bass: C4 B3 E3
""",
    "a German sixth": """key=Cm
soprano: Eb5 Eb5 D5
alto: C5 C5 B4
tenor: G4 F#4 G4
bass: C4 Ab3 G3
""",
    "minor in the raised sixth and seventh": """key=Am
soprano: E5 F#5 G#5 A5
alto: C5 D5 D5 E5
tenor: A4 A4 B4 C5
bass: A3 D4 E4 A3
""",
    "part of a diminished seventh": """key=Em
soprano: G5 C5 B4
alto: E5 A4 G4
tenor: B4 D#4 E4
bass: E3 A3 E3
""",
}


@pytest.mark.parametrize("name", CHORDS)
def test_a_chord_is_spelled_by_its_thirds_and_fifths(name: str) -> None:
    assert spelled(CHORDS[name]) == texts(CHORDS[name])


def test_given_names_stay_and_what_is_written_beside_them_fits_itself() -> None:
    text = CHORDS["the Neapolitan"].replace("Db5", "C#5")
    found = spelled(text, keep="alto")
    assert found[1] == "C5 C#5 B4 C5"
    assert found[2] == "G4 Ab4 G4 G4"


def test_a_note_that_is_held_keeps_the_name_of_its_first_chord() -> None:
    held = """key=C
soprano: E5 F5 F5
alto: C5 Db5:2
tenor: G4 Ab4 Bb4
bass: C4 F3 Bb3
"""
    assert spelled(held) == texts(held)


def test_one_voice_is_spelled_as_before() -> None:
    assert spelled("key=C\nsoprano: C5 C#5 D5 F5 Ab5 G5\n") == ["C5 C#5 D5 F5 Ab5 G5"]
    assert spell_score(Score()) == Score()
