"""Several processes train as one does: the same curve, a common end, and nothing lost with a process that is."""

from __future__ import annotations

import json
import os
import runpy
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from musenb.errors import SettingError, TrainingError
from musenb.train import ranks as ranks_module
from musenb.train.loop import Trainer
from musenb.train.ranks import Ranks, exchange, is_first, joined, processes_here

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / "tests" / "train" / "worker.py"
BUILD: Callable[[Path, Ranks], tuple[Trainer, list[float]]] = runpy.run_path(str(WORKER))["trainer"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}


def alone(folder: Path, stop_at: int = 12) -> list[float]:
    """Train in this process from where the folder stands, and return the loss of each step."""
    run, losses = BUILD(folder, Ranks())
    run.resume()
    run.run(lambda line: None, lambda: run.step == stop_at)
    return losses


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[float], Path]:
    """Return the losses and the folder of twelve steps of one process."""
    folder = tmp_path_factory.mktemp("whole")
    return alone(folder), folder


def told(folder: Path, rank: int) -> dict:
    return json.loads((folder / f"{rank}.json").read_text())


def same_state(one: Path, other: Path) -> None:
    for name in ("last.safetensors", "best.safetensors"):
        torch.testing.assert_close(load_file(one / name), load_file(other / name), rtol=0, atol=1e-9)


@pytest.mark.timeout(600)
def test_two_processes_of_torchrun_train_as_one_does(whole: tuple[list[float], Path], tmp_path: Path) -> None:
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*torchrun, str(WORKER), str(tmp_path), "10", "-1"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    assert told(tmp_path, 0) == told(tmp_path, 1)  # to the last bit, and both stopped at the wish of the second
    assert told(tmp_path, 0)["losses"] == pytest.approx(whole[0][:10], rel=1e-6)
    assert done.stdout.count("Progress(") == 2  # at steps 4 and 8: the first process alone reports
    assert alone(tmp_path) == pytest.approx(whole[0][10:], rel=1e-6)
    same_state(tmp_path, whole[1])


@pytest.mark.timeout(600)
def test_a_lost_process_ends_the_run_and_one_process_goes_on(whole: tuple[list[float], Path], tmp_path: Path) -> None:
    assert alone(tmp_path, 4) == whole[0][:4]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told_all = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "x"}
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(tmp_path), "-1", "7"], env={**ENVIRONMENT, **told_all, "RANK": str(rank)},
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for rank in range(2)
    ]
    errors = [process.communicate(timeout=280)[1] for process in processes]
    assert processes[1].returncode == -9
    assert processes[0].returncode == 1
    assert "TrainingError: another process of the training is lost (" in errors[0]
    assert "the last checkpoint is intact: the same command goes on from it" in errors[0]
    assert told(tmp_path, 0)["losses"] == pytest.approx(whole[0][4:7], rel=1e-6)  # one process began, two went on
    assert alone(tmp_path) == whole[0][4:]  # and one ends it, from step 4
    same_state(tmp_path, whole[1])


def test_one_process_is_told_what_it_tells() -> None:
    ranks, tensor = Ranks(), torch.ones(2)
    ranks.add([tensor])
    ranks.copy([tensor])
    ranks.wait()
    assert tensor.tolist() == [1, 1]
    assert ranks.broadcast("x") == "x"
    assert ranks.any(True)
    assert not ranks.any(False)
    assert ranks.first


def test_each_number_belongs_to_one_process() -> None:
    shares = [list(Ranks(rank, 3).share(range(4, 11))) for rank in range(3)]
    assert shares == [[4, 7, 10], [5, 8], [6, 9]]


def test_more_processes_than_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="3 rows in a batch are too few for 4 processes"):
        BUILD(tmp_path, Ranks(0, 4))


def test_other_launchers_are_no_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"):
        monkeypatch.setenv(name, "3")
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    assert is_first()
    assert processes_here() == 1
    with joined("cpu") as ranks:
        assert ranks == Ranks()
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "x")
    assert not is_first()
    assert processes_here() == 3


def test_processes_that_do_not_find_each_other_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "x")
    monkeypatch.setenv("WORLD_SIZE", "2")
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(TrainingError, match=r"do not find each other: .*RANK expected"), joined("cpu"):
        pass


def test_more_processes_than_cards_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks_module.torch.cuda, "device_count", lambda: 1)
    for name, value in (("TORCHELASTIC_RUN_ID", "x"), ("WORLD_SIZE", "2"), ("LOCAL_RANK", "1")):
        monkeypatch.setenv(name, value)
    with pytest.raises(TrainingError, match="process 1 of this machine finds only 1 GPUs"), joined("cuda"):
        pass


def test_a_failed_exchange_is_a_lost_process() -> None:
    with pytest.raises(TrainingError, match=r"is lost \(Connection closed by peer\); the last checkpoint"), exchange():
        raise RuntimeError("[pair.cc:534]\nConnection closed by peer")
