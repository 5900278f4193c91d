"""The sound of a score: right pitches at the right times, no clipping, the same bytes again, and as the page sounds."""

from __future__ import annotations

import io
import json
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import LoadError, SettingError
from musenb.export.to_audio import PEAK, seconds_at, synthesise, wav_bytes
from musenb.score.note import Note, Score, Tempo, Voice

# Levels of single notes as the page's synthesiser plays them, made by frontend/soundfont/reference.mjs.
REFERENCE = json.loads(Path(__file__).with_name("piano_reference.json").read_text(encoding="utf-8"))
TAIL = 1.5


def line(*notes: tuple[object, object, int], tempos: tuple[Tempo, ...] = (Tempo(qpm=60),)) -> Score:
    """Return a one-voice score of (onset, duration, pitch)."""
    return Score((Voice("line", tuple(Note(Fraction(a), Fraction(b), p) for a, b, p in notes)),), tempos=tempos)


def read(data: bytes) -> tuple[np.ndarray, int]:
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32767, sound.getframerate()


def strongest(samples: np.ndarray, rate: int) -> float:
    """Return the frequency in Hz with the most energy."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * len(samples)))
    return float(np.argmax(spectrum) * rate / (8 * len(samples)))


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


def decibels(power: float) -> float:
    return 10 * float(np.log10(power + 1e-30))


def test_each_note_sounds_at_its_time_and_pitch() -> None:
    samples, rate = read(wav_bytes(line((0, 1, 69), (1, 1, 60), (4, 1, 72))))
    assert rate == 44100
    for second, hertz in [(0, 440.0), (1, 261.63), (4, 523.25)]:
        heard = samples[int((second + 0.1) * rate) : int((second + 0.8) * rate)]
        assert strongest(heard, rate) == pytest.approx(hertz, rel=0.003)
    rest = samples[int(3.5 * rate) : int(3.95 * rate)]
    assert rms(rest) < 0.02 * rms(samples[: 2 * rate])


@pytest.mark.parametrize("pitch", range(33, 97, 7))
def test_every_key_is_in_tune(pitch: int) -> None:
    samples = synthesise(line((0, 1, pitch)), 22050)[2205:22050]
    expected = 440 * 2 ** ((pitch - 69) / 12)
    # Low strings are louder in their partials: the fundamental is looked for around where it must be.
    count = 16 * len(samples)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), count))
    first, last = (int(expected * 2 ** (cents / 1200) * count / 22050) for cents in (-80, 80))
    found = (first + int(np.argmax(spectrum[first:last]))) * 22050 / count
    assert abs(1200 * np.log2(found / expected)) < 15  # a piano's top strings are tuned a little sharp


def test_a_note_is_as_loud_as_in_the_page_from_its_stroke_to_its_end() -> None:
    """Within 1 dB in every window; one number, the page's volume, is the same for all notes and left open."""
    offsets = []
    for row in REFERENCE["notes"]:
        note = Note(Fraction(0), Fraction(1), row["key"], row["velocity"])
        samples = synthesise(Score((Voice("v", (note,)),), tempos=(Tempo(qpm=60),)), REFERENCE["rate"], room=False)
        parts = [samples[round(a * 44100) : round(b * 44100)] for a, b in REFERENCE["windows"]]
        offsets.append([decibels(rms(part) ** 2) - theirs for part, theirs in zip(parts, row["windows"], strict=True)])
        spectrum = [partial(samples, row["key"], k + 1) for k in range(len(row["partials"]))]
        loud = [k for k, level in enumerate(row["partials"]) if level > max(row["partials"]) - 30]
        offsets[-1] += [spectrum[k] - row["partials"][k] for k in loud]
    volume = float(np.median([one for row in offsets for one in row]))
    worst = max(abs(one - volume) for row in offsets for one in row)
    assert worst < 1.0, f"{worst:.2f} dB"
    assert 0 < volume < 6


def partial(samples: np.ndarray, key: int, number: int) -> float:
    """Return the level of a partial from 0.1 to 0.9 seconds, as `reference.mjs` measures it."""
    first, count = round(0.1 * 44100), round(0.8 * 44100)
    n = np.arange(count)
    window = samples[first : first + count] * (0.5 - 0.5 * np.cos(2 * np.pi * n / count))
    hertz = number * 440 * 2 ** ((key - 69) / 12)
    return decibels(abs(np.sum(window * np.exp(-2j * np.pi * hertz * n / 44100))) ** 2 / count**2)


