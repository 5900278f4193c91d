"""Non-chord tones by name: passing, neighbour, suspension, retardation, anticipation, appoggiatura, escape, pedal.

Definitions
-----------
A note is foreign where it sounds in a chord that does not have its pitch class. By the notes of its own voice before
and after it, a step being one or two semitones:

- *suspension*: it sounds on, or again, from the chord before, and then steps down; *retardation*: steps up;
- *passing tone*: comes and leaves by step in one direction; *neighbour tone*: leaves by step to where it came from;
- *anticipation*: comes by any way, off the beat, and is repeated by the next chord, which has it;
- *appoggiatura*: comes by leap and leaves by step; *escape tone*: comes by step and leaves by leap;
- *pedal*: held in the lowest voice while the chord changes above it; *free tone*: none of these.

References
----------
Aldwell, Schachter and Cadwallader, "Harmony and Voice Leading", 4th edition, 2011, chapters 21 to 23.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from musenb.analysis.harmony.label import ChordLabel, ForeignNote
from musenb.score.note import Note, Score, Voice

STEP = 2  # semitones


def foreign_notes(score: Score, labels: Sequence[ChordLabel]) -> list[tuple[ForeignNote, ...]]:
    """Return the foreign notes of each label, from the highest voice down."""
    onsets = [label.onset for label in labels]
    found: list[list[ForeignNote]] = [[] for _ in labels]
    lowest = len(score.voices) - 1
    for number, voice in enumerate(score.voices):
        for place, note in enumerate(voice.notes):
            first = max(0, bisect_right(onsets, note.onset) - 1)
            for at in range(first, len(labels)):
                label = labels[at]
                if label.onset >= note.end:
                    break
                if note.pitch % 12 not in label.members and label.end > note.onset:
                    after = labels[at + 1] if at + 1 < len(labels) else None
                    name = _name(voice, place, label, after, lowest=number == lowest)
                    found[at].append(ForeignNote(voice.name, note, name))
    return [tuple(notes) for notes in found]


def _name(voice: Voice, place: int, label: ChordLabel, after: ChordLabel | None, *, lowest: bool) -> str:
    note = voice.notes[place]
    before = _neighbour(voice, place, -1)
    following = _neighbour(voice, place, 1)
    left = following.pitch - note.pitch if following else 99
    came = note.pitch - before.pitch if before else 99
    held = note.onset < label.onset
    if held or (came == 0 and note.onset == label.onset):
        if held and lowest and note.end >= label.end:
            return "pedal"
        if left and abs(left) <= STEP:
            return "suspension" if left < 0 else "retardation"
        return "pedal" if lowest else "free tone"
    if left == 0 and after is not None and note.pitch % 12 in after.members and note.end >= label.end:
        return "anticipation"
    if abs(came) <= STEP and abs(left) <= STEP and came and left:
        return "passing tone" if came * left > 0 else "neighbour tone"
    if left and abs(left) <= STEP:
        return "appoggiatura"
    return "escape tone" if came and abs(came) <= STEP else "free tone"


def _neighbour(voice: Voice, place: int, step: int) -> Note | None:
    """Return the note that touches this one in its voice before (-1) or after (1) it, None where there is none."""
    other = place + step
    if not 0 <= other < len(voice.notes):
        return None
    one = voice.notes[other]
    note = voice.notes[place]
    gap = note.onset - one.end if step < 0 else one.onset - note.end
    return one if gap <= Fraction(0) else None
