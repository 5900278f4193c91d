"""What the motif view and the prediction game send and receive: the fourth part of `musenb.widgets.wire.views`."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.views import MidiPitch, NotesState, Quarters


class ReturnRow(NamedTuple):
    """The motif or one of its returns; `voices` are the numbers of those it passes through, `words` a sentence.

    `confidence` is the share of the motif that is kept, 0..1; `expected` how many such readings chance would give.
    """

    onset: Quarters
    end: Quarters
    voices: list[int]
    form: str
    interval: str
    words: str
    confidence: float
    expected: float
    ids: list[str]


class LaneRow(NamedTuple):
    """One form: its name, what it means, how often it was found, and how often by chance (-1: not counted yet)."""

    form: str
    words: str
    found: int
    by_chance: float


class LookingRow(NamedTuple):
    """How one head looks at the places of return: its mean weight, what distance alone would give, and the p-value."""

    layer: int
    head: int
    looking: float
    recency: float
    p_value: float


class MotifState(NotesState):
    """The traits of a motif view; `selected` is the number of a return, -1 for none.

    `likeness` says which bars are alike, `attention` which look at which: first the mean of all heads, then each. They
    are uint8 [side, side] each; with `side` below the number of bars a cell stands for a few. Scales are of the bytes.
    """

    motif: ReturnRow | None
    returns: list[ReturnRow]
    lanes: list[LaneRow]
    selected: int
    verdict: str
    side: int
    likeness: bytes
    likeness_scale: float
    attention: bytes
    attention_scales: list[float]
    heads: int
    looking: list[LookingRow]
    looking_words: str
    matrices: int


GamePlayer = Literal["student", "composer", "model", "counts"]


class RoundRow(NamedTuple):
    """A place before which the piece stops: where it is, in words, and the voices that are asked for."""

    onset: Quarters
    place: str
    voices: list[str]


class RangeRow(NamedTuple):
    """Which pitches a voice may be asked for."""

    voice: str
    low: MidiPitch
    high: MidiPitch


class AnswerRow(NamedTuple):
    """What one player said in a round: pitches by voice, and bits in all (0 for the composer)."""

    player: GamePlayer
    pitches: list[MidiPitch]
    bits: float
    hits: int


class RevealRow(NamedTuple):
    """A round that was answered. `under` are the pitches of the other voices, `ids` the composer's notes.

    `confidence` is -1 when not told; `words` say it all in a sentence.
    """

    round: int
    answers: list[AnswerRow]
    under: list[MidiPitch]
    ids: list[str]
    confidence: float
    words: str


class ClassRow(NamedTuple):
    """One student's result: rounds answered, pitches named rightly of those asked, bits a pitch of all players."""

    student: str
    rounds: int
    hits: int
    asked: int
    sure: str
    student_bits: float
    model_bits: float
    counts_bits: float


class GameState(NotesState):
    """The traits of a game; the notes are those that may be heard now.

    The page writes `current`, the number of the round that is shown, `entered` (a pitch a voice, -1 for none) and
    `confidence` (-1: not told). `ranges` are those of the voices that the rounds ask for.
    """

    engine: str
    rounds: list[RoundRow]
    reveals: list[RevealRow]
    ranges: list[RangeRow]
    current: int
    entered: list[int]
    confidence: float
    even: float
    busy: bool
    result: str
    recorded: str
    class_rows: list[ClassRow]


class Guess(TypedDict):
    """Page to kernel: the student's answer to a round."""

    kind: Literal["guess"]
    round: int
    pitches: list[MidiPitch]
    confidence: float


class AskClass(TypedDict):
    """Page to kernel: gather the results of the class."""

    kind: Literal["class"]
