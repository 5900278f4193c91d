"""WAV audio renderer and sample-based synthesiser in numpy.

A note is its sample at the right speed, through the region's filter, under its envelope. Levels, envelopes, filter and
interpolation are those of the synthesiser in the page (spessasynth), so that a file sounds like what was heard; a test
holds both side by side. A filter that its soundfont moves stands where it comes to rest.

References
----------
E-mu Systems, SoundFont Technical Specification, version 2.04, 2006, chapters 8 and 9.
R. Bristow-Johnson, Cookbook formulae for audio equalizer biquad filter coefficients (the low-pass).
"""

from __future__ import annotations

import functools
import os
import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources
from pathlib import Path

import numpy as np

from musenb.errors import LoadError, SettingError
from musenb.export import soundfont as sf
from musenb.export.room import add_room
from musenb.export.soundfont import Region, Sample, Soundfont, read_soundfont
from musenb.score.heed import heed
from musenb.score.note import Score

LOWEST_RATE, HIGHEST_RATE, USUAL_RATE = 8000, 96000, 44100
LONGEST_SECONDS = 1800.0
PEAK = 10 ** (-1.5 / 20)

# A voice ends where its envelope has fallen to -90 dB; envelopes count down to -96 dB.
_SILENCE, _UNHEARD = 960.0, 900.0
_TAIL_SECONDS, _FADE_SECONDS = 1.5, 0.4
# Frames that are made at once, and frames before them through which a filter settles.
_BLOCK, _SETTLING = 1 << 20, 4096
_SHORTEST_ATTACK, _SHORTEST_RELEASE = 128 / 44100, 2**-6


def wav_bytes(
    score: Score,
    rate: int = USUAL_RATE,
    *,
    soundfont: str | os.PathLike[str] | None = None,
    programs: Sequence[int] = (),
) -> bytes:
    """Return the score as a WAV file: one channel, 16 bits, peak at -1.5 dB. An empty score is a short silence.

    Parameters
    ----------
    score : Score
    rate : int
        Samples a second, 8000..96000.
    soundfont : path, optional
        A soundfont (SF2, SF3) instead of the piano.
    programs : sequence of int
        General MIDI instruments of the voices, 0..127; 0, the piano, for a voice beyond the last.

    Raises
    ------
    SettingError
        The rate or an instrument is outside its range, or the piece lasts longer than 30 minutes.
    LoadError
        The soundfont is missing, damaged or none.
    """
    samples = synthesise(score, rate, soundfont=soundfont, programs=programs)
    peak = float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))
    gain = 32767 * PEAK / peak if peak > 0 else 0.0
    size = 2 * len(samples)
    file = np.empty(44 + size, np.uint8)
    file[:44] = np.frombuffer(
        struct.pack(
            "<4sI8sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVEfmt ", 16, 1, 1, rate, 2 * rate, 2, 16, b"data", size
        ),
        np.uint8,
    )
    pcm = file[44:].view("<i2")
    for start in range(0, len(samples), _BLOCK):
        pcm[start : start + _BLOCK] = np.round(samples[start : start + _BLOCK] * gain)
    del samples
    return file.tobytes()


def synthesise(
    score: Score,
    rate: int = USUAL_RATE,
    *,
    soundfont: str | os.PathLike[str] | None = None,
    programs: Sequence[int] = (),
    room: bool = True,
) -> np.ndarray:
    """Return the sound of a score before it is levelled.

    Parameters
    ----------
    score, rate, soundfont, programs
        As for `wav_bytes`, and so are the errors.
    room : bool
        False leaves out the faint room around the sound.

    Returns
    -------
    numpy.ndarray
        float32, shape (samples,), without a fixed range.
    """
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise SettingError(f"rate {rate} samples a second is outside {LOWEST_RATE}..{HIGHEST_RATE}")
    for program in programs:
        if not 0 <= program <= 127:
            raise SettingError(f"instrument {program} is outside 0..127")
    seconds = _Seconds(score)
    last = seconds.at(score.end)
    if last > LONGEST_SECONDS:
        raise SettingError(f"a piece of {last:.0f} seconds is longer than {LONGEST_SECONDS:.0f}: use score.cut()")
    font = piano() if soundfont is None else _opened(Path(soundfont))
    groups: dict[tuple[int, int], list[_Stroke]] = defaultdict(list)
    for voice, line in enumerate(score.voices):
        program = programs[voice] if voice < len(programs) else 0
        for note in line.notes:
            stroke = _Stroke(seconds.at(note.onset), seconds.at(note.end), note.velocity)
            groups[program, note.pitch].append(stroke)
    mixed = np.zeros(int((last + _TAIL_SECONDS) * rate) + 1, np.float32)
    for (program, key), strokes in sorted(groups.items()):
        for region in font.regions(program, key):
            heed()
            struck = [one for one in strokes if region.velocities[0] <= one.velocity <= region.velocities[1]]
            if struck:
                _Tone(region, font.sample(region.sample), key, rate).mix(mixed, struck)
    if groups:
        if room:
            add_room(mixed, rate)
        _fade_out(mixed, rate)
    return mixed


