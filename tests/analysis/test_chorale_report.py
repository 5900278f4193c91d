"""The report: a JSON record and a table that agree with the measures they bundle."""

from __future__ import annotations

import json

import numpy as np
import pytest

from musenb.analysis.chorale import part_writing as chorale
from musenb.analysis.chorale import report as chorale_report
from musenb.analysis.chorale.jsb import load_jsb
from musenb.analysis.chorale.trigram import trigram_chorales
from musenb.errors import ScoreError


@pytest.fixture(scope="module")
def chorales():
    return load_jsb()


@pytest.fixture(scope="module")
def bach(chorales):
    return chorale_report.evaluate(chorales["valid"], chorales["test"], chorales["train"])


def test_other_chorales_of_bach_meet_the_targets(bach):
    unmet = [name for name, row in bach["measures"].items() if row["met"] is False]
    assert unmet == ["copying_p95"]  # some melodies stand in both splits, with nearly the same harmony
    assert bach["measures"]["copying_p95"]["generated"]["median"] == 6
    assert set(chorale_report.TARGETS) < set(bach["measures"])


def test_trigrams_do_not_pass_for_music(chorales):
    drawn = trigram_chorales(chorales["train"], [240] * 15, np.random.default_rng(0))
    record = chorale_report.evaluate(drawn, chorales["test"], chorales["train"])
    met = {name for name, row in record["measures"].items() if row["met"]}
    assert met.isdisjoint({"parallels", "tertian", "in_scale", "mock_auc"})
    assert record["measures"]["mock_auc"]["generated"]["value"] > 0.95


def test_copied_training_pieces_are_found_out(chorales):
    record = chorale_report.evaluate(chorales["train"][:20], chorales["test"], chorales["train"])
    assert record["measures"]["copying_p95"]["met"] is False


def test_the_record_is_json_and_bundles_the_measures(bach, chorales):
    assert json.loads(json.dumps(bach, allow_nan=False)) == bach
    assert bach["measures"]["crossing"]["real"] == chorale.evaluate(chorales["test"])["crossing"]
    assert bach["measures"]["mock_auc"]["real"]["value"] == 0.5
    assert bach["pieces"] == {"generated": 76, "real": 77, "train": 229}


def test_the_table_has_a_line_a_measure(bach):
    lines = chorale_report.format_report(bach).splitlines()
    assert len(lines) == 2 + len(chorale_report.LABELS)
    assert lines[0].split() == ["generated", "(76)", "real", "(77)", "target"]
    row = next(line for line in lines if line.startswith("voice crossings"))
    assert "2.455 [" in row
    assert row.endswith("<= 4  met")


def test_silence_is_reported_as_not_measured(chorales):
    record = chorale_report.evaluate([np.full((16, 4), -1)], chorales["test"][:5], chorales["train"][:5])
    json.dumps(record, allow_nan=False)
    row = record["measures"]["parallels"]
    assert (row["generated"]["value"], row["met"]) == (None, False)
    assert "not met" in chorale_report.format_report(record)


@pytest.mark.parametrize(("empty", "name"), [(0, "generated"), (1, "real test"), (2, "training")])
def test_nothing_to_evaluate_is_refused(empty, name):
    grids = [[np.full((16, 4), 60)] if i != empty else [] for i in range(3)]
    with pytest.raises(ScoreError, match=f"at least 1 {name} chorale, got 0"):
        chorale_report.evaluate(*grids)


def test_every_measure_is_drawn_beside_real_music(bach) -> None:
    charts = bach.charts()
    assert len(charts) == len(chorale_report.LABELS)
    parallels = charts[0]
    assert (parallels.title, parallels.y_label) == ("parallel 5ths and 8ves", "per 100 changes")
    assert parallels.bounds == (("target <= 0.54", 0.54),)
    measured = bach["measures"]["parallels"]
    assert [series.y[0] for series in parallels.series] == [measured[side]["value"] for side in ("generated", "real")]
    assert [series.low[0] for series in parallels.series] == [measured[side]["low"] for side in ("generated", "real")]
    assert repr(bach) == chorale_report.format_report(bach)
