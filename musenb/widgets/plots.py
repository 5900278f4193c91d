"""Plotly figures of charts, drawn by JupyterLab itself.

A figure goes into the notebook as plotly's own MIME type and as numbers in plain text, and as nothing else: no script
is fetched, and none is stored. (plotly's default adds a page with its whole library, and a FigureWidget stores 5 MB.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any

from musenb.analysis.chart import Chart, Series
from musenb.errors import MusenbError, SettingError
from musenb.export.palette import VOICES_ON_DARK, VOICES_ON_LIGHT

if TYPE_CHECKING:
    import plotly.graph_objects as go

MIME = "application/vnd.plotly.v1+json"
PANEL_WIDTH, PANEL_HEIGHT, HEAD = 360, 220, 90
MOST_COLUMNS = 2
# Series differ by more than colour.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "x")
SHAPES = ("", "/", ".", "x", "-", "\\")
PAPER = {False: "#ffffff", True: "#111111"}
INK = {False: "#222222", True: "#eeeeee"}
GRID = {False: "#dddddd", True: "#444444"}
SHOWN_ROWS = 12
MOST_COUNTED = 8


def figure(charts: Sequence[Chart], dark: bool = False) -> go.Figure:
    """Return charts as one figure, a panel each.

    Parameters
    ----------
    charts : sequence of Chart
        At least one.
    dark : bool
        For a dark page.

    Raises
    ------
    SettingError
        There is no chart.
    MusenbError
        plotly is not installed.
    """
    if not charts:
        raise SettingError("a figure needs at least 1 chart, got 0")
    columns = min(MOST_COLUMNS, len(charts))
    down = ceil(len(charts) / columns)
    made = _figure_class()()
    made.set_subplots(rows=down, cols=columns, subplot_titles=[chart.title for chart in charts])
    for place, chart in enumerate(charts):
        where: dict[str, Any] = {"row": place // columns + 1, "col": place % columns + 1}
        _add(made, chart, where, dark, first=place == 0)
    made.update_layout(
        template="none",
        barmode="stack",
        hovermode="x unified" if len(charts) == 1 else "closest",
        paper_bgcolor=PAPER[dark],
        plot_bgcolor=PAPER[dark],
        font={"color": INK[dark], "size": 12},
        width=PANEL_WIDTH * max(columns, 2),
        height=HEAD + PANEL_HEIGHT * (down + (len(charts) == 1)),
        margin={"l": 60, "r": 20, "t": 50, "b": 50},
        legend={"orientation": "h", "y": -0.2 / down},
    )
    made.musenb_charts = tuple(charts)
    return made


def mime_bundle(charts: Sequence[Chart], drawn: dict[str, Any]) -> dict[str, Any]:
    """Return what a notebook keeps of a figure: plotly's JSON and the numbers as text."""
    config = {"displaylogo": False, "responsive": True}
    figure = {"data": drawn["data"], "layout": drawn["layout"], "config": config}
    return {MIME: figure, "text/plain": text(charts)}


def text(charts: Sequence[Chart], most: int = SHOWN_ROWS) -> str:
    """Return charts as lines for a terminal: for each series its first values, with intervals in brackets."""
    lines = []
    for chart in charts:
        lines.append(f"{chart.title} ({chart.y_label}, by {chart.x_label})")
        lines += [f"  {series.name}: {_values(series, most)}" for series in chart.series]
        lines += [f"  {name}: {value:g}" for name, value in chart.bounds]
    return "\n".join(lines)


