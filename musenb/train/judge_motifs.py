"""Typed motifs and tunes: is a motif's own key kept, does the motif come back, is a tune closed as it should be?

Definitions
-----------
- *Own key*: the take's last key signature and mode are those that the motif is in (`judged_music.MOTIFS`); none is
  typed. Each motif is gone on from for 8 bars.
- *Return*: the finder (`analysis.motif.finder`) has one at confidence .7 or more in the bars that were written.
  *Others'*: the same with 19 other motifs, the mean of them. Beside it stand 8 bars of test chorales after the bar in
  which the first 8 notes of their soprano end. All motifs have as many notes.
- *Tunes*: each is given as the soprano, with its fermatas; the other voices are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from musenb.analysis.chorale.part_writing import tertian_beats
from musenb.analysis.chorale.ratios import Counts, Ratio, Report, Target, ratio_report
from musenb.analysis.chorale.tonal import MEASURES, Counted, counted
from musenb.analysis.motif.finder import Motif, as_motif, find_returns
from musenb.score.from_text import score_from_text
from musenb.score.note import Score, Voice
from musenb.tokens.chorale.grid import VOICES, Grid
from musenb.tokens.idiom import Keep
from musenb.train.chorale_data import score_of_grid
from musenb.train.judge_tonal import framed
from musenb.train.judge_writing import Tick, Writing, write_on
from musenb.train.judged_music import MOTIFS, TUNES

BARS = 8
SURE = 0.7
OTHERS = 19
NOTES = 8  # of a motif
TUNE_TARGETS = {"ends_on_tonic": Target(">=", 0.8), "authentic": Target(">=", 0.5)}


@dataclass(frozen=True, slots=True)
class Developed:
    """A motif and the music behind it."""

    motif: Motif
    music: Score


def motifs_report(
    writing: Writing, splits: Mapping[str, Sequence[Grid]], pieces: int, tick: Tick
) -> Report:
    """Return what becomes of typed motifs: their key, and their returns beside other motifs'."""
    chosen = MOTIFS[:pieces]
    developed, kept = [], []
    for number, (key, text) in enumerate(chosen):
        prime = score_from_text(text)
        take = write_on(writing, prime, writing.recipe(number, BARS)).score
        kept.append(same_key(take, key))
        line = next(bar.end for bar in take.bars() if bar.end >= prime.end)
        developed.append(Developed(as_motif(prime), take.cut(line, take.end)))
        tick(number + 1, len(chosen))
    real = [one for one in map(opened, splits["test"]) if one is not None]
    sides = [returns(side) for side in (developed, real)]
    ones = [1] * len(chosen)
    own = "the motif comes back in 8 bars, share"
    ratios = {
        "own_key": Ratio("notated in the motif's own key, share", (kept, ones), target=Target(">=", 1)),
        "return_own": Ratio(own, sides[0][0], sides[1][0], target=Target(">=", 0.10)),
        "return_others": Ratio("other motifs come back, share", sides[0][1], sides[1][1]),
        "return_above": Ratio("its own more often than others, difference of shares", sides[0][2], sides[1][2]),
    }
    return ratio_report(ratios, pieces={"generated": len(chosen), "real": len(real)}, seed=0)


def same_key(take: Score, key: str) -> bool:
    """Return whether a take ends in a key that is written as in a motif, such as 'F#m'."""
    told = score_from_text(f"key={key} C4").key_at(Fraction(0))
    found = take.key_at(take.end)
    if told is None or found is None:
        return False
    return (found.fifths, found.mode) == (told.fifths, told.mode)


def opened(grid: Grid) -> Developed | None:
    """Return the first notes of a chorale's soprano and the 8 bars after the bar in which they end; None without."""
    score = score_of_grid(grid)
    notes = score.voices[0].notes[: NOTES]
    lines = [bar.end for bar in score.bars() if bar.end >= notes[-1].end]
    if len(lines) <= BARS:
        return None
    motif = as_motif(Voice("motif", tuple(notes)))
    return Developed(motif, score.cut(lines[0], lines[BARS]))


def returns(developed: Sequence[Developed]) -> tuple[Counts, Counts, Counts]:
    """Return in which pieces their own motif comes back, in what share others do, and the difference."""
    own, others = [], []
    for number, one in enumerate(developed):
        own.append(float(comes_back(one.motif, one.music)))
        strange = [*developed[number + 1 :], *developed[:number]][:OTHERS]
        found = [comes_back(other.motif, one.music) for other in strange]
        others.append(sum(found) / len(found) if found else 0.0)
    ones = [1] * len(own)
    above = [mine - theirs for mine, theirs in zip(own, others, strict=True)]
    return (own, ones), (others, ones), (above, ones)


def comes_back(motif: Motif, music: Score) -> bool:
    """Return whether the finder is sure of a return of a motif in music that it does not come from."""
    return any(found.confidence >= SURE for found in find_returns(music, Motif(motif.notes)))


def tunes_report(
    writing: Writing, splits: Mapping[str, Sequence[Grid]], pieces: int, tick: Tick
) -> Report:
    """Return how tunes that are no chorales are harmonised, beside Bach's test chorales."""
    chosen = list(TUNES.values())[:pieces]
    written = []
    for number, text in enumerate(chosen):
        recipe = writing.recipe(number, 1, start=Fraction(0), keep=Keep((VOICES[0],)))
        written.append(framed(write_on(writing, score_from_text(text), recipe).grid))
        tick(number + 1, len(chosen))
    ours = [counted(piece) for piece in written]
    theirs = [counted(framed(grid)) for grid in splits["test"]]
    ratios = {}
    for name, target in TUNE_TARGETS.items():
        measure = MEASURES[name]
        ratios[name] = Ratio(measure.label, measure.counts(ours), measure.counts(theirs), target=target)
    ratios["tertian"] = Ratio(
        "beats with a chord built of thirds, share", tertian(ours), tertian(theirs), target=Target(">=", 0.88)
    )
    return ratio_report(ratios, pieces={"generated": len(ours), "real": len(theirs)}, seed=0)


def tertian(pieces: Sequence[Counted]) -> Counts:
    """Return on how many beats of each piece a chord of thirds sounds, and on how many one could."""
    pairs = [tertian_beats(piece.piece.grid) for piece in pieces]
    return [above for above, _ in pairs], [below for _, below in pairs]
