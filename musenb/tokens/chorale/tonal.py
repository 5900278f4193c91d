"""Row features of the tonal chorale model: key, scale degrees and bars to the end beside the frame.

Key signature and mode are told as one of 24 keys, and what was written last by its degree above the tonic, so that a
piece and its transpositions look alike. `bars to the end` tells a piece that is asked to end when to end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musenb.tokens.chorale.grid import (
    FERMATA,
    HOLD,
    INPUTS,
    LONGEST_BAR,
    LONGEST_BEAT,
    LONGEST_PHRASE,
    LOWEST,
    METRES,
    MODES,
    NO_KEY,
    NO_PHRASE_KNOWN,
    PHRASE,
    UNKNOWN,
    VOICE_COUNT,
    Frame,
    Grid,
    attributes_of,
    inputs_of,
    sounding,
)
from musenb.tokens.row import Row, row_of

KEYS = 24
KEY_UNKNOWN = KEYS
NO_PITCH, NO_CELL, NO_TONIC = 12, 13, 14
DEGREES = 15
MOST_BARS_LEFT = 16
END_UNKNOWN = MOST_BARS_LEFT + 1
UNKNOWN_WORD = INPUTS  # stands for a cell of which nothing is known, as the other voices of a tune
WORDS = INPUTS + 1

#                                      features of a cell: name and number of values
TONAL_TABLE = (
    ("voice", VOICE_COUNT),
    ("sixteenth in the bar", LONGEST_BAR),
    ("sixteenth in the beat", LONGEST_BEAT),
    ("metre", len(METRES) + 1),
    ("key", KEYS + 1),
    ("fermata", 3),
    ("quarters to the end of the phrase", 2 * LONGEST_PHRASE + 1),
    ("bars to the end", MOST_BARS_LEFT + 2),
    ("degree of the cell before", DEGREES),
    ("degree of the voice's cell before", DEGREES),
)
TONAL_FEATURES = tuple(size for _, size in TONAL_TABLE)


@dataclass(frozen=True, slots=True)
class TonalFrame:
    """What is known of each step before any note.

    Parameters
    ----------
    frame : Frame
    key : int
        Tonic 0..11, 12 more in minor; KEY_UNKNOWN for none.
    ends : bool
        Whether it is known where the piece ends.
    later : int
        Bars of the piece that begin behind the frame.
    """

    frame: Frame
    key: int
    ends: bool = True
    later: int = 0

    @property
    def tonic(self) -> int | None:
        """Pitch class of the tonic, None where the key is unknown."""
        return None if self.key == KEY_UNKNOWN else self.key % 12

    @property
    def bars_left(self) -> np.ndarray:
        """Bars that begin after each step, at most 16, int64 (T,); END_UNKNOWN where the end is."""
        begins = self.frame.columns[:, 0] == 0
        after = begins[::-1].cumsum()[::-1] - begins + self.later
        return np.minimum(after, MOST_BARS_LEFT) if self.ends else np.full(len(begins), END_UNKNOWN)

    @property
    def steps(self) -> np.ndarray:
        """The features of each step that do not depend on notes, int64 (T, 7): TONAL_TABLE after the voice."""
        columns = self.frame.columns
        parts = (
            columns[:, :3], np.full((len(columns), 1), self.key), columns[:, [FERMATA - 1, PHRASE - 1]],
            self.bars_left[:, None],
        )
        return np.concatenate(parts, axis=1)


def key_number(frame: Frame) -> int:
    """Return the key at the beginning of a frame, 0..23, minor from 12; KEY_UNKNOWN where it has no tonic."""
    fifths, mode = (int(value) for value in frame.columns[0, 3:5])
    if fifths == NO_KEY or MODES[mode] == "":
        return KEY_UNKNOWN
    tonic = 7 * (fifths - 7) % 12
    return tonic if MODES[mode] == "major" else (tonic + 9) % 12 + 12


def degrees_of(pitches: np.ndarray, tonic: int | None) -> np.ndarray:
    """Return the degrees of sounding pitches as `sounding` has them: semitones above the tonic, or why there is none.

    Parameters
    ----------
    pitches : int64, any shape
        0..45 for MIDI 36..81, 46 for a rest, -1 for an unknown cell.
    tonic : int or None
        Pitch class.

    Returns
    -------
    int64
        0..11, NO_PITCH, NO_CELL or NO_TONIC.
    """
    degrees = np.full_like(pitches, NO_TONIC) if tonic is None else (pitches + LOWEST - tonic) % 12
    return np.where(pitches == UNKNOWN, NO_CELL, np.where(pitches == HOLD, NO_PITCH, degrees))


def tonal_features(frame: TonalFrame, cells: np.ndarray) -> np.ndarray:
    """Return the features of every cell in raster order, int64 (4 T, 10), for cells (T, 4) with UNKNOWN allowed."""
    steps = np.repeat(frame.steps, VOICE_COUNT, axis=0)
    voices = np.tile(np.arange(VOICE_COUNT), len(cells))[:, None]
    return np.concatenate([voices, steps, degrees_before(cells, frame.tonic)], axis=1)


def degrees_before(cells: np.ndarray, tonic: int | None) -> np.ndarray:
    """Return the degree of the cell before each of cells (T, 4), and of its voice's, int64 (4 T, 2)."""
    degrees = degrees_of(sounding(cells).ravel(), tonic)
    return np.stack([shifted(degrees, 1, NO_CELL), shifted(degrees, VOICE_COUNT, NO_CELL)], axis=1)


def tells_end(frame: Frame) -> bool:
    """Return whether the last phrase of a frame is told as the last of the piece."""
    left = frame.columns[-1, PHRASE - 1]
    return bool(LONGEST_PHRASE <= left < NO_PHRASE_KNOWN)


def tonal_row(grid: Grid, frame: TonalFrame, weights: np.ndarray | None = None) -> Row:
    """Return a grid as the model reads it; UNKNOWN cells are read as such and never count.

    Parameters
    ----------
    grid : Grid
    frame : TonalFrame
    weights : float32 (T, 4), optional
        Of each cell's loss; all that are known count when None.
    """
    cells = grid.cells
    known = cells != UNKNOWN
    counted = known if weights is None else weights * known
    words = np.where(known.ravel(), inputs_of(cells), UNKNOWN_WORD)
    targets = np.where(known, cells, 0).ravel()
    return row_of(
        targets, tonal_features(frame, cells), attributes_of(cells), begin=WORDS, inputs=words, weights=counted.ravel()
    )


def shifted(values: np.ndarray, by: int, fill: int) -> np.ndarray:
    """Return values (L,) moved `by` places later, `fill` in their place."""
    return np.concatenate([np.full(by, fill, values.dtype), values[:-by]])
