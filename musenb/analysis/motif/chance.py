"""Chance baseline of motif returns: the same search with other pieces' motifs.

Definition
----------
From chorales that are not this piece, passages are drawn that have as many notes as the motif, and each is looked for
as the motif was. A motif returns more than by chance when hardly any of them is found as often: `share` is the share of
the drawn motifs that return at least as often, with one counted for the motif itself, so that it is never 0.

Conventions
-----------
- A foreign motif comes from a random voice of a random chorale of those shipped, in its own rhythm; it is moved by
  octaves into the range of the piece. The chorales do not tell a held note from a repeated one: repeated notes are one.
- A foreign motif has no place of its own in the piece, so all it finds counts.
- Drawing is seeded.

References
----------
P. Good (2005), *Permutation, Parametric and Bootstrap Tests of Hypotheses*, Springer: the share with one added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from musenb.analysis.chorale.jsb import Grid, load_jsb, run_lengths
from musenb.analysis.motif.finder import FORMS, MOST_EXPECTED, Motif, as_motif, find_returns
from musenb.errors import SettingError
from musenb.score.note import Note, Score, Voice
from musenb.score.spelling import spell_score

STEP = Fraction(1, 4)
MOST_TRIES = 200


@dataclass(frozen=True, slots=True)
class Chance:
    """Counts of a motif's returns beside those of other pieces' motifs.

    Parameters
    ----------
    found : dict of str to int
        Returns of the motif, by form.
    by_chance : dict of str to float
        Mean returns of the foreign motifs, by form.
    total : int
        Returns of the motif.
    totals : int64 (draws,)
        Returns of each foreign motif.
    share : float
        Share of motifs, this one among them, that return at least as often as it, above 0 to 1.
    """

    found: dict[str, int]
    by_chance: dict[str, float]
    total: int
    totals: np.ndarray
    share: float


def chance(
    score: Score, motif: Motif | Score | Voice | Iterable[Note], *,
    draws: int = 20, seed: int = 0, chorales: Sequence[Grid] | None = None,
    forms: Sequence[str] = FORMS, most_expected: float = MOST_EXPECTED,
) -> Chance:
    """Return how often a motif returns in a score, beside how often other pieces' motifs do.

    Parameters
    ----------
    draws : int
        How many foreign motifs are looked for, 1 or more.
    chorales : sequence of int array (steps, 4)
        Where they come from; the shipped training chorales unless given.

    Raises
    ------
    SettingError
        `draws` is below 1, or the chorales hold no passage as long as the motif.
    """
    if draws < 1:
        raise SettingError(f"{draws} draws: at least 1 foreign motif is needed")
    motif = as_motif(motif)
    score = spell_score(score)
    settings = {"forms": forms, "most_expected": most_expected}
    found = Counter(one.form for one in find_returns(score, motif, **settings))
    generator = np.random.default_rng(seed)
    pieces = load_jsb()["train"] if chorales is None else chorales
    heights = sorted(note.pitch for note in score.notes)
    centre = heights[len(heights) // 2] if heights else 60
    counts: Counter[str] = Counter()
    totals = np.zeros(draws, np.int64)
    for draw in range(draws):
        foreign = foreign_motif(pieces, len(motif.notes), generator, centre=centre)
        forms_found = Counter(one.form for one in find_returns(score, foreign, **settings))
        counts += forms_found
        totals[draw] = forms_found.total()
    as_often = (totals >= found.total()).sum()
    return Chance(
        {form: found[form] for form in forms},
        {form: counts[form] / draws for form in forms},
        found.total(),
        totals,
        float((1 + as_often) / (1 + draws)),
    )


def foreign_motif(
    chorales: Sequence[Grid],
    notes: int,
    generator: np.random.Generator,
    *,
    centre: int = 60,
) -> Motif:
    """Return a passage of that many notes from a random voice of a random chorale, within octaves of `centre`.

    Raises
    ------
    SettingError
        No passage as long was found in MOST_TRIES tries.
    """
    for _ in range(MOST_TRIES if len(chorales) else 0):
        grid = chorales[int(generator.integers(len(chorales)))]
        voice = generator.integers(grid.shape[1])
        pitches, steps = run_lengths(grid[:, voice], longest=1 << 30)
        begins = np.concatenate([[0], np.cumsum(steps)[:-1]])
        sounding = np.flatnonzero(pitches >= 0)
        if len(sounding) < notes:
            continue
        first = int(generator.integers(len(sounding) - notes + 1))
        chosen = sounding[first : first + notes]
        moved = 12 * round((centre - float(np.median(pitches[chosen]))) / 12)
        origin = int(begins[chosen[0]])
        passage = []
        for run in chosen:
            onset = (int(begins[run]) - origin) * STEP
            duration = int(steps[run]) * STEP
            passage.append(Note(onset, duration, int(pitches[run]) + moved))
        return as_motif(passage)
    raise SettingError(f"no passage of {notes} notes was found in a voice of {len(chorales)} chorales")


def chance_words(result: Chance) -> str:
    """Return the counts beside the chance baseline as two sentences for reading."""
    mean, most = float(result.totals.mean()), int(result.totals.max())
    seldom = {0: "does not return", 1: "returns once", 2: "returns twice"}
    times = seldom.get(result.total, f"returns {result.total} times")
    judged = "more than chance gives" if result.share <= 0.05 else "no more than chance may give"
    return (
        f"It {times}; {len(result.totals)} motifs of other chorales return {mean:.1f} times on average and "
        f"{most} at most. That is {judged} (share {result.share:.2f})."
    )