@functools.cache
def piano() -> Soundfont:
    """Return the piano that the page plays."""
    data = (resources.files("musenb") / "static" / "piano.sf3").read_bytes()
    return Soundfont(data, source="the piano of musenb")


def seconds_at(score: Score, quarter: Fraction) -> float:
    """Return the seconds from the beginning at which a quarter is reached, by the tempos of the score."""
    return _Seconds(score).at(quarter)


class _Seconds:
    """From quarters to seconds; the tempos' own times are counted once."""

    def __init__(self, score: Score) -> None:
        self._changes = [(Fraction(0), 0.0, 60.0 / score.tempos[0].qpm)]
        for tempo in score.tempos[1:]:
            onset, seconds, pace = self._changes[-1]
            self._changes.append(
                (
                    tempo.onset,
                    seconds + float(tempo.onset - onset) * pace,
                    60.0 / tempo.qpm,
                )
            )
        self._onsets = [onset for onset, _, _ in self._changes]

    def at(self, quarter: Fraction) -> float:
        onset, seconds, pace = self._changes[max(bisect_left(self._onsets, quarter) - 1, 0)]
        return seconds + float(quarter - onset) * pace


def _opened(path: Path) -> Soundfont:
    return Soundfont(read_soundfont(path), source=f"soundfont {path}")


def _fade_out(mixed: np.ndarray, rate: int) -> None:
    """Let what still sounds at the end of the file die away."""
    count = min(len(mixed), int(_FADE_SECONDS * rate))
    fading = mixed[len(mixed) - count :]
    cosine = np.cos(np.pi * (np.arange(count) + 1) / count).astype(np.float32)
    fading *= 0.5 + 0.5 * cosine


