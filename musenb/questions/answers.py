"""Facade of all answers about one piece by one model: figures and scores, without a view."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from musenb.analysis.attention import AttentionRecord, Query
from musenb.analysis.heads import HeadSummary
from musenb.analysis.surprise import Surprise, surprise_of
from musenb.errors import SettingError
from musenb.model.numpy.decode import Silence
from musenb.questions.branch import write_fork
from musenb.questions.choosing import choices_at, choices_behind, composed_choices, layer_choices
from musenb.questions.listening import REACH, TOP, Listening, NoteAttention, Verdict
from musenb.questions.lookup import in_voices, note_of, number_of, prime_bars
from musenb.questions.reading import Reading
from musenb.questions.sweeps import HeadMap, Progress, head_map
from musenb.questions.whatif import Continuation, Laboratory, Setting, WhatIf
from musenb.sample.models import Model
from musenb.sample.policy import Draws
from musenb.score.note import Score
from musenb.score.spelling import keys_of, spoken_pitch
from musenb.session import Take
from musenb.tokens.piece import Choice, Choices, NotePlace, Piece


class Answers:
    """What a model says about a piece.

    Parameters
    ----------
    model : Model
    reading : Reading
    setting : Setting
    composed : Piece, optional
        What the composer wrote, from the same beginning.

    Attributes
    ----------
    piece : Piece
    on_take : callable, or None
        Gets every take that is branched off in the panel, with a name; a studio hangs it into its tree.
    """

    def __init__(
        self,
        model: Model,
        reading: Reading,
        setting: Setting,
        composed: Piece | None = None,
    ) -> None:
        self.model, self.reading, self.setting, self.composer = model, reading, setting, composed
        self.piece = reading.piece
        self.on_take: Callable[[Take, str], object] | None = None
        self._listening = Listening(reading)
        self._laboratory = Laboratory(reading, setting, model.idiom)

    # The piece

    @property
    def notes(self) -> tuple[NotePlace, ...]:
        """All notes of the piece, in the order of `score.notes`; each has an `id` to ask by."""
        return self.piece.notes

    def note(self, note: str | int) -> NotePlace:
        """Return a note by its id, such as 'v1n7', or its number in `notes`."""
        return note_of(self.piece, note)

    def number_of(self, note: str | int) -> int:
        """Return the number in `notes` of an id such as 'v1n7'."""
        return number_of(self.piece, note)

    @property
    def prime_bars(self) -> tuple[int, int]:
        """The numbers of the first and the last bar in which all was given; (0, -1) for none."""
        return prime_bars(self.piece)

    @cached_property
    def score(self) -> Score:
        """The piece with all voices of the model's idiom by name, as what is written anew has them."""
        return in_voices(self.piece)

    # What it listened to

    def record(self, *, query: Query = "first") -> AttentionRecord:
        """Return the attention of all heads, notes numbered as `score.notes`.

        Parameters
        ----------
        query : {'first', 'mean', 'last'}
            'first': rows are the positions that chose the notes, one each; else those of all tokens.
        """
        return self._listening.record(query=query)

    def attention(self, note: str | int, *, query: Query = "first") -> NoteAttention:
        """Return where every head looked when a note was chosen (or over its tokens, by `query`)."""
        return self._listening.attention(note, query=query)

    def heads(self) -> list[HeadSummary]:
        """Return what each head looks at in this piece, with names for those that have a job."""
        return self._listening.heads()

    def weights(self) -> np.ndarray:
        """Return how much each note looked at each when it was chosen, float32 (layers, heads, N, N)."""
        return self._listening.weights()

    def agreement(
        self,
        note: str | int,
        *,
        reach: int = REACH,
        top: int = TOP,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> Verdict:
        """Return how far attention and occlusion agree on which of the last `reach` notes mattered for a note.

        Raises
        ------
        SettingError
            No note comes before it, or it was stopped.
        """
        return self._listening.agreement(
            note,
            reach=reach,
            top=top,
            progress=progress,
            stop=stop,
        )

    def agreement_by_layer(
        self,
        queries: Sequence[str | int],
        *,
        reach: int = REACH,
        top: int = TOP,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> dict[str, tuple[float, float, float]]:
        """Return (correlation, overlap, chance), means over notes, for 'layer 1' ... and 'all'; see `agreement`."""
        return self._listening.agreement_by_layer(
            queries,
            reach=reach,
            top=top,
            progress=progress,
            stop=stop,
        )

    # What else

    def next(
        self,
        note: str | int | None = None,
        *,
        rules: bool = False,
    ) -> tuple[Choices, ...]:
        """Return what each voice might have done at the moment at which a note begins, and what it did.

        Parameters
        ----------
        note : str or int, optional
            The end of the piece when left out: what might come, given what the model finds likeliest in higher voices.
        rules : bool
            Whether what grammar and ranges forbid gets 0, as in sampling.
        """
        if note is None:
            return choices_behind(self.reading, rules=rules)
        return choices_at(self.reading, note, rules=rules)

    def composed(self, note: str | int) -> tuple[Choice | None, ...]:
        """Return what the composer wrote in each voice at the moment at which a note begins; None: not known."""
        return composed_choices(self.reading, self.composer, note)

    def layers(self, note: str | int) -> tuple[Choices, ...]:
        """Return what each layer would have guessed for a note's first token (logit lens).

        The first answer is that of the embeddings alone, the last the model's own. Early layers were not trained to be
        read out: their guesses are a hypothesis too.
        """
        return layer_choices(self.reading, note)

    def surprise(self) -> Surprise:
        """Return the bits that each note cost, in the order of `score.notes`; given and generated notes alike."""
        reading = self.reading
        return surprise_of(
            reading.log_probs,
            self.piece.tokens,
            self.piece.token_notes,
            count=len(self.notes),
            onsets=np.array([float(place.note.onset) for place in self.notes]),
        )

    # What if

    def silence(
        self,
        *,
        head: tuple[int, int] | None = None,
        layer: int | None = None,
        relative: bool = False,
        given: bool = False,
        listen: bool = True,
    ) -> WhatIf:
        """Return what becomes of the piece when a head (layer, head), a layer or the relative term is silent.

        Parameters
        ----------
        head, layer, relative, given
            At least one; all that are named are silent together. Counted from 0. `given`: nothing is told beside the
            past, by a model that is told given notes so.
        listen : bool
            Whether continuations are written, too; without, only the piece as it stands is asked about.
        """
        named = []
        if head is not None:
            named.append(f"head {head[1] + 1} of layer {head[0] + 1}")
        if layer is not None:
            named.append(f"layer {layer + 1}")
        if relative:
            named.append("the relative term")
        if given:
            named.append("telling the given notes")
        if not named:
            raise SettingError("nothing to silence: name a head=(layer, head), a layer, relative=True or given=True")
        heads = () if head is None else ((head[0], head[1]),)
        layers = () if layer is None else (layer,)
        silence = Silence(heads=heads, layers=layers, relative=relative, given=given)
        return self._laboratory.silence(silence, f"Without {' and '.join(named)}", listen=listen)

    def occlude(
        self,
        *,
        note: str | int | None = None,
        bar: int | None = None,
        listen: bool = True,
    ) -> WhatIf:
        """Return what becomes of the piece when a note of the prime, or all that begin in a bar of it, are silent."""
        return self._edit(note, bar, lambda pitch: None, "as a rest", listen)

    def transpose(
        self,
        semitones: int,
        *,
        note: str | int | None = None,
        bar: int | None = None,
        listen: bool = True,
    ) -> WhatIf:
        """Return what becomes of the piece when a note, or a bar, of the prime stands `semitones` higher."""
        return self._edit(note, bar, lambda pitch: pitch + semitones, f"moved by {semitones:+d} semitones", listen)

    def change(
        self,
        pitch: int,
        *,
        note: str | int,
        listen: bool = True,
    ) -> WhatIf:
        """Return what becomes of the piece when a note of the prime has another MIDI pitch."""
        name = spoken_pitch(pitch, keys_of(self.piece.score)[0])
        return self._edit(note, None, lambda _: pitch, f"as {name}", listen)

    def _edit(
        self,
        note: str | int | None,
        bar: int | None,
        pitch: Callable[[int], int | None],
        how: str,
        listen: bool,
    ) -> WhatIf:
        numbers, name = self._chosen(note, bar)
        pitches = {number: self.notes[number].note.pitch for number in numbers}
        edited = self.piece.edited({
            number: pitch(old)
            for number, old in pitches.items()
        })
        return self._laboratory.edit(edited, f"With {name} {how}", listen=listen)

    def _chosen(self, note: str | int | None, bar: int | None) -> tuple[list[int], str]:
        """Return the numbers and the name of the given notes that are asked about."""
        if (note is None) == (bar is None):
            raise SettingError("name a note='v0n0' or a bar=1 of the prime, one of the two")
        if note is not None:
            numbers = [self.number_of(note)]
            name = str(self.notes[numbers[0]])
        else:
            numbers = [number for number, place in enumerate(self.notes) if place.bar == bar]
            name = f"bar {bar}"
        given = [number for number in numbers if self.piece.given(self.notes[number])]
        if not given:
            first, last = self.prime_bars
            raise SettingError(f"{name} holds no note of the prime, which is bars {first}..{last}: see prime_bars")
        return given, name

    def continuation(self, seed: int | None = None) -> Continuation:
        """Return the prime continued by the untouched model from a seed, the setting's by default."""
        return self._laboratory.continuation(self.setting.seed if seed is None else Draws(seed).seed)

    def branch(
        self,
        pitch: int,
        *,
        note: str | int,
        voice: str | None = None,
        seed: int | None = None,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> Take:
        """Return the piece with another pitch at a note, continued by the model to the end of the piece.

        Parameters
        ----------
        pitch : int
            MIDI number.
        note : str or int
            Where; what comes before it, and higher voices at the same moment, stay.
        voice : str, optional
            The voice that takes the pitch; the note's own by default.
        seed : int, optional
            The setting's by default.
        progress, stop
            Told (tokens written, all), and what ends it early.

        Raises
        ------
        SettingError
            There is no such note or voice, or the model cannot write the pitch.
        """
        place, voices = self.note(note), self.piece.voices
        if voice is not None and voice not in voices:
            raise SettingError(f"there is no voice {voice!r}; the voices are {', '.join(voices)}")
        position = place.position if voice is None else self.piece.moment(place)[voices.index(voice)]
        fork = self.piece.forked(position, int(pitch))
        chosen = self.setting.seed if seed is None else Draws(seed).seed

        def stopped(done: int, total: int) -> bool:
            if progress is not None:
                progress(done, total)
            return stop is not None and stop.is_set()

        policy = self.setting.policy
        return write_fork(
            self.model,
            fork,
            place.note.onset,
            seed=chosen,
            policy=policy,
            stop=stopped,
        )

    def head_map(self, progress: Progress | None = None, stop: threading.Event | None = None) -> HeadMap:
        """Return what the silence of each head costs on the piece; `progress` is told (done, all)."""
        return head_map(self._laboratory, progress, stop)
