"""Score excerpt by bars."""

from __future__ import annotations

from musenb.errors import SettingError
from musenb.score.note import Score


def excerpt(score: Score, bars: int | tuple[int, int]) -> Score:
    """Return the first bars of a score, with its upbeat, or those from one printed number to another.

    Raises
    ------
    SettingError
        There are no such bars.
    """
    if isinstance(bars, bool):
        raise SettingError(f"bars {bars!r} is neither a number nor a pair (first, last)")
    if isinstance(bars, int):
        if bars < 1:
            raise SettingError(f"cannot take the first {bars} bars: at least 1")
        return score.first_bars(bars)
    try:
        first, last = bars
    except (TypeError, ValueError):
        raise SettingError(f"bars {bars!r} is neither a number nor a pair (first, last)") from None
    inside = [bar for bar in score.bars() if first <= bar.number <= last]
    if not inside:
        numbers = [bar.number for bar in score.bars()] or [0]
        raise SettingError(f"bars {first}..{last} are not in the piece, which has {numbers[0]}..{numbers[-1]}")
    return score.cut(inside[0].onset, inside[-1].end)
