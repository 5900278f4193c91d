"""Chart builders for this package's measures, a function a question.

All are pure: they read arrays and return a `Chart`, whose `plot` and `table` come with the result that uses it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from musenb.analysis.chart import Chart, Kind, Series
from musenb.errors import SettingError


def training_chart(
    steps: Sequence[int],
    loss: Sequence[float],
    validation: Sequence[float | None],
    *,
    unit: str = "nats a token",
) -> Chart:
    """Return the curves of a training: the loss on what is learned, and on music that is held apart.

    Parameters
    ----------
    steps : int (lines,)
    loss : float (lines,)
        Mean since the line before.
    validation : float or None (lines,)
        None where the model was not validated.
    unit : str
    """
    pairs = zip(steps, validation, strict=True)
    judged = [(step, value) for step, value in pairs if value is not None]
    judged_steps = [step for step, _ in judged]
    judged_loss = [value for _, value in judged]
    apart = Series("held apart", judged_steps, judged_loss, kind="points")
    return Chart("Training", "step", unit, (Series("learned from", steps, loss), apart))


def surprise_chart(measures: Mapping[str, np.ndarray], onsets: np.ndarray | None = None) -> Chart:
    """Return measures of notes along the piece: by onset, or by the number of the note where no onsets are known.

    Parameters
    ----------
    measures : mapping of str to float (notes,)
        Bits of each note, by what is measured.
    onsets : float (notes,), optional
        Quarters from the beginning. Where notes begin together they are drawn as points, as no line joins them.

    Raises
    ------
    SettingError
        There are not as many bits as onsets.
    """
    if onsets is None:
        numbered = []
        for name, bits in measures.items():
            numbers = range(1, len(bits) + 1)
            numbered.append(Series(name, numbers, bits.tolist()))
        return Chart("Surprise", "note", "bits", tuple(numbered))
    order = np.argsort(onsets, kind="stable")
    places = onsets[order].tolist()
    kind: Kind = "line" if len(set(places)) == len(places) else "points"
    timed = []
    for name, bits in measures.items():
        if len(bits) != len(onsets):
            raise SettingError(f"{name} of {len(bits)} notes, onsets of {len(onsets)}")
        timed.append(Series(name, places, bits[order].tolist(), kind=kind))
    return Chart("Surprise", "quarters from the beginning", "bits", tuple(timed))


def returns_chart(starts: Mapping[str, Sequence[int]], first: int, last: int) -> Chart:
    """Return how often a motif returns in each bar.

    Parameters
    ----------
    starts : mapping of str to sequence of int
        For each form of return, the printed numbers of the bars in which its returns begin.
    first, last : int
        Bars of the piece.
    """
    bars = list(range(first, last + 1))
    outside = sorted({bar for numbers in starts.values() for bar in numbers} - set(bars))
    if outside:
        raise SettingError(f"a return in bar {outside[0]}: the piece has bars {first} to {last}")
    counts = []
    for form, numbers in starts.items():
        found = Counter(numbers)
        counts.append(Series(form, bars, [found[bar] for bar in bars], kind="bars"))
    return Chart("Returns of the motif", "bar", "returns that begin", tuple(counts))


def structure_chart(
    values: Mapping[str, np.ndarray],
    ranges: Sequence[tuple[float, float]],
    intervals: Mapping[str, np.ndarray] | None = None,
) -> Chart:
    """Return how much music repeats itself at each time scale.

    Parameters
    ----------
    values : mapping of str to float (ranges,)
        Structureness, 0..1, of each kind of music; see `musenb.analysis.structure`.
    ranges : sequence of (float, float)
        Seconds; the last one may end at infinity.
    intervals : mapping of str to float (ranges, 2), optional
        Ends of the intervals.
    """
    names = [f"{low:g} to {high:g} s" if np.isfinite(high) else f"above {low:g} s" for low, high in ranges]
    lines = []
    for name, found in values.items():
        ends = (intervals or {}).get(name)
        low, high = ((), ()) if ends is None else ends.T.tolist()
        lines.append(Series(name, names, found.tolist(), low, high))
    return Chart("Structure over time scales", "length of what is repeated", "structureness, 0 to 1", tuple(lines))
