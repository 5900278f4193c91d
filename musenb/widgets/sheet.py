"""Engraved score widget: pages drawn on demand, in step with the other views."""

from __future__ import annotations

import base64
import math
import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar

import traitlets

from musenb.errors import SettingError
from musenb.export.ink import GENERATED
from musenb.export.listing import key_words
from musenb.export.palette import GENERATED_ON_LIGHT
from musenb.export.provenance import provenance
from musenb.score.note import Note, Score, Voice
from musenb.widgets.chord_line import ChordLine, chord_rows
from musenb.widgets.notes import note_id, parse_note_id
from musenb.widgets.sheet_press import Layout, Press, lay_out_sheet, pack_plates
from musenb.widgets.sound import Sounding
from musenb.widgets.wire.sheet import SheetPlate, TintRow

NARROWEST, WIDEST = 280, 2400
SAVED_BYTES = 70_000
SECONDS_BETWEEN_EDITIONS = 0.5
# A strip is drawn whole: a long one takes a page so much longer to put up.
SECONDS_A_BAR = 0.04
PATIENCE = 15.0
_PAPER = '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>'
_INK = (
    "<style>svg{fill:#000;color:#000}ellipse,path,polygon,polyline,rect{stroke:#000}.placeholder{visibility:hidden}"
    ".tempo{font-weight:bold}.mNum{font-style:italic}"
    f".{GENERATED},.{GENERATED} *{{color:{GENERATED_ON_LIGHT};fill:{GENERATED_ON_LIGHT};stroke:{GENERATED_ON_LIGHT}}}"
    "</style>"
)


