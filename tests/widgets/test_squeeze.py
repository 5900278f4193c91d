"""Large note tables made small: nothing is lost, little is left."""

from __future__ import annotations

import base64
import json
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.score.note import Note, Score, TimeSignature, Voice
from musenb.widgets.notes import COLUMNS, SQUEEZED_FROM, NoteView, bar_runs, pack, unpack
from musenb.widgets.squeeze import FINEST, squeeze, ticks_of

# frontend/tests/core/squeeze.test.ts reads the same file.
FIXTURE = Path(__file__).resolve().parents[2] / "musenb" / "frontend" / "tests" / "squeezed.json"
WIDTHS = {"onset": 8, "duration": 8, "index": 4, "pitch": 1, "velocity": 1, "voice": 1, "flags": 1}


def unsqueeze(squeezed: bytes) -> np.ndarray:
    """Return the table again, as the page does it."""
    count, ticks = np.frombuffer(squeezed[:8], "<u4").tolist()
    planes = np.frombuffer(zlib.decompress(squeezed[8:], -15), np.uint8)
    notes, place = np.zeros(count, COLUMNS), 0
    for name, kind in COLUMNS:
        width = 4 if ticks and WIDTHS[name] == 8 else WIDTHS[name]
        column = planes[place : place + width * count].reshape(width, count).T.tobytes()
        place += width * count
        notes[name] = np.frombuffer(column, "<u4" if width == 4 else kind)
    assert place == len(planes)
    if ticks:
        notes["onset"] = np.cumsum(notes["onset"]) / ticks
        notes["duration"] /= ticks
    last: dict[int, tuple[int, int]] = {}
    for note in notes:
        index, pitch = last.get(int(note["voice"]), (-1, 0))
        first = int(note["voice"]) not in last
        note["index"] = (int(note["index"]) + (0 if first else index + 1)) % 2**32
        note["pitch"] = (int(note["pitch"]) + pitch) % 256
        last[int(note["voice"])] = int(note["index"]), int(note["pitch"])
    return notes


rows = st.lists(
    st.tuples(
        st.fractions(0, 10_000, max_denominator=96), st.fractions(Fraction(1, 96), 16, max_denominator=96),
        st.integers(0, 2**32 - 1), st.integers(0, 127), st.integers(1, 127), st.integers(0, 255), st.integers(0, 3),
    ),
    max_size=30,
)  # fmt: skip


@given(rows, st.booleans())
def test_nothing_is_lost(rows: list, known: bool) -> None:
    rows.sort(key=lambda row: row[0])
    notes = np.array([(float(row[0]), float(row[1]), *row[2:]) for row in rows], COLUMNS)
    ticks = ticks_of(time.denominator for row in rows for time in row[:2]) if known else 0
    assert unsqueeze(squeeze(notes, ticks)).tobytes() == notes.tobytes()


def test_times_that_are_not_whole_ticks_stay_as_they_are() -> None:
    notes = np.array([(0.1, 1 / 3, 0, 60, 80, 0, 0), (2.0, 0.25, 1, 62, 80, 0, 0)], COLUMNS)
    assert np.frombuffer(squeeze(notes, 4)[:8], "<u4").tolist() == [2, 0]
    assert unsqueeze(squeeze(notes, 4)).tobytes() == notes.tobytes()


def test_ticks_are_the_coarsest_that_fit() -> None:
    assert ticks_of([]) == 1
    assert ticks_of([1, 2, 3, 4]) == 12
    assert ticks_of([480, 7]) == 3360
    assert ticks_of([FINEST, 3]) == 0


def test_the_page_reads_the_same_bytes() -> None:
    content = json.loads(FIXTURE.read_text(encoding="utf-8"))
    for case in content["cases"]:
        table, squeezed = base64.b64decode(case["table"]), base64.b64decode(case["squeezed"])
        made = squeeze(unpack(table), case["ticks"])
        assert made[:8] == squeezed[:8]
        # Packers differ in how they pack, not in what.
        assert zlib.decompress(made[8:], -15) == zlib.decompress(squeezed[8:], -15)


def long_score(count: int) -> Score:
    voices = (
        Voice(name, tuple(Note(Fraction(n, 4), Fraction(1, 4), low + n * n % 13) for n in range(count // 2)))
        for name, low in (("upper", 70), ("lower", 45))
    )
    return Score(tuple(voices))


def test_only_a_large_table_is_squeezed_and_fifty_thousand_notes_are_small() -> None:
    few = NoteView(long_score(SQUEEZED_FROM - 2))
    assert not few.squeezed
    assert few.notes == pack(few._rows)
    many = NoteView(long_score(50_000))
    assert many.squeezed
    assert unsqueeze(many.notes).tobytes() == unpack(pack(many._rows)).tobytes()
    assert len(many.notes) + len(json.dumps(many.piece)) < 40_000
    assert many.describe() == "1563 bars, 2 voices, 50000 notes."
    many.show_score(long_score(10))
    assert not many.squeezed
    assert len(unpack(many.notes)) == 10


def test_a_page_without_kernel_knows_that_the_table_is_squeezed() -> None:
    assert NoteView(long_score(SQUEEZED_FROM)).page_state()["squeezed"] is True


def test_bars_of_one_metre_are_told_once() -> None:
    metres = (TimeSignature(Fraction(0), 3, 4), TimeSignature(Fraction(13), 4, 4), TimeSignature(Fraction(21), 3, 4))
    score = Score((Voice("", (Note(Fraction(0), Fraction(30), 60),)),), metres=metres, anacrusis=Fraction(1))
    runs = bar_runs(score.bars(score.end))
    assert [(run.onset, run.end, run.number, run.count) for run in runs] == [
        (0, 1, 0, 1), (1, 4, 1, 4), (13, 17, 5, 2), (21, 24, 7, 3),
    ]  # fmt: skip
    counted = [(r.onset + n * (r.end - r.onset), r.number + n) for r in runs for n in range(r.count)]
    assert counted == [(float(bar.onset), bar.number) for bar in score.bars(score.end)]
