"""Wire types of the panel of questions: next-token choices, logit lens, occlusion, head ablation."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import MidiPitch

AskTab = Literal["else", "heard", "if", "heads"]
IfAct = Literal["head", "layer", "relative", "rest", "move", "change"]
IfScope = Literal["note", "bar"]


class ChoiceRow(NamedTuple):
    """One thing that could come, in words, with its probability; `pitch` is null for what does not sound.

    `begins` tells whether a note begins; `mark` whether it was 'taken', or what the 'composer' wrote, or both.
    """

    words: str
    probability: float
    pitch: MidiPitch | None
    begins: bool
    mark: str


class VoiceNext(TypedDict):
    """What a voice might do, the likeliest first; `words` say what it did and how unsure the model was.

    `held` is the pitch that may go on. `entropy` is in bits.
    """

    voice: str
    choices: list[ChoiceRow]
    held: MidiPitch | None
    entropy: float
    words: str


class LayerGuess(TypedDict):
    """What a layer would say if it were the last; the first row is that of the input alone."""

    name: str
    choices: list[ChoiceRow]


class HeardRow(TypedDict):
    """An earlier note: the mean share of the heads' looks, and what its absence changes in bits; null: not tested."""

    id: str
    name: str
    pitch: MidiPitch
    looked: float
    mattered: float | None


class HeadCell(TypedDict):
    """What the silence of a head costs on the piece, in bits a token, with its 95 % interval; null: not asked.

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
    that is its own. `lowest` and `highest` are the pitches that can be asked for. `done` of `total` tells how far what
    is `running` has come; `total` 0: not known.
    """

    tab: AskTab
    every_head: bool

    engine: str
    note: str
    place: str
    voice: int
    voices: list[VoiceNext]
    lowest: MidiPitch
    highest: MidiPitch
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
