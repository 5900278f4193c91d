"""Wire types of a lesson's question: music to hear, the answer, its verdict."""

from __future__ import annotations

from typing import Literal, TypedDict

from musenb.widgets.wire.base import ViewState
from musenb.widgets.wire.notes import Piece
from musenb.widgets.wire.units import MidiPitch

QuestionKind = Literal["choice", "text", "note", "compare"]
Verdict = Literal["", "right", "wrong", "told"]


class Heard(TypedDict):
    """Music to hear beside a question; `notes` is a note table."""

    label: str
    notes: bytes
    piece: Piece


class QuestionState(ViewState):
    """The traits of a question.

    `given` is the answer that is kept: an option, words, a MIDI pitch as digits, or the letter of a take; `draft` is
    one that is not kept yet. `told` is what is shown once there is an answer. Without a kernel (`live` false) the page
    compares with `solution` itself.
    """

    engine: str
    key: str
    ask: str
    kind: QuestionKind
    options: list[str]
    music: list[Heard]
    low: MidiPitch
    high: MidiPitch
    why: bool
    given: str
    given_why: str
    changes: int
    kept: str
    kept_at: str
    draft: str
    draft_why: str
    verdict: Verdict
    told: str
    live: bool
    solution: str


class GiveAnswer(TypedDict):
    """Page to kernel: write this answer down."""

    kind: Literal["answer"]
    answer: str
    why: str


class AskForAnswers(TypedDict):
    """Page to kernel: hand over the file with all answers."""

    kind: Literal["answers"]


class AnswersFile(TypedDict):
    """Kernel to page: the file, in the only buffer."""

    kind: Literal["answers"]
    name: str
