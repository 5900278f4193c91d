"""Four-voice token grid on sixteenths, held and repeated notes apart: the form that the chorale model reads.

A step is a sixteenth; in each step the voices are read soprano, alto, tenor, bass. A cell holds the pitch of a note
that begins there, HOLD where the voice's note goes on, or REST. Beside each cell stand features that are known before
the cell is: where it lies in bar and beat, metre, key, fermata and phrase, and whatever given voices do, now and soon
(`look_ahead`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from musenb.errors import PolyphonyError, TokenError
from musenb.score.measures.barring import metre_of_length
from musenb.score.note import Bar, KeySignature, Note, Score, TimeSignature, Voice

STEPS_PER_QUARTER = 4
STEP = Fraction(1, STEPS_PER_QUARTER)
VOICES = ("soprano", "alto", "tenor", "bass")
VOICE_COUNT = len(VOICES)
LOWEST, HIGHEST = 36, 81
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

#                                      the vocabulary, a literal table: number -> what it means in a cell
VOCABULARY = (*(f"{NAMES[pitch % 12]}{pitch // 12 - 1}" for pitch in range(LOWEST, HIGHEST + 1)), "HOLD", "REST")
HOLD = VOCABULARY.index("HOLD")
REST = VOCABULARY.index("REST")
UNKNOWN = -1

# Input token of a position, the cell before it: an onset, REST, or a hold with the pitch that is held.
FIRST_HELD = len(VOCABULARY)
INPUTS = FIRST_HELD + HOLD

METRES = ((4, 4), (3, 4), (2, 4), (3, 2), (2, 2), (6, 8), (6, 4), (12, 8), (9, 8), (5, 4), (4, 2))
OTHER_METRE = len(METRES)
LONGEST_BAR, LONGEST_BEAT, LONGEST_PHRASE = 48, 12, 16
NO_KEY = 15
MODES = ("major", "minor", "")
NO_FERMATA_KNOWN, NO_PHRASE_KNOWN = 2, 2 * LONGEST_PHRASE

#                                      features of a cell: name and number of values
TABLE = (
    ("voice", VOICE_COUNT),
    ("sixteenth in the bar", LONGEST_BAR),
    ("sixteenth in the beat", LONGEST_BEAT),
    ("metre", len(METRES) + 1),
    ("key signature", NO_KEY + 1),
    ("mode", len(MODES)),
    ("fermata", 3),
    ("quarters to the end of the phrase", 2 * LONGEST_PHRASE + 1),
)
LOOK_AHEAD = (0, 2, 4, 8)
SOUNDING = HIGHEST - LOWEST + 3  # pitches, rest, not given
NOT_GIVEN = SOUNDING - 1
FEATURES = tuple(size for _, size in TABLE) + (SOUNDING,) * (VOICE_COUNT * len(LOOK_AHEAD))
FERMATA, PHRASE, KEY, MODE = 6, 7, 4, 5
RELATION_SPANS = (HIGHEST - LOWEST, 64)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is known of each step before any note: int64 arrays of one length T.

    Parameters
    ----------
    columns : int64 (T, 7)
        The features of `TABLE` after the voice, in its order.
    """

    columns: np.ndarray

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True, slots=True)
class Grid:
    """A four-voice piece as cells and what frames them.

    Parameters
    ----------
    cells : int64 (T, 4)
        Index into VOCABULARY, or UNKNOWN (-1) where nothing is written yet.
    frame : Frame
    """

    cells: np.ndarray
    frame: Frame

    def __str__(self) -> str:
        """Return one line a sixteenth: bar phase, then the four cells by name."""
        names = ("?", *VOCABULARY)
        rows = (
            f"{phase:3d}  " + " ".join(f"{names[cell + 1]:>5}" for cell in row)
            for phase, row in zip(self.frame.columns[:, 0], self.cells, strict=True)
        )
        return "\n".join(rows)


