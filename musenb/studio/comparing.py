"""Take comparison: which notes to mark in each, and what to say of them."""

from __future__ import annotations

from musenb.analysis.compare import SAME, Comparison
from musenb.widgets.wire.notes import DIFFERS


def differing(comparison: Comparison) -> tuple[dict[str, int], dict[str, int]]:
    """Return the marks of the notes that the first and the second take do not share, by their ids."""
    different = [pair for pair in comparison.pairs if pair.kind != SAME]
    return (
        {pair.first_id: DIFFERS for pair in different if pair.first_id},
        {pair.second_id: DIFFERS for pair in different if pair.second_id},
    )


def comparison_words(comparison: Comparison, first: str, second: str) -> str:
    """Return what two takes of these names share."""
    total = len(comparison.pairs)
    same, changed = comparison.counts[SAME], comparison.changed
    alone = total - same - changed
    words = f"{first} below, {second} above: {same} of {total} notes are the same"
    if same == total:
        return f"{words}."
    return f"{words} and drawn pale; framed are {changed} that changed and {alone} that stand in one of them alone."
