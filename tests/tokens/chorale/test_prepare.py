from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musenb.errors import LoadError, SettingError, TokenError
from musenb.export.to_midi import midi_bytes
from musenb.score.from_abc import is_abc
from musenb.score.from_text import score_from_text
from musenb.score.note import Note, Score, Voice
from musenb.score.sources import is_place, read_source
from musenb.tokens.chorale.prepare import prepare
from musenb.tokens.idiom import Prepared, Wishes

FOUR_BARS = score_from_text("upbeat=1 B4 | C5:4 | D5:4 | E5:4 | F5:4")


def read_prime(source: Any, *, voice: str | None = None, **wishes: Any) -> Prepared:
    return prepare(read_source(source), Wishes(None if voice is None else (voice,), **wishes))


@pytest.mark.parametrize("form", ["text", "score", "path", "bytes", "abc"])
def test_primes_of_every_form(form: str, tmp_path: Path) -> None:
    score = score_from_text("C5 D5 E5 F5")
    path = tmp_path / "tune.mid"
    path.write_bytes(midi_bytes(score))
    source = {
        "text": "C5 D5 E5 F5", "score": score, "path": str(path), "bytes": path.read_bytes(),
        "abc": "M:4/4\nL:1/4\nK:C\nc d e f|",
    }[form]  # fmt: skip
    reading = read_prime(source)
    assert [note.pitch for note in reading.score.notes] == [72, 74, 76, 77]
    assert [voice.name for voice in reading.score.voices] == ["soprano"]
    assert "4 notes, 1 bar: soprano" in str(reading)


def test_a_prime_is_trimmed_to_bars() -> None:
    assert [n.pitch for n in read_prime(FOUR_BARS, bars=2).score.notes] == [71, 72, 74]
    middle = read_prime(FOUR_BARS, bars=(2, 3)).score
    assert [(n.onset, n.pitch) for n in middle.notes] == [(0, 74), (4, 76)]
    for bars, message in ((0, "first 0 bars: at least 1"),
                          ((7, 9), r"bars 7\.\.9 are not in the piece, which has 0\.\.4"),
                          ("all", "neither a number nor a pair")):  # fmt: skip
        with pytest.raises(SettingError, match=message):
            read_prime(FOUR_BARS, bars=bars)


def test_voices_are_chosen_and_pitches_moved() -> None:
    reading = read_prime("C4 D4", voice="bass", transpose=-12)
    assert [(v.name, [n.pitch for n in v.notes]) for v in reading.score.voices] == [("bass", [48, 50])]
    with pytest.raises(TokenError, match=r"pitch 84 .* transpose the prime"):
        read_prime("C6 D6")


def test_what_was_changed_is_said() -> None:
    moved = read_prime("C5:1/3 D5:1/3 E5:1/3")
    assert len(moved.notices) == 1
    with pytest.raises(TokenError, match="is off the grid of sixteenths"):
        read_prime("C5:1/3 D5:1/3 E5:1/3", exact=True)
    two = Voice("hands", (Note(0, 1, 72), Note(0, 1, 64), Note(1, 1, 74), Note(1, 1, 65)))
    chords = read_prime(Score((two,)))
    assert chords.notices == ("chords were read as 2 voices from the top down",)
    assert [voice.name for voice in chords.score.voices] == ["soprano", "bass"]


def test_texts_and_places_are_told_apart(tmp_path: Path) -> None:
    assert is_place("corpus:bwv66.6")
    assert is_place("tune.abc")
    assert not is_place("C4 D4 E4")
    assert not is_place("C4\nD4.mid")
    assert not is_place("C4:1/2")
    assert is_place("music/tune")
    assert is_place("https://example.org/tune")
    assert is_abc("X:1\nK:C\nCDE")
    assert not is_abc("key=C C4")
    with pytest.raises(LoadError, match=r"no file 'tune\.abc'"):
        read_prime("tune.abc")
