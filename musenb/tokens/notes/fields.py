"""Fields of a step: what a model writes of a note, in which classes, and what it is told of a position.

A step is a note, told in four fields. Time is counted in ticks, 24 to the quarter, from the beginning of the piece.

- **shift**: ticks from the onset of the step before (at first from the beginning), 0..96; or the first, second ...
  eighth bar line after it.
- **voice**: 1..8 from the highest part down, here from 0; or nothing: the step only moves on in time. Longer waits than
  96 ticks are made of such steps, and one to the last bar line ends the piece.
- **pitch**: MIDI number; none where the voice is nothing.
- **length**: ticks, 1..96, or 96 and more: then the note goes on in another step of its voice and pitch, 96 ticks
  later.
"""

from __future__ import annotations

from musenb.tokens.idiom import Shape

TICKS = 24  # in a quarter
VOICES = 8
PITCHES = 128
LONGEST = 96  # ticks that a shift or a length tells exactly

BAR_LINES = 8
FIRST_LINE = LONGEST + 1  # the shift to the next bar line; those to later ones follow
SILENCE = VOICES  # the voice of a step without a note
NO_PITCH = PITCHES
NO_LENGTH, TIED = 0, LONGEST + 1

#                 fields of a step: name and number of classes
FIELDS = (
    ("shift", LONGEST + 1 + BAR_LINES),
    ("voice", VOICES + 1),
    ("pitch", PITCHES + 1),
    ("length", LONGEST + 2),
)
NAMES = tuple(name for name, _ in FIELDS)
SIZES = tuple(size for _, size in FIELDS)
SHIFT, VOICE, PITCH, LENGTH = range(len(FIELDS))
ORDER = NAMES  # in which a model predicts them; its choice

STYLES = ("string quartet", "song", "chorale", "tune")
METRES = (
    *((4, 4), (3, 4), (2, 4), (6, 8), (2, 2), (3, 8), (9, 8), (3, 2), (12, 8), (6, 4), (5, 4), (4, 8), (2, 8), (5, 8)),
    *((7, 8), (9, 4), (4, 2), (1, 2), (6, 16)),
)
LONGEST_BAR, LONGEST_BEAT, MOST_BARS = 192, 72, 32
NO_KEY = 15

# What is known of a voice: it is not there, free, or given.
ABSENT, FREE, GIVEN = range(3)
WAITS = 49  # ticks to a given voice's next note: 0..47, more or none

#                 features of a position: name, number of values, and how many columns
FEATURE_TABLE = (
    ("length of the step before", SIZES[LENGTH], 1),
    ("voice of the step before", SIZES[VOICE] + 1, 1),
    ("shift of the step before", SIZES[SHIFT], 1),
    ("tick in the bar", LONGEST_BAR, 1),
    ("tick in the beat", LONGEST_BEAT, 1),
    ("metre", len(METRES) + 1, 1),
    ("key signature", NO_KEY + 1, 1),
    ("style", len(STYLES) + 1, 1),
    ("bars to the end", MOST_BARS + 2, 1),
    ("state of a voice", 3, VOICES),
    ("what a voice sounds", PITCHES + 1, VOICES),
    ("what a given voice sounds next", PITCHES + 1, VOICES),
    ("ticks until it does", WAITS, VOICES),
)
FEATURES = tuple(size for _, size, columns in FEATURE_TABLE for _ in range(columns))
INPUTS = PITCHES + 1  # the word that tells a position of the step before is its pitch; the next begins a row
RELATION_UNIT = 6  # ticks that relations between times tell apart
RELATIONS = (48, 96, VOICES)  # pitch, time, voice of the step before

#                 what the head is told once a field is known: name, number of values, the field
TOLD_TABLE = (
    ("tick in the bar of the onset", LONGEST_BAR, "shift"),
    ("tick in the beat of the onset", LONGEST_BEAT, "shift"),
    ("last pitch of the voice", PITCHES + 1, "voice"),
)
TOLD = tuple(size for _, size, _ in TOLD_TABLE)

# Kinds of remembered items.
NOTE, THEME = range(2)
#                 features of a remembered item: name and number of values
ITEM_TABLE = (
    ("kind", 2),
    ("voice", VOICES + 1),
    ("pitch", PITCHES),
    ("degree of the key signature's major scale", 13),
    ("ticks", LONGEST + 2),
    ("tick in the bar", LONGEST_BAR),
    ("tick in the beat", LONGEST_BEAT),
    ("metre", len(METRES) + 1),
)
ITEM_FEATURES = tuple(size for _, size in ITEM_TABLE)
ITEM_RELATIONS = (96, 32, 48, VOICES)  # onset, end, pitch, voice
SHAPE = Shape(sum(SIZES), INPUTS, FEATURES, RELATIONS, ITEM_FEATURES, ITEM_RELATIONS, SIZES)


def told_after(order: tuple[str, ...]) -> tuple[int, ...]:
    """Return for each column of TOLD_TABLE how many fields are predicted, in this order, before it is known."""
    return tuple(order.index(field) + 1 for _, _, field in TOLD_TABLE)