class Sheet(Sounding, ChordLine, bundle="sheet"):
    """An engraved score. A click on a note selects and sounds it, in all views of the same clock.

    Pages are engraved in a process of their own when they are looked at: neither a long piece nor a crash of the
    engraver holds up the notebook.

    Parameters
    ----------
    score : Score or None
        `append` adds bars while it is watched.
    **settings
        `clock`: another view or a Clock to move with; `zoom` (0.4..3), `transpose` (semitones, -24..24, as it is shown,
        not as it sounds), `staves` ('each' voice on its own, or 'two'), `colours` (voices in colours), `tint` and
        `tint_name` (a value under each note, see `show_tint`); `chords` (numerals, keys and cadences below the
        score, each to be overruled by a click, see `overrule`); `strip` (one line in place of pages, with the voices'
        names beside it) and its `room`.
    """

    _MINE: ClassVar = ChordLine._MINE | {"engine", "plan", "plates", "plates_version"}

    zoom = traitlets.Float(1.0, min=0.4, max=3.0).tag(sync=True, echo_update=False)
    transpose = traitlets.Int(0, min=-24, max=24, help="semitones").tag(sync=True, echo_update=False)
    staves = traitlets.Enum(("each", "two"), "each").tag(sync=True, echo_update=False)
    colours = traitlets.Bool(False, help="voices in colours").tag(sync=True, echo_update=False)
    strip = traitlets.Bool(False, help="one line that a roll shares its axis with").tag(sync=True)
    room = traitlets.Float(0, min=0, help="quarters up to which a strip has bars, empty ones too").tag(sync=True)
    tint = traitlets.List(help="rows of a note's id and a finite value").tag(sync=True)
    tint_name = traitlets.Unicode(help="what the values are, with their unit").tag(sync=True)
    plan = traitlets.Dict(help="edition, width, pages, error").tag(sync=True)
    plates = traitlets.Bytes(help="the first pages, gzip of JSON").tag(sync=True)
    plates_version = traitlets.Int(0, help="counts the changes of `plates`").tag(sync=True)

    # What the page had room for last: most sheets of a notebook are as wide as each other.
    _usual_width: ClassVar[int] = 900

    def __init__(self, score: Score | None = None, **settings: Any) -> None:
        self._press = Press()
        self._laid: Layout | None = None
        self._width = Sheet._usual_width
        self._stale = False
        self._first: SheetPlate | None = None
        self._wanted: dict[int, str] = {}
        self._unsaved: list[int] = []
        self._saved: list[SheetPlate] = []
        self._saved_bytes = 0
        self._worker: threading.Thread | None = None
        self._wake = threading.Event()
        self._drawn = threading.Event()
        self._last_edition = 0.0
        self._ready = False
        if isinstance(settings.get("tint"), Mapping):
            settings["tint"] = list(settings["tint"].items())
        super().__init__(None, **settings)
        self._ready = True
        self.observe(lambda _: self._renew(), ["transpose", "staves", "room", "chords"])
        if score is not None:
            self.show_score(score)

    @traitlets.validate("tint")
    def _check_tint(self, proposal: Any) -> list[TintRow]:
        rows = []
        for row in proposal["value"]:
            try:
                name, value = row
                parse_note_id(name)
                number = float(value)
            except (TypeError, ValueError, AttributeError):
                raise traitlets.TraitError(f"tint: {row!r} is no note id such as 'v0n3' with a number") from None
            if not math.isfinite(number):
                raise traitlets.TraitError(f"tint: {number} for {name!r} is not finite")
            rows.append(TintRow(name, number))
        return rows

    def show_tint(self, values: Mapping[str, float], name: str = "") -> None:
        """Show a value under each note, such as its surprise.

        Parameters
        ----------
        values : mapping of str to float
            Finite, by the ids of notes; notes that are not in it have no tint. An empty mapping takes the tint away.
        name : str
            What the values are, with their unit, for the legend: 'surprise, bits'.

        Raises
        ------
        SettingError
            A value is not finite or an id is none.
        """
        try:
            with self.hold_sync():
                self.tint, self.tint_name = list(values.items()), name
        except traitlets.TraitError as error:
            raise SettingError(f"Sheet: {error}") from None

    # From notes to pages

    def show_strip(self, score: Score, room: float) -> None:
        """Show a score with bars up to `room` quarters, where the strip is that long."""
        with self._lock:  # laid out once, not once for each
            self.room = room
            self.show_score(score)

    def append(self, notes: Iterable[tuple[int, Note]]) -> None:
        """Add notes behind the others; the page shows them bar by bar."""
        super().append(notes)
        self._renew()

    def _publish(self, piece: Any) -> None:
        super()._publish(piece)
        self._renew()

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Take the pages that are looked at, and the width that there is."""
        if message["kind"] == "plates":
            with self._lock:
                count = len(self._laid.plan["pages"]) if self._laid else 0
                if self._laid and int(message["edition"]) == self._laid.plan["edition"]:
                    pages = {int(page): str(key) for page, key in message["pages"]}
                    waiting = self._wanted
                    self._wanted = {page: key for page, key in pages.items() if 0 <= page < count}
                    # What was asked for before comes later: nobody asks for it a second time.
                    self._wanted.update({page: key for page, key in waiting.items() if page not in self._wanted})
                    self._work()
        elif message["kind"] == "fit":
            width = min(max(int(message["width"]), NARROWEST), WIDEST)
            if width != self._width and not self.strip:
                self._width = Sheet._usual_width = width
                self._renew()
        else:
            super().on_message(message, buffers)

    def _renew(self) -> None:
        """Have the score laid out again, soon."""
        with self._lock:
            if self._ready and (self._rows or self.score.voices):
                self._stale = True
                self._drawn.clear()
                self._work()

    def _work(self) -> None:
        """See to it that somebody does what is to be done."""
        with self._lock:
            self._wake.set()
            if self._worker is None and not self._closed:
                self._worker = threading.Thread(target=self._run, daemon=True, name="musenb-sheet")
                self._worker.start()

    def _run(self) -> None:
        """Lay out and engrave until nothing is left to do; the life of the worker."""
        while True:
            with self._lock:
                self._wake.clear()
                wait = self._last_edition + self._pause() - time.monotonic() if self.streaming else 0.0
                job = None if self._closed else self._next_job(wait)
                if job is None and not (self._stale and not self._closed):
                    self._worker = None
                    return
            if job is None:
                self._wake.wait(wait)
                continue
            try:
                job()
            except Exception as error:
                self.show_error(error)

    def _pause(self) -> float:
        """Return how long an edition is shown at least while notes come."""
        bars = len(self._laid.bars) if self.strip and self._laid else 0
        return SECONDS_BETWEEN_EDITIONS + bars * SECONDS_A_BAR

    def _next_job(self, wait: float) -> Any:
        """Return what is most urgent, or None."""
        if self._stale and wait <= 0:
            self._stale = False
            return self._lay_out
        if self._laid and self._wanted:
            page = next(iter(self._wanted))
            known = self._wanted.pop(page)
            return lambda: self._deliver(page, known)
        if self._laid and self._unsaved and not self.streaming:
            return self._save_next
        return self._name_chords if self._laid and self._unlabelled else None

    @property
    def _moved(self) -> int:
        return self.transpose

    def _lay_out(self) -> None:
        with self._lock:
            score, growing = self._music(), self.streaming
            edition = (self._laid.plan["edition"] if self._laid else 0) + 1
            look = self._look()
        self._last_edition = time.monotonic()
        laid = lay_out_sheet(score, edition=edition, growing=growing, **look)
        with self._lock:
            if self._closed:
                return
            self._laid, self._wanted = laid, {}
            self._saved, self._saved_bytes = [], 0
            self._unsaved = list(range(len(laid.plan["pages"])))
            self.plan = dict(laid.plan)
            if not laid.plan["pages"]:
                self._drawn.set()

    def _look(self) -> dict[str, Any]:
        """Return how the score is laid out."""
        width = None if self.strip else self._width
        score_look = {"staves": self.staves, "transpose": self.transpose, "room": self.room, "chords": self.chords}
        return {"width": width, **score_look}

    def _music(self) -> Score:
        """Return the score with the notes that were streamed since."""
        if not self.streaming:
            return self.score
        notes: dict[int, list[Note]] = {}
        for voice, _, note in self._rows:
            notes.setdefault(voice, []).append(note)
        names = [voice.name for voice in self.score.voices]
        names += [""] * (max(notes, default=-1) + 1 - len(names))
        lines = [tuple(notes.get(number, ())) for number in range(len(names))]
        voices = tuple(map(Voice, names, lines))
        return replace(self.score, voices=voices)

    def _deliver(self, number: int, known: str) -> None:
        """Send a page to those who look at it."""
        laid = self._laid
        assert laid is not None
        key, plate = self._press.plate(laid, number, known)
        buffers = [] if plate is None else [pack_plates(plate)]
        if not self._closed:
            self.send({"kind": "plate", "edition": laid.plan["edition"], "page": number, "key": key}, buffers)

    def _save_next(self) -> None:
        """Engrave one more page for the saved notebook, as long as there is room."""
        with self._lock:
            laid, number = self._laid, self._unsaved.pop(0)
        assert laid is not None
        _, plate = self._press.plate(laid, number)
        with self._lock:
            if laid is not self._laid or plate is None or self._closed:
                return
            self._saved_bytes += len(pack_plates(plate))
            if self._saved_bytes > SAVED_BYTES and self._saved:
                self._unsaved.clear()
            else:
                self._saved.append(plate)
            if number == 0 or not self._unsaved:
                with self.hold_sync():
                    self.plates, self.plates_version = pack_plates(self._saved), self.plates_version + 1
            self._first = self._saved[0]
            self._drawn.set()

    def page_state(self, *, edition: int = 1) -> dict[str, Any]:
        """Return the state with every page drawn."""
        laid = lay_out_sheet(self._music(), edition=edition, growing=False, **self._look())
        press = Press()
        plates = [press.plate(laid, number)[1] for number in range(len(laid.plan["pages"]))]
        drawn = {
            "plan": dict(laid.plan),
            "plates": pack_plates(list(filter(None, plates))),
            "plates_version": edition,
            "chords_fixed": True,
        }
        if self.chords:
            drawn["chord_rows"] = chord_rows(self._music(), moved=self.transpose)
        return super().page_state(edition=edition) | drawn

    def wait(self, timeout: float = PATIENCE) -> bool:
        """Wait until the first page is engraved; return whether it is."""
        return self._drawn.wait(timeout)

    def clean_up(self) -> None:
        """Stop the worker."""
        super().clean_up()
        self._wake.set()
        self._drawn.set()

    # What stands in

    def describe(self) -> str:
        """Return what stands on the sheet."""
        metre = self.score.metres[0]
        names = ", ".join(voice.name for voice in self.score.voices if voice.name)
        moved = f" Shown {self.transpose:+d} semitones." if self.transpose else ""
        key = self.score.key_at(Fraction(0))
        words = f"{f'{key_words(key)}, ' if key else ''}{metre}{f', for {names}' if names else ''}"
        return f"Score: {super().describe()} {words[:1].upper()}{words[1:]}.{moved}"

    def picture(self) -> tuple[str, bytes] | None:
        """Return the first page as SVG, or a piano roll where it cannot be engraved."""
        if not self._rows:
            return None
        if self.wait() and self._first is not None and self._first["svg"]:
            svg = re.sub(
                r"(<svg [^>]*>)",
                lambda found: found[1] + _INK + _PAPER,
                self._first["svg"],
                count=1,
            )
            return "image/svg+xml", self._told_apart(svg).encode()
        return super().picture()

    def _told_apart(self, svg: str) -> str:
        """Return a drawing whose generated notes have a class of their own."""
        written = {note_id(voice, index) for voice, index, note in self._rows if note.origin.generated}

        def marked(found: re.Match[str]) -> str:
            return f"{found[0]} {GENERATED}" if found[1] in written else found[0]

        return re.sub(r'data-id="(v\d+n\d+)(?:-\d+)?" class="note', marked, svg)

    def kept_words(self) -> str:
        """Return what stands on the sheet, and which of its notes a model wrote."""
        written = any(note.origin.generated for _, _, note in self._rows)
        return f"{self.describe()}\n{provenance(self.score)}" if written else self.describe()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the view with the first page and, where a notebook is not trusted with drawings, a piano roll."""
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is not None and "image/svg+xml" in shown[0]:
            roll = super().picture()
            if roll is not None:
                shown[0][roll[0]] = base64.b64encode(roll[1]).decode("ascii")
        return shown
