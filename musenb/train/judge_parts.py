"""Evaluation of a chorale model by parts: keys and closes, harmonisation, gaps, tunes and motifs.

Each part writes music of its own and returns a report: what was written beside what Bach wrote, with 95 % bootstrap
intervals over pieces, targets, and whether they are met. `musenb evaluate chorale --parts` prints them.

    musenb.train.judge_parts.judge("chorale", ["tonal", "harmonise"], pieces=24)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from musenb.analysis.chorale.ratios import Report
from musenb.errors import SettingError
from musenb.sample.models import open_model
from musenb.sample.policy import DEFAULT_MODEL, Policy
from musenb.tokens.chorale.grid import Grid
from musenb.train.chorale_data import corpus_grids
from musenb.train.judge_harmony import harmonise_report
from musenb.train.judge_motifs import motifs_report, tunes_report
from musenb.train.judge_refill import refill_report
from musenb.train.judge_tonal import after_report, scratch_report
from musenb.train.judge_writing import Tick, Writing, no_tick

Part = Callable[[Writing, Mapping[str, Sequence[Grid]], int, Tick], Report]

PARTS: Mapping[str, tuple[str, Part]] = {
    "tonal": ("keys, closes and resolutions, from nothing", scratch_report),
    "after": ("keys, closes and resolutions, after 2 bars", after_report),
    "harmonise": ("a soprano harmonised", harmonise_report),
    "refill": ("a gap of 2 bars between given music", refill_report),
    "tunes": ("tunes that are no chorales, harmonised", tunes_report),
    "motifs": ("typed motifs without a key, gone on from for 8 bars", motifs_report),
}


def judge(
    model: str | os.PathLike[str] = DEFAULT_MODEL,
    parts: Sequence[str] = tuple(PARTS),
    *,
    pieces: int = 76,
    seed: int = 0,
    policy: Policy | None = None,
    rules: bool = True,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Report]:
    """Return the reports of some parts, by name.

    Parameters
    ----------
    model : str or path
    parts : sequence of str
        Of PARTS.
    pieces : int
        Test chorales, tunes or motifs in each part at most.
    seed : int
        Of the first piece that is written.
    policy : Policy, optional
    rules : bool
        Whether the rules of part-writing hold.
    settings : dict, optional
        Further settings of `musenb.sample.recipe.Recipe`, by name.

    Raises
    ------
    SettingError
        A part is unknown, or there are no pieces.
    MusenbError
        The model cannot be used.
    """
    opened = open_model(model)
    opened.decoder.compile()
    writing = Writing(opened, policy or Policy(), seed, rules, settings or {})
    splits = corpus_grids()
    return {name: judged(name, writing, splits, pieces) for name in checked(parts)}


def judged(
    part: str, writing: Writing, splits: Mapping[str, Sequence[Grid]], pieces: int, tick: Tick = no_tick
) -> Report:
    """Return the report of one part on the chorales of `splits`; see `judge`."""
    if pieces < 1:
        raise SettingError(f"pieces {pieces} is below 1")
    _, report = PARTS[part]
    return report(writing, splits, pieces, tick)


def checked(parts: Sequence[str]) -> list[str]:
    """Return names of parts, each once.

    Raises
    ------
    SettingError
        One is unknown.
    """
    for name in parts:
        if name not in PARTS:
            raise SettingError(f"part {name!r} is unknown; allowed are {', '.join(PARTS)}")
    return list(dict.fromkeys(parts))
