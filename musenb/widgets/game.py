"""Prediction game widget: the piece stops, and a student says what comes next.

It decides nothing: what is entered goes to the hands it was given, and it shows what they tell it. The notes in it are
those that may be heard so far; what comes is not in the page before it was predicted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import traitlets

from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.widgets.notes import NoteView
from musenb.widgets.sound import Sounding
from musenb.widgets.wire.game import ClassRow, RevealRow, RoundRow


class GameHands(Protocol):
    """Who does what the game is asked for. Calls come in any thread and must return soon."""

    def guess(self, number: int, pitches: Sequence[int], confidence: float | None) -> None:
        """Take the answer to a round: a pitch for each of its voices."""

    def go(self, number: int) -> None:
        """Show another round."""

    def gather_class(self) -> None:
        """Show the results of the class."""


class GameView(Sounding, NoteView, bundle="game"):
    """The game as it is played in a page.

    Parameters
    ----------
    score : Score or None
        What may be heard now.
    hands : GameHands or None
        Who answers; without them the game only shows.
    **settings
        `clock`; `current`, the round that is shown, from 0.
    """

    rounds = traitlets.List(help="places before which the piece stops").tag(sync=True)
    reveals = traitlets.List(help="rounds that were answered").tag(sync=True)
    ranges = traitlets.List(help="lowest and highest pitches of the voices that are asked for").tag(sync=True)
    current = traitlets.Int(0, min=0).tag(sync=True, echo_update=False)
    entered = traitlets.List(traitlets.Int(min=-1, max=127), help="a pitch a voice, -1 for none").tag(
        sync=True, echo_update=False
    )
    confidence = traitlets.Float(-1.0, min=-1, max=1, help="-1: not told").tag(sync=True, echo_update=False)
    even = traitlets.Float(0.0, help="bits that even guessing costs").tag(sync=True)
    busy = traitlets.Bool(False, help="answers are being worked out").tag(sync=True)
    result = traitlets.Unicode(help="how it stands, in words").tag(sync=True)
    recorded = traitlets.Unicode(help="where answers are kept, in words").tag(sync=True)
    class_rows = traitlets.List(help="results of the class").tag(sync=True)

    _SHOWN = frozenset(
        "engine rounds reveals ranges entered confidence even busy result recorded class_rows".split()
    )
    _MINE: ClassVar = NoteView._MINE | _SHOWN

    def __init__(
        self,
        score: Score | None = None,
        hands: GameHands | None = None,
        **settings: Any,
    ) -> None:
        self._hands = hands
        super().__init__(score, **settings)
        self.observe(self.guarded(lambda change: self._hands and self._hands.go(change["new"])), "current")

    def show(self, **values: Any) -> None:
        """Show new values of traits, all at once."""
        with self.hold_sync():
            for name, value in values.items():
                setattr(self, name, value)
        self.refresh_description()

    def show_round(
        self,
        score: Score,
        *,
        rounds: Sequence[RoundRow],
        reveals: Sequence[RevealRow],
        current: int,
        result: str,
    ) -> None:
        """Show a round with the music that may be heard in it.

        Raises
        ------
        SettingError
            There is no such round.
        """
        if not 0 <= current < len(rounds):
            raise SettingError(f"there is no round {current}: they are 0..{len(rounds) - 1}")
        other = current != self.current or len(self.entered) != len(rounds[current].voices)
        with self.hold_sync():
            if other:
                self.entered, self.confidence = [-1] * len(rounds[current].voices), -1.0
            self.rounds, self.reveals, self.result = list(rounds), list(reveals), result
            self.current = current
            self.show_score(score)
        self.refresh_description()

    def show_class(self, rows: Sequence[ClassRow]) -> None:
        """Show the results of a class."""
        self.class_rows = list(rows)

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Pass on an answer, or that the class's results are asked for."""
        hands, kind = self._hands, message["kind"]
        if hands is not None and kind == "guess":
            sure = float(message["confidence"])
            pitches = [int(pitch) for pitch in message["pitches"]]
            hands.guess(int(message["round"]), pitches, None if sure < 0 else sure)
        elif hands is not None and kind == "class":
            hands.gather_class()
        else:
            super().on_message(message, buffers)

    def describe(self) -> str:
        """Return which round is shown, what is asked for or was answered, and how it stands."""
        if not self.rounds:
            return "Prediction game: no round yet."
        place = self.rounds[self.current]
        said = next((row.words for row in self.reveals if row.round == self.current), "")
        begins = "begins a note" if len(place.voices) == 1 else "begin notes"
        asked = said or f"What comes next in the {' and the '.join(place.voices)}, which {begins} here?"
        head = f"Prediction game, round {self.current + 1} of {len(self.rounds)}: {place.place}."
        return " ".join(filter(None, [head, asked, self.result]))
