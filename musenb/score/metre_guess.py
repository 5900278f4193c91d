"""Metre of a motif that states none: a guess from where its long notes begin.

Definition
----------
Each metre of `POSITIONS` has a score: the mean over notes of the weight of the place in the bar where a note begins,
notes weighted by their duration up to `LONGEST`, less `CROSSING` for each note that lies across a bar line, more
`FULL` where the motif fills its bars. Another metre than 4/4 is the guess when its score is higher by at least
`MARGIN`: weak evidence leaves 4/4.

References
----------
D. Temperley (2001), *The Cognition of Basic Musical Structures*, MIT Press, chapter 2: strong beats on the onsets of
long notes.
"""

from __future__ import annotations

from fractions import Fraction

from musenb.score.note import Note, Score, TimeSignature

LONGEST = 2.0  # quarters of a note that count
CROSSING, FULL, MARGIN = 1.0, 0.15, 0.25
ELSEWHERE = -0.3

#            places in the bar, quarters, and their weight
POSITIONS: dict[tuple[int, int], dict[Fraction, float]] = {
    (4, 4): {Fraction(0): 1.0, Fraction(1): 0.3, Fraction(2): 0.7, Fraction(3): 0.3,
             **{Fraction(2 * beat + 1, 2): 0.0 for beat in range(4)}},
    (3, 4): {Fraction(0): 1.0, Fraction(1): 0.3, Fraction(2): 0.3,
             **{Fraction(2 * beat + 1, 2): 0.0 for beat in range(3)}},
    (6, 8): {Fraction(0): 1.0, Fraction(3, 2): 0.6, Fraction(1): 0.1, Fraction(5, 2): 0.1,
             Fraction(1, 2): 0.0, Fraction(2): 0.0},
}
USUAL = (4, 4)


def guess_metre(score: Score) -> TimeSignature:
    """Return the metre that a motif seems to be in, from the beginning; 4/4 where little speaks for another."""
    found, most = USUAL, metre_score(score, USUAL) + MARGIN
    for metre in POSITIONS:
        if metre == USUAL or score.anacrusis >= TimeSignature(Fraction(0), *metre).bar_length:
            continue
        here = metre_score(score, metre)
        if here > most:
            found, most = metre, here
    return TimeSignature(Fraction(0), *found)


def metre_score(score: Score, metre: tuple[int, int]) -> float:
    """Return how well the notes of a score lie in a metre."""
    bar, places = TimeSignature(Fraction(0), *metre).bar_length, POSITIONS[metre]

    def weight(note: Note) -> float:
        place = (note.onset - score.anacrusis) % bar
        crossing = place + note.duration > bar and place > 0
        return places.get(place, ELSEWHERE) - CROSSING * crossing

    lengths = [min(float(note.duration), LONGEST) for note in score.notes]
    if not lengths:
        return 0.0
    weighted = (length * weight(note) for length, note in zip(lengths, score.notes, strict=True))
    filled = (score.end - score.anacrusis) % bar in (0, bar - score.anacrusis)
    return sum(weighted) / sum(lengths) + FULL * filled
