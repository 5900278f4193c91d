"""Charts as data, the table of their numbers, and the charts of the measures."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from musenb.analysis.chart import Chart, Series, rows, table
from musenb.analysis.charts import returns_chart, structure_chart, surprise_chart, training_chart
from musenb.errors import MusenbError, SettingError


def test_numbers_of_any_kind_become_plain_ones() -> None:
    series = Series("one", np.arange(3), np.array([0.5, math.nan, math.inf], np.float32))
    assert series.x == (0.0, 1.0, 2.0)
    assert series.y == (0.5, None, None)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"x": [1, 2], "y": [1]}, "series 'one' has 2 x, 1 y, 0 low and 0 high values"),
        ({"x": [1], "y": [1], "low": [0]}, "1 x, 1 y, 1 low and 0 high"),
        ({"x": [1], "y": [1], "low": [0, 0], "high": [2, 2]}, "1 x, 1 y, 2 low and 2 high"),
    ],
)
def test_a_series_has_as_many_of_each(values: dict, fault: str) -> None:
    with pytest.raises(SettingError, match=fault):
        Series("one", **values)


def test_records_name_chart_series_place_and_interval() -> None:
    chart = Chart("Size", "age", "cm", (Series("a", ["old"], [2], [1], [3]), Series("b", ["old"], [None])))
    assert rows([chart]) == [
        {"chart": "Size", "series": "a", "age": "old", "value": 2, "low": 1, "high": 3},
        {"chart": "Size", "series": "b", "age": "old", "value": None},
    ]


def test_a_table_has_a_row_a_place_and_a_column_a_series() -> None:
    pytest.importorskip("pandas", reason="a table is for who has pandas")
    series = (Series("a", [1, 2], [2, None], [1, None], [3, None]), Series("b", [2, 3], [5, 6]))
    chart = Chart("Size", "age", "cm", series)
    found = table([chart])
    assert list(found.columns) == ["a", "a, low", "a, high", "b"]
    assert found.index.name == "age"
    assert found.loc[2.0, "b"] == 5
    assert math.isnan(found.loc[3.0, "a"])
    assert list(table([chart, chart]).columns) == ["chart", "series", "age", "value", "low", "high"]


def test_without_pandas_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MusenbError, match="pip install pandas; `rows` gives plain records"):
        table([Chart("Size", "age", "cm", (Series("a", [1], [2]),))])


def test_validation_stands_where_it_was_measured() -> None:
    learned, apart = training_chart([50, 100, 150], [3, 2, 1], [None, 2.5, None]).series
    assert (learned.x, learned.y) == ((50, 100, 150), (3, 2, 1))
    assert (apart.x, apart.y) == ((100,), (2.5,))


def test_surprise_runs_by_onset_where_onsets_are_known() -> None:
    bits = np.array([1.0, 2.0, 3.0])
    chart = surprise_chart({"surprise": bits}, np.array([2.0, 0.0, 1.0]))
    (found,) = chart.series
    assert (found.x, found.y, found.kind) == ((0, 1, 2), (2, 3, 1), "line")
    assert chart.x_label == "quarters from the beginning"
    (together,) = surprise_chart({"surprise": bits}, np.array([2.0, 0.0, 0.0])).series
    assert (together.x, together.y, together.kind) == ((0, 0, 2), (2, 3, 1), "points")
    with pytest.raises(SettingError, match="surprise of 3 notes, onsets of 2"):
        surprise_chart({"surprise": bits}, np.zeros(2))


def test_surprise_is_numbered_where_no_onsets_are_known() -> None:
    chart = surprise_chart({"surprise": np.array([1.0, 2.0])})
    assert chart.x_label == "note"
    assert chart.series[0].x == (1, 2)


def test_returns_are_counted_in_every_bar() -> None:
    exact, inverted = returns_chart({"exact": [0, 2, 2], "inverted": []}, 0, 3).series
    assert (exact.x, exact.y) == ((0, 1, 2, 3), (1, 0, 2, 0))
    assert inverted.y == (0, 0, 0, 0)
    with pytest.raises(SettingError, match="a return in bar 4: the piece has bars 0 to 3"):
        returns_chart({"exact": [4]}, 0, 3)


def test_time_scales_are_named_and_a_short_piece_has_no_value() -> None:
    ends = np.array([[0.3, 0.5], [0.1, 0.3]])
    chart = structure_chart({"Bach": np.array([0.4, 0.2]), "short": np.array([0.5, math.nan])},
                            [(3, 8), (15, math.inf)], {"Bach": ends})  # fmt: skip
    bach, short = chart.series
    assert bach.x == ("3 to 8 s", "above 15 s")
    assert (bach.low, bach.high) == ((0.3, 0.1), (0.5, 0.3))
    assert (short.y, short.low) == ((0.5, None), ())
