from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from musenb.commands.main import main


def test_the_first_interrupt_of_a_training_ends_it_in_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = []

    def training(run: object, report: object, stop: Callable[[], bool]) -> float:
        asked.append(stop())
        signal.raise_signal(signal.SIGINT)
        asked.append(stop())
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return 1.0

    monkeypatch.setattr("musenb.train.run.train", training)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert main(["train", "jsb", "--folder", str(tmp_path)]) == 130
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert asked == [False, True]
    assert capsys.readouterr().err.endswith("musenb: interrupted; the same command goes on from here\n")


def test_a_training_prints_its_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from musenb.train.loop import Progress
    from musenb.train.run import Run

    def training(run: Run, report: Callable[[Progress], None], stop: Callable[[], bool]) -> float:
        assert (run.task, run.variant, run.schedule.steps, run.schedule.patience) == ("jsb", "relative", 9, 2)
        assert (run.schedule.accumulate, run.schedule.precision) == (3, "bfloat16")
        report(Progress(5, 1.25, None, 1000.4))
        report(Progress(9, 1.0, 0.75, 900.0))
        return 0.75

    monkeypatch.setattr("musenb.train.run.train", training)
    arguments = ["--variant", "relative", "--steps", "9", "--patience", "2", "--folder", str(tmp_path)]
    arguments += ["--accumulate", "3", "--precision", "bfloat16"]
    assert main(["train", "jsb", *arguments]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "step 5  loss 1.2500  1000 cells/s",
        "step 9  loss 1.0000  900 cells/s  validation 0.7500",
        f"best validation loss 0.7500 nats per cell; the model is '{tmp_path / 'best.safetensors'}'",
    ]


def test_the_processes_of_torchrun_share_the_processors_and_one_speaks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    threads: list[int] = []
    monkeypatch.setattr("musenb.train.run.train", lambda run, report, stop: threads.append(run.threads) or 0.5)
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    assert main(["train", "jsb", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out != ""
    for name, value in (("TORCHELASTIC_RUN_ID", "x"), ("RANK", "1"), ("LOCAL_WORLD_SIZE", "4")):
        monkeypatch.setenv(name, value)
    assert main(["train", "jsb", "--folder", str(tmp_path)]) == 0
    assert threads == [8, 2]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chorale", "--steps", "0"], "steps 0 is below 1"),
        (["chorale", "--variant", "best"], "unknown variant 'best' of the chorale model; the variants are rel"),
        (["jsb", "--variant", "best"], "unknown variant 'best'"),
        (["chorale", "--size", "tiny"], "unknown size 'tiny' of a network; the sizes are twin, small, medium, large"),
        (["jsb", "--dropout", "1"], "dropout 1.0 is outside 0 to below 1"),
        (["jsb", "--size", "huge"], "unknown size 'huge' of a network; the sizes are twin, small, medium, large"),
        (["jsb", "--data", "."], "--data is for training on one's own chorales"),
        (["chorale", "--data", "nowhere"], "no folder 'nowhere' to train on"),
        (["jsb", "--seed", "-1"], "seed -1 is outside"),
        (["jsb", "--cells", "6"], "cells 6 a multiple of 4"),
        (["jsb", "--accumulate", "0"], "accumulate 0 is below 1"),
        (["jsb", "--threads", "0"], "threads 0 is below 1"),
    ],
)
def test_trainings_that_cannot_be_are_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["train", *arguments, "--folder", str(tmp_path / "run")]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
