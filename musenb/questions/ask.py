"""Ask a model about a piece: what it listened to, what else it could have done, and what if.

    ask = musenb.ask(take)                       # or a Score; model="chorale" when nothing is said
    ask.attention("v0n12")                       # earlier notes, by layer and head
    ask.next("v0n12"), ask.surprise()            # what else; how many bits each note cost
    ask.silence(head=(2, 1))                     # loss, KL, and the continuation before and after from one seed
    ask.occlude(note="v0n3"), ask.head_map()
    ask.motif(bars="1-2"), ask.game(seed=7)      # where a motif returns; the prediction game: both with a view

Attention is a hypothesis: `agreement` puts it beside occlusion and says where the two differ.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musenb.analysis.surprise import Surprise, VoiceShares, surprise_of, voice_shares
from musenb.errors import SettingError
from musenb.model.numpy.decode import Silence
from musenb.questions.branch import Fork, write_fork
from musenb.questions.listening import Listening
from musenb.questions.reading import Reading, piece_of
from musenb.questions.shown import Shown
from musenb.questions.sweeps import HeadMap, Progress, head_map
from musenb.questions.whatif import Continuation, Laboratory, Setting, WhatIf, changed_cells
from musenb.sample.policy import Draws, Policy
from musenb.score.note import Origin, Score
from musenb.score.spelling import keys_of, spoken_pitch
from musenb.session import Model, Recipe, Take, open_model
from musenb.tokens.chorale.grid import LOWEST, UNKNOWN, VOICE_COUNT, VOICES, encode
from musenb.tokens.chorale.reader import replayed
from musenb.tokens.chorale.rules import Place, allowed_words

if TYPE_CHECKING:
    from musenb.questions.against import Against
    from musenb.questions.panel import QuestionPanel


class Questions(Listening, Shown):
    """Questions about one piece, answered by one model. Made by `questions`; a notebook shows them as a panel.

    Attributes
    ----------
    model : Model
    reading : Reading
    setting : Setting
    composer : Score or None
        What the composer wrote, from the same beginning.
    on_take : callable, or None
        Gets every take that is branched off in the panel, with a name; a studio hangs it into its tree.
    """

    def __init__(self, model: Model, reading: Reading, setting: Setting, composer: Score | None = None) -> None:
        super().__init__(reading)
        self.model, self.setting, self.composer = model, setting, composer
        self.on_take: Callable[[Take, str], object] | None = None
        self._laboratory = Laboratory(reading, setting)

    # What else

    def next(self, note: str | int | None = None, *, rules: bool = False) -> tuple[VoiceShares, ...]:
        """Return what each voice might have done in the sixteenth in which a note begins, and what it did.

        Parameters
        ----------
        note : str or int, optional
            The end of the piece when left out: what might come, given what the model finds likeliest in higher voices.
        rules : bool
            Whether words that grammar and ranges forbid get 0, as in sampling.
        """
        if note is None:
            return self._at_the_end(rules)
        step = self.notes[self.piece.number_of(note)].step
        shares = self.reading.shares[step * VOICE_COUNT : (step + 1) * VOICE_COUNT]
        return tuple(self._voice(step, v, shares[v], self.piece.cells.ravel(), rules) for v in range(VOICE_COUNT))

    def _voice(self, step: int, voice: int, shares: np.ndarray, cells: np.ndarray, rules: bool) -> VoiceShares:
        position = step * VOICE_COUNT + voice
        reader = replayed(cells[:position])
        sounding = int(reader.before[voice])
        held = None if sounding == UNKNOWN else sounding + LOWEST
        allowed = allowed_words(Place(step, voice, reader.before, reader.now)) if rules else None
        taken = int(cells[position]) if position < len(cells) else None
        return voice_shares(shares, VOICES[voice], held=held, taken=taken, allowed=allowed)

    def _at_the_end(self, rules: bool) -> tuple[VoiceShares, ...]:
        """Return what may follow; a voice is given the likeliest words of the voices above it."""
        reading, cells = self.reading, self.piece.cells
        step, config = len(cells), reading.decoder.config
        if step >= len(self.piece.plan.grid.cells):
            raise SettingError("nothing was planned behind the last note: ask about a note, or about a piece with room")
        found, cache = [], reading.cache.copy()
        row_cells = np.vstack([cells, np.full((1, VOICE_COUNT), 0)])
        for voice in range(VOICE_COUNT):
            row = self.piece.row(config, cells=row_cells).crop(cache.length, step * VOICE_COUNT + voice + 1)
            logits = reading.decoder.extend(cache, row.before[None], row.features[None], row.related[None])[0, -1]
            found.append(self._voice(step, voice, logits, row_cells.ravel()[: step * VOICE_COUNT + voice], rules))
            allowed = allowed_words(Place(step, voice, replayed(cells.ravel()).before, np.full(VOICE_COUNT, UNKNOWN)))
            row_cells[step, voice] = int(np.where(allowed, logits, -np.inf).argmax())
        return tuple(found)

    def composed(self, note: str | int) -> tuple[int | None, ...]:
        """Return the word of the grid that the composer wrote in each voice where a note begins; None: not known."""
        step = self.notes[self.piece.number_of(note)].step
        cells = self._composed
        if cells is None or step >= len(cells):
            return (None,) * VOICE_COUNT
        return tuple(None if cell == UNKNOWN else int(cell) for cell in cells[step])

    @cached_property
    def _composed(self) -> np.ndarray | None:
        return None if self.composer is None else encode(self.composer).cells

    def surprise(self) -> Surprise:
        """Return the bits that each note cost, in the order of `score.notes`; given and generated notes alike."""
        return surprise_of(
            self.reading.shares, self.reading.row.targets, self.piece.token_notes, count=len(self.notes)
        )

    def layers(self, note: str | int) -> tuple[VoiceShares, ...]:
        """Return what each layer would have guessed for a note's first cell (logit lens).

        The first answer is that of the embeddings alone, the last the model's own. Early layers were not trained to be
        read out: their guesses are a hypothesis too.

        References
        ----------
        nostalgebraist (2020), interpreting GPT: the logit lens.
        """
        place = self.notes[self.piece.number_of(note)]
        cells = self.piece.cells.ravel()
        guesses = self.reading.guesses(place.position)
        return tuple(self._voice(place.step, place.voice, guess, cells, False) for guess in guesses)

    # What if

    def silence(
        self, *, head: tuple[int, int] | None = None, layer: int | None = None, relative: bool = False,
        listen: bool = True,
    ) -> WhatIf:
        """Return what becomes of the piece when a head (layer, head), a layer or the relative term is silent.

        Parameters
        ----------
        head, layer, relative
            At least one; all that are named are silent together. Counted from 0.
        listen : bool
            Whether continuations are written, too; without, only the piece as it stands is asked about.
        """
        named = [f"head {head[1] + 1} of layer {head[0] + 1}"] if head is not None else []
        named += [f"layer {layer + 1}"] if layer is not None else []
        named += ["the relative term"] if relative else []
        if not named:
            raise SettingError("nothing to silence: name a head=(layer, head), a layer or relative=True")
        heads = () if head is None else (tuple(head),)
        silence = Silence(heads=heads, layers=() if layer is None else (layer,), relative=relative)
        return self._laboratory.silence(silence, f"Without {' and '.join(named)}", listen=listen)

    def occlude(self, *, note: str | int | None = None, bar: int | None = None, listen: bool = True) -> WhatIf:
        """Return what becomes of the piece when a note of the prime, or all that begin in a bar of it, are rests."""
        return self._edit(note, bar, None, "as a rest", listen)

    def transpose(
        self, semitones: int, *, note: str | int | None = None, bar: int | None = None, listen: bool = True
    ) -> WhatIf:
        """Return what becomes of the piece when a note, or a bar, of the prime stands `semitones` higher."""
        return self._edit(note, bar, lambda pitch: pitch + semitones, f"moved by {semitones:+d} semitones", listen)

    def change(self, pitch: int, *, note: str | int, listen: bool = True) -> WhatIf:
        """Return what becomes of the piece when a note of the prime has another MIDI pitch."""
        name = spoken_pitch(pitch, keys_of(self.piece.score)[0])
        return self._edit(note, None, lambda _: pitch, f"as {name}", listen)

    def _edit(
        self, note: str | int | None, bar: int | None, pitch: Callable[[int], int] | None, how: str, listen: bool
    ) -> WhatIf:
        numbers, name = self._chosen(note, bar)
        return self._laboratory.edit(changed_cells(self.piece, numbers, pitch), f"With {name} {how}", listen=listen)

    def _chosen(self, note: str | int | None, bar: int | None) -> tuple[list[int], str]:
        """Return the numbers and the name of the given notes that are asked about."""
        if (note is None) == (bar is None):
            raise SettingError("name a note='v0n0' or a bar=1 of the prime, one of the two")
        if note is not None:
            numbers = [self.piece.number_of(note)]
            name = str(self.notes[numbers[0]])
        else:
            numbers = [number for number, place in enumerate(self.notes) if place.bar == bar]
            name = f"bar {bar}"
        given = [number for number in numbers if self.piece.given(self.notes[number])]
        if not given:
            first, last = self.piece.prime_bars
            raise SettingError(f"{name} holds no note of the prime, which is bars {first}..{last}: see prime_bars")
        return given, name

    def continuation(self, seed: int | None = None) -> Continuation:
        """Return the prime continued by the untouched model from a seed, the setting's by default."""
        return self._laboratory.continuation(self.setting.seed if seed is None else Draws(seed).seed)

    def branch(
        self, pitch: int, *, note: str | int, voice: str | None = None, seed: int | None = None,
        progress: Progress | None = None, stop: threading.Event | None = None,
    ) -> Take:
        """Return the piece with another pitch at a note, continued by the model to the end of the piece.

        Parameters
        ----------
        pitch : int
            MIDI number.
        note : str or int
            Where; what comes before it, and higher voices in the same sixteenth, stay.
        voice : str, optional
            The voice that takes the pitch; the note's own by default.
        seed : int, optional
            The setting's by default.
        progress, stop
            Told (cells written, all), and what ends it early.

        Raises
        ------
        SettingError
            There is no such note or voice, or the grid cannot hold the pitch.
        """
        place = self.notes[self.piece.number_of(note)]
        if voice is not None and voice not in VOICES:
            raise SettingError(f"there is no voice {voice!r}; the voices are {', '.join(VOICES)}")
        fork = Fork(place, place.voice if voice is None else VOICES.index(voice), int(pitch))
        chosen, policy = self.setting.seed if seed is None else Draws(seed).seed, self.setting.policy
        checksum = self.model.checksum
        origin = Origin(Path(self.model.name).name, chosen, (*policy.as_pairs(), ("weights", checksum[:12])))
        told = progress or (lambda done, total: None)
        score, plan, done = write_fork(
            self.reading.decoder, self.piece, fork, seed=chosen, policy=policy, origin=origin, told=told,
            stop=lambda: stop is not None and stop.is_set(),
        )
        bars = sum(1 for bar in score.bars() if bar.end > place.note.onset)
        return Take(score, Recipe(self.model.name, checksum, chosen, bars, policy, VOICES), done, plan)

    def head_map(self, progress: Progress | None = None, stop: threading.Event | None = None) -> HeadMap:
        """Return what the silence of each head costs on the piece; `progress` is told (done, all)."""
        return head_map(self._laboratory, progress, stop)

    def against(self, model: str | os.PathLike[str] | Model) -> Against:
        """Return the same piece and prime put to another model, such as one without the relative term, beside this."""
        from musenb.questions.against import Against

        return Against(self, self.put_to(model))

    def put_to(self, model: str | os.PathLike[str] | Model) -> Questions:
        """Return the same questions, put to another model that reads the four-voice grid."""
        opened = model if isinstance(model, Model) else open_model(model)
        return Questions(opened, Reading(opened.decoder, self.piece), self.setting, self.composer)

    # As a panel

    @cached_property
    def panel(self) -> QuestionPanel:
        """The panel that a notebook shows."""
        from musenb.questions.panel import QuestionPanel

        return QuestionPanel(self)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.panel._repr_mimebundle_(**kwargs)

    def __repr__(self) -> str:
        count = len(self.notes)
        return f"<musenb questions to {self.model.name} about {count} note{'' if count == 1 else 's'}>"

