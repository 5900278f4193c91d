"""Another note at one place, and how the model goes on from there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from musenb.errors import SettingError
from musenb.model.numpy.decode import Decoder
from musenb.questions.reading import NotePlace, Piece
from musenb.sample.former import Sampling
from musenb.sample.policy import Policy
from musenb.score.note import GIVEN, Note, Origin, Score, Voice
from musenb.score.spelling import written_out
from musenb.tokens.chorale.grid import HIGHEST, LOWEST, STEP, UNKNOWN, VOICE_COUNT, Frame, Grid, decode
from musenb.tokens.chorale.plan import Plan
from musenb.tokens.chorale.rules import PART_WRITING


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a piece goes another way.

    Parameters
    ----------
    place : NotePlace
        The note that is asked about.
    voice : int
        Row of the grid, 0..3, that takes the other pitch.
    pitch : int
        MIDI number.
    """

    place: NotePlace
    voice: int
    pitch: int

    @property
    def position(self) -> int:
        """The first position that is another."""
        return self.place.step * VOICE_COUNT + self.voice


def fork_plan(piece: Piece, fork: Fork) -> tuple[Plan, np.ndarray]:
    """Return what is to be written after a fork, and the cells (n,) up to and with it, in raster order.

    Higher voices keep what they do in that sixteenth. What was given in some voices alone, such as a melody to
    harmonise, still is; what was given in all of them ends at the fork.

    Raises
    ------
    SettingError
        The pitch is outside what the grid can hold.
    """
    if not LOWEST <= fork.pitch <= HIGHEST:
        raise SettingError(f"pitch {fork.pitch} is outside {LOWEST}..{HIGHEST}, what the model can write")
    step, plan, length = fork.place.step, piece.plan, len(piece.cells)
    # The step before is written again, so that notes may be held across the fork.
    first = max(step - 1, 0)
    given = plan.grid.cells[:length].copy()
    given[:first] = piece.cells[:first]
    given[first : max(plan.steps, first)] = UNKNOWN
    given[first:, fork.voice] = UNKNOWN
    written = piece.cells.ravel()[: fork.position + 1].copy()
    written[fork.position] = fork.pitch - LOWEST
    frame = Frame(plan.grid.frame.columns[:length])
    return dataclasses.replace(plan, grid=Grid(given, frame), steps=first), written


def write_fork(
    decoder: Decoder, piece: Piece, fork: Fork, *, seed: int, policy: Policy, origin: Origin,
    stop: Callable[[], bool] = lambda: False, told: Callable[[int, int], object] = lambda done, total: None,
) -> tuple[Score, Plan, bool]:
    """Return the piece with another note, continued to its end; its plan; and whether the end was reached.

    Parameters
    ----------
    origin : Origin
        Of the notes that the model writes; the chosen note counts as given.
    stop, told : callable
        Asked before each cell; told how many cells of how many are written.
    """
    plan, written = fork_plan(piece, fork)
    sampling = Sampling(decoder, plan, seed, policy, PART_WRITING, origin, written=written)
    begun = sampling.position

    def asked() -> bool:
        told(sampling.position - begun, sampling.cells.size - begun)
        return stop()

    sampling.run(asked)
    steps = sampling.position // VOICE_COUNT
    cells = sampling.cells[: steps * VOICE_COUNT].reshape(-1, VOICE_COUNT)
    score = decode(Grid(cells, Frame(plan.grid.frame.columns[:steps])), template=piece.score)
    return written_out(_with_origins(score, piece, fork, origin)), plan, sampling.done


def _with_origins(score: Score, piece: Piece, fork: Fork, origin: Origin) -> Score:
    """Return the score with the origins, velocities and spellings of the notes before the fork."""
    known = {(place.voice, place.step): place.note for place in piece.notes}

    def marked(row: int, note: Note) -> Note:
        step = int(note.onset / STEP)
        position = step * VOICE_COUNT + row
        if position == fork.position:
            return dataclasses.replace(note, origin=GIVEN)
        if position > fork.position:
            return dataclasses.replace(note, origin=origin)
        return dataclasses.replace(known.get((row, step), note), duration=note.duration)

    return dataclasses.replace(
        score,
        voices=tuple(Voice(v.name, tuple(marked(row, note) for note in v.notes)) for row, v in enumerate(score.voices)),
    )


def whole(piece: Piece) -> Score:
    """Return a piece with the four voices of the grid, as branches and continuations have them."""
    frame = Frame(piece.plan.grid.frame.columns[: len(piece.cells)])
    score = decode(Grid(piece.cells, frame), template=piece.score)
    known = {(place.voice, place.note.onset): place.note for place in piece.notes}
    voices = tuple(
        Voice(voice.name, tuple(known.get((row, note.onset), note) for note in voice.notes))
        for row, voice in enumerate(score.voices)
    )
    return dataclasses.replace(score, voices=voices)
