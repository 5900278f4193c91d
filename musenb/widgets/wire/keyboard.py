"""Wire types of the on-screen keyboard: traits, recorded and live key presses."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import MidiPitch, Quarters, Seconds


class PitchShare(NamedTuple):
    """How likely a pitch is, 0..1."""

    pitch: MidiPitch
    share: float


class TakenNote(NamedTuple):
    """A note of the take."""

    onset: Quarters
    duration: Quarters
    pitch: MidiPitch
    velocity: int


class KeyboardState(NotesState):
    """The traits of a keyboard.

    `distribution` holds pitches with their shares, 0..1; `take` what was recorded last; `live` is false where no kernel
    takes what is recorded.
    """

    engine: str
    low: MidiPitch
    high: MidiPitch
    octave: int
    velocity: int
    qpm: float
    beats: int
    metronome: bool
    count_in: int
    grid: Literal["quarter", "eighth", "triplet", "sixteenth", "thirty-second"]
    listening: bool
    distribution: list[PitchShare]
    distribution_label: str
    take: list[TakenNote]
    live: bool


class Press(NamedTuple):
    """A key that was held, in seconds from the first beat of the recording."""

    start: Seconds
    stop: Seconds
    pitch: MidiPitch
    velocity: int


class Recorded(TypedDict):
    """Page to kernel: what was played while recording."""

    kind: Literal["recorded"]
    presses: list[Press]
    qpm: float
    beats: int


class Played(TypedDict):
    """Page to kernel, while somebody listens: a key went down or up."""

    kind: Literal["played"]
    pitch: MidiPitch
    velocity: int
    down: bool