def questions(
    source: Score | Take, *, model: str | os.PathLike[str] | Model | None = None, prime_bars: int | None = None,
    bars: int = 2, seed: int | None = None, seeds: int = 4, voices: Sequence[str] | None = None,
    composer: Score | None = None,
) -> Questions:
    """Return what can be asked of a model about a piece.

    Parameters
    ----------
    source : Score or Take
    model : str, path or Model, optional
        The model that wrote the take; 'chorale' for a score.
    prime_bars : int, optional
        See `musenb.questions.reading.piece_of`.
    bars : int
        Bars of the continuations that are compared.
    seed : int, optional
        Of the continuation that is heard before and after; the take's own, or 0.
    seeds : int
        How many seeds the intervals are over.
    voices : sequence of str, optional
        Which chorale voice each voice of a score is.
    composer : Score, optional
        What the composer wrote from the same beginning, to be shown beside what the model took.

    Raises
    ------
    MusenbError
        The model does not read the four-voice grid, or the piece does not fit it.
    """
    if bars < 1 or seeds < 0:
        raise SettingError(f"{bars} bars from {seeds} seeds: at least 1 bar, and 0 seeds")
    recipe = source.recipe if isinstance(source, Take) else None
    if not isinstance(model, Model):
        model = open_model(model if model is not None else recipe.model if recipe else "chorale")
    piece = piece_of(source, prime_bars=prime_bars, bars=bars, voices=voices)
    policy = recipe.policy if recipe else Policy()
    chosen = seed if seed is not None else recipe.seed if recipe else 0
    return Questions(model, Reading(model.decoder, piece), Setting(policy, chosen, seeds, bars), composer)
