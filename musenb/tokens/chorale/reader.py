"""Incremental grid decoder, one cell at a time: notes begin and end as they are written."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from musenb.errors import TokenError
from musenb.tokens.chorale.grid import HOLD, REST, UNKNOWN, VOCABULARY, VOICE_COUNT, VOICES


@dataclass(frozen=True, slots=True)
class Sounding:
    """A note that a voice is singing: the step it began in, and pitch - 36."""

    onset: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a cell did to its voice.

    Parameters
    ----------
    voice : int
        0..3 from the soprano.
    ended, begun : Sounding or None
        The note that stopped at this step, and the note that began in it.
    """

    voice: int
    ended: Sounding | None
    begun: Sounding | None


@dataclass
class GridReader:
    """The state of four voices while cells arrive in raster order.

    Attributes
    ----------
    position : int
        Cells read so far.
    singing : list of Sounding or None
        The note of each voice after the last cell read.
    before : int64 (4,)
        What each voice sounded in the last whole step: pitch - 36, or -1 for silence.
    """

    position: int = 0
    singing: list[Sounding | None] = field(default_factory=lambda: [None] * VOICE_COUNT)
    before: np.ndarray = field(default_factory=lambda: np.full(VOICE_COUNT, UNKNOWN))

    @property
    def now(self) -> np.ndarray:
        """What the voices written in this step sound, int64 (4,); -1 for silence and for voices not written yet."""
        written = self.position % VOICE_COUNT
        return np.array([self.pitch(v) if v < written else UNKNOWN for v in range(VOICE_COUNT)])

    def pitch(self, voice: int) -> int:
        """Return pitch - 36 of the note that a voice sings, or -1."""
        note = self.singing[voice]
        return UNKNOWN if note is None else note.pitch

    def read(self, cell: int) -> Change:
        """Take the next cell.

        Raises
        ------
        TokenError
            The cell is outside the vocabulary, or HOLD where nothing sounds.
        """
        after, change = self.after(cell)
        # All at once: an interrupt finds the cell read or not read.
        self.singing, self.before, self.position = after.singing, after.before, after.position
        return change

    def after(self, cell: int) -> tuple[GridReader, Change]:
        """Return the state after the next cell, and what the cell does; errors as in `read`."""
        step, voice = divmod(self.position, VOICE_COUNT)
        if not 0 <= cell < len(VOCABULARY):
            raise TokenError(f"cell {cell} of the {VOICES[voice]} at step {step} is outside 0..{len(VOCABULARY) - 1}")
        note = self.singing[voice]
        if cell == HOLD and note is None:
            raise TokenError(f"HOLD of the {VOICES[voice]} at step {step} follows a rest; only a note can be held")
        if cell == HOLD:
            change, sung = Change(voice, None, None), self.singing
        else:
            begun = None if cell == REST else Sounding(step, cell)
            change, sung = Change(voice, note, begun), [*self.singing[:voice], begun, *self.singing[voice + 1 :]]
        whole = voice == VOICE_COUNT - 1
        before = np.array([UNKNOWN if n is None else n.pitch for n in sung]) if whole else self.before
        return GridReader(self.position + 1, sung, before), change


def replayed(cells: np.ndarray) -> GridReader:
    """Return the reader after cells (L,)."""
    reader = GridReader()
    for cell in cells:
        reader.read(int(cell))
    return reader
