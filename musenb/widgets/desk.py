"""Studio control panel widget: what to begin with, how to go on, the tree of takes.

It decides nothing. What is pressed goes to the hands that it was given; what it shows are its traits.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, get_args

import traitlets

from musenb.errors import LoadError, SettingError
from musenb.export.to_page import PagePart
from musenb.widgets.base import MusenbWidget
from musenb.widgets.wire.base import CHUNK_BYTES
from musenb.widgets.wire.desk import BeginTab, DrawerName, KeySource

LARGEST_FILE = 32_000_000
MOST_FOUND = 40
DRAWERS = ("", *get_args(DrawerName))
BEGIN_TABS = get_args(BeginTab)
KEY_SOURCES = get_args(KeySource)


class Hands(Protocol):
    """Who does what the desk is asked for. Calls come in any thread and must return soon."""

    def prime(self, source: str, text: str) -> None:
        """Begin with notes as text, a motif of the shelf, a piece of the corpus, or what is on the roll."""

    def prime_from_file(self, name: str, content: bytes) -> None:
        """Begin with a file."""

    def choose_part(self, number: int, line: str) -> None:
        """Begin with a part of the file, 0 for all; of its chords with the 'top' or 'bottom' line, if one is named."""

    def act(self, act: str) -> None:
        """Do one of 'continue', 'again', 'more' (one bar), 'stop', 'undo', 'redo', 'save_all'."""

    def write_anew(self, bar: int) -> None:
        """Write a bar of the selected take anew; all others stay."""

    def wish(self, what: str, value: str) -> None:
        """Read the motif in another 'key' or 'metre'; empty: as it says itself."""

    def plan(self, act: str, name: str, rows: list[list[Any]], bars: int) -> None:
        """Do one of 'preset' (by its name), 'change' (take these statements), 'suggest', 'write' with the plan."""

    def go_on_from(self, ids: list[str]) -> None:
        """Keep what is there up to the last of these notes, and write on."""

    def lock(self, voices: list[str], bars: str) -> None:
        """Keep these voices and bars when the model writes, and no others."""

    def on_take(self, act: str, take: str, text: str) -> None:
        """Do one of 'select', 'rename', 'delete', 'vote', 'compare' with a take."""

    def keep(self, form: str) -> None:
        """Hand over the selected take as a file of this form."""

    def ask(self, what: str) -> None:
        """Open 'heard', 'motif' or 'guess' about the selected take; close what is open when it is empty."""

    def search(self, text: str) -> None:
        """Look for pieces of the corpus whose names hold the text, and call `Desk.found` with them."""

    def recover(self, session: str) -> None:
        """Bring back an earlier session."""

    def page_parts(self) -> tuple[list[PagePart], bool]:
        """Return the takes as parts of a page, and whether they were written for it."""
        ...


class Desk(MusenbWidget, bundle="desk"):
    """Where the studio is worked from.

    Parameters
    ----------
    hands : Hands or None
        Who does what is asked for; without them the desk only shows.
    **settings
        `bars` (1..64), `temperature` (0..2), `top_p`, `seed`, `seed_locked`, `candidates` (1..4), `one_bar`, `closing`
        (end with a close), `style` (empty: as the motif says) and `guidance` (0..2), of models that know several and
        that can hold to the motif, `listen` (play what is written while it is written), `idle_minutes` (0: the server
        never ends by itself), `model`, `prime_bars` (0: all), `prime_voice` (empty: as the music says),
        `prime_octave` (so much higher is a file read), `drawer` ('begin',
        'takes', 'ask', 'plan', 'keep' or none) and `begin_tab`, which are open, `read_only`.
    """

    bars = traitlets.Int(4, min=1, max=64).tag(sync=True, echo_update=False)
    temperature = traitlets.Float(1.0, min=0, max=2).tag(sync=True, echo_update=False)
    top_p = traitlets.Float(0.9, min=0.01, max=1).tag(sync=True, echo_update=False)
    seed = traitlets.Int(0, min=0, max=2**32 - 1).tag(sync=True, echo_update=False)
    seed_locked = traitlets.Bool(False).tag(sync=True, echo_update=False)
    candidates = traitlets.Int(1, min=1, max=4).tag(sync=True, echo_update=False)
    one_bar = traitlets.Bool(False, help="one bar at a time").tag(sync=True, echo_update=False)
    closing = traitlets.Bool(True, help="end with a close").tag(sync=True, echo_update=False)
    drawer = traitlets.Enum(DRAWERS, "").tag(sync=True, echo_update=False)
    begin_tab = traitlets.Enum(BEGIN_TABS, "famous").tag(sync=True, echo_update=False)
    listen = traitlets.Bool(True, help="play while it is written").tag(sync=True, echo_update=False)
    model = traitlets.Unicode().tag(sync=True, echo_update=False)
    style = traitlets.Unicode(help="of the music to come; empty: as the motif says").tag(sync=True, echo_update=False)
    guidance = traitlets.Float(0, min=0, max=2, help="hold to the motif").tag(sync=True, echo_update=False)
    prime_bars = traitlets.Int(0, min=0, max=512, help="0: all").tag(sync=True, echo_update=False)
    prime_voice = traitlets.Unicode(help="empty: as the music says").tag(sync=True, echo_update=False)
    prime_octave = traitlets.Int(0, min=-4, max=4, help="of a file: so much higher").tag(sync=True, echo_update=False)

    takes = traitlets.List(help="rows of id, parent, name, about, votes, sketch").tag(sync=True)
    selected = traitlets.Unicode(help="id of the take that is shown").tag(sync=True)
    compared = traitlets.Unicode(help="id of the take that stands beside it").tag(sync=True)
    comparison = traitlets.Unicode(help="in words").tag(sync=True)
    asked = traitlets.Unicode(help="the question about a take that is open; empty: none").tag(sync=True)
    asked_words = traitlets.Unicode(help="about which take").tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    written = traitlets.Int(0, min=0, help="notes of the run so far").tag(sync=True)
    began = traitlets.Float(0, min=0, help="quarters at which the model began to write").tag(sync=True)
    ends = traitlets.Float(0, min=0, help="quarters up to which it writes").tag(sync=True)
    can_close = traitlets.Bool(False, help="the model can be asked for a close").tag(sync=True)
    styles = traitlets.List(traitlets.Unicode(), help="that the model knows, if several").tag(sync=True)
    most_guidance = traitlets.Float(0, help="0: the model cannot be held to the motif").tag(sync=True)
    motif = traitlets.Unicode(help="the last motif as text").tag(sync=True)
    key = traitlets.Unicode(help="of the motif, in words").tag(sync=True)
    key_source = traitlets.Enum(KEY_SOURCES, "").tag(sync=True)
    metre = traitlets.Unicode(help="of the motif, as 4/4").tag(sync=True)
    key_choices = traitlets.List(traitlets.Unicode(), help="others for the motif").tag(sync=True)
    metre_choices = traitlets.List(traitlets.Unicode(), help="others for the motif").tag(sync=True)
    locked_voices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    locked_bars = traitlets.Unicode(help="as '3, 5-6'").tag(sync=True)
    saved_at = traitlets.Float(0, min=0, help="seconds since 1970; 0: not saved").tag(sync=True)
    idle_minutes = traitlets.Float(0, min=0, help="after which an unused server ends; 0: never").tag(sync=True)
    reading = traitlets.Unicode(help="what the model will read, in words").tag(sync=True)
    file_name = traitlets.Unicode(help="of the file that was opened last").tag(sync=True)
    file_parts = traitlets.List(help="rows of number, name, about, lines, likely").tag(sync=True)
    file_words = traitlets.Unicode(help="what was left out of the file").tag(sync=True)
    file_chosen = traitlets.Unicode(help="the part that is the motif, as '2 top'; 0: all").tag(sync=True)
    kept = traitlets.Unicode(help="where the work is kept, in words").tag(sync=True)
    saving = traitlets.Unicode(help="the file that is being written, in words; empty: none").tag(sync=True)
    plan_presets = traitlets.List(help="rows of id and label").tag(sync=True)
    plan_forms = traitlets.List(help="rows of id and label").tag(sync=True)
    plan_voices = traitlets.List(traitlets.Unicode(), help="in which statements can stand").tag(sync=True)
    plan_name = traitlets.Unicode(help="of the plan").tag(sync=True)
    plan_rows = traitlets.List(help="rows of form, voice, bar, beat, steps, key, bars").tag(sync=True)
    plan_bars = traitlets.Int(0, min=0, help="of the planned piece").tag(sync=True)
    plan_words = traitlets.Unicode(help="why there is no plan, or what cannot stand in it").tag(sync=True)
    plan_fault = traitlets.Int(0, min=0, help="the row that cannot stand, from 1").tag(sync=True)
    plan_better = traitlets.List(help="where it could, a row or none").tag(sync=True)
    plan_suggested = traitlets.List(help="rows that could be added").tag(sync=True)
    can_undo = traitlets.Bool(False).tag(sync=True)
    can_redo = traitlets.Bool(False).tag(sync=True)
    shelf = traitlets.List(help="rows of id and label").tag(sync=True)
    models = traitlets.List(traitlets.Unicode()).tag(sync=True)
    voices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    sessions = traitlets.List(help="rows of id and label").tag(sync=True)
    read_only = traitlets.Bool(False, help="show the takes alone").tag(sync=True)
    forms = traitlets.List(traitlets.Unicode(), ["mid", "musicxml"]).tag(sync=True)

    _SHOWN = frozenset(
        "takes selected compared comparison asked asked_words running written began ends can_close styles"
        " most_guidance motif key key_source metre key_choices metre_choices locked_voices locked_bars saved_at"
        " reading file_name file_parts file_words file_chosen kept saving can_undo can_redo shelf models voices"
        " sessions forms plan_presets plan_forms plan_voices plan_name plan_rows plan_bars plan_words plan_fault"
        " plan_better plan_suggested".split()
    )
    _MINE: ClassVar = MusenbWidget._MINE | _SHOWN

    def __init__(self, hands: Hands | None = None, **settings: Any) -> None:
        self._hands = hands
        self._files: dict[str, dict[int, bytes]] = {}
        self._lock = threading.Lock()
        super().__init__(**settings)

    @property
    def hands(self) -> Hands | None:
        """Who does what is asked for."""
        return self._hands

    @hands.setter
    def hands(self, hands: Hands) -> None:
        self._hands = hands

    def show(self, **values: Any) -> None:
        """Show new values of traits, all at once."""
        with self.hold_sync():
            for name, value in values.items():
                setattr(self, name, value)
        self.refresh_description()

    def found(self, text: str, names: Sequence[str]) -> None:
        """Answer a search with the names that were found."""
        shown = list(names[:MOST_FOUND])
        self.send({"kind": "found", "text": text, "names": shown, "count": len(names)})

    def hand_over(self, name: str, mime: str, content: bytes) -> None:
        """Give the page a file to save under this name."""
        parts = max(1, -(-len(content) // CHUNK_BYTES))
        for part in range(parts):
            piece = content[part * CHUNK_BYTES : (part + 1) * CHUNK_BYTES]
            self.send({"kind": "kept", "name": name, "type": mime, "part": part, "parts": parts}, [piece])

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Pass on what was asked for; what went wrong before is not said any longer."""
        hands, kind = self._hands, message["kind"]
        if kind == "hello":
            self.send({"kind": "here"})
            return
        if hands is None:
            return
        self.error = ""
        if kind == "prime":
            hands.prime(str(message["source"]), str(message["text"]))
        elif kind == "file":
            self._take_part(hands, message, buffers)
        elif kind == "part":
            hands.choose_part(int(message["number"]), str(message["line"]))
        elif kind == "act":
            hands.act(str(message["act"]))
        elif kind == "take":
            hands.on_take(
                str(message["act"]),
                str(message["id"]),
                str(message.get("text", "")),
            )
        elif kind == "from":
            hands.go_on_from([str(name) for name in message["ids"]])
        elif kind == "anew":
            hands.write_anew(int(message["bar"]))
        elif kind == "plan":
            rows = [list(row) for row in message["rows"]]
            hands.plan(str(message["act"]), str(message["name"]), rows, int(message["bars"]))
        elif kind == "wish":
            hands.wish(str(message["what"]), str(message["value"]))
        elif kind == "lock":
            hands.lock([str(voice) for voice in message["voices"]], str(message["bars"]))
        elif kind == "ask":
            hands.ask(str(message["what"]))
        elif kind == "keep":
            hands.keep(str(message["form"]))
        elif kind == "search":
            hands.search(str(message["text"]))
        elif kind == "recover":
            hands.recover(str(message["id"]))

    def _take_part(
        self,
        hands: Hands,
        message: dict[str, Any],
        buffers: list[memoryview],
    ) -> None:
        """Gather the pieces of a file, in whatever order they come; pass the whole on."""
        file, name = str(message["file"]), str(message["name"])
        part, parts = int(message["part"]), int(message["parts"])
        if not 0 <= part < parts or parts * CHUNK_BYTES > LARGEST_FILE + CHUNK_BYTES:
            text = f"'{name}' has more than {LARGEST_FILE / 1e6:.0f} MB"
            raise LoadError("size", text, "a file of music has seldom more than one")
        with self._lock:
            pieces = self._files.setdefault(file, {})
            pieces[part] = bytes(buffers[0]) if buffers else b""
            if len(pieces) < parts:
                return
            del self._files[file]
        hands.prime_from_file(name, b"".join(pieces[number] for number in range(parts)))

    def describe(self) -> str:
        """Return how many takes there are, which one is shown, and what the model will read."""
        if not self.takes:
            return "Desk: no music yet. " + self.reading
        names = {row[0]: row[2] for row in self.takes}
        count = len(self.takes)
        shown = f", {names[self.selected]} is shown" if self.selected in names else ""
        return f"Desk: {count} take{'' if count == 1 else 's'}{shown}. {self.reading}".strip()

    def pressed(self, name: str) -> None:
        """Do what a button does, as if it had been pressed in the page.

        Raises
        ------
        SettingError
            The desk has no hands.
        """
        if self._hands is None:
            raise SettingError("this desk has no hands: nothing does what is pressed")
        self._hands.act(name)
