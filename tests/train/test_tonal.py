"""The tonal chorale model's rows: what is drawn, given, hidden and judged."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from musenb.model.torch.transformer import Transformer
from musenb.score.from_text import score_from_text
from musenb.tokens.chorale import draws as chorale_draws
from musenb.tokens.chorale.grid import HOLD, REST, Grid, encode, sounding
from musenb.tokens.chorale.tonal import KEY_UNKNOWN, TonalFrame
from musenb.train import tonal, tonal_run
from musenb.train.chorale_data import chorale_grid, write_grids
from musenb.train.loop import Schedule
from musenb.train.tonal import Piece, closing_key, row_of_given, varied

TEXT = """key={key} upbeat=1
soprano: A4  | B4 A4  G4:2^ | F#4 E4 D4:2^
alto:    F#4 | G4 F#4 E4:2^ | D4 C#4 A3:2^
tenor:   D4  | D4 D4  B3:2^ | A3 A3 {third}:2^
bass:    D3  | G3 D3  E3:2^ | D3 A2 {last}:2^
"""
TINY = {
    "width": 16, "layers": 2, "heads": 2, "feed_forward": 16, "max_distance": 16, "memory_feed_forward": 16,
    "memory_readers": (0,), "dropout": 0.0,
}


def chorale(key: str = "D", last: str = "D3", third: str = "F#3") -> Grid:
    return chorale_grid(score_from_text(TEXT.format(key=key, last=last, third=third)))


GRID = chorale()
PIECE = Piece(GRID, closing_key(GRID))


@pytest.mark.parametrize(
    ("key", "last", "third", "told"),
    [
        ("D", "D3", "F#3", 2),
        ("G", "D3", "F#3", 2),  # Mixolydian: D with the signature of G
        ("Am", "D3", "F3", 2 + 12),  # Dorian: D with the signature of A minor
        ("Gm", "D3", "F#3", KEY_UNKNOWN),  # closes on the dominant
        ("Bb", "D3", "F#3", KEY_UNKNOWN),  # on the third degree, the dominant of the relative minor
    ],
)
def test_the_key_told_in_training_is_that_of_the_close(key, last, third, told):
    grid = chorale(key, last, third)
    if told == 2 + 12:
        grid = Grid(np.where(grid.cells == 66 - 36, 65 - 36, grid.cells), grid.frame)
    assert closing_key(grid) == told


def test_given_cells_do_not_count_and_are_remembered():
    given = np.zeros(GRID.cells.shape, bool)
    given[:, 0] = True
    row = row_of_given(GRID, TonalFrame(GRID.frame, 2), given)
    assert row.weights.reshape(-1, 4).sum(axis=0).tolist() == [0, *[len(GRID.cells)] * 3]
    assert len(row.memory) == 7
    assert len(row_of_given(GRID, TonalFrame(GRID.frame, 2), ~given & False).memory) == 0


@pytest.mark.parametrize("seed", range(30))
def test_a_varied_piece_is_itself_moved(seed):
    row = varied(PIECE, np.random.default_rng(seed))
    size = GRID.cells.size
    whole = sounding(GRID.cells).ravel()[size - len(row) :]
    targets = row.targets
    onsets = GRID.cells.ravel()[size - len(row) :] < HOLD
    moves = set((targets[onsets] - whole[onsets]).tolist())
    assert len(moves) == 1
    assert (targets[~onsets] == GRID.cells.ravel()[size - len(row) :][~onsets]).all()
    assert len(row.features) == len(row.related) == len(row)
    given = row.memory.features[:, 1]
    everywhere = sounding(GRID.cells) + moves.pop()
    assert set(given[given < HOLD].tolist()) <= set(everywhere.ravel().tolist())


@pytest.mark.parametrize("draw", [draw for draw, _ in chorale_draws.CHORALE_DRAWS])
def test_every_draw_gives_some_cells_and_leaves_some(draw):
    given = [draw(np.random.default_rng(seed), GRID.frame) for seed in range(40)]
    assert all(one.shape == GRID.cells.shape and one.dtype == bool for one in given)
    assert not any(one.all() for one in given)
    assert any(one.any() for one in given) == (draw is not chorale_draws.nothing)


def test_closes_are_known_in_the_last_two_beats_alone():
    for seed in range(40):
        given = chorale_draws.closes(np.random.default_rng(seed), GRID.frame)
        assert not given[:, 1:3].any()
        assert given[-chorale_draws.CLOSE :].any(axis=1).all()
        assert not given[20 : -chorale_draws.CLOSE].any()


def test_a_draw_never_gives_everything():
    everything = ((lambda rng, frame: np.ones((len(frame), 4), bool), 1.0),)
    assert not chorale_draws.draw_given(np.random.default_rng(0), GRID.frame, kinds=everything).any()


def test_a_hidden_end_leaves_a_phrase_like_any_other():
    columns = GRID.frame.columns.copy()
    tonal.hide_end(columns)
    assert columns[20:, 6].max() < tonal.words.LONGEST_PHRASE
    assert (columns[:20] == GRID.frame.columns[:20]).all()


def test_a_tune_counts_in_its_soprano_alone():
    grid = encode(score_from_text("key=G\n" + "G4 A4 B4 D5 " * 4))
    for seed in range(10):
        row = varied(Piece(grid, 7), np.random.default_rng(seed), tune=True)
        weights = row.weights.reshape(-1, 4)
        assert not weights[:, 1:].any()
        assert weights[:, 0].any()
        assert not row.memory.features[:, 0].any()


def test_rows_of_unequal_length_make_a_batch():
    given = np.zeros(GRID.cells.shape, bool)
    given[:, 0] = True
    frame = TonalFrame(GRID.frame, 2)
    rows = [row_of_given(GRID, frame, given), row_of_given(GRID, frame, given & False).crop(0, 40)]
    torch.manual_seed(0)
    model = Transformer(tonal.tonal_config(**TINY)).eval()
    torch.nn.init.normal_(model.readout.weight)
    both = model(tonal.stacked(rows).inputs)
    torch.testing.assert_close(both[0], model(tonal.stacked(rows[:1]).inputs)[0])
    torch.testing.assert_close(both[1, :40], model(tonal.stacked(rows[1:]).inputs)[0])


def test_what_is_to_be_written_is_never_told():
    """Changing a cell that is not given changes nothing before it, in row or memory."""
    given = np.zeros(GRID.cells.shape, bool)
    given[:, 3] = True
    given[:12, 1] = True
    other = GRID.cells.copy()
    other[30, 1] = REST
    frame, blank = TonalFrame(GRID.frame, 2), tonal.row_of_given
    here, there = (blank(Grid(cells, GRID.frame), frame, given) for cells in (GRID.cells, other))
    assert (here.memory.features == there.memory.features).all()
    position = 30 * 4 + 1
    for name in ("before", "features", "related"):
        assert (getattr(here, name)[: position + 1] == getattr(there, name)[: position + 1]).all()


def test_three_judgements_are_written_down():
    torch.manual_seed(0)
    rows = tonal.TonalRows([PIECE], [], [PIECE], [], rows=1)
    value = rows.validate(Transformer(tonal.tonal_config(**TINY)).eval())
    uniform = np.log(48)
    assert value == pytest.approx(uniform)
    assert set(rows.judged) == {"plain", "lower", "lower_plain", "refill", "refill_plain"}


def test_long_pieces_are_judged_by_windows():
    torch.manual_seed(1)
    model = Transformer(tonal.tonal_config(**TINY, context=48)).eval()
    torch.nn.init.normal_(model.readout.weight)
    row = tonal.row_of_nothing(PIECE)
    nats = tonal.cell_nats(model, row)
    logits = model(tonal.stacked([row.crop(0, 48)]).inputs)[0]
    first = torch.nn.functional.cross_entropy(logits, torch.from_numpy(row.targets[:48]), reduction="none")
    np.testing.assert_allclose(nats.ravel()[:48], first.detach().numpy(), rtol=1e-5)
    assert np.isfinite(nats).all()


def test_biases_and_tables_are_not_orthogonalised(tmp_path):
    model = Transformer(tonal.tonal_config(**TINY))
    trainer = tonal_run.TonalTrainer(model, tonal.TonalRows([PIECE], [], [PIECE]), Schedule(), tmp_path)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    matrices = {names[id(p)] for p in trainer.optimisers[0].param_groups[0]["params"]}
    assert {"memory.blocks.0.mix.weight", "blocks.0.memory.query.weight", "blocks.1.attention.mix.weight"} <= matrices
    assert all(name.endswith(".weight") and "norm" not in name and "feature" not in name for name in matrices)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_is_taken_up_where_it_stopped(tmp_path, precision):
    def trainer(steps: int, folder) -> tonal_run.TonalTrainer:
        torch.manual_seed(2)
        recipe = Schedule(steps=steps, validate_every=2, decay=0.0, warmup=1, precision=precision)
        rows = tonal.TonalRows([PIECE, PIECE], [], [PIECE], rows=2)
        made = tonal_run.TonalTrainer(Transformer(tonal.tonal_config(**TINY)), rows, recipe, folder)
        made.resume()
        return made

    trainer(4, tmp_path / "one").run(lambda line: None)
    trainer(2, tmp_path / "two").run(lambda line: None)
    resumed = trainer(4, tmp_path / "two")
    assert resumed.step == 2
    resumed.run(lambda line: None)
    one, two = (
        [json.loads(line)["plain"] for line in (tmp_path / name / "judged.jsonl").read_text().splitlines()]
        for name in ("one", "two")
    )
    assert one == two


def test_a_folder_is_trained_from_the_command_line(tmp_path, monkeypatch):
    tune = encode(score_from_text("key=G\n" + "G4 A4 B4 D5 " * 4))
    write_grids(tmp_path / "grids.npz", {"train": [GRID], "valid": [GRID], "test": []})
    write_grids(tmp_path / "tunes.npz", {"train": [tune], "valid": [tune], "test": []})
    (tmp_path / "recipe.json").write_text('{"steps": 2, "validate_every": 2}')
    monkeypatch.setattr(tonal_run, "tonal_config", lambda: tonal.tonal_config(**TINY))
    threads = torch.get_num_threads()
    assert tonal_run.main([str(tmp_path)]) == 0
    torch.set_num_threads(threads)
    judged = json.loads((tmp_path / "judged.jsonl").read_text())
    assert judged["step"] == 2
    assert judged["tunes"] > 0
    assert (tmp_path / "best.safetensors").exists()


def test_a_first_model_looks_at_what_sounds_now_next_before_and_around():
    torch.manual_seed(0)
    model = tonal.tonal_model(tonal.tonal_config(**TINY | {"heads": 4}))
    first, last = (bias.detach() for bias in model.blocks[0].memory.bias[:2])

    def at(head: int, onset: int, end: int) -> float:
        return float(first[head, 64 + onset] + last[head, 16 + end])

    assert max((-3, 0), (1, 4), (-8, -5), key=lambda item: at(0, *item)) == (-3, 0)
    assert max((-3, 0), (1, 4), (9, 12), key=lambda item: at(1, *item)) == (1, 4)
    assert max((-3, 0), (1, 4), (-12, -9), key=lambda item: at(2, *item)) == (-3, 0)
    assert at(3, 5, 8) == at(3, -5, -2)
    assert not any(bias.detach().any() for bias in model.blocks[0].memory.bias[2:])
