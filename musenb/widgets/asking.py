"""Model question panel widget: what else, what was heard, what if, which heads matter.

It decides nothing. What is asked in the page goes to the hands that it was given; what it shows are its traits.
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, get_args

import traitlets

from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.widgets.keyboard import keys_png
from musenb.widgets.notes import NoteView
from musenb.widgets.sound import Sounding
from musenb.widgets.wire.asking import AskTab, IfAct, IfScope

TABS: tuple[AskTab, ...] = get_args(AskTab)
ACTS: tuple[IfAct, ...] = get_args(IfAct)
SCOPES: tuple[IfScope, ...] = get_args(IfScope)


class Inquirer(Protocol):
    """Who answers. Calls come in any thread and must return soon."""

    def ask(self, note: str) -> None:
        """Answer about a note, by its id."""

    def branch(self, voice: int, pitch: int) -> None:
        """Let a voice (row of `voices`) take another pitch at the note, and go on from there."""

    def what_if(
        self,
        act: str,
        scope: str,
        layer: int,
        head: int,
        amount: int,
    ) -> None:
        """Silence a part of the model, or change the note or its bar; `amount` is in semitones, or a MIDI pitch."""

    def test(self) -> None:
        """Take the earlier notes away one by one and measure what each changes."""

    def map(self) -> None:
        """Silence the heads one by one."""

    def stop(self) -> None:
        """End what runs."""


class Asking(Sounding, NoteView, bundle="asking"):
    """Where a model is questioned about the note that is selected on the clock.

    Parameters
    ----------
    score : Score or None
    inquirer : Inquirer or None
        Who answers; without one it only shows.
    **settings
        `clock`; `tab` ('else', 'heard', 'if' or 'heads'); `every_head` (show the attention of every head).
    """

    tab = traitlets.Enum(TABS, "else").tag(sync=True, echo_update=False)
    every_head = traitlets.Bool(False).tag(sync=True, echo_update=False)

    note = traitlets.Unicode(help="id of the note that is asked about").tag(sync=True)
    place = traitlets.Unicode(help="the note in words").tag(sync=True)
    voice = traitlets.Int(0, help="row of `voices` that is the note's own").tag(sync=True)
    voices = traitlets.List(help="what each voice might do").tag(sync=True)
    lowest = traitlets.Int(21, help="the lowest pitch that can be asked for").tag(sync=True)
    highest = traitlets.Int(108, help="the highest").tag(sync=True)
    guesses = traitlets.List(help="what each layer would say").tag(sync=True)
    bits = traitlets.Float(allow_none=True, default_value=None, help="surprise of the note").tag(sync=True)
    heard = traitlets.List(help="earlier notes, the most looked at first").tag(sync=True)
    verdict = traitlets.Unicode(help="whether attention and occlusion agree").tag(sync=True)
    by_layer = traitlets.List(help="rank correlation with occlusion of each layer's attention").tag(sync=True)
    layers = traitlets.Int(0).tag(sync=True)
    heads = traitlets.Int(0).tag(sync=True)
    relative = traitlets.Bool(True, help="the model has a relative term").tag(sync=True)
    cells = traitlets.List(help="the map of heads, layer by layer").tag(sync=True)
    map_words = traitlets.Unicode().tag(sync=True)
    prime = traitlets.Unicode(help="which bars can be changed, in words").tag(sync=True)
    running = traitlets.Unicode(help="what is computed, in words; empty: nothing").tag(sync=True)
    done = traitlets.Int(0).tag(sync=True)
    total = traitlets.Int(0).tag(sync=True)
    said = traitlets.Unicode(help="the last news").tag(sync=True)
    model = traitlets.Unicode().tag(sync=True)

    _SHOWN = frozenset(
        "engine note place voice voices lowest highest guesses bits heard verdict by_layer layers heads relative cells "
        "map_words prime running done total said model".split()
    )
    _MINE: ClassVar = NoteView._MINE | _SHOWN

    def __init__(
        self,
        score: Score | None = None,
        inquirer: Inquirer | None = None,
        **settings: Any,
    ) -> None:
        self._inquirer = inquirer
        super().__init__(score, **settings)

    def tell(self, **values: Any) -> None:
        """Show new values of traits, all at once.

        Raises
        ------
        SettingError
            A name is none of the panel's.
        """
        unknown = values.keys() - self._SHOWN - {"tab", "every_head"}
        if unknown:
            raise SettingError(f"the panel shows no {', '.join(sorted(unknown))}")
        with self.hold_sync():
            for name, value in values.items():
                setattr(self, name, value)
        self.refresh_description()

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Pass on what was asked."""
        who, kind = self._inquirer, message["kind"]
        if kind not in ("ask", "branch", "if", "test", "map", "stop"):
            super().on_message(message, buffers)
        elif who is None:
            raise SettingError("nobody answers here: run the cell again")
        elif kind == "ask":
            who.ask(str(message["id"]))
        elif kind == "branch":
            who.branch(int(message["voice"]), int(message["pitch"]))
        elif kind == "if":
            act, scope = str(message["act"]), str(message["scope"])
            if act not in ACTS or scope not in SCOPES:
                known = ", ".join(ACTS)
                raise SettingError(f"what if {act!r} of the {scope!r}: it is one of {known}, of a note or bar")
            who.what_if(
                act,
                scope,
                int(message["layer"]),
                int(message["head"]),
                int(message["amount"]),
            )
        elif kind == "test":
            who.test()
        elif kind == "map":
            who.map()
        else:
            who.stop()

    def describe(self) -> str:
        """Return what is known of the note: what else was likely, and what it listened to."""
        if not self.note:
            return f"Questions to {self.model or 'a model'}: no note is selected yet."
        parts = [f"Questions to {self.model or 'a model'} about {self.place}."]
        if self.voices:
            own = self.voices[min(self.voice, len(self.voices) - 1)]
            likely = [(row[0], row[1]) for row in own["choices"][:4]]
            said = ", ".join(f"{words} {100 * probability:.0f} %" for words, probability in likely)
            parts.append(f"Likely for the {own['voice']}: {said}; uncertainty {own['entropy']:.1f} bits.")
        if self.bits is not None:
            parts.append(f"Its surprise was {self.bits:.1f} bits.")
        if self.verdict:
            parts.append(self.verdict)
        elif self.heard:
            best = self.heard[0]
            parts.append(f"Most looked at: {best['name']}, {100 * best['looked']:.0f} %; not tested.")
        return " ".join([*parts, self.map_words]).strip()

    def picture(self) -> tuple[str, bytes] | None:
        """Return the keys with the distribution of the note's own voice as PNG; a roll before a note is asked about."""
        if not self.voices:
            return super().picture()
        own = self.voices[min(self.voice, len(self.voices) - 1)]
        begun = {
            int(pitch): float(probability)
            for _, probability, pitch, begins, _ in own["choices"]
            if begins
        }
        low, high = 12 * (self.lowest // 12), 12 * -(-self.highest // 12)
        return "image/png", keys_png(low, high, begun)
