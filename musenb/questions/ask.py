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
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from musenb.analysis.attention import AttentionRecord, Query, What
from musenb.analysis.causal import Agreement, agreement_of
from musenb.analysis.heads import HeadSummary, summarise
from musenb.analysis.surprise import Surprise, VoiceShares, surprise_of, voice_shares
from musenb.errors import SettingError
from musenb.model.decode import Silence
from musenb.questions.reading import NotePlace, Reading, piece_of
from musenb.questions.shown import Shown
from musenb.questions.sweeps import HeadMap, Progress, head_map, occlusion
from musenb.questions.whatif import Laboratory, Setting, WhatIf, changed_cells
from musenb.sample.masks import Place, allowed_words
from musenb.sample.policy import Policy
from musenb.sample.stream import replayed
from musenb.score.note import Score
from musenb.session import Model, Take, open_model
from musenb.tokens.grid import LOWEST, UNKNOWN, VOICE_COUNT, VOICES

AGREED, TOP, REACH = 0.3, 5, 32


@dataclass(frozen=True, slots=True)
class NoteAttention:
    """Where every head looked when a note was chosen.

    Parameters
    ----------
    note : NotePlace
    weights : float32 (layers, heads, N)
        On each note of the piece, in the order of `score.notes`; 0 for what was not seen.
    content, relative : float32 (layers, heads, N)
        Parts of the logits, mean over the note's tokens; not-a-number for what was not seen.
    """

    note: NotePlace
    weights: np.ndarray
    content: np.ndarray
    relative: np.ndarray


@dataclass(frozen=True, slots=True)
class Verdict:
    """What mattered for a note, by attention and by occlusion.

    Parameters
    ----------
    note : NotePlace
    keys : tuple of NotePlace
        The earlier notes that were asked about.
    attention : float64 (layers + 1, keys)
        Mean weight over the heads of each layer; the last row over all heads.
    occlusion : float64 (keys,)
        KL in bits of the note's prediction when the key is a rest.
    layers : tuple of Agreement
    all : Agreement
    words : str
    """

    note: NotePlace
    keys: tuple[NotePlace, ...]
    attention: np.ndarray
    occlusion: np.ndarray
    layers: tuple[Agreement, ...]
    all: Agreement
    words: str


