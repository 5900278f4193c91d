"""SoundFont 2 reader: which sample sounds for a key, and how it is tuned, shaped and filtered.

Presets, instruments, their zones and the generators of SF2 are read, and both kinds of samples: plain ones of 16 bits
and the Vorbis streams of SF3. Modulators other than that of the velocity, oscillators (vibrato, tremolo) and links
between notes are not.

References
----------
E-mu Systems, SoundFont Technical Specification, version 2.04, 2006: chapters 7 (the file) and 8 (generators).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musenb.errors import LoadError

LARGEST_SOUNDFONT = 64_000_000
DRUM_BANK = 128

# Generators by the numbers of section 8.1.2.
START, END, LOOP_START, LOOP_END = 0, 1, 2, 3
START_COARSE, END_COARSE, LOOP_START_COARSE, LOOP_END_COARSE = 4, 12, 45, 50
CUTOFF, RESONANCE, ENVELOPE_TO_CUTOFF, FILTER_SUSTAIN = 8, 9, 11, 29
PAN, DELAY, ATTACK, HOLD, DECAY, SUSTAIN, RELEASE = 17, 33, 34, 35, 36, 37, 38
KEY_TO_HOLD, KEY_TO_DECAY, ATTENUATION = 39, 40, 48
INSTRUMENT, KEYS, VELOCITIES, FIXED_KEY, FIXED_VELOCITY = 41, 43, 44, 46, 47
COARSE_TUNE, FINE_TUNE, SAMPLE, SAMPLE_MODE, SCALE_TUNING, ROOT_KEY = 51, 52, 53, 54, 56, 58

DEFAULTS: Mapping[int, int] = {
    CUTOFF: 13500,
    DELAY: -12000, ATTACK: -12000, HOLD: -12000, DECAY: -12000, RELEASE: -12000,
    SCALE_TUNING: 100, ROOT_KEY: -1, FIXED_KEY: -1, FIXED_VELOCITY: -1,
}  # fmt: skip
# A preset's zone cannot set these: they belong to the instrument alone (section 8.5).
_INSTRUMENT_ONLY = {
    START, END, LOOP_START, LOOP_END, START_COARSE, END_COARSE, LOOP_START_COARSE, LOOP_END_COARSE,
    FIXED_KEY, FIXED_VELOCITY, SAMPLE_MODE, ROOT_KEY,
}  # fmt: skip
_VORBIS = 0x10
_ROM = 0x8000
_RECORDS = {
    "phdr": 38,
    "pbag": 4,
    "pgen": 4,
    "inst": 22,
    "ibag": 4,
    "igen": 4,
    "shdr": 46,
}
_EVERY = (0, 127)


@dataclass(frozen=True, slots=True)
class Sample:
    """A recording.

    Parameters
    ----------
    name : str
    wave : numpy.ndarray
        float32, shape (frames,), -1..1.
    loop : (int, int)
        First frame of the loop, and the one after its last.
    rate : int
        Frames a second.
    root, cents : int
        The MIDI key at which it sounds as recorded, and how far it is to be moved besides.
    """

    name: str
    wave: np.ndarray
    loop: tuple[int, int]
    rate: int
    root: int
    cents: int


@dataclass(frozen=True, slots=True)
class Region:
    """What sounds for some keys and velocities: a sample and the generators that shape it."""

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: int
    generators: Mapping[int, int]

    def value(self, generator: int) -> int:
        """Return a generator in the units of the specification."""
        return self.generators.get(generator, DEFAULTS.get(generator, 0))


class Soundfont:
    """A soundfont in memory.

    Parameters
    ----------
    data : bytes
        A whole file, SF2 or SF3.
    source : str
        Where it came from, for messages.

    Raises
    ------
    LoadError
        It is no soundfont, or a damaged one.
    """

    def __init__(self, data: bytes, *, source: str = "the soundfont") -> None:
        self.source = source
        _check(data[:12], len(data), source)
        try:
            self._chunks = dict(_chunks(data))
            self._records = {name: _records(self._chunks[name], size) for name, size in _RECORDS.items()}
            # Of two presets with one number the first counts.
            self._presets: dict[tuple[int, int], int] = {}
            headers = self._records["phdr"][:-1]
            for number in reversed(range(len(headers))):
                program, bank = struct.unpack_from("<HH", headers[number], 20)
                self._presets[bank, program] = number
            self._regions = {
                key: list(self._of_preset(number))
                for key, number in self._presets.items()
            }
        except (KeyError, IndexError, struct.error) as error:
            raise self._damaged(f"its tables do not fit together ({error})") from None
        if not self._regions:
            raise self._damaged("it has no instrument")
        self._samples: dict[int, Sample] = {}

    @property
    def programs(self) -> list[int]:
        """General MIDI programs that it has, from 0."""
        return sorted({program for bank, program in self._regions if bank != DRUM_BANK})

    def regions(self, program: int, key: int) -> list[Region]:
        """Return what can sound for a key; the lowest program there is stands in for one that is missing."""
        found = self._regions.get((0, program))
        if found is None:
            lowest = min(self._regions, key=lambda preset: (preset[0] == DRUM_BANK, preset))
            found = self._regions[lowest]
        return [one for one in found if one.keys[0] <= key <= one.keys[1]]

    def sample(self, number: int) -> Sample:
        """Return a recording, decoded when it is first wanted.

        Raises
        ------
        LoadError
            It is damaged.
        """
        if number not in self._samples:
            try:
                self._samples[number] = self._decoded(number)
            except (IndexError, struct.error, ValueError, RuntimeError) as error:
                raise self._damaged(f"sample {number}: {error}") from None
        return self._samples[number]

    def _decoded(self, number: int) -> Sample:
        row = self._records["shdr"][:-1][number]
        name = row[:20].split(b"\0")[0].decode("latin-1")
        start, end, first, last, rate, root, cents, _, kind = struct.unpack_from("<IIIIIBbHH", row, 20)
        stored = self._chunks["smpl"]
        if kind & _ROM or not 400 <= rate <= 200_000:
            raise ValueError(f"{name!r} is recorded at {rate} Hz or lies in a ROM")
        if kind & _VORBIS:
            wave, rate = _vorbis(stored[start:end])
        else:
            if not 0 <= start < end <= len(stored) // 2:
                raise ValueError(f"{name!r} lies outside the file")
            wave = np.frombuffer(stored, "<i2", end - start, 2 * start).astype(np.float32) / 32768
            first, last = first - start, last - start
        return Sample(name, wave, (first, last), rate, root if root <= 127 else 60, cents)

    def _of_preset(self, number: int) -> Iterator[Region]:
        for zone in self._zones("p", number):
            for inner in self._zones("i", zone.generators[INSTRUMENT]):
                keys = _both(zone.keys, inner.keys)
                velocities = _both(zone.velocities, inner.velocities)
                generators = dict(inner.generators)
                for generator, value in zone.generators.items():
                    if generator not in _INSTRUMENT_ONLY and generator != INSTRUMENT:
                        generators[generator] = inner.value(generator) + value
                if keys[0] <= keys[1] and velocities[0] <= velocities[1]:
                    if not 0 <= inner.sample < len(self._records["shdr"]) - 1:
                        raise IndexError(f"there is no sample {inner.sample}")
                    yield Region(keys, velocities, inner.sample, generators)

    def _zones(self, level: str, number: int) -> Iterator[Region]:
        """Yield the zones of a preset ('p') or an instrument ('i'), each with what its global zone says filled in."""
        table, place = ("phdr", 24) if level == "p" else ("inst", 20)
        rows = self._records[table]
        (begin,) = struct.unpack_from("<H", rows[number], place)
        (end,) = struct.unpack_from("<H", rows[number + 1], place)
        bags, generators = self._records[f"{level}bag"], self._records[f"{level}gen"]
        target = INSTRUMENT if level == "p" else SAMPLE
        common: dict[int, int] = {}
        for index in range(begin, end):
            (first,) = struct.unpack_from("<H", bags[index])
            (last,) = struct.unpack_from("<H", bags[index + 1])
            own: dict[int, int] = {}
            for row in generators[first:last]:
                unsigned = row[0] in (KEYS, VELOCITIES, target)
                generator, value = struct.unpack("<HH" if unsigned else "<Hh", row)
                own[generator] = value
            if target not in own:
                common = common or own if index == begin else common
                continue
            merged = common | own
            keys = _range(merged.pop(KEYS, None))
            velocities = _range(merged.pop(VELOCITIES, None))
            yield Region(keys, velocities, merged.get(SAMPLE, -1), merged)

    def _damaged(self, what: str) -> LoadError:
        return LoadError("content", f"{self.source} is damaged: {what}", "choose another soundfont")


def read_soundfont(path: Path) -> bytes:
    """Return the bytes of a soundfont (SF2, SF3).

    Raises
    ------
    LoadError
        The file is missing, too large or no soundfont.
    """
    try:
        with path.open("rb") as file:
            _check(file.read(12), path.stat().st_size, str(path))
            file.seek(0)
            return file.read()
    except OSError as error:
        raise LoadError("missing", f"soundfont {path}: {error.strerror}") from None


def _check(head: bytes, size: int, source: str) -> None:
    if size > LARGEST_SOUNDFONT:
        text = f"{source} has {size / 1e6:.0f} MB, {LARGEST_SOUNDFONT / 1e6:.0f} at most"
        raise LoadError("size", text, "choose a smaller soundfont")
    if head[:4] != b"RIFF" or head[8:12] != b"sfbk":
        raise LoadError("format", f"{source} is no soundfont (SF2 or SF3)")


def _chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of the chunks inside the lists of a RIFF file."""
    for kind, start, end in _steps(data, 12, len(data)):
        if kind == b"LIST":
            for name, inner, last in _steps(data, start + 4, end):
                yield name.decode("latin-1"), data[inner:last]


def _steps(
    data: bytes,
    position: int,
    stop: int,
) -> Iterator[tuple[bytes, int, int]]:
    while position + 8 <= stop:
        kind, size = struct.unpack_from("<4sI", data, position)
        if position + 8 + size > stop:
            raise struct.error(f"{kind.decode('latin-1')!r} at byte {position} is cut off")
        yield kind, position + 8, position + 8 + size
        position += 8 + size + size % 2


def _records(chunk: bytes, size: int) -> list[bytes]:
    if len(chunk) % size or not chunk:
        raise struct.error(f"a table of {len(chunk)} bytes in rows of {size}")
    return [chunk[start : start + size] for start in range(0, len(chunk), size)]


def _range(stored: int | None) -> tuple[int, int]:
    return _EVERY if stored is None else (stored & 255, stored >> 8)


def _both(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])


def _vorbis(stream: bytes) -> tuple[np.ndarray, int]:
    """Return the wave of an Ogg Vorbis stream and its rate."""
    import soundfile

    wave, rate = soundfile.read(io.BytesIO(stream), dtype="float32", always_2d=True)
    return np.ascontiguousarray(wave[:, 0]), int(rate)
