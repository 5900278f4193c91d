"""A piece as a model reads it: the cells and notes of a score or take, and what the layers do on the way.

Position i of a reading predicts cell i; it has read the cells before it. What a note was "chosen" by is the position
that predicts the cell in which it begins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from musenb.analysis.attention import NO_NOTE, AttentionRecord, grid_notes, input_notes
from musenb.analysis.causal import log_shares
from musenb.analysis.heads import Places, seen_tokens
from musenb.errors import ModelError, SettingError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Cache, Decoder, Silence, Trace
from musenb.model.numpy.layer import NORM_EPSILON
from musenb.sample.former import plan_continuation
from musenb.score.note import Note, Score
from musenb.score.spelling import spell_score, spoken
from musenb.session import Take
from musenb.tokens.chorale.grid import (
    REST,
    STEP,
    UNKNOWN,
    VOICE_COUNT,
    VOICES,
    Frame,
    Grid,
    assign_voices,
    attributes_of,
    encode,
    frame_of,
    inputs_of,
)
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.row import Row, row_of

PAIRED = ("content", "relative", "weights")


@dataclass(frozen=True, slots=True)
class NotePlace:
    """A note of a piece and where it stands in the grid.

    Parameters
    ----------
    id : str
        'v1n7': the eighth note of the second voice of the score, as all views name it.
    note : Note
        With its name.
    voice : int
        Row of the grid, 0..3 from the soprano.
    step, end : int
        Sixteenths from the beginning of the piece: the first cell, and the one after the last.
    bar : int
        Number of the bar in which it begins; 0 for the anacrusis.
    """

    id: str
    note: Note
    voice: int
    step: int
    end: int
    bar: int

    @property
    def position(self) -> int:
        """The position that predicts its first cell."""
        return self.step * VOICE_COUNT + self.voice

    @property
    def name(self) -> str:
        """The pitch as it is spelled: 'G♯4'."""
        return spoken(self.note.spelling)

    def __str__(self) -> str:
        return f"{self.name} of the {VOICES[self.voice]}, {f'bar {self.bar}' if self.bar else 'upbeat'}"


@dataclass(frozen=True)
class Piece:
    """A score in the grid, with what was given and what a model was told besides.

    Parameters
    ----------
    score : Score
    plan : Plan
        What was given, and the frame of all that may be written.
    cells : int64 (T, 4)
        The whole piece, T at most the length of the plan.
    names : tuple of str
        Which chorale voice each sounding voice of the score is.
    """

    score: Score
    plan: Plan
    cells: np.ndarray
    names: tuple[str, ...]

    @cached_property
    def notes(self) -> tuple[NotePlace, ...]:
        """All notes, in the order of `score.notes`."""
        sounding = [number for number, voice in enumerate(self.score.voices) if voice.notes]
        rows = dict(zip(sounding, map(VOICES.index, self.names), strict=True))
        bars, named = list(self.score.bars()), spell_score(self.score)
        found = []
        for number, row in rows.items():
            for index, note in enumerate(named.voices[number].notes):
                bar = next(bar.number for bar in bars if bar.onset <= note.onset < bar.end)
                steps = int(note.onset / STEP), int(note.end / STEP)
                found.append(NotePlace(f"v{number}n{index}", note, row, *steps, bar))
        return tuple(sorted(found, key=lambda place: (place.note.onset, -place.note.pitch)))

    @cached_property
    def token_notes(self) -> np.ndarray:
        """The number in `notes` of each cell in raster order, int64 (4 T,), -1 for none."""
        pairs = grid_notes(self.cells)
        order: list[list[int]] = [[] for _ in VOICES]
        for number, place in sorted(enumerate(self.notes), key=lambda item: item[1].step):
            order[place.voice].append(number)
        numbers = np.full(len(pairs), NO_NOTE)
        for voice, line in enumerate(order):
            mine = pairs[:, 0] == voice
            numbers[mine] = np.array(line, np.int64)[pairs[mine, 1]]
        return numbers

    @cached_property
    def places(self) -> Places:
        """What the measures of heads need of the notes."""
        bars = [next(bar for bar in self.score.bars() if bar.onset <= p.note.onset < bar.end) for p in self.notes]
        phases = tuple(
            place.note.onset - bar.end + bar.metre.bar_length for place, bar in zip(self.notes, bars, strict=True)
        )
        return Places(
            tuple(place.note.onset for place in self.notes),
            np.array([place.note.pitch for place in self.notes], np.int64),
            np.array([place.voice for place in self.notes], np.int64),
            phases, tuple(bar.metre.bar_length for bar in bars),
            np.array([self.given(place) for place in self.notes], bool),
        )

    @cached_property
    def bars(self) -> np.ndarray:
        """The number of the bar of each cell in raster order, int64 (4 T,)."""
        numbers = np.zeros(len(self.cells), np.int64)
        for bar in self.score.bars(len(self.cells) * STEP):
            numbers[int(bar.onset / STEP) : int(bar.end / STEP)] = bar.number
        return np.repeat(numbers, VOICE_COUNT)

    def given(self, place: NotePlace) -> bool:
        """Return whether a note was given, not written by a model or left for one to write."""
        return bool(self.plan.grid.cells[place.step, place.voice] != UNKNOWN)

    @property
    def prime_bars(self) -> tuple[int, int]:
        """The numbers of the first and the last bar in which something was given in every voice."""
        given = self.bars[: self.plan.first]
        return (int(given[0]), int(given[-1])) if len(given) else (0, -1)

    def number_of(self, note: str | int) -> int:
        """Return the number in `notes` of an id such as 'v1n7', or of a number itself.

        Raises
        ------
        SettingError
            There is no such note.
        """
        found = [number for number, place in enumerate(self.notes) if note in (place.id, number)]
        if not found:
            raise SettingError(f"the piece has no note {note!r}; it has {len(self.notes)}, such as 'v0n0'")
        return found[0]

    def row(self, config: ModelConfig, *, cells: np.ndarray | None = None, given: np.ndarray | None = None) -> Row:
        """Return what a model reads; other `cells` (T', 4), or other given cells, may take the place of the own."""
        cells = self.cells if cells is None else cells
        plan = self.plan
        if given is not None:
            plan = dataclasses.replace(plan, grid=Grid(given, plan.grid.frame))
        features = plan.features[: cells.size]
        row = row_of(cells.ravel(), features, attributes_of(cells), begin=config.begin, inputs=inputs_of(cells))
        return row.fitted(len(config.features), len(config.relations))


def piece_of(
    source: Score | Take, *, prime_bars: int | None = None, bars: int = 4, voices: Sequence[str] | None = None
) -> Piece:
    """Return the piece of a score or a take.

    Parameters
    ----------
    source : Score or Take
        A take has its own prime. A score's prime is what stands before its first generated note; of a score without
        generated notes it is the first `prime_bars` bars: half of them when nothing is said, all when there are less
        than four.
    prime_bars : int, optional
        For scores; at least 1.
    bars : int
        Room for so many bars behind a prime that is the whole score.
    voices : sequence of str, optional
        Which chorale voice each voice of a score is.

    Raises
    ------
    MusenbError
        The score does not fit the grid, or the prime has no bar.
    """
    if isinstance(source, Take) and source.plan is not None:
        plan = source.plan
        cells = encode(source.score, steps=len(plan.grid.cells)).cells
        return Piece(source.score, plan, _filled(cells), assign_voices(source.score))
    score = source.score if isinstance(source, Take) else source
    names = assign_voices(score) if voices is None else tuple(voices)
    cells = _filled(encode(score, voices=names).cells)
    generated = [note.onset for voice in score.voices for note in voice.notes if note.origin.generated]
    told = bool(generated) and prime_bars is None
    first = int(min(generated) / STEP) if told else _steps_of(score, prime_bars, len(cells))
    if first < len(cells):
        frame, given = frame_of(score, len(cells)), np.where(np.arange(len(cells))[:, None] < first, cells, UNKNOWN)
        prime = score.cut(Fraction(0), first * STEP) if first else dataclasses.replace(score, voices=())
        return Piece(score, Plan(prime, names, Grid(given, frame), first), cells, names)
    plan = plan_continuation(score, bars=bars, voices=names)
    given = np.full_like(plan.grid.cells, UNKNOWN)
    given[: len(cells)] = cells
    frame = Frame(plan.grid.frame.columns)
    return Piece(score, dataclasses.replace(plan, grid=Grid(given, frame), steps=len(cells)), cells, names)


def _steps_of(score: Score, prime_bars: int | None, steps: int) -> int:
    full = [bar for bar in score.bars() if bar.number >= 1]
    if prime_bars is None:
        prime_bars = len(full) if len(full) < 4 else len(full) // 2
    if prime_bars < 1:
        raise SettingError(f"a prime of {prime_bars} bars; at least 1 is needed")
    return min(int(full[min(prime_bars, len(full)) - 1].end / STEP), steps) if full else steps


def _filled(cells: np.ndarray) -> np.ndarray:
    """Return the cells up to the last step of which anything is known, with rests where nothing is."""
    known = np.flatnonzero((cells != UNKNOWN).any(axis=1))
    kept = cells[: known[-1] + 1] if len(known) else cells[:0]
    return np.where(kept == UNKNOWN, REST, kept)


# Reading


def read(
    decoder: Decoder, row: Row, *, cache: Cache | None = None, start: int = 0, stop: int | None = None,
    silence: Silence | None = None, trace: Trace | None = None,
) -> np.ndarray:
    """Return log shares float64 (stop - start, V) of a row's positions; a `cache` holds those before `start`."""
    part = row.crop(start, len(row) if stop is None else stop)
    cache = decoder.start(1) if cache is None else cache
    inputs = part.before[None], part.features[None], part.related[None]
    return log_shares(decoder.extend(cache, *inputs, trace=trace, silence=silence)[0])


class Reading:
    """A piece read by a model once, with what its layers did.

    Parameters
    ----------
    decoder : Decoder
    piece : Piece

    Raises
    ------
    ModelError
        The piece, with what may be written behind it, is longer than the model's context.
    """

    def __init__(self, decoder: Decoder, piece: Piece) -> None:
        longest = max(piece.cells.size, piece.plan.grid.cells.size)
        if longest > decoder.config.context:
            bars = decoder.config.context // VOICE_COUNT * STEP
            raise ModelError(
                f"the piece has {longest} cells; the model reads {decoder.config.context}, {bars} quarters, at once: "
                "ask about a part of it (Score.cut)"
            )
        self.decoder, self.piece = decoder, piece
        self.row = piece.row(decoder.config)
        self._kept: dict[str, Any] = {}

    @property
    def cache(self) -> Cache:
        """What the model keeps of the whole piece; copy it before use."""
        self._read()
        return self._kept["cache"]

    @property
    def shares(self) -> np.ndarray:
        """Log shares of every word at every position, float64 (4 T, V)."""
        self._read()
        return self._kept["shares"]

    @property
    def residuals(self) -> np.ndarray:
        """The stream behind the embeddings and behind each layer, float32 (layers + 1, 4 T, D)."""
        self._read()
        return self._kept["residuals"]

    def _read(self) -> None:
        if "shares" in self._kept:
            return
        cache, trace = self.decoder.start(1), Trace(("residual",))
        shares = read(self.decoder, self.row, cache=cache, trace=trace)
        layers = range(-1, self.decoder.config.layers)
        residuals = np.stack([trace.array("residual", layer)[0] for layer in layers])
        self._kept |= {"cache": cache, "residuals": residuals, "shares": shares}

    @cached_property
    def seen(self) -> np.ndarray:
        """How many tokens of each note each note could see when it was chosen, int64 (N, N)."""
        chosen = np.array([place.position for place in self.piece.notes], np.int64)
        return seen_tokens(chosen, input_notes(self.piece.token_notes))

    def record(self, names: Sequence[str] = PAIRED, *, onsets: bool = True) -> AttentionRecord:
        """Return the attention of all heads.

        Parameters
        ----------
        names : sequence of str
            Beside 'weights', 'content' and 'relative'.
        onsets : bool
            Queries are only the positions that chose the notes; else all positions, 4 T.
        """
        chosen = sorted(place.position for place in self.piece.notes)
        trace = Trace(tuple({*names, "weights"}), positions=set(chosen) if onsets else None)
        read(self.decoder, self.row, trace=trace)
        asked = np.array(chosen) if onsets else np.arange(len(self.row))
        hidden = np.arange(len(self.row))[None, :] > asked[:, None]
        found: dict[str, np.ndarray | None] = dict.fromkeys(PAIRED)
        for name in trace.names:
            found[name] = np.stack([_full(trace.array(name, n)[0], len(self.row)) for n in self._layers])
            if name != "weights":
                found[name][:, :, hidden] = np.nan
        notes = self.piece.token_notes
        return AttentionRecord(
            found["weights"], found["content"], found["relative"], input_notes(notes), notes[asked]
        )

    @cached_property
    def onset_record(self) -> AttentionRecord:
        """The record with the positions that chose the notes as queries."""
        return self.record()

    def guesses(self, position: int) -> np.ndarray:
        """Return what each layer, read out through the final norm and readout, would say: log shares (layers + 1, V).

        The first is that of the embeddings alone; the last is the model's own prediction.
        """
        return log_shares(read_out(self.decoder, self.residuals[:, position]))

    @property
    def _layers(self) -> range:
        return range(self.decoder.config.layers)


def read_out(decoder: Decoder, stream: np.ndarray) -> np.ndarray:
    """Return the logits (n, V) that the final norm and readout make of residual streams (n, D)."""
    size = np.sqrt((stream.astype(np.float64) ** 2).mean(axis=1, keepdims=True) + NORM_EPSILON)
    return (stream / size) @ decoder.readout


def _full(array: np.ndarray, keys: int) -> np.ndarray:
    """Return (H, Q, L) with keys added behind, up to `keys`."""
    return np.pad(array, ((0, 0), (0, 0), (0, keys - array.shape[-1])))
