"""The shipped chorales are the canonical ones, and the packed form loses nothing."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musenb.analysis.chorale.jsb import load_jsb, read_packed, run_lengths, write_packed

grids = hnp.arrays(np.int8, st.tuples(st.integers(1, 40), st.just(4)), elements=st.sampled_from([-1, 48, 60, 61]))


def test_the_shipped_chorales_are_the_canonical_split():
    splits = load_jsb()
    assert {split: len(grids) for split, grids in splits.items()} == {"train": 229, "valid": 76, "test": 77}
    assert {split: sum(len(g) for g in grids) for split, grids in splits.items()} == {
        "train": 55_228, "valid": 18_408, "test": 18_900,
    }
    assert all(g.dtype == np.int8 and g.shape[1] == 4 for grids in splits.values() for g in grids)
    cells = np.concatenate([g for grids in splits.values() for g in grids])
    assert (cells[cells >= 0].min(), cells.max(), cells.min()) == (36, 81, -1)


def test_every_cell_is_the_source_cell():
    digest = hashlib.sha256()
    for grids in load_jsb().values():
        for grid in grids:
            digest.update(len(grid).to_bytes(4, "little") + np.ascontiguousarray(grid, np.int8).tobytes())
    assert digest.hexdigest() == "4e3ec67930d1f4568a3ac5cd482c55b0bacbfee5335d1d9b5334213fe6068001"


@given(st.lists(grids, min_size=3, max_size=5))
def test_packing_and_reading_gives_the_same_grids(pieces):
    splits = {"train": pieces[:1], "valid": pieces[1:2], "test": pieces[2:]}
    file = io.BytesIO()
    write_packed(file, splits)
    file.seek(0)
    back = read_packed(file)
    assert list(back) == ["train", "valid", "test"]
    for split, want in splits.items():
        assert len(back[split]) == len(want)
        assert all(np.array_equal(a, b) for a, b in zip(back[split], want, strict=True))


def test_a_run_longer_than_a_byte_is_cut():
    values, lengths = run_lengths(np.full(600, 60))
    assert values.tolist() == [60, 60, 60]
    assert lengths.tolist() == [255, 255, 90]
    values, lengths = run_lengths(np.array([5, 5, 5, -1, 5]), longest=2)
    assert values.tolist() == [5, 5, -1, 5]
    assert lengths.tolist() == [2, 1, 1, 1]


def test_an_empty_column_has_no_run():
    assert [part.tolist() for part in run_lengths(np.array([], int))] == [[], []]
