"""Score to sound, with nothing but numpy: a struck string modelled by its partials.

Each note is a sum of slightly inharmonic partials. A hammer that strikes at an eighth of the string leaves out every
eighth partial, high partials fade sooner than low ones, the level falls fast first and slowly later, two strings a
fraction of a cent apart beat against each other, and a damper ends the note. A short decaying tail of seeded noise
stands for the room.

References
----------
N. H. Fletcher and T. D. Rossing, The Physics of Musical Instruments, 2nd ed., Springer 1998, chapter 12 (the piano).
"""

from __future__ import annotations

import io
import wave
from fractions import Fraction

import numpy as np

from musenb.errors import SettingError
from musenb.score.note import Note, Score

LOWEST_RATE, HIGHEST_RATE = 8000, 96000
LONGEST_SECONDS = 1800.0
PEAK = 10 ** (-1.5 / 20)

_STRIKE_POINT = 8
_PARTIALS = 24
_ATTACK, _RELEASE = 0.003, 0.09
_ROOM_SECONDS, _ROOM_LEVEL = 0.7, 0.035
_REPEATED_GAP = 0.02


def wav_bytes(score: Score, rate: int = 22050) -> bytes:
    """Return the score as a WAV file: one channel, 16 bits, peak at -1.5 dB. An empty score is a short silence.

    Parameters
    ----------
    score : Score
    rate : int
        Samples a second, 8000..96000.

    Raises
    ------
    SettingError
        The rate is outside its range, or the piece lasts longer than 30 minutes.
    """
    samples = synthesise(score, rate)
    peak = float(np.abs(samples).max(initial=0.0))
    scaled = samples * (PEAK / peak) if peak > 0 else samples
    pcm = np.round(scaled * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm.tobytes())
    return file.getvalue()


def synthesise(score: Score, rate: int = 22050) -> np.ndarray:
    """Return the sound of a score before it is levelled.

    Parameters
    ----------
    score : Score
    rate : int
        Samples a second, 8000..96000.

    Returns
    -------
    numpy.ndarray
        float64, shape (samples,), without a fixed range.

    Raises
    ------
    SettingError
        As for `wav_bytes`.
    """
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise SettingError(f"rate {rate} samples a second is outside {LOWEST_RATE}..{HIGHEST_RATE}")
    times = [(note, seconds_at(score, note.onset), seconds_at(score, note.end)) for note in score.notes]
    last = max((stop for _, _, stop in times), default=0.0)
    if last > LONGEST_SECONDS:
        raise SettingError(f"a piece of {last:.0f} seconds is longer than {LONGEST_SECONDS:.0f}: use score.cut()")
    dry = np.zeros(int((last + 0.5) * rate) + 1)
    tones: dict[tuple[int, int], np.ndarray] = {}
    longest = _longest_by_tone(times)
    for note, start, stop in times:
        key = (note.pitch, note.velocity)
        if key not in tones:
            tones[key] = struck_string(*key, longest[key] + _RELEASE, rate)
        played = _damped(tones[key], stop - start, rate)
        begin = round(start * rate)
        stretch = dry[begin : begin + len(played)]
        stretch += played[: len(stretch)]
    return _in_a_room(dry, rate) if times else dry


def seconds_at(score: Score, quarter: Fraction) -> float:
    """Return the seconds from the beginning at which a quarter is reached, by the tempos of the score."""
    seconds, tempos = 0.0, score.tempos
    for index, tempo in enumerate(tempos):
        start = Fraction(0) if index == 0 else tempo.onset
        stop = min(tempos[index + 1].onset, quarter) if index + 1 < len(tempos) else quarter
        if stop > start:
            seconds += float(stop - start) * 60.0 / tempo.qpm
    return seconds


def struck_string(pitch: int, velocity: int, seconds: float, rate: int) -> np.ndarray:
    """Return one undamped tone.

    Parameters
    ----------
    pitch : int
        MIDI number, 0..127.
    velocity : int
        1..127; a harder stroke is louder and brighter.
    seconds : float
        How long the tone is computed.
    rate : int
        Samples a second.

    Returns
    -------
    numpy.ndarray
        float64, shape (samples,).
    """
    time = np.arange(int(seconds * rate) + 1) / rate
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
    stiffness = 7.5e-5 * 2.0 ** ((pitch - 40) / 18)
    force = velocity / 127
    brightness = 600 + 1200 * force
    sustain = 2.6 * 2.0 ** ((60 - pitch) / 20)
    tone = np.zeros_like(time)
    for k in range(1, _PARTIALS + 1):
        partial = k * frequency * np.sqrt((1 + stiffness * k * k) / (1 + stiffness))
        if partial > 0.45 * rate:
            break
        level = abs(np.sin(np.pi * k / _STRIKE_POINT)) * k**-0.9 * np.exp(-partial / brightness)
        fading = sustain / (1 + 0.35 * (k - 1))
        envelope = 0.65 * np.exp(-time * 3.2 / fading) + 0.35 * np.exp(-time / fading)
        beating = 0.5 * (_wave(partial * 1.00012, time, k) + _wave(partial * 0.99988, time, k))
        tone += level * envelope * beating
    attack = max(1, int(_ATTACK * rate))
    tone[:attack] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(min(attack, len(tone))) / attack)
    return tone * force**1.5


def _wave(frequency: float, time: np.ndarray, k: int) -> np.ndarray:
    """Return a sine; the phase differs from partial to partial, so that no click of aligned peaks begins the tone."""
    return np.sin(2 * np.pi * frequency * time + 2.399963 * k)


def _longest_by_tone(times: list[tuple[Note, float, float]]) -> dict[tuple[int, int], float]:
    longest: dict[tuple[int, int], float] = {}
    for note, start, stop in times:
        key = (note.pitch, note.velocity)
        longest[key] = max(longest.get(key, 0.0), stop - start)
    return longest


def _damped(tone: np.ndarray, seconds: float, rate: int) -> np.ndarray:
    """Return the tone for `seconds`, then let the damper fall: slightly early, so that a repetition is heard."""
    held = int(max(seconds - _REPEATED_GAP, seconds / 2) * rate)
    fall = int(_RELEASE * rate)
    played = tone[: held + fall].copy()
    tail = played[held:]
    tail *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(len(tail)) + 1) / (fall + 1))
    return played


def _in_a_room(dry: np.ndarray, rate: int) -> np.ndarray:
    """Add the room: the sound convolved with a seeded, decaying noise, block by block."""
    generator = np.random.default_rng(1685)
    count = int(_ROOM_SECONDS * rate)
    fading = np.exp(-6.9 * np.arange(count) / count)
    tail = generator.standard_normal(count) * fading
    tail = np.convolve(tail, np.ones(4) / 4, mode="same")
    tail[: int(0.012 * rate)] = 0.0
    tail *= _ROOM_LEVEL * np.sqrt(3 / np.sum(tail**2))
    size = 1 << int(np.ceil(np.log2(4 * count)))
    step = size - count + 1
    spectrum = np.fft.rfft(tail, size)
    wet = np.zeros(len(dry) + size)
    for begin in range(0, len(dry), step):
        wet[begin : begin + size] += np.fft.irfft(np.fft.rfft(dry[begin : begin + step], size) * spectrum, size)
    return dry + wet[: len(dry)]
