"""Surroundings of the cells of a plan: what is written, what is given beside them, and what is given soon."""

from __future__ import annotations

import numpy as np

from musenb.tokens.chorale.grid import HOLD, UNKNOWN, VOICE_COUNT, Grid, sounding
from musenb.tokens.chorale.reader import GridReader
from musenb.tokens.chorale.rules import NEAR, SILENT, Place


class Surroundings:
    """What a plan gives, ready to be looked up by step.

    Parameters
    ----------
    grid : Grid
        UNKNOWN where something is to be written.

    Attributes
    ----------
    given : bool (T, 4)
    sounds : int64 (T, 4)
        Pitch - 36 of given notes; -1 for silence and where nothing is given.
    following : int64 (T, 4)
        The next step behind each that is given in the voice; T where there is none.
    """

    def __init__(self, grid: Grid) -> None:
        self.given = grid.cells != UNKNOWN
        pitches = sounding(grid.cells)
        self.sounds = np.where(self.given & (pitches != HOLD), pitches, SILENT)
        steps = len(grid.cells)
        self.following = np.full((steps + 1, VOICE_COUNT), steps)
        for step in range(steps - 1, 0, -1):
            self.following[step - 1] = np.where(self.given[step], step, self.following[step])

    def place(self, reader: GridReader) -> Place:
        """Return the place of the cell that a reader of the piece takes next."""
        step, voice = divmod(reader.position, VOICE_COUNT)
        given, now = self.given[step], reader.now
        below = given & (np.arange(VOICE_COUNT) > voice)
        now[below] = self.sounds[step, below]
        into = entering = np.full(VOICE_COUNT, SILENT)
        following = self.following[step]
        near = (following <= step + NEAR) & (following < len(self.given))
        if near[voice]:
            into = self.sounds[following[voice]]
        if (near & ~given).any():
            entering = np.where(near & ~given, self._sounds_at(following), SILENT)
        after_given = step > 0 and bool(self.given[step - 1, voice])
        return Place(step, voice, reader.before, now, after_given, given, into, entering)

    def _sounds_at(self, steps: np.ndarray) -> np.ndarray:
        """Return what each voice sounds in a step of its own, int64 (4,)."""
        last = len(self.sounds) - 1
        return self.sounds[np.minimum(steps, last), np.arange(VOICE_COUNT)]
