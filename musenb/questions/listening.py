"""Attention analysis of a note: where the heads looked, and whether that is what mattered."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from musenb.analysis.attention import AttentionRecord, Query, What
from musenb.analysis.causal import Agreement, agreement_of
from musenb.analysis.heads import HeadSummary, summarise
from musenb.errors import SettingError
from musenb.questions.lookup import number_of, places_of
from musenb.questions.reading import Reading
from musenb.questions.sweeps import Progress, occlusion
from musenb.questions.verdict import verdict_in_words
from musenb.tokens.piece import NotePlace

TOP, REACH = 5, 32


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
    given : float32 (layers, heads, N)
        The weights of the attention to notes that are given, whenever they sound: apart from that to the past.
    """

    note: NotePlace
    weights: np.ndarray
    content: np.ndarray
    relative: np.ndarray
    given: np.ndarray


@dataclass(frozen=True, slots=True)
class Verdict:
    """What mattered for a note, by attention and by occlusion.

    Parameters
    ----------
    note : NotePlace
    keys : tuple of NotePlace
        The notes that were asked about: earlier ones, and given ones.
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


class Listening:
    """What a model listened to while it read a piece.

    Attributes
    ----------
    reading : Reading
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.piece = reading.piece

    @property
    def notes(self) -> tuple[NotePlace, ...]:
        """All notes of the piece, in the order of `score.notes`; each has an `id` to ask by."""
        return self.piece.notes

    def record(self, *, query: Query = "first") -> AttentionRecord:
        """Return the attention of all heads, notes numbered as `score.notes`.

        Parameters
        ----------
        query : {'first', 'mean', 'last'}
            'first': rows are the positions that chose the notes, one each; else those of all tokens.
        """
        return self.reading.onset_record if query == "first" else self.reading.record(onsets=False)

    def attention(self, note: str | int, *, query: Query = "first") -> NoteAttention:
        """Return where every head looked when a note was chosen (or over its tokens, by `query`)."""
        number = number_of(self.piece, note)
        kinds: tuple[What, ...] = ("weights", "content", "relative")
        looks = [self._between(what, query)[:, :, number] for what in kinds]
        return NoteAttention(self.notes[number], *looks, self._between("given", query)[:, :, number])

    def heads(self) -> list[HeadSummary]:
        """Return what each head looks at in this piece, with names for those that have a job."""
        return summarise(
            self._between("weights", "first"),
            places_of(self.piece),
            self.reading.seen,
        )

    def weights(self) -> np.ndarray:
        """Return how much each note looked at each when it was chosen, float32 (layers, heads, N, N)."""
        return self._between("weights", "first")

    def _between(self, what: What | Literal["given"], query: Query) -> np.ndarray:
        """Return float32 (layers, heads, N, N); what was chosen is in `record`."""
        if (what, query) not in self._gathered:
            whole = self.record(query=query)
            layers, heads = whole.weights.shape[:2]
            record = whole.given if what == "given" else whole
            kind: What = "weights" if what == "given" else what
            count = len(self.notes)
            unseen = 0 if kind == "weights" else np.nan
            found = np.full((layers, heads, count, count), unseen, np.float32)
            for layer, head in np.ndindex((layers, heads) if record is not None else (0, 0)):
                part = record.of_notes(kind, layer, head, query=query)
                found[layer, head, : len(part), : len(part)] = part
            self._gathered[what, query] = found
        return self._gathered[what, query]

    @cached_property
    def _gathered(self) -> dict[tuple[str, str], np.ndarray]:
        return {}

    # Does attention tell what mattered?

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

        Where notes are given ahead, the nearest on both sides are asked about, and a note's weight is what the heads
        give it as past and as given together.

        Raises
        ------
        SettingError
            No note comes before it, or it was stopped.
        """
        number = number_of(self.piece, note)
        asked = (self.reading.seen[number] > 0) | self.reading.told
        asked[number] = False
        place = self.notes[number].position
        near = sorted(np.flatnonzero(asked).tolist(), key=lambda key: abs(self.notes[key].position - place))
        order = sorted(near[:reach], key=lambda key: self.notes[key].position)
        if not order:
            raise SettingError(f"nothing comes before {self.notes[number]}")
        effects = occlusion(
            self.reading,
            order,
            [number],
            progress=progress,
            stop=stop,
        )[0]
        if np.isnan(effects).any():
            raise SettingError("stopped before all notes were asked about")
        both = self._between("weights", "first") + self._between("given", "first")
        weights = both[:, :, number, order].astype(np.float64)
        by_layer = weights.mean(axis=1)
        rows = np.vstack([by_layer, weights.mean(axis=(0, 1))])
        *layers, overall = [agreement_of(row, effects, top=top) for row in rows]
        query = self.notes[number]
        keys = tuple(self.notes[key] for key in order)
        words = verdict_in_words(query, keys, rows[-1], effects, overall)
        return Verdict(query, keys, rows, effects, tuple(layers), overall, words)

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
        rows: dict[str, list[tuple[float, float, float]]] = {}
        for done, query in enumerate(queries):
            if stop is not None and stop.is_set():
                break
            verdict = self.agreement(query, reach=reach, top=top, stop=stop)
            named = {f"layer {number}": found for number, found in enumerate(verdict.layers, start=1)}
            named["all"] = verdict.all
            for name, found in named.items():
                rows.setdefault(name, []).append((found.correlation, found.overlap, found.chance))
            if progress is not None:
                progress(done + 1, len(queries))
        means = {
            name: np.nanmean(np.array(values), axis=0)
            for name, values in rows.items()
        }
        return {name: tuple(mean.tolist()) for name, mean in means.items()}
