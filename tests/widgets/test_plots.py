"""Figures of charts: what a notebook keeps of them, and what they draw, in light and dark."""

from __future__ import annotations

import json
import sys

import pytest

pytest.importorskip("plotly", reason="figures need the 'lab' extra")

from musenb.analysis.chart import Chart, Plottable, Series
from musenb.errors import MusenbError, SettingError
from musenb.export.palette import VOICES_ON_DARK, VOICES_ON_LIGHT
from musenb.widgets import plots
from musenb.widgets.plots import MIME, figure, text

LEARNED = Series("learned", range(20), range(20))
APART = Series("apart", [5], [2], kind="points")
CURVES = Chart("Loss", "step", "nats", (LEARNED, APART))
SIDES = (Series("a", ["a"], [3], [2], [5], kind="points"), Series("b", ["b"], [5], [4], [7], kind="points"))
MEASURE = Chart("Crossings", "pieces", "per 100", SIDES, (("target <= 4", 4),))
EXACT = Series("exact", [1, 2], [1, 0], kind="bars")
TURNED = Series("turned", [1, 2], [0, 2], kind="bars")
COUNTS = Chart("Returns", "bar", "count", (EXACT, TURNED))


class Result(Plottable):
    """A result with one chart."""

    def charts(self) -> list[Chart]:
        return [CURVES]


def test_a_notebook_keeps_plotlys_json_and_text_and_no_script() -> None:
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(figure([CURVES]))
    assert set(data) == {MIME, "text/plain"}
    kept = json.dumps(data)
    assert len(kept) < 5000
    assert "http" not in kept
    assert "<script" not in kept


def test_a_result_is_plotted_by_what_draws() -> None:
    drawn = Result().plot(dark=True)
    assert [trace.name for trace in drawn.data] == ["learned", "apart"]
    assert drawn.layout.paper_bgcolor == plots.PAPER[True]


@pytest.mark.parametrize(("dark", "colours"), [(False, VOICES_ON_LIGHT), (True, VOICES_ON_DARK)])
def test_series_differ_by_more_than_colour(dark: bool, colours: tuple[str, ...]) -> None:
    drawn = figure([Chart("Two", "x", "y", (Series("one", [1, 2], [1, 2]), Series("two", [1, 2], [2, 1])))], dark)
    assert [trace.line.color for trace in drawn.data] == list(colours[:2])
    assert [trace.line.dash for trace in drawn.data] == ["solid", "dash"]
    assert [trace.marker.symbol for trace in drawn.data] == ["circle", "square"]
    bars = figure([COUNTS], dark).data
    assert [trace.marker.pattern.shape for trace in bars] == ["", "/"]


def test_intervals_and_targets_are_drawn() -> None:
    drawn = figure([MEASURE])
    assert [(*trace.error_y.arrayminus, *trace.error_y.array) for trace in drawn.data] == [(1, 2), (1, 2)]
    assert [shape.y0 for shape in drawn.layout.shapes] == [4]
    assert any(note.text == "target <= 4" for note in drawn.layout.annotations)
    assert not any(trace.showlegend for trace in drawn.data), "the places name them"


def test_small_counts_have_whole_ticks() -> None:
    assert figure([COUNTS]).layout.yaxis.dtick == 1
    assert figure([CURVES]).layout.yaxis.dtick is None


def test_each_chart_has_a_panel() -> None:
    drawn = figure([MEASURE, MEASURE, COUNTS])
    assert [note.text for note in drawn.layout.annotations[:3]] == ["Crossings", "Crossings", "Returns"]
    assert {trace.xaxis for trace in drawn.data} == {"x", "x2", "x3"}


def test_the_numbers_are_there_as_text() -> None:
    assert text([MEASURE]) == "Crossings (per 100, by pieces)\n  a: 3 [2, 5]\n  b: 5 [4, 7]\n  target <= 4: 4"
    assert text([CURVES]).splitlines()[1].endswith("11: 11, and 8 more")
    assert repr(figure([COUNTS])).splitlines()[1] == "  exact: 1: 1, 2: 0"


def test_no_chart_is_refused() -> None:
    with pytest.raises(SettingError, match="at least 1 chart, got 0"):
        figure([])


def test_without_plotly_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    plots._figure_class.cache_clear()
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(MusenbError, match=r"a plot needs plotly: python -m pip install 'musenb\[lab\]'"):
        figure([CURVES])
