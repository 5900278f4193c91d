"""Piece protocol: what questions ask of music in a model's language, and choices in tokens.

    score or take -> Idiom.piece -> Piece -> notes, rows, choices

References
----------
PEP 544: structural subtyping. A piece inherits nothing from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, runtime_checkable

import numpy as np

from musenb.score.note import Note, Origin, Score
from musenb.score.spelling import spoken
from musenb.tokens.row import Row


class Plan(Protocol):
    """What is to be written: the given tokens and what is known of the rest.

    Attributes
    ----------
    first : int
        Tokens at the beginning that are all given.
    length : int or None
        Tokens in all; None where only the model can tell when the piece ends.
    end : Fraction or None
        Quarters at which the planned piece ends, likewise.
    """

    @property
    def first(self) -> int: ...
    @property
    def length(self) -> int | None: ...
    @property
    def end(self) -> Fraction | None: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that could come next.

    Parameters
    ----------
    words : str
        As a view shows it: 'G♯4', 'goes on', 'rest', '40 ms later'.
    probability : float
    pitch : int or None
        MIDI number of the note that would begin, or go on; None for what does not sound.
    kind : str
        'begin', 'hold', 'rest', or another of the idiom's own.
    token : int
        What a model would write.
    """

    words: str
    probability: float
    pitch: int | None = None
    kind: str = "begin"
    token: int = -1


@dataclass(frozen=True, slots=True)
class Choices:
    """What might come at a position, the likeliest first.

    Parameters
    ----------
    voice : str
        Whose position it is.
    choices : tuple of Choice
        Their probabilities sum to 1.
    entropy : float
        Of all tokens, in bits.
    taken : Choice or None
        What stands there in the piece.
    """

    voice: str
    choices: tuple[Choice, ...]
    entropy: float
    taken: Choice | None = None

    def probability(self, kind: str) -> float:
        """Return the probability of all choices of a kind together."""
        return sum(choice.probability for choice in self.choices if choice.kind == kind)

    @property
    def hold(self) -> float:
        """Probability that the note that sounds goes on."""
        return self.probability("hold")

    @property
    def rest(self) -> float:
        """Probability of silence."""
        return self.probability("rest")

    @property
    def held(self) -> int | None:
        """The pitch that may go on; None where nothing sounds."""
        return next((choice.pitch for choice in self.choices if choice.kind == "hold"), None)

    @property
    def pitches(self) -> dict[int, float]:
        """Probability that a note begins on each MIDI pitch, the likeliest first."""
        begun = (choice for choice in self.choices if choice.kind == "begin" and choice.pitch is not None)
        return {choice.pitch: choice.probability for choice in begun if choice.pitch is not None}

    @property
    def begins(self) -> dict[int, float]:
        """Probability of each pitch given that a note begins, the likeliest first; empty where none can."""
        total = sum(self.pitches.values())
        if not total:
            return {}
        return {pitch: probability / total for pitch, probability in self.pitches.items()}

    @property
    def sounds(self) -> dict[int, float]:
        """Probability of each pitch to sound, begun or held, the likeliest first; with `rest` they sum to 1."""
        found = self.pitches
        if self.held is not None:
            found[self.held] = found.get(self.held, 0.0) + self.hold
        return dict(sorted(found.items(), key=lambda item: -item[1]))


@dataclass(frozen=True, slots=True)
class NotePlace:
    """A note of a piece and the tokens that it is made of.

    Parameters
    ----------
    id : str
        'v1n7': the eighth note of the second voice of the score, as all views name it.
    note : Note
        With its name.
    voice : int
        Row of the voice among the idiom's, or of the part, from the highest.
    voice_name : str
    position : int
        The position that predicts its first token.
    bar : int
        Number of the bar in which it begins; 0 for the anacrusis.
    """

    id: str
    note: Note
    voice: int
    voice_name: str
    position: int
    bar: int

    @property
    def name(self) -> str:
        """The pitch as it is spelled: 'G♯4'."""
        return spoken(self.note.spelling)

    def __str__(self) -> str:
        return f"{self.name} of the {self.voice_name}, {f'bar {self.bar}' if self.bar else 'upbeat'}"


