"""Player widget, and the synthesiser that all sounding views of a notebook share.

The engine's code and its piano (1.1 MB) are the state of one `Engine` model: they are sent once a notebook and saved
once, however many views sound. A page builds one audio context and one synthesiser from them.
"""

from __future__ import annotations

import functools
import hashlib
import os
import threading
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from musenb.export.soundfont import read_soundfont
from musenb.score.note import Score
from musenb.widgets.base import STATIC, MusenbWidget
from musenb.widgets.notes import NoteView
from musenb.widgets.wire.base import CHUNK_BYTES

_lock = threading.Lock()
_shared: list[Engine] = []


@functools.cache
def engine_parts() -> tuple[bytes, bytes]:
    """Return the engine's code (gzip) and the soundfont of the piano."""
    return (STATIC / "spessa.js.gz").read_bytes(), (STATIC / "piano.sf3").read_bytes()


class Engine(MusenbWidget, bundle="engine"):
    """The sound engine of a notebook; made by the first view that sounds, without a view of its own."""

    _MINE: ClassVar = MusenbWidget._MINE | {"code", "soundfont"}

    code = traitlets.Bytes(help="gzip of an ES module").tag(sync=True)
    soundfont = traitlets.Bytes(help="SF3").tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        with self.hold_sync():
            self.code, self.soundfont = engine_parts()

    def describe(self) -> str:
        """Return what the engine is."""
        return "Sound engine with a piano."


def shared_engine() -> Engine:
    """Return the engine of this kernel; another one when it has been closed."""
    with _lock:
        if not _shared or _shared[0].comm is None:
            _shared[:] = [Engine()]
        return _shared[0]


class Sounding(traitlets.HasTraits):
    """What a view that sounds has beside its own: stand it before `MusenbWidget` or `NoteView` among the bases."""

    engine = traitlets.Unicode(help="reference to the notebook's engine").tag(sync=True)

    @traitlets.default("engine")
    def _shared_engine(self) -> str:
        return f"IPY_MODEL_{shared_engine().model_id}"

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Send the engine to a page where models do not reach each other."""
        if message["kind"] == "engine":
            self.send({"kind": "engine"}, list(engine_parts()))  # type: ignore[attr-defined]
        else:
            super().on_message(message, buffers)  # type: ignore[misc]


class Sound(Sounding, NoteView, bundle="sound"):
    """A player for a score, with play, pause, seek, loop, tempo, voices to mute, metronome, count-in and volume.

    Parameters
    ----------
    score : Score or None
        What is played; `append` adds notes while it plays.
    **settings
        `clock`: another view or a Clock to move with; `volume` (0..1), `muted` and `soloed` (voices from 0),
        `metronome`, `count_in` (bars, 0..4), `programs` (General MIDI, one a voice), `strip` (one row,
        the rest folded).
    soundfont : path or None
        A soundfont (SF2, SF3) with other instruments than the piano; it is not saved with the notebook.
    """

    _MINE: ClassVar = NoteView._MINE | {"engine", "soundfont"}

    volume = traitlets.Float(0.8, min=0, max=1).tag(sync=True, echo_update=False)
    muted = traitlets.List(traitlets.Int(min=0, max=255), help="voices from 0").tag(sync=True, echo_update=False)
    soloed = traitlets.List(traitlets.Int(min=0, max=255), help="voices from 0").tag(sync=True, echo_update=False)
    metronome = traitlets.Bool(False).tag(sync=True, echo_update=False)
    count_in = traitlets.Int(0, min=0, max=4, help="bars").tag(sync=True, echo_update=False)
    programs = traitlets.List(traitlets.Int(min=0, max=127), help="General MIDI, one a voice").tag(sync=True)

    strip = traitlets.Bool(False, help="one row, with the whole piece as its slider").tag(sync=True)
    soundfont = traitlets.Unicode(help="digest of the user's soundfont; empty for the piano").tag(sync=True)

    def __init__(
        self,
        score: Score | None = None,
        *,
        soundfont: str | os.PathLike[str] | None = None,
        **settings: Any,
    ) -> None:
        self._soundfont = b"" if soundfont is None else read_soundfont(Path(soundfont))
        super().__init__(score, **settings)
        if self._soundfont:
            self.soundfont = hashlib.sha256(self._soundfont).hexdigest()[:16]

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Send the user's soundfont to the page, in pieces."""
        if message["kind"] != "soundfont":
            super().on_message(message, buffers)
            return
        parts = -(-len(self._soundfont) // CHUNK_BYTES)
        for part in range(parts):
            piece = self._soundfont[part * CHUNK_BYTES : (part + 1) * CHUNK_BYTES]
            self.send({"kind": "soundfont", "part": part, "parts": parts}, [piece])

    def describe(self) -> str:
        """Return what is played."""
        return f"Player: {super().describe()}"