def test_the_room_is_faint() -> None:
    score = line((0, 1, 60))
    dry, wet = synthesise(score, 22050, room=False), synthesise(score, 22050)
    assert -40 < decibels(rms(wet - dry) ** 2 / rms(dry) ** 2) < -20
    late = slice(int(1.6 * 22050), int(1.9 * 22050))
    assert rms(dry[late]) < rms(wet[late]) < 0.02 * rms(wet[:22050])


def test_peak_stays_below_full_scale_however_many_notes_sound() -> None:
    crowd = Score((Voice("all", tuple(Note(0, 2, pitch, velocity=127) for pitch in range(21, 109))),))
    samples, _ = read(wav_bytes(crowd, 22050))
    assert np.abs(samples).max() == pytest.approx(PEAK, abs=1e-3)


def test_the_same_score_gives_the_same_bytes() -> None:
    score = line((0, 1, 64), (1, "1/2", 67))
    assert wav_bytes(score) == wav_bytes(score)


def test_a_note_begins_and_ends_without_a_click() -> None:
    samples, rate = read(wav_bytes(line((0, 1, 57))))
    step = np.abs(np.diff(samples))
    assert step[0] < 1e-3
    assert step[int(0.95 * rate) :].max() <= step[int(0.6 * rate) : int(0.95 * rate)].max()
    assert np.abs(samples[-100:]).max() < 1e-3


def test_a_held_note_is_the_same_however_it_is_made_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    score = line((0, 3, 50), (1, 1, 50))
    whole = synthesise(score, 22050, room=False)
    monkeypatch.setattr("musenb.export.to_audio._BLOCK", 8192)
    assert np.abs(synthesise(score, 22050, room=False) - whole).max() < 1e-4 * np.abs(whole).max()


def test_an_empty_score_is_a_silence() -> None:
    samples, rate = read(wav_bytes(Score()))
    assert len(samples) == pytest.approx(TAIL * rate, abs=2)
    assert not samples.any()


def test_seconds_follow_the_tempos() -> None:
    score = line((0, 8, 60), tempos=(Tempo(0, 60), Tempo(4, 120)))
    assert [seconds_at(score, Fraction(q)) for q in (0, 2, 4, 6, 8)] == [0, 2, 4, 5, 6]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4), st.integers(0, 127)), max_size=6))
@settings(max_examples=15, deadline=None)
def test_any_notes_give_finite_sound_of_the_right_length(notes: list[tuple[int, int, int]]) -> None:
    score = line(*[(Fraction(a, 4), Fraction(b, 4), p) for a, b, p in notes])
    samples = synthesise(score, 8000)
    assert np.isfinite(samples).all()
    assert len(samples) == int((float(score.end) + TAIL) * 8000) + 1


def test_notes_add_up() -> None:
    one, other = line((0, 1, 60)), line((1, 2, 67))
    both = synthesise(line((0, 1, 60), (1, 2, 67)), 8000, room=False)[: 2 * 8000]
    apart = synthesise(one, 8000, room=False)[: 2 * 8000] + synthesise(other, 8000, room=False)[: 2 * 8000]
    assert np.abs(both - apart).max() < 1e-6


@pytest.mark.parametrize("rate", [0, 7999, 96001, -1])
def test_a_rate_outside_its_range_is_refused(rate: int) -> None:
    with pytest.raises(SettingError, match=rf"rate {rate} samples a second is outside 8000..96000"):
        wav_bytes(line((0, 1, 60)), rate)


def test_an_instrument_outside_its_range_is_refused() -> None:
    with pytest.raises(SettingError, match=r"instrument 128 is outside 0..127"):
        wav_bytes(line((0, 1, 60)), programs=[0, 128])


def test_a_missing_soundfont_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"mine.sf2: No such file"):
        wav_bytes(line((0, 1, 60)), soundfont=tmp_path / "mine.sf2")


def test_a_piece_of_hours_is_refused() -> None:
    with pytest.raises(SettingError, match="longer than 1800"):
        wav_bytes(line((0, 1, 60), (7200, 1, 60)))
