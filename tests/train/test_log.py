"""The log of a training, read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from musenb.errors import LoadError
from musenb.train.log import NAME, read_log

LINES = [
    {"step": 50, "loss": 3.0, "validation": None, "tokens_a_second": 100.0},
    {"step": 100, "loss": 2.0, "validation": 2.5, "tokens_a_second": 110.0},
]


def test_a_log_is_read_as_columns_and_drawn(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("".join(json.dumps(line) + "\n" for line in LINES))
    log = read_log(tmp_path)
    assert (log.step, log.loss, log.validation) == ((50, 100), (3.0, 2.0), (None, 2.5))
    (chart,) = log.charts()
    assert [series.y for series in chart.series] == [(3.0, 2.0), (2.5,)]


def test_a_folder_without_a_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="no log of a training in"):
        read_log(tmp_path)


@pytest.mark.parametrize("written", ["{}", "[1]", "nothing", '{"step": 1}', "3"])
def test_what_is_no_log_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / NAME).write_text(written + "\n")
    with pytest.raises(LoadError, match="is no log of a training"):
        read_log(tmp_path)
