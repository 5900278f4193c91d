"""Chart data: series of numbers along something, as a result hands them to a plot or a table.

A result that is numbers along something derives from `Plottable` and says in `charts` what there is to draw. It knows
neither plotly nor a theme: `plot` hands its charts to what draws them, which the package's `__init__` names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from musenb.analysis.table import pandas
from musenb.errors import SettingError
from musenb.score.display import HOOKS

Place = float | str
Kind = Literal["line", "points", "bars"]


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart.

    Parameters
    ----------
    name : str
    x : sequence of float or str
        Numbers along an axis, or names of categories.
    y : sequence of float or None
        As many; None and not-a-number where there is no value.
    low, high : sequence of float or None, optional
        Ends of the interval around each value; both or neither.
    kind : {'line', 'points', 'bars'}

    Raises
    ------
    SettingError
        There are not as many of one as of the other.
    """

    name: str
    x: Sequence[Place]
    y: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    kind: Kind = "line"

    def __post_init__(self) -> None:
        for name in ("x", "y", "low", "high"):
            object.__setattr__(self, name, tuple(_plain(value) for value in getattr(self, name)))
        counts = {len(self.x), len(self.y)}
        if self.low or self.high:
            counts |= {len(self.low), len(self.high)}
        if len(counts) > 1:
            sizes = f"{len(self.x)} x, {len(self.y)} y, {len(self.low)} low and {len(self.high)} high values"
            raise SettingError(f"series {self.name!r} has {sizes}; as many of each are needed")


@dataclass(frozen=True, slots=True)
class Chart:
    """Series on one pair of axes.

    Parameters
    ----------
    title : str
    x_label, y_label : str
        With their units.
    series : sequence of Series
    bounds : sequence of (str, float)
        Levels to compare with, each with its name: a target, a guess by chance.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    bounds: tuple[tuple[str, float], ...] = ()


class Plottable:
    """Base of results that can be drawn and tabulated."""

    __slots__ = ()

    def charts(self) -> list[Chart]:
        """Return what there is to draw, at least one chart."""
        raise NotImplementedError

    def plot(self, *, dark: bool = False) -> Any:
        """Return a plotly Figure that JupyterLab draws by itself, without the network.

        Parameters
        ----------
        dark : bool
            For a dark page.

        Raises
        ------
        MusenbError
            plotly is not installed.
        """
        return HOOKS.figure(self.charts(), dark)

    def table(self) -> Any:
        """Return the numbers as a pandas DataFrame: see `table`.

        Raises
        ------
        MusenbError
            pandas is not installed.
        """
        return table(self.charts())


def rows(charts: Sequence[Chart]) -> list[dict[str, Any]]:
    """Return one record a value: chart, series, x, y and, where there is an interval, low and high."""
    found = []
    for chart in charts:
        for series in chart.series:
            for place, (x, y) in enumerate(zip(series.x, series.y, strict=True)):
                row = {"chart": chart.title, "series": series.name, chart.x_label: x, "value": y}
                if series.low:
                    row |= {"low": series.low[place], "high": series.high[place]}
                found.append(row)
    return found


def table(charts: Sequence[Chart]) -> Any:
    """Return charts as a pandas DataFrame, a row a value; of one chart alone a row a place and a column a series.

    Raises
    ------
    MusenbError
        pandas is not installed.
    """
    pd = pandas("rows")
    if len(charts) > 1:
        return pd.DataFrame(rows(charts))
    (chart,) = charts
    columns = {}
    for series in chart.series:
        index = pd.Index(series.x, name=chart.x_label)
        parts = {series.name: series.y}
        if series.low:
            parts[f"{series.name}, low"] = series.low
            parts[f"{series.name}, high"] = series.high
        for name, values in parts.items():
            columns[name] = pd.Series(values, index=index, dtype=float)
    return pd.DataFrame(columns)


def _plain(value: Any) -> Any:
    """Return a number as a Python float, not-a-number as None, and a name as it is."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    return number if math.isfinite(number) else None