class Piece(Protocol):
    """A score as a model reads it, for questions. Position i predicts token i and has read the tokens before it.

    Attributes
    ----------
    score : Score
    plan : Plan
    tokens : int64 (L,)
    notes : tuple of NotePlace
        In the order of `score.notes`.
    token_notes : int64 (L,)
        The number in `notes` of each token, -1 for none.
    token_bars : int64 (L,)
        The number of the bar of each token.
    voices : tuple of str
        The names of the idiom's voices, from the highest; none where there are no fixed ones.
    pitches : range
        The MIDI pitches that the idiom can hold.
    kept : int
        Tokens at the beginning that stay although the plan leaves them open: those before a fork, and its own.
    """

    @property
    def score(self) -> Score: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def tokens(self) -> np.ndarray: ...
    @property
    def notes(self) -> tuple[NotePlace, ...]: ...
    @property
    def token_notes(self) -> np.ndarray: ...
    @property
    def token_bars(self) -> np.ndarray: ...
    @property
    def voices(self) -> tuple[str, ...]: ...
    @property
    def pitches(self) -> range: ...
    @property
    def kept(self) -> int: ...

    def given(self, note: NotePlace) -> bool:
        """Return whether a note was given, not written by a model or left for one to write."""
        ...

    def row(self, behind: Sequence[int] | None = None) -> Row:
        """Return what a model reads of the whole piece.

        With `behind`, tokens that follow its end, also of these and of the position that comes after them.
        """
        ...

    def edited(self, pitches: Mapping[int, int | None]) -> Piece:
        """Return the piece with some notes, by number, at other MIDI pitches, or silent for None; as long as it was.

        Raises
        ------
        SettingError
            A pitch leaves what the idiom can hold.
        """
        ...

    def moment(self, note: NotePlace | None = None) -> Sequence[int]:
        """Return the positions that are chosen together with a note, its own among them: one a voice on a grid.

        Without a note: those of what comes behind the end.

        Raises
        ------
        SettingError
            Nothing is planned behind the end.
        """
        ...

    def choices(
        self,
        logits: np.ndarray,
        position: int,
        *,
        rules: bool = False,
    ) -> Choices:
        """Return in words what logits (V,), or log-probabilities, say of a position.

        With `rules` what grammar and ranges forbid is left out, as it is when a model writes.
        """
        ...

    def within(self, extent: int) -> Plan:
        """Return the plan that ends `extent` bars or seconds behind what is given, or where the own plan does."""
        ...

    def continued(self, tokens: np.ndarray, origin: Origin) -> Piece:
        """Return what the plan gives, with tokens (L',) where it leaves them open; new notes bear `origin`."""
        ...

    def forked(self, position: int, pitch: int) -> Piece:
        """Return the piece up to a position at which a note of another MIDI pitch begins, planned anew from there.

        Raises
        ------
        SettingError
            The pitch is outside what the idiom can hold.
        """
        ...


@runtime_checkable
class Told(Protocol):
    """What a piece offers beside whose row has a memory of given notes.

    Attributes
    ----------
    told_notes : int64 (M,)
        The number in `notes` of each item of the memory, -1 for none.
    """

    @property
    def told_notes(self) -> np.ndarray: ...


@runtime_checkable
class Sung(Protocol):
    """What a piece in four voices that sing one note each offers beside: the prediction game asks for it.

    Attributes
    ----------
    ranges : dict of str to (int, int)
        The lowest and the highest MIDI pitch that each voice usually has.
    """

    @property
    def ranges(self) -> Mapping[str, tuple[int, int]]: ...

    def sung(self, position: int) -> np.ndarray:
        """Return the MIDI pitch of each voice in each step up to a position's, int64 (T, 4), -1 for silence.

        In the last step, what stands at the position and behind it counts as silent.
        """
        ...
