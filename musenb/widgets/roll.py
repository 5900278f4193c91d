"""Canvas piano roll widget, which can be edited and grows while notes are streamed into it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import traitlets

from musenb.errors import ScoreError
from musenb.score.note import GIVEN, Note, Origin, Score, Voice, exact_quarters
from musenb.score.spelling import spoken
from musenb.widgets.notes import NoteView, Row, note_id, parse_note_id, piece_of, rows_of
from musenb.widgets.wire.roll import EditOp

# Edits are gathered for so long (seconds) before the notes go back to the page: it has drawn them already.
GATHER = 0.1
# No note ends later (quarters): a slip of the mouse must not make a million bars.
LATEST_END = 40_000
MOST_VOICES = 64
# The page knows times as floats; no score has finer ones than this, and thirds come back as thirds.
FINEST = 100_000

Key = tuple[int, int]


class Roll(NoteView, bundle="roll"):
    """A piano roll: time from left to right, pitch upwards, a colour and a letter a voice.

    Notes that a model wrote are drawn hollow. What is edited in the page is in `score` at once.

    Parameters
    ----------
    score : Score or None
        What is shown; `append` adds notes while it is watched, `show_score` shows another piece.
    **settings
        `clock`: another view or a Clock to move with; `editable`; `units` ('bars' or 'seconds'); `follow` the playhead;
        `snap` (quarters, 0: none); `velocity_lane`; `height` (pixels, 160..2000);
        `strip` (below a score in one line, as high as there is room, on its time axis).
    """

    editable = traitlets.Bool(True).tag(sync=True)
    units = traitlets.Enum(["bars", "seconds"], "bars").tag(sync=True, echo_update=False)
    follow = traitlets.Bool(True, help="keep the playhead in view").tag(sync=True, echo_update=False)
    snap = traitlets.Float(0.25, min=0, max=16, help="quarters; 0: none").tag(sync=True, echo_update=False)
    velocity_lane = traitlets.Bool(False).tag(sync=True, echo_update=False)
    height = traitlets.Int(420, min=160, max=2000, help="pixels, without the velocity lane").tag(sync=True)
    strip = traitlets.Bool(False, help="below a score in one line, on its time axis").tag(sync=True)
    edition = traitlets.Int(0, help="counts the scores shown").tag(sync=True)

    _MINE = NoteView._MINE | {"edition"}

    def __init__(self, score: Score | None = None, **settings: Any) -> None:
        self._deleted: dict[Key, Note] = {}
        self._taken: list[tuple[str, int]] = []
        self._callbacks: list[Callable[[Score], object]] = []
        self._publisher: threading.Timer | None = None
        self._score, self._stale = Score(), False
        super().__init__(score, **settings)

    @property
    def score(self) -> Score:
        """The music with every edit made so far."""
        with self._lock:
            if self._stale:
                self._score, self._stale = edited_score(self._score, self._rows), False
            return self._score

    @score.setter
    def score(self, score: Score) -> None:
        self._score, self._stale = score, False

    def edit(self, ops: Iterable[EditOp]) -> None:
        """Change notes: all operations, or none when one does not fit.

        Parameters
        ----------
        ops : iterable of dict
            As `musenb.widgets.wire.roll` has them, such as ``{"op": "move", "id": "v0n3", "pitch": 62}``; times in
            quarters.

        Raises
        ------
        ScoreError
            A note is unknown, or a value is outside its range; nothing has been changed.
        """
        with self._lock:
            if self.streaming:
                raise ScoreError("notes are still on their way: edit them when they have all come")
            notes = {(voice, index): note for voice, index, note in self._rows}
            for op in ops:
                _apply(op, notes, self._deleted)
            self._rows = [(voice, index, note) for (voice, index), note in notes.items()]
            for voice, index in notes:
                following = index + 1 if index < FIRST_DRAWN else 0
                self._next[voice] = max(self._next.get(voice, 0), following)
            self._stale = True
            self._publish_soon()

    def on_edit(self, function: Callable[[Score], object]) -> Callable[[], None]:
        """Call with the score soon after every edit, in a thread of its own; return a function that ends it.

        What `function` raises is shown in the cell.
        """
        self._callbacks.append(function)

        def end() -> None:
            if function in self._callbacks:
                self._callbacks.remove(function)

        return end

    def fit(self) -> None:
        """Show the whole piece from its beginning, wherever the page has moved to."""
        self.send({"kind": "fit"})

    def page_ids(self) -> dict[str, str]:
        """Return the page's id of every note of `score`: they differ from 'v1n7' once notes were added or moved."""
        with self._lock:
            rows, score = sorted(self._rows, key=_score_order), self.score
        counts = dict.fromkeys(range(len(score.voices)), 0)
        ids = {}
        for voice, index, _ in rows:
            ids[note_id(voice, counts[voice])] = note_id(voice, index)
            counts[voice] += 1
        return ids

    def page_state(self, *, edition: int = 1) -> dict[str, Any]:
        """Return the state of a roll that can only be looked at."""
        return super().page_state(edition=edition) | {"editable": False, "edition": edition}

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Take the edits of the page."""
        if message["kind"] != "edit":
            super().on_message(message, buffers)
            return
        page, seq = str(message.get("page", "")), message.get("seq", 0)
        try:
            if not self.editable:
                raise ScoreError("this roll is not editable: it was made with editable=False")
            with self._lock:
                self.edit(message.get("ops", ()))
                self._taken.append((page, seq))
        except Exception as error:
            self.send({"kind": "edited", "page": page, "seq": seq, "error": str(error)})
            raise

    def _take(self, score: Score) -> None:
        super()._take(score)
        self._deleted.clear()
        self.edition += 1

    def _publish_soon(self) -> None:
        if self._publisher is None and not self._closed:
            self._publisher = threading.Timer(GATHER, self.guarded(self._publish_edits))
            self._publisher.daemon = True
            self._publisher.start()

    def _publish_edits(self) -> None:
        with self._lock:
            self._publisher = None
            if self._closed:
                return
            taken, self._taken = self._taken, []
            score = self.score
            if not self.streaming:
                self._publish(piece_of(score))
        # The page keeps its own drawing of an edit until it hears that the notes in the trait have it.
        for page, seq in taken:
            self.send({"kind": "edited", "page": page, "seq": seq, "error": ""})
        for function in list(self._callbacks):
            self.guarded(function)(score)

    def clean_up(self) -> None:
        """Stop the timers."""
        super().clean_up()
        with self._lock:
            if self._publisher is not None:
                self._publisher.cancel()
                self._publisher = None

    def describe(self) -> str:
        """Return what the roll shows: title, bars, voices, notes, range, how many are generated."""
        text = f"Piano roll: {super().describe()}"
        if not self._rows:
            return text
        pitches = [note.pitch for _, _, note in self._rows]
        named = sorted(zip(pitches, self._names, strict=False))
        return f"{text} From {spoken(named[0][1])} to {spoken(named[-1][1])}." if named else text


# Ids of notes drawn in the page begin here: streamed notes never reach them.
FIRST_DRAWN = 1 << 20

def edited_score(score: Score, rows: Iterable[Row]) -> Score:
    """Return the score with other notes; voices that it lacks are added."""
    voices: dict[int, list[Note]] = {number: [] for number in range(len(score.voices))}
    for voice, _, note in rows:
        voices.setdefault(voice, []).append(note)
    known = dict(enumerate(score.voices))
    made = [
        Voice(known[number].name if number in known else f"voice {number + 1}", tuple(voices.get(number, ())))
        for number in range(max(voices, default=-1) + 1)
    ]
    return dataclasses.replace(score, voices=tuple(made))


def apply_edits(score: Score, ops: Iterable[EditOp]) -> Score:
    """Return a score after operations as `musenb.widgets.wire.roll` has them: all are carried out, or none.

    Raises
    ------
    ScoreError
        A note is unknown, or a value is outside its range.
    """
    notes = {(voice, index): note for voice, index, note in rows_of(score)}
    deleted: dict[Key, Note] = {}
    for op in ops:
        _apply(op, notes, deleted)
    rows = [(voice, index, note) for (voice, index), note in notes.items()]
    return edited_score(score, rows)


def _score_order(row: Row) -> tuple[int, Fraction, int, Fraction]:
    voice, _, note = row
    return voice, note.onset, note.pitch, note.duration


def _apply(
    op: Mapping[str, Any],
    notes: dict[Key, Note],
    deleted: dict[Key, Note],
) -> None:
    """Carry out one operation on `notes`; keep what is taken away in `deleted`."""
    kind = op.get("op") if isinstance(op, Mapping) else None
    if kind not in _CHANGES and kind not in ("add", "delete"):
        raise ScoreError(f"unknown edit {op!r}: op is add, move, resize, velocity or delete")
    key = _key(op, "id")
    if kind == "add":
        notes[key] = _added(op, key, notes, deleted)
        return
    if key not in notes:
        raise ScoreError(f"edit {kind!r}: there is no note {op.get('id')!r}")
    if kind == "delete":
        deleted[key] = notes.pop(key)
        return
    was = notes[key]
    changes = {name: _value(op, name) for name in _CHANGES[kind] if name in op}
    if changes.get("pitch", was.pitch) != was.pitch:
        changes["spelling"] = ""
    notes[key] = _ending_in_time(dataclasses.replace(was, **changes))


_CHANGES = {"move": ("onset", "pitch"), "resize": ("onset", "duration"), "velocity": ("velocity",)}


def _added(
    op: Mapping[str, Any],
    key: Key,
    notes: Mapping[Key, Note],
    deleted: Mapping[Key, Note],
) -> Note:
    if key in notes:
        raise ScoreError(f"edit 'add': the id {op['id']!r} is taken")
    if key[0] >= MOST_VOICES:
        raise ScoreError(f"edit 'add': voice {key[0]} is outside 0..{MOST_VOICES - 1}")
    if key[1] >= 2**32:
        raise ScoreError(f"edit 'add': the number in the id {op['id']!r} is too large")
    if op.get("voice", key[0]) != key[0]:
        raise ScoreError(f"edit 'add': the id {op['id']!r} does not belong to voice {op['voice']!r}")
    values = {name: _value(op, name) for name in ("onset", "duration", "pitch", "velocity")}
    model: Note | None = None
    if "like" in op:
        other = _key(op, "like")
        model = notes.get(other) or deleted.get(other)
    origin: Origin = model.origin if model else GIVEN
    spelling = model.spelling if model and model.pitch == values["pitch"] else ""
    fermata = model.fermata if model else False
    return _ending_in_time(Note(**values, origin=origin, spelling=spelling, fermata=fermata))


def _key(op: Mapping[str, Any], name: str) -> Key:
    try:
        return parse_note_id(str(op.get(name, "")))
    except ValueError as error:
        raise ScoreError(f"edit {op['op']!r}: {error}") from None


def _value(op: Mapping[str, Any], name: str) -> Any:
    if name not in op:
        raise ScoreError(f"edit {op['op']!r} of {op.get('id')!r} lacks {name!r}")
    value = op[name]
    if name in ("onset", "duration"):
        return exact_quarters(value, name).limit_denominator(FINEST)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ScoreError(f"edit {op['op']!r} of {op.get('id')!r}: {name} {value!r} is no whole number")
    return int(value)


def _ending_in_time(note: Note) -> Note:
    if note.end > LATEST_END:
        raise ScoreError(f"a note from quarter {float(note.onset):g} on ends after quarter {LATEST_END}")
    return note
