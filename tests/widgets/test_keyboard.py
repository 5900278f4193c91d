"""The keyboard's Python half: takes become scores, distributions are checked."""

from __future__ import annotations

from fractions import Fraction

import pytest

from musenb.errors import SettingError
from musenb.widgets.keyboard import Keyboard

TAKE = {"kind": "recorded", "qpm": 120.0, "beats": 3, "presses": [[0.01, 0.48, 60, 90], [0.52, 0.97, 64, 70]]}


def test_a_take_becomes_a_quantised_score():
    keyboard = Keyboard()
    heard = []
    end = keyboard.on_recorded(heard.append)
    keyboard._receive(None, TAKE, [])
    (score,) = heard
    assert score is keyboard.recording
    found = [(note.onset, note.duration, note.pitch, note.velocity) for note in score.voices[0].notes]
    assert found == [(0, 1, 60, 90), (1, 1, 64, 70)]
    assert (score.metres[0].beats, score.tempos[0].qpm) == (3, 120)
    assert keyboard.report.moved == 2
    assert keyboard.take == [[0.0, 1.0, 60, 90], [1.0, 1.0, 64, 70]]
    assert keyboard.description.endswith("Recorded: 2 notes.")
    end()
    keyboard._receive(None, TAKE, [])
    assert len(heard) == 1
    keyboard.close()


def test_another_grid_moves_the_last_take_again():
    keyboard = Keyboard(grid="quarter")
    heard = []
    keyboard.on_recorded(heard.append)
    keyboard.grid = "eighth"
    assert heard == [], "nothing has been recorded"
    presses = [[0.0, 0.17, 60, 80], [0.16, 0.3, 62, 80], [0.34, 0.5, 64, 80]]
    keyboard._receive(None, {**TAKE, "presses": presses}, [])
    keyboard.set_state({"grid": "triplet"})
    onsets = [[note.onset for note in score.voices[0].notes] for score in heard]
    assert onsets == [[0, Fraction(1, 2)], [0, Fraction(1, 3), Fraction(2, 3)]]
    assert keyboard.recording is heard[-1]
    assert [note[0] for note in keyboard.take] == pytest.approx([0, 1 / 3, 2 / 3])
    assert keyboard.report.grid == Fraction(1, 3)
    keyboard.close()


def test_what_a_listener_raises_is_shown_in_the_cell():
    keyboard = Keyboard()
    keyboard.on_recorded(lambda score: 1 / 0)
    keyboard._receive(None, TAKE, [])
    assert keyboard.error.startswith("ZeroDivisionError")
    keyboard._receive(None, {**TAKE, "presses": [[0, 1, 200, 90]]}, [])
    assert "pitch 200" in keyboard.error
    keyboard.close()


def test_keys_are_told_while_somebody_listens():
    keyboard = Keyboard()
    assert not keyboard.listening
    played = []
    end = keyboard.on_played(lambda *key: played.append(key))
    assert keyboard.listening
    keyboard._receive(None, {"kind": "played", "pitch": 61, "velocity": 80, "down": True}, [])
    assert played == [(61, 80, True)]
    end()
    assert not keyboard.listening
    keyboard.close()


def test_a_distribution_is_shown_on_the_keys():
    keyboard = Keyboard(low=60, high=72)
    before = keyboard.picture()
    keyboard.show_distribution({67: 0.41, 69: 0.22, 71: 0.0001}, label="alto, beat 3")
    assert keyboard.distribution == [[67, 0.41], [69, 0.22]]
    assert keyboard.describe() == "Keyboard from C4 to C5. alto, beat 3: G4 41 %, A4 22 %."
    assert keyboard.picture() != before
    keyboard.show_distribution([1 / 128] * 128)
    assert len(keyboard.distribution) == 128
    keyboard.show_distribution(None)
    assert (keyboard.distribution, keyboard.distribution_label) == ([], "")
    keyboard.close()


@pytest.mark.parametrize(
    ("shares", "fault"),
    [({128: 0.1}, "names 128"), ({60: -0.1}, "share of pitch 60 is -0.1"), ({60: 0.9, 61: 0.9}, "sum to 1.8")],
)
def test_what_is_no_distribution_is_said(shares, fault):
    keyboard = Keyboard()
    with pytest.raises(SettingError, match=fault):
        keyboard.show_distribution(shares)
    keyboard.close()


def test_the_range_is_at_least_an_octave():
    with pytest.raises(SettingError, match="keys from 60 to 70"):
        Keyboard(low=60, high=70)
    with pytest.raises(SettingError, match="Keyboard has no setting 'lowest'"):
        Keyboard(lowest=3)


def test_saved_state_is_small():
    keyboard = Keyboard()
    keyboard.show_distribution([1 / 128] * 128)
    keyboard._receive(None, {**TAKE, "presses": [[n * 0.25, n * 0.25 + 0.2, 60, 80] for n in range(500)]}, [])
    assert keyboard.recording.end == Fraction(250) - Fraction(1, 4) + Fraction(1, 4)
    assert len(str(keyboard.get_state())) < 100_000
    keyboard.close()
