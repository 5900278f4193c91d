"""Wire types of the panel of questions: next-token choices, logit lens, occlusion, head ablation."""

from __future__ import annotations

from typing import Literal, TypedDict

from musenb.widgets.wire.keyboard import PitchShare
from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import MidiPitch

AskTab = Literal["else", "heard", "if", "heads"]
IfAct = Literal["head", "layer", "relative", "rest", "move", "change"]
IfScope = Literal["note", "bar"]


class VoiceNext(TypedDict):
    """What a voice might do in one cell, in shares of 1, the likeliest pitch first.

    `taken` and `composer` are names such as 'G4', 'HOLD' or 'REST'; empty where nothing is known. `entropy` is in bits;
    `held` the pitch that HOLD goes on with.
    """

    voice: str
    pitches: list[PitchShare]
    hold: float
    rest: float
    held: MidiPitch | None
    entropy: float
    taken: str
    taken_share: float | None
    composer: str
    composer_share: float | None


class LayerGuess(TypedDict):
    """What a layer would say if it were the last; the first row is that of the input alone."""

    name: str
    pitches: list[PitchShare]
    hold: float
    rest: float
    entropy: float


class HeardRow(TypedDict):
    """An earlier note: the mean share of the heads' looks, and what its absence changes in bits; null: not tested."""

    id: str
    name: str
    pitch: MidiPitch
    looked: float
    mattered: float | None


class HeadCell(TypedDict):
    """What the silence of a head costs on the piece, in bits a cell, with its 95 % interval; null: not asked.

    `job` is what the head looks at, in words; often empty.
    """

    change: float | None
    low: float | None
    high: float | None
    kl: float | None
    job: str


class AskingState(NotesState):
    """The traits of the panel of questions.

    The first group is written by the page. `place` names the note that is asked about; `voice` is the row of `voices`
    that is its own. `done` of `total` tells how far what is `running` has come; `total` 0: not known.
    """

    tab: AskTab
    every_head: bool

    engine: str
    note: str
    place: str
    voice: int
    voices: list[VoiceNext]
    guesses: list[LayerGuess]
    bits: float | None
    heard: list[HeardRow]
    verdict: str
    by_layer: list[float | None]
    layers: int
    heads: int
    relative: bool
    cells: list[HeadCell]
    map_words: str
    prime: str
    running: str
    done: int
    total: int
    said: str
    model: str


class AskNote(TypedDict):
    """Page to kernel: ask about this note."""

    kind: Literal["ask"]
    id: str


class Branch(TypedDict):
    """Page to kernel: let this voice take another pitch at the note that is asked about, and go on from there."""

    kind: Literal["branch"]
    voice: int
    pitch: MidiPitch


class AskIf(TypedDict):
    """Page to kernel: what if? `layer` and `head` count from 0; `amount` is in semitones, or the new MIDI pitch."""

    kind: Literal["if"]
    act: IfAct
    scope: IfScope
    layer: int
    head: int
    amount: int


class AskJob(TypedDict):
    """Page to kernel: test the attention by taking notes away, map the heads, or stop what runs."""

    kind: Literal["test", "map", "stop"]
