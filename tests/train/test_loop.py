from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from musenb.errors import SettingError, WeightsError
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.model.torch.transformer import Inputs, Transformer
from musenb.model.weights import load_weights
from musenb.train.loop import Batch, Progress, Schedule, Trainer
from musenb.train.state import read_state

CONFIG = ModelConfig(
    idiom="chorale",
    vocabulary=6, features=(4,), relations=(3,), width=8, layers=2, heads=2, feed_forward=12, max_distance=8,
    context=16, dropout=0.2,
)
SCHEDULE = Schedule(steps=12, warmup=2, validate_every=4, seed=3, average=0.9)


@dataclass
class CountingRows:
    """A trivial corpus: every token is the one before it plus one. It can be told to break at a draw."""

    break_at: int = 10**9
    rows: int = 4
    drawn: int = 0
    losses: list[float] = field(default_factory=list)

    def batch(self, rngs: Sequence[np.random.Generator]) -> Batch:
        if self.drawn == self.break_at:
            raise RuntimeError("the power is gone")
        self.drawn += 1
        first = np.array([rng.integers(0, 6, size=1) for rng in rngs])
        row = (first + np.arange(9)) % 6
        return batch_of(row)

    def validate(self, model: Transformer) -> float:
        batch = batch_of((np.arange(6)[:, None] + np.arange(9)) % 6)
        logits = model(batch.inputs).detach()
        return float(torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten()))


def batch_of(row: np.ndarray) -> Batch:
    tokens = torch.from_numpy(row)
    places = torch.arange(8).expand(len(row), 8)
    inputs = Inputs(tokens[:, :-1], (places % 4)[..., None], tokens[:, :-1, None])
    return Batch(inputs, tokens[:, 1:], torch.ones(len(row), 8))


def trainer(folder: Path, rows: CountingRows | None = None, schedule: Schedule = SCHEDULE) -> Trainer:
    torch.manual_seed(schedule.seed)
    return Trainer(Transformer(CONFIG), rows or CountingRows(), schedule, folder)


def losses_of(run: Trainer) -> list[float]:
    """Make a run keep the loss of every step, and return the list."""
    losses, update = [], run.update

    def kept() -> tuple[float, int]:
        loss, count = update()
        losses.append(loss)
        return loss, count

    run.update = kept
    return losses


def ignore(line: Progress) -> None:
    """Report nothing."""


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[float], Path]:
    """Return the losses and the folder of a run without interruption."""
    folder = tmp_path_factory.mktemp("whole")
    run = trainer(folder)
    losses = losses_of(run)
    run.run(ignore)
    return losses, folder


@pytest.mark.parametrize("break_at", [0, 3, 4, 6, 11])
def test_a_killed_run_goes_on_to_the_same_weights(
    whole: tuple[list[float], Path], break_at: int, tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match="the power is gone"):
        trainer(tmp_path, CountingRows(break_at)).run(ignore)
    run = trainer(tmp_path)
    losses = losses_of(run)
    assert run.resume() == (break_at >= 4)
    reached = run.step
    assert reached == break_at // 4 * 4
    run.run(ignore)
    assert losses == whole[0][reached:]
    for name in ("last.safetensors", "best.safetensors"):
        assert same(load_file(tmp_path / name), load_file(whole[1] / name))


@pytest.mark.parametrize("stops", [[0], [1, 2, 3], [5], [11, 12]])
def test_a_run_that_was_stopped_goes_on_where_it_was(
    whole: tuple[list[float], Path], stops: list[int], tmp_path: Path
) -> None:
    seen = []
    for stop in stops:
        run = trainer(tmp_path)
        losses = losses_of(run)
        run.resume()
        run.run(ignore, lambda at=stop, run=run: run.step >= at)
        assert run.step == stop
        seen += losses
    run = trainer(tmp_path)
    losses = losses_of(run)
    assert run.resume()
    run.run(ignore)
    assert seen + losses == whole[0]
    assert same(load_file(tmp_path / "last.safetensors"), load_file(whole[1] / "last.safetensors"))


def test_a_finished_run_has_nothing_left_to_do(whole: tuple[list[float], Path]) -> None:
    run = trainer(whole[1])
    assert run.resume()
    before = (whole[1] / "last.safetensors").read_bytes()
    assert run.run(ignore) == run.best < float("inf")
    assert (whole[1] / "last.safetensors").read_bytes() == before


def test_nothing_to_resume_is_no_error(tmp_path: Path) -> None:
    assert not trainer(tmp_path).resume()


