"""Judgement of the score model on held works: nats a note, by field, beside a count model of the same notes.

All fields of all steps are paid for, also of those without a note; their sum is divided by the notes. Intervals are
over works: the movements of one are drawn together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musenb.analysis.bootstrap import ratio_interval
from musenb.analysis.causal import log_softmax
from musenb.errors import ModelError, SettingError
from musenb.model.numpy.decode import Decoder
from musenb.model.numpy.fields import Steps
from musenb.tokens.notes.fields import NAMES, SILENCE, STYLES, VOICE
from musenb.tokens.notes.given import EMPTY, queries_of
from musenb.tokens.notes.rows import NoteRow, Reading, row_of_steps
from musenb.train.count_notes import CountModel
from musenb.train.notes_data import SPLITS, Piece, read_pieces

WORKS = STYLES[:2]  # whose movements are pieces of their own
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the works of a style cost.

    Parameters
    ----------
    style : str
    works : int
    notes : int
    model, counts : dict of str to float
        Nats a note of each field, by the model and by the counts.
    total, counted : (float, float, float)
        Of all fields: mean, and the ends of the 95 % interval over works.
    saved : (float, float, float)
        By how much the model is better, paired.
    other, ahead : (float, float, float) or None
        What another model pays, and by how much this one is better than that, paired; None without another.
    """

    style: str
    works: int
    notes: int
    model: dict[str, float]
    counts: dict[str, float]
    total: tuple[float, float, float]
    counted: tuple[float, float, float]
    saved: tuple[float, float, float]
    other: tuple[float, float, float] | None = None
    ahead: tuple[float, float, float] | None = None


def pieces_in(folder: Path) -> list[Piece]:
    """Return the pieces that `musenb.train.notes_data` gathered in a folder.

    Raises
    ------
    SettingError
        There are none.
    """
    path = folder / "pieces.npz"
    if not path.is_file():
        raise SettingError(f"no pieces in '{folder}': `python -m musenb.train.notes_data` gathers them")
    return read_pieces(path)


def judge(
    decoder: Decoder, pieces: Sequence[Piece], *, most: int, split: str = "test", against: Decoder | None = None,
    tick: Tick | None = None,
) -> list[Judged]:
    """Return what the held works of each style cost, at most so many movements of each; beside another model, if any.

    Raises
    ------
    ModelError
        The model reads no notes.
    SettingError
        `most` is below 1, or nothing is held.
    """
    decoders = [decoder, *([] if against is None else [against])]
    for one in decoders:
        if one.config.idiom != "notes":
            raise ModelError(f"a model of the idiom '{one.config.idiom}' reads no notes one step each")
    if most < 1:
        raise SettingError(f"pieces {most} is below 1")
    held = {style: _spread(_of(pieces, style, split), most) for style in range(len(STYLES))}
    count = sum(map(len, held.values()))
    if not count:
        raise SettingError(f"no piece is of the part '{split}'")
    found, done = [], 0
    for style, own in held.items():
        if not own:
            continue
        counts = CountModel([steps_and_told(piece) for piece in _of(pieces, style, "train")])
        costs = []
        for piece in own:
            row = row_of(piece)
            nats, *others = (nats_of(one, row) for one in decoders)
            costs.append((nats, counts.nats(row.row.targets, row.told), *others))
            done += 1
            if tick is not None:
                tick(done, count)
        found.append(_judged(STYLES[style], own, costs))
    return found


def row_of(piece: Piece) -> NoteRow:
    """Return a whole piece as a model reads it that is told nothing of its notes."""
    given = np.zeros((piece.voices, len(piece.bars.metres)), bool)
    reading = Reading(piece.steps, piece.bars, given, piece.style, True, piece.onsets)
    return row_of_steps(reading, EMPTY, queries_of(reading))


def steps_and_told(piece: Piece) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps of a piece, and what is told on the way."""
    row = row_of(piece)
    return row.row.targets, row.told


def nats_of(decoder: Decoder, made: NoteRow) -> np.ndarray:
    """Return -ln p of each field of each step, float64 (L, 4), in windows of the context that move by half of it."""
    row, context, fields = made.row, decoder.config.context, len(NAMES)
    related = np.concatenate([row.related, made.queries], axis=1)
    first_tokens = np.cumsum((0, *decoder.config.fields))[:-1]
    nats, scored = np.empty(row.targets.shape), 0
    while scored < len(row):
        start = 0 if scored == 0 else scored - context // 2
        part = slice(start, start + context)
        inputs = row.before[None, part], row.features[None, part], related[None, part]
        steps = Steps(row.targets[None, part], made.told[None, part])
        log_probs = log_softmax(decoder.extend(decoder.start(1), *inputs, steps=steps)[0])
        log_probs = log_probs.reshape(-1, fields, log_probs.shape[-1])
        taken = np.take_along_axis(log_probs, (row.targets[part] + first_tokens)[..., None], axis=-1)[..., 0]
        nats[scored : start + len(taken)] = -taken[scored - start :]
        scored = start + len(taken)
    return nats


def _of(pieces: Iterable[Piece], style: int, split: str) -> list[Piece]:
    return [piece for piece in pieces if (piece.style, SPLITS[piece.split]) == (style, split)]


def _spread(pieces: list[Piece], most: int) -> list[Piece]:
    """Return at most so many pieces, from the whole of a list."""
    if len(pieces) <= most:
        return pieces
    return [pieces[int(at)] for at in np.linspace(0, len(pieces) - 1, most)]


def _judged(style: str, pieces: Sequence[Piece], costs: Sequence[tuple[np.ndarray, ...]]) -> Judged:
    """Return what pieces cost by the model, by the counts and, if there is one, by another model, (L, 4) each."""
    works = sorted({piece.name.rsplit(" ", 1)[0] for piece in pieces}) if style in WORKS else None
    number = [works.index(p.name.rsplit(" ", 1)[0]) if works else n for n, p in enumerate(pieces)]
    sums = np.zeros((len(costs[0]), max(number) + 1, len(NAMES)))
    notes = np.zeros(max(number) + 1)
    for work, piece, paid in zip(number, pieces, costs, strict=True):
        notes[work] += (piece.steps[:, VOICE] != SILENCE).sum()
        for which, nats in enumerate(paid):
            counted = nats.copy()
            counted[piece.steps[:, VOICE] == SILENCE, VOICE + 1 :] = 0  # nothing is left open
            sums[which, work] += counted.sum(axis=0)

    def estimate(above: np.ndarray) -> tuple[float, float, float]:
        return float(above.sum() / notes.sum()), *ratio_interval(above, notes)

    by_field = (sums.sum(axis=1) / notes.sum()).tolist()
    model, counts, *others = sums.sum(axis=2)
    return Judged(
        style, len(notes), int(notes.sum()), dict(zip(NAMES, by_field[0], strict=True)),
        dict(zip(NAMES, by_field[1], strict=True)), estimate(model), estimate(counts), estimate(counts - model),
        *(figures for other in others for figures in (estimate(other), estimate(other - model))),
    )