def encode(
    score: Score,
    *,
    voices: Sequence[str] | None = None,
    steps: int | None = None,
) -> Grid:
    """Write a score into a grid. Voices that the score lacks, and steps after a voice's last note, stay UNKNOWN.

    Parameters
    ----------
    score : Score
        One to four monophonic voices on the sixteenth grid, pitches 36..81.
    voices : sequence of str, optional
        Which of soprano, alto, tenor and bass each voice of the score is; see `assign_voices` for the default.
    steps : int, optional
        Sixteenths in the grid; up to the end of the last note by default.

    Raises
    ------
    TokenError
        The score has no notes or more than four voices, a voice sounds two notes at once, a note lies off the grid or
        outside 36..81, or a bar is not a whole number of sixteenths up to 48.
    """
    where = _place(score)
    if not score.end:
        raise TokenError(f"the score has no notes{where}; at least one is needed")
    sounding = [voice for voice in score.voices if voice.notes]
    names = assign_voices(score) if voices is None else tuple(voices)
    known = set(names) <= set(VOICES)
    distinct = len(set(names)) == len(names)
    if len(names) != len(sounding) or not known or not distinct:
        raise TokenError(
            f"voices {', '.join(map(str, names)) or 'of no name'} do not name the score's {len(sounding)} voices"
            f"{where}; allowed are {', '.join(VOICES)}, each once"
        )
    frame = frame_of(score, steps)
    cells = np.full((len(frame), VOICE_COUNT), UNKNOWN, np.int64)
    for name, voice in zip(names, sounding, strict=True):
        column = cells[:, VOICES.index(name)]
        last = int(voice.end / STEP)
        column[:last] = REST
        for note in voice.notes:
            onset, end = _on_grid(note, voice, where)
            if not LOWEST <= note.pitch <= HIGHEST:
                raise TokenError(
                    f"pitch {note.pitch} at quarter {note.onset} of voice {voice.name!r}{where} is outside "
                    f"{LOWEST}..{HIGHEST}, {VOCABULARY[0]}..{VOCABULARY[HIGHEST - LOWEST]}; transpose the prime"
                )
            if onset < len(column) and column[onset] != REST:
                raise TokenError(
                    f"voice {voice.name!r}{where} sounds two notes at once at quarter {note.onset}; a voice sings one"
                )
            column[onset:end] = HOLD
            column[onset : onset + 1] = note.pitch - LOWEST
    return Grid(cells, frame)


def assign_voices(score: Score) -> tuple[str, ...]:
    """Return which chorale voice each sounding voice of a score is.

    Names decide when all are chorale voices; else order: one voice is the soprano, two are the outer voices, three
    leave out the tenor.

    Raises
    ------
    PolyphonyError
        More than four voices sound.
    """
    names = tuple(voice.name.strip().lower() for voice in score.voices if voice.notes)
    if len(names) > VOICE_COUNT:
        known = ", ".join(VOICES)
        raise PolyphonyError(f"{len(names)} voices{_place(score)}; the chorale model has {VOICE_COUNT}: {known}")
    if all(name in VOICES for name in names) and len(set(names)) == len(names):
        return names
    soprano, alto, _, bass = VOICES
    by_count = {
        1: (soprano,),
        2: (soprano, bass),
        3: (soprano, alto, bass),
        4: VOICES,
    }
    return by_count[len(names)]


def _place(score: Score) -> str:
    return f" in '{score.source}'" if score.source else ""


def _on_grid(note: Note, voice: Voice, where: str) -> tuple[int, int]:
    onset, end = note.onset / STEP, note.end / STEP
    if onset.denominator != 1 or end.denominator != 1:
        raise TokenError(
            f"the note at quarter {note.onset} lasting {note.duration} in voice {voice.name!r}{where} is off the grid "
            "of sixteenths (multiples of 1/4 quarter); quantise the score first"
        )
    return int(onset), int(end)


