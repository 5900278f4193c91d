"""Idiom protocol: all that the sampler, the questions and the studio ask of a model's language.

An idiom says how music becomes tokens for one kind of model, and how tokens become music again. It is one folder beside
this module; `known` is the only list of them. Nothing above `musenb.tokens` names one: a checkpoint bears the name of
its idiom, `known.idiom_named` finds it, and these protocols are what it then offers.

    score -> Idiom.prepare -> Idiom.plan -> Plan -> Idiom.writer -> Writer -> note events, score
    score or take -> Idiom.piece -> Piece -> notes, rows, choices in words

References
----------
PEP 544: structural subtyping. An idiom inherits nothing from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol, Self

import numpy as np

from musenb.score.note import KeySignature, Note, Origin, Score, TimeSignature
from musenb.score.told import Source, ToldKey, ToldMetre
from musenb.tokens.piece import Piece, Plan
from musenb.tokens.request import Close, Keep
from musenb.tokens.row import Row


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of what a model of an idiom reads and writes.

    Parameters
    ----------
    vocabulary : int
        Tokens that can be predicted.
    inputs : int
        Words that can tell a position of the token before it; the next number begins a piece.
    features : tuple of int
        Number of values of each feature known at a position.
    relations : tuple of int
        Largest difference that each relation between two positions tells apart. A model may use the first few.
    memory_features, memory_relations : tuple of int
        Number of values of each feature of an item that is told beside the past, and largest difference that each
        relation to the items tells apart; none for a language without a memory.
    fields : tuple of int
        Where a position of a row is a step of several tokens, as a note is: how many each of them can be, in the order
        in which they are predicted, each told those before it. The vocabulary is their sum, and a token counts on from
        the fields before its own. A writer takes them one by one and is at a boundary behind a whole step; its row has
        a position a step. None where a position is one token.
    """

    vocabulary: int
    inputs: int
    features: tuple[int, ...]
    relations: tuple[int, ...]
    memory_features: tuple[int, ...] = ()
    memory_relations: tuple[int, ...] = ()
    fields: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of a prime; None and the defaults leave it to the idiom.

    Parameters
    ----------
    voices : tuple of str, optional
        Which of the idiom's voices the sounding voices are.
    bars : int or (int, int), optional
        Only the first so many bars, or from one printed number to another, both included.
    transpose : int
        Semitones to move it first.
    exact : bool
        Refuse times that the idiom cannot hold, rather than move them.
    key : KeySignature, optional
        What the music is in, before `transpose` moves it; else what it states, or what its notes seem to be in.
    metre : TimeSignature, optional
        Likewise.
    style : str, optional
        What it is to be read as, of an idiom that knows several; see `musenb.tokens.offers.Styled`.
    """

    voices: tuple[str, ...] | None = None
    bars: int | tuple[int, int] | None = None
    transpose: int = 0
    exact: bool = False
    key: KeySignature | None = None
    metre: TimeSignature | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prime as a model will read it.

    Parameters
    ----------
    score : Score
        Quantised and split where that was needed, its voices named as the idiom's.
    notices : tuple of str
        What was changed on the way, a sentence each.
    told_key : ToldKey or None
        The key, where it comes from, and the sentence that says so; None where the idiom knows no keys.
    told_metre : ToldMetre or None
        Likewise.
    """

    score: Score
    notices: tuple[str, ...] = ()
    told_key: ToldKey | None = None
    told_metre: ToldMetre | None = None

    @property
    def key(self) -> KeySignature | None:
        """The key at the beginning."""
        return None if self.told_key is None else self.told_key.key

    @property
    def key_source(self) -> Source | None:
        """'asked', 'file' or 'motif'."""
        return None if self.told_key is None else self.told_key.source

    @property
    def metre(self) -> TimeSignature | None:
        """The metre at the beginning."""
        return None if self.told_metre is None else self.told_metre.metre

    @property
    def metre_source(self) -> Source | None:
        """'asked', 'file' or 'motif'."""
        return None if self.told_metre is None else self.told_metre.source

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said of key and metre: 'C major, from your motif'."""
        return tuple(told.sentence for told in (self.told_key, self.told_metre) if told is not None)

    @property
    def guessed(self) -> bool:
        """Whether something was guessed that nobody wrote, beside the usual 4/4."""
        unusual = self.metre_source == "motif" and self.metre != TimeSignature()
        return self.key_source == "motif" or unusual

    def __str__(self) -> str:
        voices = ", ".join(voice.name for voice in self.score.voices)
        count = sum(1 for bar in self.score.bars() if bar.number)
        first = f"{len(self.score.notes)} notes, {count} bar{'' if count == 1 else 's'}: {voices}"
        said = ["; ".join(self.sentences)] if self.sentences else []
        return "\n".join([first, *said, *self.notices])


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """A generated note beginning, or ending.

    Parameters
    ----------
    kind : str
        'begin' or 'end'.
    voice : str
        One of the idiom's voices, or the name of a part.
    onset : Fraction
        Quarters from the beginning of the piece.
    pitch : int
        MIDI number.
    note : Note or None
        The whole note, once it has ended.
    """

    kind: Literal["begin", "end"]
    voice: str
    onset: Fraction
    pitch: int
    note: Note | None = None


class Writer(Protocol):
    """The state of a piece while its tokens arrive. An interrupt between two calls finds it whole.

    Attributes
    ----------
    position : int
        Tokens taken so far.
    done : bool
        The piece is complete.
    boundary : bool
        Stopping here leaves nothing half: no step of several voices, no note without a length.
    tokens : int64 (position,)
        The tokens taken.
    """

    @property
    def position(self) -> int: ...
    @property
    def done(self) -> bool: ...
    @property
    def boundary(self) -> bool: ...
    @property
    def tokens(self) -> np.ndarray: ...

    def row(self, first: int) -> Row:
        """Return what a model reads at positions `first` to `position`, the last one being the next to be predicted."""
        ...

    def given(self) -> int | None:
        """Return the next token where the plan gives it, else None."""
        ...

    def allowed(self, *, rules: bool = True) -> np.ndarray:
        """Return which tokens may come next, bool (V,), never none; with `rules` those of good style hold, too."""
        ...

    def prices(self) -> np.ndarray | None:
        """Return what good style takes from the logits of the next token, in nats, float (V,); None where nothing.

        For drawing alone. What views and questions show as probabilities stays the model's own: `Piece.choices`, the
        attention, surprise and nats of a take, and what is asked with `musenb.ask`.
        """
        ...

    def segment(self) -> int | None:
        """Return the position at which the phrase ends that the next token lies in, or the gap between given tokens.

        It is written several times and the best kept, by `prices` and `grade`; None where the idiom knows no phrases.
        """
        ...

    def grade(self, first: int) -> float:
        """Return what is wrong with the tokens from position `first` on as a whole, in nats; less is better."""
        ...

    def copy(self) -> Self:
        """Return a writer that goes its own way from here."""
        ...

    def take(self, token: int) -> tuple[NoteEvent, ...]:
        """Take the next token; return the events of generated notes that it makes."""
        ...

    def score(self) -> Score:
        """Return the piece as far as it is written: what was kept, exactly, and generated notes, each with its origin.

        Notes that still sound end here.
        """
        ...


class Idiom(Protocol):
    """A model's language.

    Attributes
    ----------
    name : str
        Stands in every checkpoint.
    shape : Shape
    unit : str
        Of a continuation's extent: 'bars' or 'seconds'.
    most : int
        The largest extent that may be asked for.
    voices : tuple of str
        Voices that may be locked, from the highest; none where there are no fixed ones.
    """

    name: str
    shape: Shape
    unit: Literal["bars", "seconds"]
    most: int
    voices: tuple[str, ...]

    def prepare(self, score: Score, wishes: Wishes) -> Prepared:
        """Return a score as a model reads it: quantised, split and trimmed, its voices named.

        Raises
        ------
        MusenbError
            It does not fit the idiom; the message says why.
        """
        ...

    def plan(
        self,
        score: Score,
        *,
        extent: int,
        start: Fraction | None = None,
        keep: Keep | None = None,
        reach: int | None = None,
        close: Close | None = None,
    ) -> Plan:
        """Return the plan of `extent` more bars or seconds from `start` (quarters; the end by default) on.

        `reach` is the number of tokens in the model's context: what goes beyond it is read from its end. `close` says
        how it is to end; an idiom without phrases takes no heed of it.

        Raises
        ------
        SettingError
            The extent or the point is outside its range, or there is nothing to keep or nothing to write.
        TokenError
            The score does not fit the idiom.
        """
        ...

    def writer(self, plan: Plan, origin: Origin) -> Writer:
        """Return the empty state of a piece to be written by a plan."""
        ...

    def piece(
        self,
        score: Score,
        *,
        plan: Plan | None = None,
        given: int | None = None,
        extent: int = 4,
        voices: Sequence[str] | None = None,
    ) -> Piece:
        """Return a score for questions.

        Parameters
        ----------
        score : Score
        plan : Plan, optional
            By which it was written.
        given : int, optional
            Without a plan: the first so many bars were given, at least 1. Left out, all before the first generated note
            was; of a score without generated notes half its bars, or all when there are less than four.
        extent : int
            Room for so much more behind a piece that was given whole.
        voices : sequence of str, optional
            Which of the idiom's voices each sounding voice of the score is.

        Raises
        ------
        MusenbError
            The score does not fit the idiom, or no bar is given.
        """
        ...