def _values(series: Series, most: int) -> str:
    said = []
    for place in range(min(most, len(series.x))):
        x, y = series.x[place], series.y[place]
        ends = f" [{_number(series.low[place])}, {_number(series.high[place])}]" if series.low else ""
        place_name = x if isinstance(x, str) else format(x, "g")
        said.append(f"{'' if x == series.name else f'{place_name}: '}{_number(y)}{ends}")
    left_out = len(series.x) - len(said)
    return ", ".join(said) + (f", and {left_out} more" if left_out else "")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _add(
    made: go.Figure,
    chart: Chart,
    where: dict[str, Any],
    dark: bool,
    *,
    first: bool,
) -> None:
    """Draw one chart in its panel; the legend names the series of the first panel, where places do not name them."""
    named = first and not all(series.x == (series.name,) for series in chart.series)
    for number, series in enumerate(chart.series):
        made.add_trace(_trace(series, number, dark, named=named), **where)
    for name, value in chart.bounds:
        made.add_hline(
            y=value,
            line={"color": INK[dark], "dash": "dot", "width": 1},
            annotation_text=name,
            **where,
        )
    axis: dict[str, Any] = {
        "gridcolor": GRID[dark],
        "linecolor": GRID[dark],
        "zerolinecolor": GRID[dark],
    }
    made.update_xaxes(title_text=chart.x_label, **axis, **where)
    whole: dict[str, Any] = {"dtick": 1} if _few_counts(chart) else {}
    made.update_yaxes(title_text=chart.y_label, rangemode="tozero", **whole, **axis, **where)


def _few_counts(chart: Chart) -> bool:
    """Return True for small numbers of things, between which no value can be."""
    values = [y for series in chart.series for y in series.y if y is not None]
    bars_alone = all(series.kind == "bars" for series in chart.series)
    return bars_alone and sum(values) > 0 and max(values) <= MOST_COUNTED


def _trace(
    series: Series,
    number: int,
    dark: bool,
    *,
    named: bool,
) -> go.Scatter | go.Bar:
    """Return a series as a trace whose colour, dash and sign are those of its number."""
    import plotly.graph_objects as go

    colours = VOICES_ON_DARK if dark else VOICES_ON_LIGHT
    colour = colours[number % len(colours)]
    common = {
        "name": series.name,
        "x": list(series.x),
        "y": list(series.y),
        "legendgroup": series.name,
    }
    common |= {"showlegend": named, "error_y": _errors(series, colour)}
    if series.kind == "bars":
        pattern = {"shape": SHAPES[number % len(SHAPES)], "fgcolor": PAPER[dark], "fillmode": "overlay"}
        return go.Bar(marker={"color": colour, "pattern": pattern}, **common)
    # A point alone would be no line.
    mode = "markers" if series.kind == "points" else "lines+markers" if len(series.x) < SHOWN_ROWS else "lines"
    return go.Scatter(
        mode=mode, line={"color": colour, "dash": DASHES[number % len(DASHES)]},
        marker={"color": colour, "symbol": SYMBOLS[number % len(SYMBOLS)], "size": 8}, **common,
    )  # fmt: skip


def _errors(series: Series, colour: str) -> dict[str, Any] | None:
    """Return the interval of each value as plotly's distances above and below."""
    if not series.low:
        return None
    above = [_distance(y, high) for y, high in zip(series.y, series.high, strict=True)]
    below = [_distance(low, y) for y, low in zip(series.y, series.low, strict=True)]
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "color": colour}


def _distance(lower: float | None, upper: float | None) -> float:
    return 0.0 if lower is None or upper is None else upper - lower


@cache
def _figure_class() -> type[go.Figure]:
    """Return the class of figures that display themselves without plotly's renderers."""
    try:
        import plotly.graph_objects as go
    except ImportError:
        raise MusenbError("a plot needs plotly: python -m pip install 'musenb[lab]'") from None

    class Figure(go.Figure):
        """A plotly Figure that a notebook keeps small."""

        musenb_charts: tuple[Chart, ...] = ()

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "musenb_charts":
                object.__setattr__(self, name, value)
            else:
                super().__setattr__(name, value)

        def _repr_mimebundle_(
            self, include: object = None, exclude: object = None, validate: bool = True, **_: Any
        ) -> dict[str, Any]:
            return mime_bundle(self.musenb_charts, json.loads(str(self.to_json())))

        def __repr__(self) -> str:
            return text(self.musenb_charts)

    # IPython takes these before or beside the bundle: plotly's go by its renderers and carry scripts.
    for name in ("_ipython_display_", "_repr_html_"):
        setattr(Figure, name, None)
    return Figure
