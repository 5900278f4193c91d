"""Wire types of the prediction game: rounds, answers, and the results of a class."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.notes import NotesState
from musenb.widgets.wire.units import MidiPitch, Quarters

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
    """What one player said in a round: pitches by voice, and bits in all (0 for what stands in the piece).

    `name`, `title`, `said` and `hear` are words: who, what that means, the pitches, and the label of the button.
    """

    player: GamePlayer
    pitches: list[MidiPitch]
    bits: float
    hits: int
    name: str
    title: str
    said: str
    hear: str


class RevealRow(NamedTuple):
    """A round that was answered. `under` are the pitches of the other voices, `ids` the notes that were asked for.

    `confidence` is -1 when not told; `words` say it all in a sentence, `figures` what the bits mean.
    """

    round: int
    answers: list[AnswerRow]
    under: list[MidiPitch]
    ids: list[str]
    confidence: float
    words: str
    figures: str


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