class Questions(Shown):
    """Questions about one piece, answered by one model. Made by `questions`.

    Attributes
    ----------
    model : Model
    reading : Reading
    setting : Setting
    """

    def __init__(self, model: Model, reading: Reading, setting: Setting) -> None:
        self.model, self.reading, self.setting = model, reading, setting
        self.piece = reading.piece
        self._laboratory = Laboratory(reading, setting)

    @property
    def notes(self) -> tuple[NotePlace, ...]:
        """All notes of the piece, in the order of `score.notes`; each has an `id` to ask by."""
        return self.piece.notes

    # What it listened to

    def record(self, *, query: Query = "first") -> AttentionRecord:
        """Return the attention of all heads, notes numbered as `score.notes`.

        Parameters
        ----------
        query : {'first', 'mean', 'last'}
            'first': rows are the positions that chose the notes, one each; else those of all cells.
        """
        return self.reading.onset_record if query == "first" else self.reading.record(onsets=False)

    def attention(self, note: str | int, *, query: Query = "first") -> NoteAttention:
        """Return where every head looked when a note was chosen (or over its cells, by `query`)."""
        number = self.piece.number_of(note)
        kinds: tuple[What, ...] = ("weights", "content", "relative")
        return NoteAttention(self.notes[number], *(self._between(what, query)[:, :, number] for what in kinds))

    def heads(self) -> list[HeadSummary]:
        """Return what each head looks at in this piece, with names for those that have a job."""
        return summarise(self._between("weights", "first"), self.piece.places, self.reading.seen)

    def weights(self) -> np.ndarray:
        """Return how much each note looked at each when it was chosen, float32 (layers, heads, N, N)."""
        return self._between("weights", "first")

    def _between(self, what: What, query: Query) -> np.ndarray:
        """Return float32 (layers, heads, N, N); what was chosen is in `record`."""
        if (what, query) not in self._gathered:
            record = self.record(query=query)
            layers, heads = record.weights.shape[:2]
            count = len(self.notes)
            found = np.full((layers, heads, count, count), 0 if what == "weights" else np.nan, np.float32)
            for layer, head in np.ndindex(layers, heads):
                part = record.of_notes(what, layer, head, query=query)
                found[layer, head, : len(part), : len(part)] = part
            self._gathered[what, query] = found
        return self._gathered[what, query]

    @cached_property
    def _gathered(self) -> dict[tuple[str, str], np.ndarray]:
        return {}

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
        return self._edit(note, None, lambda _: pitch, f"at pitch {pitch}", listen)

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

    def head_map(self, progress: Progress | None = None, stop: threading.Event | None = None) -> HeadMap:
        """Return what the silence of each head costs on the piece; `progress` is told (done, all)."""
        return head_map(self._laboratory, progress, stop)

    # Does attention tell what mattered?

    def agreement(
        self, note: str | int, *, reach: int = REACH, top: int = TOP, progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> Verdict:
        """Return how far attention and occlusion agree on which of the last `reach` notes mattered for a note.

        Raises
        ------
        SettingError
            No note comes before it, or it was stopped.
        """
        number = self.piece.number_of(note)
        seen = np.flatnonzero(self.reading.seen[number] > 0)
        order = sorted(seen, key=lambda key: self.notes[key].position)[-reach:]
        if not order:
            raise SettingError(f"nothing comes before {self.notes[number]}")
        effects = occlusion(self.reading, order, [number], progress=progress, stop=stop)[0]
        if np.isnan(effects).any():
            raise SettingError("stopped before all notes were asked about")
        weights = self._between("weights", "first")[:, :, number, order].astype(np.float64)
        rows = np.vstack([weights.mean(axis=1), weights.mean(axis=(0, 1))])
        found = [agreement_of(row, effects, top=top) for row in rows]
        keys = tuple(self.notes[key] for key in order)
        words = verdict_in_words(self.notes[number], keys, rows[-1], effects, found[-1])
        return Verdict(self.notes[number], keys, rows, effects, tuple(found[:-1]), found[-1], words)

    def agreement_by_layer(
        self, queries: Sequence[str | int], *, reach: int = REACH, top: int = TOP, progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> dict[str, tuple[float, float, float]]:
        """Return (correlation, overlap, chance), means over notes, for 'layer 1' ... and 'all'; see `agreement`."""
        rows: dict[str, list[tuple[float, float, float]]] = {}
        for done, query in enumerate(queries):
            if stop is not None and stop.is_set():
                break
            verdict = self.agreement(query, reach=reach, top=top, stop=stop)
            named = {f"layer {n + 1}": found for n, found in enumerate(verdict.layers)} | {"all": verdict.all}
            for name, found in named.items():
                rows.setdefault(name, []).append((found.correlation, found.overlap, found.chance))
            if progress is not None:
                progress(done + 1, len(queries))
        return {name: tuple(np.nanmean(np.array(values), axis=0).tolist()) for name, values in rows.items()}


def verdict_in_words(
    note: NotePlace, keys: Sequence[NotePlace], attention: np.ndarray, occluded: np.ndarray, found: Agreement
) -> str:
    """Return a sentence or two on whether attention (keys,) and occlusion (keys,) name the same notes."""
    looked, mattered = keys[int(attention.argmax())], keys[int(occluded.argmax())]
    shared = round(found.overlap * found.top)
    counted = f"{shared} of the {found.top} notes most looked at are among the {found.top} that mattered most"
    measured = f"(rank correlation {found.correlation:.2f}; {counted}, {found.chance * found.top:.1f} by chance)"
    if not occluded.max():
        return f"No single earlier note changes what is expected for {note}, wherever the heads look."
    if np.isnan(found.correlation):
        return f"For {note}, attention and occlusion cannot be ranked against each other."
    if looked.id == mattered.id and found.correlation >= AGREED:
        return f"For {note}, attention and occlusion agree that {looked} counts most {measured}."
    if found.correlation >= AGREED:
        return (
            f"For {note}, attention and occlusion agree by and large {measured}, but the heads look most at {looked}, "
            f"while taking away {mattered} changes most."
        )
    return (
        f"For {note}, attention and occlusion disagree {measured}: the heads look most at {looked}, but it is "
        f"{mattered} whose absence changes most what is expected. Do not read the attention as the reason."
    )


def questions(
    source: Score | Take, *, model: str | os.PathLike[str] | Model | None = None, prime_bars: int | None = None,
    bars: int = 2, seed: int | None = None, seeds: int = 4, voices: Sequence[str] | None = None,
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
    return Questions(model, Reading(model.decoder, piece), Setting(policy, chosen, seeds, bars))
