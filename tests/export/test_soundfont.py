"""Soundfonts: what is read out of one made here by hand, and what a damaged one is answered with."""

from __future__ import annotations

import random
import struct
from fractions import Fraction
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from musenb.errors import LoadError
from musenb.export import soundfont as sf
from musenb.export.soundfont import Soundfont, read_soundfont
from musenb.export.to_audio import piano, synthesise
from musenb.score.note import Note, Score, Tempo, Voice

RATE = 32000
PERIOD = 100  # frames: 320 Hz, which is no key of a piano
PIANO = resources.files("musenb") / "static" / "piano.sf3"

Zone = list[tuple[int, object]]


def chunk(name: str, data: bytes) -> bytes:
    return name.encode() + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def generator(number: int, value: object) -> bytes:
    if isinstance(value, tuple):
        return struct.pack("<HBB", number, *value)
    return struct.pack("<Hh", number, value)


def bank(instrument: list[Zone], preset: list[Zone] | None = None, *, wave: np.ndarray | None = None) -> bytes:
    """Return a soundfont of one preset and one instrument over one looped sine of 320 Hz, recorded as key 60."""
    if wave is None:
        wave = np.sin(2 * np.pi * np.arange(20 * PERIOD) / PERIOD)
    frames = np.round(wave * 32000).astype("<i2").tobytes() + bytes(92)
    tables = {}
    for level, zones in (("p", preset or [[(sf.INSTRUMENT, 0)]]), ("i", instrument)):
        bags, generators, count = b"", b"", 0
        for zone in zones:
            bags += struct.pack("<HH", count, 0)
            generators += b"".join(generator(*one) for one in zone)
            count += len(zone)
        tables[level] = (bags + struct.pack("<HH", count, 0), generators + bytes(4), len(zones))
    header = struct.pack("<20sHHHIII", b"Sine", 0, 0, 0, 0, 0, 0)
    end = struct.pack("<20sHHHIII", b"EOP", 0, 0, tables["p"][2], 0, 0, 0)
    shape = (0, len(wave), 10 * PERIOD, 20 * PERIOD, RATE, 60, 0, 0, 1)
    rows = {
        "phdr": header + end, "pbag": tables["p"][0], "pmod": bytes(10), "pgen": tables["p"][1],
        "inst": struct.pack("<20sH", b"Sine", 0) + struct.pack("<20sH", b"EOI", tables["i"][2]),
        "ibag": tables["i"][0], "imod": bytes(10), "igen": tables["i"][1],
        "shdr": struct.pack("<20sIIIIIBbHH", b"Sine", *shape) + struct.pack("<20sIIIIIBbHH", b"EOS", *[0] * 9),
    }  # fmt: skip
    lists = [
        chunk("LIST", b"INFO" + chunk("ifil", struct.pack("<HH", 2, 1))),
        chunk("LIST", b"sdta" + chunk("smpl", frames)),
        chunk("LIST", b"pdta" + b"".join(chunk(name, rows[name]) for name in rows)),
    ]
    return chunk("RIFF", b"sfbk" + b"".join(lists))


LOOPED: Zone = [(sf.SAMPLE_MODE, 1), (sf.SAMPLE, 0)]


def played(data: bytes, folder: Path, *, key: int = 60, seconds: int = 1, velocity: int = 127) -> np.ndarray:
    """Return one held note of a soundfont at its own rate, without a room."""
    path = folder / "made.sf2"
    path.write_bytes(data)
    score = Score((Voice("v", (Note(Fraction(0), Fraction(seconds), key, velocity),)),), tempos=(Tempo(qpm=60),))
    return synthesise(score, RATE, soundfont=path, room=False)


def hertz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 19))
    return float(np.argmax(spectrum) * RATE / (1 << 19))


def peak(samples: np.ndarray) -> float:
    return float(np.abs(samples).max())


def test_a_key_moves_the_recording_and_the_loop_goes_on_as_long_as_it_is_held(tmp_path: Path) -> None:
    for key, expected in ((60, 320.0), (72, 640.0), (55, 320.0 * 2 ** (-5 / 12))):
        sound = played(bank([LOOPED]), tmp_path, key=key, seconds=2)
        assert hertz(sound[RATE : 2 * RATE]) == pytest.approx(expected, rel=1e-3)
        assert peak(sound[int(1.9 * RATE) : 2 * RATE]) == pytest.approx(32000 / 32768, rel=0.02)


def test_without_a_loop_the_recording_ends(tmp_path: Path) -> None:
    sound = played(bank([[(sf.SAMPLE_MODE, 0), (sf.SAMPLE, 0)]]), tmp_path)
    end = 20 * PERIOD
    assert peak(sound[end - 200 : end - 10]) > 0.9
    assert peak(sound[end + 10 : end + 400]) == 0


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ([(sf.ROOT_KEY, 48)], 640.0),
        ([(sf.COARSE_TUNE, 7)], 320.0 * 2 ** (7 / 12)),
        ([(sf.FINE_TUNE, 50)], 320.0 * 2 ** (1 / 24)),
        ([(sf.SCALE_TUNING, 50), (sf.ROOT_KEY, 48)], 320.0 * 2 ** (6 / 12)),
        ([(sf.FIXED_KEY, 67)], 320.0 * 2 ** (7 / 12)),
    ],
)
def test_generators_tune(tmp_path: Path, zone: Zone, expected: float) -> None:
    assert hertz(played(bank([[*zone, *LOOPED]]), tmp_path)[:RATE]) == pytest.approx(expected, rel=1e-3)