def test_another_seed_is_another_run(whole: tuple[list[float], Path], tmp_path: Path) -> None:
    run = trainer(tmp_path, schedule=Schedule(steps=2, warmup=2, validate_every=4, seed=4))
    losses = losses_of(run)
    run.run(ignore)
    assert losses != whole[0][:2]


def test_the_loss_falls_on_a_trivial_corpus(tmp_path: Path) -> None:
    schedule = Schedule(steps=40, rate=0.02, muon_rate=0.02, warmup=5, validate_every=10, average=0.8)
    lines: list[Progress] = []
    run = trainer(tmp_path, schedule=schedule)
    untrained = run.rows.validate(run.model.eval())
    best = run.run(lines.append)
    assert untrained == pytest.approx(np.log(6))  # the readout begins at zero
    assert best < 0.1
    assert best == min(line.validation for line in lines)
    assert lines[-1].loss < lines[0].loss / 4


def test_the_log_has_a_line_for_each_report(tmp_path: Path) -> None:
    lines: list[Progress] = []
    schedule = Schedule(steps=52, warmup=2, validate_every=48, average=0.9)
    trainer(tmp_path, schedule=schedule).run(lines.append)
    assert [line.step for line in lines] == [48, 50, 52]
    assert [line.validation is None for line in lines] == [False, True, False]
    logged = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in logged] == [48, 50, 52]
    assert [entry["loss"] for entry in logged] == [line.loss for line in lines]


def test_the_best_checkpoint_plays(whole: tuple[list[float], Path]) -> None:
    config, tensors = load_weights(whole[1] / "best.safetensors")
    assert config == CONFIG
    model = Transformer(CONFIG).eval()
    model.load_state_dict(load_file(whole[1] / "best.safetensors"))
    batch = batch_of(np.arange(9)[None] % 6)
    decoder = Decoder(config, tensors)
    logits = decoder.extend(decoder.start(1), *(part.numpy() for part in vars_of(batch.inputs)))
    with torch.no_grad():
        np.testing.assert_allclose(logits, model(batch.inputs).numpy(), atol=1e-4)


def vars_of(inputs: Inputs) -> tuple[torch.Tensor, ...]:
    return inputs.tokens, inputs.features, inputs.attributes


class Judged(CountingRows):
    """Rows whose validation values are written down in advance."""

    def __init__(self, values: list[float]) -> None:
        super().__init__()
        self.values = iter(values)

    def validate(self, model: Transformer) -> float:
        return next(self.values)


def test_patience_ends_a_run_that_does_not_gain(tmp_path: Path) -> None:
    schedule = Schedule(steps=100, validate_every=1, patience=2)
    run = trainer(tmp_path, Judged([3.0, 2.0, 2.5, 2.0, 1.0]), schedule)
    assert run.run(ignore) == 2.0
    assert run.step == 4


def test_the_best_average_is_kept(tmp_path: Path) -> None:
    run = trainer(tmp_path, Judged([3.0, 2.0, 2.5]), Schedule(steps=3, validate_every=1))
    kept: list[dict[str, torch.Tensor]] = []
    run.run(lambda line: kept.append({name: value.clone() for name, value in run.average.items()}))
    assert same(load_file(tmp_path / "best.safetensors"), kept[1])
    assert not same(kept[1], kept[2])


def test_validation_leaves_the_live_weights_alone(tmp_path: Path) -> None:
    run = trainer(tmp_path)
    run.folder.mkdir(exist_ok=True)
    run.update()
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    run.validate()
    assert same(before, run.model.state_dict())


def test_weights_of_cells_that_do_not_count_change_nothing(tmp_path: Path) -> None:
    class Half(CountingRows):
        def batch(self, rngs: Sequence[np.random.Generator]) -> Batch:
            whole = super().batch(rngs)
            weights = whole.weights.clone()
            weights[:, 4:] = 0
            targets = whole.targets.clone()
            targets[:, 4:] = self.filler
            return Batch(whole.inputs, targets, weights)

    losses = []
    for filler in (0, 5):
        rows = Half()
        rows.filler = filler
        loss, count = trainer(tmp_path, rows).update()
        losses.append(loss)
        assert count == 16
    assert losses[0] == losses[1]


def test_batches_added_up_are_one_larger_batch(tmp_path: Path) -> None:
    runs = []
    for rows, accumulate in ((6, 1), (2, 3)):
        torch.manual_seed(0)
        schedule = Schedule(steps=4, warmup=1, accumulate=accumulate)
        run = Trainer(Transformer(CONFIG).double(), UnevenRows(rows=rows), schedule, tmp_path)
        losses = [run.update() for _ in range(4)]
        runs.append((losses, run.model.state_dict()))
    (large, weights), (small, others) = runs
    assert [count for _, count in large] == [count for _, count in small]
    np.testing.assert_allclose([loss for loss, _ in large], [loss for loss, _ in small], rtol=1e-6)
    torch.testing.assert_close(weights, others, rtol=0, atol=1e-10)