@dataclass(frozen=True, slots=True)
class _Stroke:
    """When a key goes down and up, in seconds, and how hard it is struck."""

    start: float
    stop: float
    velocity: int


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Seconds and centibels of a volume envelope."""

    delay: float
    attack: float
    hold: float
    decay: float
    sustain: float
    release: float

    def gain(self, time: np.ndarray) -> np.ndarray:
        """Return the gain while the key is down."""
        rising = np.clip((time - self.delay) / self.attack, 0.0, 1.0)
        falling = np.clip(
            (time - self.delay - self.attack - self.hold) / self.decay * _SILENCE,
            0.0,
            self.sustain,
        )
        return rising * 10 ** (-falling / 200)

    @property
    def longest(self) -> float:
        """Seconds after which nothing is heard even while the key is down."""
        whole = self.delay + self.attack + self.hold + self.decay * _UNHEARD / _SILENCE
        return whole if self.sustain >= _UNHEARD else float("inf")

    @property
    def dying(self) -> float:
        """Seconds from the release until nothing is heard."""
        return self.release * _UNHEARD / _SILENCE


class _Tone:
    """One region at one key."""

    def __init__(self, region: Region, sample: Sample, key: int, rate: int) -> None:
        value = region.value
        key = value(sf.FIXED_KEY) if value(sf.FIXED_KEY) >= 0 else key
        root = value(sf.ROOT_KEY) if value(sf.ROOT_KEY) >= 0 else sample.root
        cents = (key - root) * value(sf.SCALE_TUNING)
        cents += sample.cents
        cents += 100 * value(sf.COARSE_TUNE) + value(sf.FINE_TUNE)
        self._rate, self._step = rate, sample.rate / rate * 2 ** (cents / 1200)
        self._cut_sample(region, sample)
        angle = min(max(value(sf.PAN) / 1000 + 0.5, 0.0), 1.0) * np.pi / 2
        middle = (np.cos(angle) + np.sin(angle)) / np.sqrt(2)
        self._gain = float(middle * 10 ** (-max(value(sf.ATTENUATION), 0) / 200))
        self._velocity = value(sf.FIXED_VELOCITY)
        self._envelope = _Envelope(
            delay=_seconds(value(sf.DELAY)),
            attack=max(_seconds(value(sf.ATTACK)), _SHORTEST_ATTACK),
            hold=_seconds(value(sf.HOLD) + (60 - key) * value(sf.KEY_TO_HOLD)),
            decay=_seconds(value(sf.DECAY) + (60 - key) * value(sf.KEY_TO_DECAY)),
            sustain=min(max(float(value(sf.SUSTAIN)), 0.0), _SILENCE),
            release=max(_seconds(value(sf.RELEASE)), _SHORTEST_RELEASE),
        )
        rest = 1 - min(max(value(sf.FILTER_SUSTAIN), 0), 1000) / 1000
        self._cutoff = min(value(sf.CUTOFF) + rest * value(sf.ENVELOPE_TO_CUTOFF), 13500.0)
        self._resonance = min(max(value(sf.RESONANCE), 0), 960)

    def mix(self, mixed: np.ndarray, strokes: list[_Stroke]) -> None:
        """Add the tone wherever it is struck."""
        rate, envelope = self._rate, self._envelope
        longest = int(min(envelope.dying * rate, len(mixed)))
        falling = np.arange(longest + 1) / (rate * envelope.release)
        fall = (10 ** (-_SILENCE / 200 * falling)).astype(np.float32)
        held = min(max(one.stop - one.start for one in strokes), envelope.longest)
        frames = min(int(held * rate) + len(fall), len(mixed))
        for first in range(0, frames, _BLOCK):
            count = min(_BLOCK, frames - first)
            wave = self._wave(first, count)
            down = wave * envelope.gain((first + np.arange(count)) / rate).astype(np.float32)
            for stroke in strokes:
                self._add(mixed, stroke, first, wave, down, fall)

    def _add(
        self,
        mixed: np.ndarray,
        stroke: _Stroke,
        first: int,
        wave: np.ndarray,
        down: np.ndarray,
        fall: np.ndarray,
    ) -> None:
        """Add one block of one stroke: `down` while the key is held, then `wave` as it dies away."""
        begin = round(stroke.start * self._rate)
        length = round((stroke.stop - stroke.start) * self._rate)
        velocity = self._velocity if self._velocity > 0 else stroke.velocity
        gain = np.float32((velocity / 127) ** 2)
        end = min(length + len(fall), len(mixed) - begin, first + len(wave))
        split = max(min(length, end), first)
        if split > first:
            mixed[begin + first : begin + split] += gain * down[: split - first]
        if end > split:
            released = np.array([length / self._rate])
            level = gain * np.float32(self._envelope.gain(released)[0])
            dying = wave[split - first : end - first] * fall[split - length : end - length]
            mixed[begin + split : begin + end] += level * dying

    def _cut_sample(self, region: Region, sample: Sample) -> None:
        value = region.value
        start = value(sf.START) + 32768 * value(sf.START_COARSE)
        end = len(sample.wave) + value(sf.END) + 32768 * value(sf.END_COARSE)
        first = sample.loop[0] + value(sf.LOOP_START) + 32768 * value(sf.LOOP_START_COARSE)
        last = sample.loop[1] + value(sf.LOOP_END) + 32768 * value(sf.LOOP_END_COARSE)
        if not 0 <= start < end <= len(sample.wave):
            raise LoadError("content", f"sample {sample.name!r} of the soundfont is cut outside its recording")
        looped = value(sf.SAMPLE_MODE) in (1, 3) and start <= first < last <= end
        self._loop = (first - start, last - first) if looped else None
        self._source = sample.wave[start : last if looped else end]

    def _wave(self, first: int, count: int) -> np.ndarray:
        """Return frames of the tone before its envelope."""
        lead = min(first, _SETTLING)
        wave = self._resampled(first - lead, count + lead)
        return (self._filtered(wave) * self._gain)[lead:].astype(np.float32)

    def _resampled(self, first: int, count: int) -> np.ndarray:
        """Return the recording at the tone's speed, by Hermite curves through its frames."""
        position = (first + np.arange(count)) * self._step
        below = np.floor(position).astype(np.int64)
        t = position - below
        before, here, after, next_one = (self._frames(below + one) for one in range(4))
        slope, drop = (after - before) / 2, here - after
        both = slope + drop
        curve = both + drop + (next_one - here) / 2
        return ((curve * t - both - curve) * t + slope) * t + here

    def _frames(self, index: np.ndarray) -> np.ndarray:
        if self._loop is not None:
            start, length = self._loop
            return self._source[np.where(index < start, index, start + (index - start) % length)]
        inside = index < len(self._source)
        return np.where(
            inside,
            self._source[np.where(inside, index, 0)],
            np.float32(0),
        )

    def _filtered(self, wave: np.ndarray) -> np.ndarray:
        """Return the wave through the low-pass, by its response to each frequency."""
        if self._cutoff >= 13500 and not self._resonance:
            return wave
        size = 1 << (len(wave) + _SETTLING - 1).bit_length()
        hertz = min(8.176 * 2 ** (self._cutoff / 1200), 0.45 * self._rate)
        angle = 2 * np.pi * hertz / self._rate
        width = np.sin(angle) / (2 * 10 ** ((self._resonance - 3.01) / 200))
        z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
        top = (1 - np.cos(angle)) / 2 * 10 ** (-self._resonance / 400) * (1 + z) ** 2
        response = top / (1 + width - 2 * np.cos(angle) * z + (1 - width) * z**2)
        spectrum = np.fft.rfft(wave, size)
        return np.fft.irfft(spectrum * response, size)[: len(wave)]


def _seconds(timecents: float) -> float:
    return 2 ** (min(max(timecents, -12000), 12000) / 1200)
