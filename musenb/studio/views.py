"""Studio panel views, all on one clock, and the boxes that hold them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from musenb.score.note import Note, Score, Voice
from musenb.studio.choices import Choices
from musenb.widgets.clock import Clock
from musenb.widgets.desk import Desk
from musenb.widgets.keyboard import Keyboard
from musenb.widgets.roll import Roll
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound

# What the page's layout knows the parts by: see `frontend/src/desk/desk.css`.
STUDIO_CLASS, MUSIC_CLASS, ASKING_CLASS = "mnb-studio", "mnb-music", "mnb-asking"
ROLL_CLASS, KEYS_CLASS, INSTEAD_CLASS = "mnb-roll-place-below", "mnb-keys-place", "mnb-instead"
WIDE = {"width": "100%"}
LOWEST_KEY, HIGHEST_KEY = 36, 84


class StudioViews:
    """What a studio is seen and heard in.

    Parameters
    ----------
    choose, vote : callable
        As `Choices` takes them.
    **settings
        Of the desk.

    Attributes
    ----------
    desk, sound, sheet, roll, keyboard : views
    beside : Roll
        The take that is compared with the selected one; hidden while there is none.
    choices : Choices
    clock : Clock
        Of all these, to move the playhead.
    music : ipywidgets.Box
        All but the desk.
    """

    def __init__(
        self, choose: Callable[[int], object], vote: Callable[[int, int], object], **settings: Any
    ) -> None:
        self.desk = desk = Desk(**settings)
        self.clock = Clock(clock=desk)
        self.sound, self.sheet = Sound(clock=desk, strip=True), Sheet(clock=desk, strip=True, chords=True)
        self.roll = Roll(clock=desk, strip=True)
        self.beside = Roll(clock=desk, height=240, editable=False)
        self.beside.layout.display = "none"
        self.keyboard = Keyboard(clock=desk, low=LOWEST_KEY, high=HIGHEST_KEY)
        self.choices = Choices(choose, vote)
        self.roll.add_class(ROLL_CLASS)
        self.keyboard.add_class(KEYS_CLASS)
        children = [self.choices.box, self.sound, self.sheet, self.roll, self.beside, self.keyboard]
        self.music = ipywidgets.VBox(children)
        self.music.add_class(MUSIC_CLASS)

    def show_score(self, score: Score, *, room: float = 0.0) -> None:
        """Show a score in every view, with empty bars up to `room` quarters."""
        self.roll.show_score(score)
        self.show_beside_roll(score, room=room)

    def show_beside_roll(self, score: Score, *, room: float = 0.0) -> None:
        """Show a score that the roll shows already in every other view."""
        self.sheet.show_strip(with_staves(score, self.desk.voices) if room else score, room)
        for view in (self.sound, self.keyboard):
            view.show_score(score)

    def append(self, voice: int, note: Note) -> None:
        """Add a note that was written."""
        for view in (self.roll, self.sheet, self.sound):
            view.append([(voice, note)])

    def compare(self, score: Score, marks: Mapping[str, int]) -> None:
        """Show another take below, with marks on its notes."""
        self.beside.show_score(score)
        self.beside.mark(marks)
        if self.beside.layout.display:
            self.beside.layout.display = ""
            self.roll.fit()  # both from the beginning, at the same scale

    def compare_nothing(self) -> None:
        """Hide the other take."""
        self.beside.layout.display = "none"

    def rewind(self) -> None:
        """Put the playhead before the first note."""
        self.clock.seek(0)

    def close(self) -> None:
        """End them all."""
        self.choices.close()
        for control in (self.desk, self.clock, self.sound):
            control.close()
        for view in (self.sheet, self.roll, self.beside):
            view.close()
        self.keyboard.close()
        self.music.close()


def with_staves(score: Score, names: Sequence[str]) -> Score:
    """Return a motif with the voices that are to come, empty below its own; unchanged where its own are not the first.

    The numbers of its voices, which are in the ids of its notes, stay as they are.
    """
    own = [voice.name for voice in score.voices]
    if own != list(names[: len(own)]):
        return score
    to_come = [Voice(name, ()) for name in names[len(own) :]]
    return dataclasses.replace(score, voices=(*score.voices, *to_come))