def frame_of(score: Score, steps: int | None = None) -> Frame:
    """Return what a score says of each step: metre, place in bar and beat, key, fermatas and phrase ends.

    A phrase ends where a stretch under fermatas ends, the last one with the last note. A score without fermatas tells
    nothing of phrases.

    Raises
    ------
    TokenError
        A bar is not a whole number of sixteenths, 1 to 48, or lies off the grid.
    """
    length = int(-(-score.end // STEP)) if steps is None else steps
    columns = np.zeros((length, len(TABLE) - 1), np.int64)
    for bar in score.bars(length * STEP):
        _fill_bar(columns, bar, score)
    for step in range(length):
        fifths, mode = key_columns(score.key_at(step * STEP))
        columns[step, KEY - 1] = fifths
        columns[step, MODE - 1] = mode
    under = np.zeros(length, bool)
    for note in (n for v in score.voices for n in v.notes if n.fermata):
        under[int(note.onset // STEP) : int(-(-note.end // STEP))] = True
    ends = stretch_ends(under)
    set_phrases(columns, ends, under=under, known=bool(ends))
    return Frame(columns)


def stretch_ends(under: np.ndarray) -> list[int]:
    """Return the steps before which the stretches of bool (T,) end."""
    following = np.append(under[1:], False)
    return [int(last) + 1 for last in np.flatnonzero(under & ~following)]


def has_fermata(columns: np.ndarray, end: int) -> bool:
    """Return whether a note that ends before step `end` has a fermata in frame columns (T, 7).

    It has one when it sounds to the end of a stretch under a fermata; notes that pass on the way there have none.
    """
    fermata = columns[:, FERMATA - 1]
    return bool(fermata[end - 1] == 1 and (end == len(fermata) or fermata[end] != 1))


def set_phrases(
    columns: np.ndarray,
    ends: Sequence[int],
    *,
    under: np.ndarray,
    known: bool = True,
    final: bool = True,
) -> None:
    """Write fermatas (bool (T,)) and the countdown to each phrase end (steps, ascending) into frame columns (T, 7).

    With `final` the last phrase ends with the columns, and is told as the last one; else ends may lie behind them.
    """
    length = len(columns)
    if not known:
        columns[:, FERMATA - 1], columns[:, PHRASE - 1] = NO_FERMATA_KNOWN, NO_PHRASE_KNOWN
        return
    columns[:, FERMATA - 1] = under
    behind = [length] if final else [max([length, *ends])]
    stops = [end for end in ends if end < length] + behind
    start = 0
    for stop in stops:
        left = (stop - 1 - np.arange(start, min(stop, length))) // STEPS_PER_QUARTER
        last = LONGEST_PHRASE if final and stop == length else 0
        columns[start:stop, PHRASE - 1] = np.minimum(left, LONGEST_PHRASE - 1) + last
        start = stop


def _fill_bar(columns: np.ndarray, bar: Bar, score: Score) -> None:
    metre = bar.metre
    if bar.number and bar.end - bar.onset != metre.bar_length:
        metre = metre_of_length(bar.end - bar.onset, metre) or metre
    full = metre.bar_length / STEP
    if full.denominator != 1 or not 1 <= full <= LONGEST_BAR:
        raise TokenError(
            f"metre {metre.beats}/{metre.unit} of bar {bar.number}{_place(score)} has bars of {full} "
            f"sixteenths; a whole number up to {LONGEST_BAR} is allowed"
        )
    start, stop = bar.onset / STEP, bar.end / STEP
    if start.denominator != 1 or stop.denominator != 1:
        raise TokenError(
            f"bar {bar.number}{_place(score)} lasts from quarter {bar.onset} to {bar.end}, off the grid of sixteenths"
        )
    steps = np.arange(int(start), min(int(stop), len(columns)))
    phase = steps - int(stop) + int(full)
    beat = max(int(metre.beat_length / STEP), 1)
    columns[steps, 0] = phase
    columns[steps, 1] = np.minimum(phase % beat, LONGEST_BEAT - 1)
    columns[steps, 2] = metre_column(metre)


def metre_column(metre: TimeSignature) -> int:
    """Return the number of a metre in METRES, or OTHER_METRE."""
    pair = (metre.beats, metre.unit)
    return METRES.index(pair) if pair in METRES else OTHER_METRE


def key_columns(key: KeySignature | None) -> tuple[int, int]:
    """Return the feature values of key signature and mode; a score without a key has its own."""
    if key is None:
        return NO_KEY, MODES.index("")
    return key.fifths + 7, MODES.index(key.mode)


def decode(grid: Grid, *, template: Score | None = None) -> Score:
    """Read a grid back as a score: the inverse of `encode` for a full grid.

    Parameters
    ----------
    grid : Grid
        No cell may be UNKNOWN.
    template : Score, optional
        Gives metres, keys, tempos, anacrusis and titles; its voices are not read.

    Raises
    ------
    TokenError
        A cell is unknown, outside the vocabulary, or a HOLD with nothing to hold.
    """
    check_cells(grid.cells)
    voices = []
    for v, name in enumerate(VOICES):
        notes = notes_of(grid.cells[:, v], grid.frame.columns)
        voices.append(Voice(name, tuple(notes)))
    return dataclasses.replace(template or Score(), voices=tuple(voices))


def notes_of(column: np.ndarray, columns: np.ndarray) -> list[Note]:
    """Return the notes of one voice from its cells (T,) and the frame columns (T, 7), which tell of fermatas."""
    onsets = [step for step, cell in enumerate(column) if cell < HOLD]
    notes = []
    for step in onsets:
        end = step + 1
        while end < len(column) and column[end] == HOLD:
            end += 1
        fermata = has_fermata(columns, end)
        pitch = int(column[step]) + LOWEST
        notes.append(Note(step * STEP, (end - step) * STEP, pitch, fermata=fermata))
    return notes


def check_cells(cells: np.ndarray) -> None:
    """Raise TokenError unless cells (T, 4) follow the grammar: known tokens, HOLD only after a note of its voice."""
    outside = (cells < 0) | (cells >= len(VOCABULARY))
    if outside.any():
        step, voice = np.argwhere(outside)[0]
        raise TokenError(
            f"cell {cells[step, voice]} of the {VOICES[voice]} at step {step} is outside 0..{len(VOCABULARY) - 1}"
        )
    silence = np.full((1, cells.shape[1]), REST)
    before = np.vstack([silence, cells[:-1]])
    hanging = (cells == HOLD) & (before == REST)
    if hanging.any():
        step, voice = np.argwhere(hanging)[0]
        raise TokenError(f"HOLD of the {VOICES[voice]} at step {step} follows a rest; only a note can be held")


def sounding(cells: np.ndarray) -> np.ndarray:
    """Return what sounds in each cell (T, 4): 0..45 for pitches 36..81, 46 for a rest, -1 where the cell is UNKNOWN."""
    steps = np.arange(len(cells))[:, None]
    onset = np.maximum.accumulate(np.where(cells == HOLD, 0, steps), axis=0)
    held = np.take_along_axis(cells, onset, axis=0)
    return np.where(cells == UNKNOWN, UNKNOWN, np.where(held == REST, HOLD, held))


def look_ahead(known: np.ndarray) -> np.ndarray:
    """Return the features (T, 4 x 4) that tell what given voices sound now and 2, 4 and 8 sixteenths later.

    Parameters
    ----------
    known : int64 (T, 4)
        What each given cell sounds, as `sounding` has it; -1 where nothing is given.
    """
    beyond = np.full((max(LOOK_AHEAD), VOICE_COUNT), UNKNOWN)
    padded = np.vstack([known, beyond])
    shifted = [padded[ahead : ahead + len(known)] for ahead in LOOK_AHEAD]
    return np.concatenate([np.where(part == UNKNOWN, NOT_GIVEN, part) for part in shifted], axis=1)


def features_of(frame: Frame, known: np.ndarray | None = None) -> np.ndarray:
    """Return the features of every cell in raster order, int64 (4 T, F)."""
    given = np.full((len(frame), VOICE_COUNT), UNKNOWN) if known is None else known
    steps = np.concatenate([frame.columns, look_ahead(given)], axis=1)
    voices = np.tile(np.arange(VOICE_COUNT), len(frame))[:, None]
    return np.concatenate([voices, np.repeat(steps, VOICE_COUNT, axis=0)], axis=1)


def inputs_of(cells: np.ndarray) -> np.ndarray:
    """Return the input token of each cell (T, 4) in raster order, int64 (4 T,): holds name the pitch that they hold."""
    return np.where(cells == HOLD, FIRST_HELD + sounding(cells), cells).ravel()


def attributes_of(cells: np.ndarray) -> np.ndarray:
    """Return what the relations compare, int64 (4 T, 2): the sounding pitch - 36 (-1 for none) and the step."""
    pitches = sounding(cells).ravel()
    steps = np.repeat(np.arange(len(cells)), VOICE_COUNT)
    return np.stack([np.where(pitches == HOLD, UNKNOWN, pitches), steps], axis=1)
