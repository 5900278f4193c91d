"""Note table and the base class of the widgets that show notes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import traitlets

from musenb.score.note import Bar, KeySignature, Note, Score
from musenb.score.spelling import alterations, is_named, keys_of, names_of, spell, split_spelling
from musenb.widgets.base import MusenbWidget
from musenb.widgets.picture import roll_png
from musenb.widgets.squeeze import squeeze, ticks_of
from musenb.widgets.wire.notes import (
    FERMATA,
    GENERATED,
    NAMED,
    NOTE_BYTES,
    STREAM_RATE,
    BarRun,
    KeyRow,
    Piece,
    TempoRow,
)
from musenb.widgets.wire.units import Quarters

# Tables of more notes are made small on their way to the page; fewer are as quick and small as they are.
SQUEEZED_FROM = 1_000
# In more notes a name is not weighed against the names around it: it would take seconds.
MOST_NAMED = 4_000

COLUMNS = [
    *(("onset", "<f8"), ("duration", "<f8"), ("index", "<u4")),
    *(("pitch", "u1"), ("velocity", "u1"), ("voice", "u1"), ("flags", "u1")),
]

Row = tuple[int, int, Note]


def note_id(voice: int, index: int) -> str:
    """Return the id of note `index` of a voice, as the engraved score has it: 'v1n7'."""
    return f"v{voice}n{index}"


def parse_note_id(text: str) -> tuple[int, int]:
    """Return (voice, index) of an id such as 'v1n7'.

    Raises
    ------
    ValueError
        It is no id of a note.
    """
    voice, separator, index = text.removeprefix("v").partition("n")
    if not (text.startswith("v") and separator and voice.isdecimal() and index.isdecimal()):
        raise ValueError(f"{text!r} is no note id such as 'v1n7'")
    return int(voice), int(index)


def rows_of(score: Score) -> list[Row]:
    """Return (voice, index, note) of every note, by onset and then from the highest pitch down."""
    rows: list[Row] = []
    for number, voice in enumerate(score.voices):
        rows += [(number, index, note) for index, note in enumerate(voice.notes)]
    return sorted(rows, key=lambda row: (row[2].onset, -row[2].pitch))


def names_in(score: Score, rows: Sequence[Row]) -> list[str]:
    """Return a name for the note of each row, as the engraved score has it; in many notes by the key alone."""
    keys = keys_of(score)
    if len(rows) > MOST_NAMED:
        by_key = [spell(pitch, keys[0]) for pitch in range(128)]
        return [note.spelling if is_named(note) else by_key[note.pitch] for _, _, note in rows]

    def from_below(place: int) -> tuple[Fraction, int, int, int]:
        voice, index, note = rows[place]
        return note.onset, note.pitch, voice, index

    order = sorted(range(len(rows)), key=from_below)
    ordered = [rows[place][2] for place in order]
    names = [""] * len(rows)
    for place, name in zip(order, names_of(ordered, keys), strict=True):
        names[place] = name
    return names


def pack(rows: Sequence[Row], marks: Mapping[tuple[int, int], int] = MappingProxyType({})) -> bytes:
    """Return the note table of rows, as `musenb.widgets.wire.notes` lays it out; `marks`: flags by voice and index."""
    values = [
        (
            *(float(note.onset), float(note.duration), index, note.pitch, note.velocity, voice),
            GENERATED * note.origin.generated + FERMATA * note.fermata + marks.get((voice, index), 0),
        )
        for voice, index, note in rows
    ]
    table = np.array(values, dtype=COLUMNS)
    return b"".join(np.ascontiguousarray(table[name]).tobytes() for name, _ in COLUMNS)


def unpack(table: bytes) -> np.ndarray:
    """Return a note table as a structured array with the fields of `COLUMNS`.

    Raises
    ------
    ValueError
        Its length is not that of whole notes.
    """
    if len(table) % NOTE_BYTES:
        raise ValueError(f"a note table of {len(table)} bytes: not a multiple of {NOTE_BYTES}")
    count, place = len(table) // NOTE_BYTES, 0
    notes = np.empty(count, dtype=COLUMNS)
    for name, kind in COLUMNS:
        notes[name] = np.frombuffer(table, dtype=kind, count=count, offset=place)
        place += count * np.dtype(kind).itemsize
    return notes


def bar_runs(bars: Iterable[Bar]) -> list[BarRun]:
    """Return bars with those of one metre that follow each other gathered; the page counts on in the same floats."""
    runs: list[BarRun] = []
    for bar in bars:
        onset = Quarters(float(bar.onset))
        end = Quarters(float(bar.end))
        beat = Quarters(float(bar.metre.beat_length))
        row = (onset, end, bar.number, bar.metre.beats, bar.metre.unit, beat)
        last = runs[-1] if runs else None
        if last is not None and last.number and last[3:6] == row[3:]:
            shift = last.count * (last.end - last.onset)
            if (last.onset + shift, last.end + shift, last.number + last.count) == row[:3]:
                runs[-1] = last._replace(count=last.count + 1)
                continue
        runs.append(BarRun(*row, 1))
    return runs


def piece_of(score: Score, end: Fraction | None = None) -> Piece:
    """Return what the views need to know of a score beside its notes."""
    stop = max(score.end, end or Fraction(0))
    return Piece(
        title=score.title,
        voices=[voice.name or f"voice {number}" for number, voice in enumerate(score.voices, start=1)],
        bars=bar_runs(score.bars(stop)),
        tempos=[TempoRow(Quarters(float(tempo.onset)), tempo.qpm) for tempo in score.tempos],
        keys=[KeyRow(Quarters(float(key.onset)), key.fifths) for key in score.keys],
        alters=list(alterations(keys_of(score)[0])),
        end=Quarters(float(stop)),
    )


class NoteView(MusenbWidget):
    """A view of notes that can grow while it is watched.

    `show_score` replaces everything. `append` streams: batches are gathered and sent at most `STREAM_RATE` times a
    second, and `commit` puts all notes into the trait, so that a second view, a page that is loaded again and a saved
    notebook have them.
    """

    notes = traitlets.Bytes(help="note table").tag(sync=True)
    squeezed = traitlets.Bool(False, help="`notes` is made small").tag(sync=True)
    version = traitlets.Int(0, help="counts the changes of `notes`").tag(sync=True)
    seq = traitlets.Int(0, help="streamed batches that `notes` holds").tag(sync=True)
    streaming = traitlets.Bool(False, help="more notes are on their way").tag(sync=True)
    piece = traitlets.Dict(help="title, voices, bars, tempos, keys, end").tag(sync=True)

    _MINE = MusenbWidget._MINE | {"notes", "squeezed", "version", "seq", "streaming", "piece"}

    def __init__(self, score: Score | None = None, **settings: Any) -> None:
        self._lock = threading.RLock()
        self._rows: list[Row] = []
        self._names: list[str] = []
        self._key: KeySignature | None = None
        self._next: dict[int, int] = {}
        self._marks: dict[tuple[int, int], int] = {}
        self._pending: list[Row] = []
        self._batches: dict[int, bytes] = {}
        self._sent = 0
        self._last = 0.0
        self._timer: threading.Timer | None = None
        self.score = score or Score()
        super().__init__(**settings)
        if score is not None:
            self.show_score(score)

    def show_score(self, score: Score) -> None:
        """Show a score in place of what was shown."""
        with self._lock:
            self._take(score)
            self._drop_pending()
            self._publish(piece_of(score))

    def append(self, notes: Iterable[tuple[int, Note]]) -> None:
        """Add notes, each with its voice, behind the others; safe in any thread."""
        with self._lock:
            for voice, note in notes:
                row = (voice, self._next.get(voice, 0), note)
                self._next[voice] = row[1] + 1
                self._rows.append(row)
                self._pending.append(row)
            if not self.streaming:
                self.streaming = True
            self._flush_soon()

    def commit(self, score: Score | None = None) -> None:
        """End a stream: put all notes into the trait, or `score` in their place (whose ids must agree)."""
        with self._lock:
            self._flush()
            if score is not None:
                self._take(score)
            self._drop_pending()
            self._publish(piece_of(score) if score is not None else dict(self.piece))

    def mark(self, marks: Mapping[str, int]) -> None:
        """Mark notes, by their ids, with DIFFERS or LOCKED (or both, added), and no others; another score has none."""
        with self._lock:
            wanted = {parse_note_id(name): flags for name, flags in marks.items() if flags}
            if wanted == self._marks:
                return
            self._marks = wanted
            if not self.streaming:
                self._publish(dict(self.piece))

    @property
    def first_key(self) -> KeySignature:
        """The key by which pitches are named: the first that the piece states, or the one that it seems to be in."""
        if self._key is None:
            self._key = keys_of(self.score)[0]
        return self._key

    def notes_of(self, ids: Iterable[str]) -> list[Note]:
        """Return the notes with these ids; ids of no note are left out."""
        with self._lock:
            wanted = set(ids)
            return [note for voice, index, note in self._rows if note_id(voice, index) in wanted]

    def _take(self, score: Score) -> None:
        self.score, self._rows, self._marks, self._key = score, rows_of(score), {}, None
        self._next = {number: len(voice.notes) for number, voice in enumerate(score.voices)}

    def _publish(self, piece: Any) -> None:
        self._rows.sort(key=lambda row: (row[2].onset, -row[2].pitch))
        self._names = names_in(self.score, self._rows)
        table = pack(self._rows, self._all_marks())
        notes = unpack(table)
        large = len(notes) >= SQUEEZED_FROM
        if large:
            times = [time for *_, note in self._rows for time in (note.onset, note.duration)]
            table = squeeze(notes, ticks_of(time.denominator for time in times))
        ends = (notes["onset"] + notes["duration"]).tolist()
        end = max([piece.get("end", 0.0), *ends])
        with self.hold_sync():
            self.notes, self.squeezed = table, large
            self.piece = {**piece, "end": end}
            self.seq = self._sent
            self.version += 1
            self.streaming = False
            self.refresh_description()

    def _all_marks(self) -> dict[tuple[int, int], int]:
        """Return more flags of the notes by voice and index: what was marked, and names that the key would not give."""
        marks, usual = dict(self._marks), alterations(keys_of(self.score)[0])
        for (voice, index, note), name in zip(self._rows, self._names, strict=True):
            alter = split_spelling(name)[1]
            if alter != usual[note.pitch % 12]:
                marks[voice, index] = marks.get((voice, index), 0) + NAMED * (alter + 3)
        return marks

    def _drop_pending(self) -> None:
        self._pending.clear()
        self._batches.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _flush_soon(self) -> None:
        wait = self._last + 1 / STREAM_RATE - time.monotonic()
        if wait <= 0:
            self._flush()
        elif self._timer is None:
            self._timer = threading.Timer(wait, self._flush)
            self._timer.daemon = True
            self._timer.start()

    def _flush(self) -> None:
        with self._lock:
            self._timer = None
            if not self._pending or self._closed:
                return
            self._sent += 1
            self._last = time.monotonic()
            self._batches[self._sent] = pack(self._pending, self._marks)
            self._pending.clear()
            self.send({"kind": "append", "seq": self._sent}, [self._batches[self._sent]])

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Send again what the page has missed."""
        if message["kind"] == "resend":
            with self._lock:
                for seq in sorted(self._batches):
                    if seq >= int(message["seq"]):
                        self.send({"kind": "append", "seq": seq}, [self._batches[seq]])

    def page_state(self, *, edition: int = 1) -> dict[str, Any]:
        """Return the state with a number of its own, by which the page sees that the notes are others."""
        return super().page_state(edition=edition) | {"version": edition, "streaming": False}

    def clean_up(self) -> None:
        """Stop the timer of the stream."""
        with self._lock:
            self._drop_pending()

    def describe(self) -> str:
        """Return title, voices, bars and how many notes are given and generated."""
        notes = [note for _, _, note in self._rows]
        generated = sum(note.origin.generated for note in notes)
        voices = len(self.score.voices)
        count = sum(run[6] for run in self.piece.get("bars", ()) if run[2])
        title = f"{self.score.title}, " if self.score.title else ""
        parts = [f"{title}{_count(count, 'bar')}", _count(voices, "voice"), _count(len(notes), "note")]
        return ", ".join(parts) + (f", {generated} of them generated." if generated else ".")

    def picture(self) -> tuple[str, bytes] | None:
        """Return a piano roll as PNG."""
        if not self._rows:
            return None
        return "image/png", roll_png(unpack(pack(self._rows)))


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
