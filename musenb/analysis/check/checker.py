"""Part-writing checker: a score against a rule set."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from musenb.analysis.check.finding import Found
from musenb.analysis.check.habits import habit_of
from musenb.analysis.check.harmony import Harmony, context_of
from musenb.analysis.check.marks import Checked, Mark
from musenb.analysis.check.rule_sets import RuleSet, rule_set
from musenb.analysis.check.rules import RULES
from musenb.analysis.check.texture import Texture, texture_of
from musenb.errors import ScoreError
from musenb.score.note import Score
from musenb.score.sources import read_source

ONE_QUARTER = Fraction(1)


def check(
    score: Any,
    rules: str | os.PathLike[str] | Mapping[str, Any] | RuleSet = "chorale",
    *,
    harmony: Callable[[Score], Harmony] | None = None,
) -> Checked:
    """Return where a score breaks the rules of part-writing, and why.

    Parameters
    ----------
    score : Score, Take, str, os.PathLike, bytes or object
        Two to eight voices, each of one line; a take, or what `musenb.load` and `musenb.motif` read.
    rules : str, os.PathLike, mapping or RuleSet
        'chorale' (four voices as in Bach's chorales), 'species' (strict counterpoint) or 'free' (likely slips, as
        hints); or a .toml file of one's own, or a mapping of the same form, as `musenb.analysis.check.rule_sets` says.
    harmony : callable, optional
        From the score to what is known of its keys and chords (`musenb.analysis.check.harmony.Harmony`): by default the
        key that it states, or seems to be in, and the chord of what sounds; `LocalKeys` takes keys from an analysis.

    Returns
    -------
    Checked
        Its marks in the order of time; iterate over it. As the last line of a cell it is the score, with the notes of
        all marks in another colour.

    Raises
    ------
    ScoreError
        The score has no notes, one voice, more than eight voices or 20,000 notes, or a voice sounds two notes together.
    SettingError
        The rule set is none, or something in it is not as it should be.
    LoadError
        The score cannot be read.
    """
    wanted = rule_set(rules)
    texture = texture_of(_score_of(score))
    context = context_of(texture, None if harmony is None else harmony(texture.score))
    marks, not_asked = [], []
    for name, setting in wanted.rules.items():
        rule = RULES[name]
        if texture.voices < rule.fewest:
            not_asked.append(name)
            continue
        for found in rule.search(texture, context, setting.values):
            marks.append(_mark(texture, name, setting.severity, found, wanted.base))
    ranks = {name: rank for rank, name in enumerate(wanted.rules)}
    marks.sort(key=lambda mark: (mark.onset, ranks[mark.rule], mark.notes))
    return Checked(texture.score, wanted, tuple(marks), tuple(not_asked))


def _score_of(value: Any) -> Score:
    held = getattr(value, "score", value)
    if isinstance(held, Score):
        return held
    if value is None or isinstance(value, int | float):
        raise ScoreError(f"musenb.check takes a score, a take, a path or notes as text, not {value!r}")
    return read_source(value)


def _mark(texture: Texture, rule: str, severity: str, found: Found, base: str) -> Mark:
    row = found.row
    notes = [(texture.order[column], int(texture.note[at, column])) for at, column in found.cells]
    sounding = [texture.note_at(at, column) for at, column in found.cells]
    columns = sorted({column for _, column in found.cells})
    here = texture.times[row]
    start = max(Fraction(0), min(min(note.onset for note in sounding), here - ONE_QUARTER))
    return Mark(
        rule=rule,
        severity=severity,
        bar=texture.bar_of(row).number,
        beat=texture.beat_of(row),
        voices=tuple(texture.names[column] for column in columns),
        notes=tuple(dict.fromkeys(f"v{voice}n{note}" for voice, note in notes)),
        why=found.why,
        onset=here,
        play=(start, max(note.end for note in sounding)),
        resume=max(note.onset for note in sounding if note.onset <= here),
        bach=habit_of(rule, base),
    )