def test_the_envelope_rises_holds_and_falls_as_written(tmp_path: Path) -> None:
    # Attack 1/4 s, decay 96 dB in 4 s down to 24 dB below, release 96 dB in 2 s.
    zone: Zone = [(sf.ATTACK, -2400), (sf.DECAY, 2400), (sf.SUSTAIN, 240), (sf.RELEASE, 1200), *LOOPED]
    sound = played(bank([zone]), tmp_path, seconds=2)
    level = [peak(sound[int(t * RATE) : int(t * RATE) + 2 * PERIOD]) for t in (0.125, 0.25, 0.75, 1.75, 2.25)]
    full = 32000 / 32768
    assert level[0] == pytest.approx(full / 2, rel=0.05)
    assert level[1] == pytest.approx(full, rel=0.03)
    assert level[2] == pytest.approx(full * 10 ** (-12 / 20), rel=0.06)
    assert level[3] == pytest.approx(full * 10 ** (-24 / 20), rel=0.06)
    assert level[4] == pytest.approx(full * 10 ** (-36 / 20), rel=0.2)


def test_a_harder_stroke_is_louder_by_the_square(tmp_path: Path) -> None:
    hard, soft = (peak(played(bank([LOOPED]), tmp_path, velocity=v)[: RATE // 2]) for v in (120, 60))
    assert hard / soft == pytest.approx(4.0, rel=0.01)


def test_the_filter_takes_away_what_lies_above_it(tmp_path: Path) -> None:
    open_, closed = (
        peak(played(bank([[(sf.CUTOFF, cents), *LOOPED]]), tmp_path)[RATE // 2 : RATE]) for cents in (13500, 5146)
    )  # 5146 cents are 160 Hz, an octave below
    assert 20 * np.log10(open_ / closed) == pytest.approx(11.25, abs=0.2)


def test_zones_choose_by_key_and_velocity_and_presets_add_to_instruments() -> None:
    instrument: list[Zone] = [
        [(sf.RELEASE, 100)],
        [(sf.KEYS, (0, 59)), *LOOPED],
        [(sf.KEYS, (60, 127)), (sf.VELOCITIES, (0, 80)), (sf.RELEASE, 300), *LOOPED],
        [(sf.KEYS, (60, 127)), (sf.VELOCITIES, (81, 127)), *LOOPED],
    ]
    preset: list[Zone] = [[(sf.RELEASE, 1000)], [(sf.KEYS, (24, 96)), (sf.INSTRUMENT, 0)]]
    font = Soundfont(bank(instrument, preset))
    assert font.programs == [0]
    assert font.regions(0, 23) == []
    assert [(r.velocities, r.value(sf.RELEASE)) for r in font.regions(0, 59)] == [((0, 127), 1100)]
    assert [(r.velocities, r.value(sf.RELEASE)) for r in font.regions(0, 60)] == [((0, 80), 1300), ((81, 127), 1100)]
    assert font.regions(0, 60)[0].keys == (60, 96)
    assert font.regions(40, 60) == font.regions(0, 60)


def test_the_shipped_piano_has_all_keys_of_a_piano_at_all_velocities() -> None:
    font = piano()
    for key in range(21, 109):
        covered = sorted(r.velocities for r in font.regions(0, key))
        assert covered[0][0] <= 1
        assert covered[-1][1] == 127
        assert all(a[1] + 1 == b[0] for a, b in pairwise(covered))
    sample = font.sample(font.regions(0, 60)[0].sample)
    assert sample.rate == 32000
    assert 0.05 < np.abs(sample.wave).max() <= 1
    assert 0 < sample.loop[0] < sample.loop[1] <= len(sample.wave)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.98, 0.999])
def test_a_soundfont_that_is_cut_off_is_refused(share: float) -> None:
    data = PIANO.read_bytes()
    with pytest.raises(LoadError, match=r"the piano is damaged|the piano is no soundfont"):
        Soundfont(data[: int(len(data) * share)], source="the piano")


def test_a_damaged_soundfont_plays_or_says_that_it_is_damaged(tmp_path: Path) -> None:
    whole, refused, draw = bytearray(bank([[(sf.CUTOFF, 9000), *LOOPED]])), 0, random.Random(7)
    tables = whole.index(b"pdta")
    for _ in range(150):
        data = bytearray(whole)
        data[draw.randrange(tables, len(data))] = draw.randrange(256)
        try:
            sound = played(bytes(data), tmp_path)
        except LoadError as error:
            refused += 1
            assert "made.sf2" in str(error) or "of the soundfont" in str(error)  # noqa: PT017
        else:
            assert np.isfinite(sound).all()
    assert refused > 20


def test_a_damaged_recording_is_refused() -> None:
    data = bytearray(PIANO.read_bytes())
    start = data.index(b"OggS")
    data[start : start + 3000] = bytes(3000)
    font = Soundfont(bytes(data), source="mine.sf3")
    numbers = {region.sample for key in range(128) for region in font.regions(0, key)}
    with pytest.raises(LoadError, match=r"mine.sf3 is damaged: sample \d+"):
        [font.sample(number) for number in numbers]


def test_a_file_that_is_none_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.sf2"
    with pytest.raises(LoadError, match="No such file"):
        read_soundfont(path)
    path.write_bytes(b"RIFF0000WAVE")
    with pytest.raises(LoadError, match="no soundfont"):
        read_soundfont(path)
    monkeypatch.setattr(sf, "LARGEST_SOUNDFONT", 10)
    with pytest.raises(LoadError, match="at most"):
        read_soundfont(path)
