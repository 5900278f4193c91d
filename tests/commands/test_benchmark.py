"""`musenb bench`: every figure that is promised, from a run of tiny networks."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from musenb.commands import bench as benchmark
from musenb.commands.bench import TARGETS, figures, session_figures, table
from musenb.commands.main import main
from musenb.errors import MusenbError
from musenb.model.bench import attention as bench
from musenb.model.bench import decoding as bench_decode
from musenb.model.config import ModelConfig

TINY = ModelConfig(
    idiom="chorale", vocabulary=11, width=16, layers=1, heads=2, feed_forward=32, max_distance=16, context=24
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure tiny networks, without fresh processes and without the peer."""
    attention, decode = bench.attention_figures, bench_decode.decode_figures

    def tiny_attention(*, lengths: object, headline: int, **settings: object) -> dict:
        return attention(lengths=(8, 16, 24), headline=24, layers=1, width=16, **settings)

    monkeypatch.setattr(bench, "attention_figures", tiny_attention)
    monkeypatch.setattr(bench, "peak_memory", lambda form, length, **_: length * (1.0 if form == "floor" else 1.3))
    monkeypatch.setattr(
        bench_decode, "decode_figures", lambda config=TINY, **_: decode(TINY, rounds=1, positions=(0, 23))
    )
    session = {"import_s": 0.1, "load_ms": 1.0, "first_note_cold_ms": 9.0, "first_note_ms": 5.0, "session_mb": None}
    monkeypatch.setattr(benchmark, "session_figures", lambda processes: session)
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "transformers" else found(name))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("quick", [True, False])
def test_every_figure_is_there(quick: bool) -> None:
    record = json.loads(json.dumps(figures(quick=quick)))
    assert record.keys() >= TARGETS.keys() - {"decode_x_hf_gpt2"}
    assert "decode_x_hf_gpt2" not in record
    assert record["memory_x_floor"] == pytest.approx(1.3)
    assert record["decode_x_sgemv"] == record["decode"]["decode_x_sgemv"] > 0
    assert record["first_note_ms"] == 5
    assert record["session_mb"] is None
    forms = {row["form"] for row in record["attention"]["times"]}
    assert forms == ({"floor", "chunked"} if quick else set(bench.FORMS))
    assert record["attention"]["growth"].keys() == {"forward_ms", "train_ms", "train_mb"}


@pytest.mark.usefixtures("small")
def test_the_peer_counts_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(bench_decode, "gpt2_figures", lambda **_: {"decode_x_hf_gpt2": 3.5})
    assert figures(quick=True)["decode_x_hf_gpt2"] == 3.5


@pytest.mark.usefixtures("small")
def test_the_command_prints_a_table_or_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--quick", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert main(["bench", "--quick"]) == 0
    out = capsys.readouterr().out
    for name in TARGETS:
        assert (name in out) == (record.get(name) is not None)
    assert "aim: at most 1.5" in out
    assert max(map(len, out.splitlines())) < 140
    assert "token 24" in table(record)


def test_a_fresh_process_tells_of_the_first_note() -> None:
    found = session_figures(1)
    assert all(found[name] > 0 for name in ("import_s", "load_ms", "first_note_cold_ms", "first_note_ms"))
    assert found["session_mb"] is None or found["session_mb"] > 20


def test_the_best_of_the_processes_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    count = tmp_path / "count"
    code = f"""
from pathlib import Path
count = Path({str(count)!r}); number = len(count.read_text()) if count.exists() else 0
count.write_text("x" * (number + 1))
print('{{"import_s": %d, "session_mb": null}}' % (9, 4, 6)[number])
"""
    monkeypatch.setattr(benchmark, "SESSION", code)
    assert session_figures(3) == {"import_s": 4, "session_mb": None}


def test_a_failed_process_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "SESSION", "raise SystemExit('no model')")
    with pytest.raises(MusenbError, match="measuring the first note failed: no model"):
        session_figures(1)


def test_the_measured_process_loads_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        benchmark, "SESSION", benchmark.SESSION + "; import sys; assert 'torch' not in sys.modules, 'torch is loaded'"
    )
    assert session_figures(1)["import_s"] > 0