class UnevenRows(CountingRows):
    """Rows in which each has its own number of cells that count."""

    def batch(self, rngs: Sequence[np.random.Generator]) -> Batch:
        whole = super().batch(rngs)
        stops = torch.tensor([[int(rng.integers(0, 9))] for rng in rngs])
        return Batch(whole.inputs, whole.targets, (torch.arange(8) < stops).float())


def test_mixed_precision_stays_near_single(tmp_path: Path) -> None:
    curves = []
    for precision in ("float32", "bfloat16"):
        run = trainer(tmp_path, schedule=Schedule(steps=8, warmup=2, precision=precision))
        curves.append([run.update()[0] for _ in range(8)])
        assert {value.dtype for value in run.model.parameters()} == {torch.float32}
    assert curves[0] != curves[1]
    np.testing.assert_allclose(curves[0], curves[1], rtol=0.02)


def test_the_rate_rises_stays_and_falls() -> None:
    schedule = Schedule(steps=100, warmup=10, decay=0.4)
    rates = [schedule.rate_at(step) for step in range(100)]
    assert rates[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert rates[9:61] == [1.0] * 52
    assert rates[80] == pytest.approx(0.5)
    assert rates[99] == pytest.approx(1 / 40)
    assert schedule.rate_at(100) == 0
    assert Schedule(steps=3, warmup=0, decay=0).rate_at(2) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps 0 and validate_every 500 must be at least 1"),
        ({"validate_every": 0}, "steps 8000 and validate_every 0 must be at least 1"),
        ({"decay": 1.1}, "decay 1.1 must be in 0..1"),
        ({"average": 1.0}, "average 1.0 in 0 to below 1"),
        ({"patience": -1}, "patience -1 and warmup 100 must be at least 0"),
        ({"accumulate": 0}, "accumulate 0 is below 1"),
        ({"precision": "half"}, "precision 'half' is none of float32, bfloat16"),
        ({"seed": -1}, "seed -1 is outside 0..4294967295"),
    ],
)
def test_schedules_outside_their_range_are_named(settings: dict, message: str) -> None:
    with pytest.raises(SettingError, match=re.escape(message)):
        Schedule(**settings)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip_a_number(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1001] ^= 4
    path.write_bytes(data)


def lie_about_the_step(path: Path) -> None:
    data = path.read_bytes()
    assert b'"step":"1"' in data
    path.write_bytes(data.replace(b'"step":"1"', b'"step":"9"'))


def foreign(path: Path) -> None:
    save_file({"a": torch.zeros(2)}, path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, "is damaged: .*; delete it"),
        (empty, "is damaged: .*; delete it"),
        (flip_a_number, "is damaged: its checksum does not fit; delete it"),
        (lie_about_the_step, "is damaged: its checksum does not fit; delete it"),
        (foreign, "is not the state of a training"),
    ],
)
def test_a_damaged_state_is_named(damage: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    trainer(tmp_path, schedule=Schedule(steps=1, validate_every=1)).run(ignore)
    damage(tmp_path / "last.safetensors")
    with pytest.raises(WeightsError, match=f"last.safetensors' {message}"):
        trainer(tmp_path).resume()


def test_a_state_without_a_checksum_goes_on_with_a_warning(tmp_path: Path) -> None:
    trainer(tmp_path, schedule=Schedule(steps=1, validate_every=1)).run(ignore)
    found = read_state(tmp_path / "last.safetensors")
    assert found is not None
    metadata, tensors = found
    save_file(tensors, tmp_path / "last.safetensors", metadata=metadata)
    with pytest.warns(UserWarning, match="last.safetensors' has no checksum"):
        assert trainer(tmp_path).resume()


def test_a_state_of_another_shape_is_named(tmp_path: Path) -> None:
    trainer(tmp_path, schedule=Schedule(steps=1, validate_every=1)).run(ignore)
    other = ModelConfig(
        idiom="chorale", vocabulary=6, features=(4,), relations=(3,), width=16, layers=1, heads=2, feed_forward=8
    )
    with pytest.raises(WeightsError, match=r'has the configuration .*, not .*"width": 16'):
        Trainer(Transformer(other), CountingRows(), SCHEDULE, tmp_path).resume()
