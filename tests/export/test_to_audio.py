"""The sound of a score: right pitches at the right times, no clipping, the same bytes again."""

from __future__ import annotations

import io
import wave
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musenb.errors import SettingError
from musenb.export.to_audio import PEAK, seconds_at, struck_string, synthesise, wav_bytes
from musenb.score.note import Note, Score, Tempo, Voice


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
    return float(np.sqrt(np.mean(samples**2)))


def test_each_note_sounds_at_its_time_and_pitch() -> None:
    samples, rate = read(wav_bytes(line((0, 1, 69), (1, 1, 60), (3, 1, 72))))
    for second, hertz in [(0, 440.0), (1, 261.63), (3, 523.25)]:
        heard = samples[int((second + 0.1) * rate) : int((second + 0.8) * rate)]
        assert strongest(heard, rate) == pytest.approx(hertz, rel=0.003)
    rest = samples[int(2.6 * rate) : int(2.95 * rate)]
    assert rms(rest) < 0.02 * rms(samples[: 2 * rate])


def test_peak_stays_below_full_scale_however_many_notes_sound() -> None:
    crowd = Score((Voice("all", tuple(Note(0, 2, pitch, velocity=127) for pitch in range(21, 109))),))
    samples, _ = read(wav_bytes(crowd))
    assert np.abs(samples).max() == pytest.approx(PEAK, abs=1e-3)


def test_the_same_score_gives_the_same_bytes() -> None:
    score = line((0, 1, 64), (1, "1/2", 67))
    assert wav_bytes(score) == wav_bytes(score)


def test_a_note_begins_and_ends_without_a_click() -> None:
    samples, rate = read(wav_bytes(line((0, 1, 57))))
    step = np.abs(np.diff(samples))
    assert step[0] < 1e-3
    assert step[int(0.95 * rate) :].max() <= step[int(0.6 * rate) : int(0.95 * rate)].max()


def test_a_tone_fades_and_a_harder_stroke_is_louder_and_brighter() -> None:
    soft, hard = struck_string(60, 30, 2.0, 22050), struck_string(60, 120, 2.0, 22050)
    assert rms(soft[22050:]) < 0.6 * rms(soft[:11025])
    assert rms(hard) > 3 * rms(soft)
    above = [np.abs(np.fft.rfft(t))[2 * 2000 :].sum() / np.abs(np.fft.rfft(t)).sum() for t in (soft, hard)]
    assert above[1] > 1.2 * above[0]


def test_an_empty_score_is_half_a_second_of_silence() -> None:
    samples, rate = read(wav_bytes(Score()))
    assert len(samples) == pytest.approx(rate / 2, abs=2)
    assert not samples.any()


def test_seconds_follow_the_tempos() -> None:
    score = line((0, 8, 60), tempos=(Tempo(0, 60), Tempo(4, 120)))
    assert [seconds_at(score, Fraction(q)) for q in (0, 2, 4, 6, 8)] == [0, 2, 4, 5, 6]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4), st.integers(0, 127)), max_size=6))
@settings(max_examples=15)
def test_any_notes_give_finite_sound_of_the_right_length(notes: list[tuple[int, int, int]]) -> None:
    score = line(*[(Fraction(a, 4), Fraction(b, 4), p) for a, b, p in notes])
    samples = synthesise(score, 8000)
    assert np.isfinite(samples).all()
    assert len(samples) == int((float(score.end) + 0.5) * 8000) + 1


@pytest.mark.parametrize("rate", [0, 7999, 96001, -1])
def test_a_rate_outside_its_range_is_refused(rate: int) -> None:
    with pytest.raises(SettingError, match=rf"rate {rate} samples a second is outside 8000..96000"):
        wav_bytes(line((0, 1, 60)), rate)


def test_a_piece_of_hours_is_refused() -> None:
    with pytest.raises(SettingError, match="longer than 1800"):
        wav_bytes(line((0, 1, 60), (7200, 1, 60)))
