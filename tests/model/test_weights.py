"""Checkpoints: what is written is read back, and whatever else lies in their place is refused in words."""

from __future__ import annotations

import io
import json
import os
import pickle
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

from musenb.errors import ModelError, WeightsError
from musenb.model import safetensors_header
from musenb.model.config import ModelConfig
from musenb.model.torch.transformer import Transformer
from musenb.model.weights import (
    CHECKSUM,
    MANIFEST,
    SHIPPED,
    expected_shapes,
    load_weights,
    manifest_bytes,
    open_shipped,
    parse_weights,
    shipped_bytes,
    shipped_heads,
    shipped_names,
    weights_bytes,
)

CONFIG = ModelConfig(
    idiom="jsb",
    vocabulary=5, features=(2,), relations=(3,), width=12, heads=2, layers=2, feed_forward=8, context=9, max_distance=4
)


def tensors_of(config: ModelConfig = CONFIG) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in expected_shapes(config).items()}


WRITTEN = weights_bytes(CONFIG, tensors_of(), metadata={"seed": "7"})


def rebuilt(change: object) -> bytes:
    """Return the checkpoint with `change(header)` made to its header."""
    length = int.from_bytes(WRITTEN[:8], "little")
    header = json.loads(WRITTEN[8 : 8 + length])
    text = json.dumps(change(header) or header).encode()
    return len(text).to_bytes(8, "little") + text + WRITTEN[8 + length :]


@pytest.mark.parametrize(
    "config",
    [
        CONFIG,
        ModelConfig(
            idiom="jsb", vocabulary=3, width=8, heads=2, layers=3, feed_forward=4, max_distance=6, relative=False
        ),
        ModelConfig(
            idiom="jsb", vocabulary=3, width=8, heads=2, layers=1, feed_forward=4, positions="concatenated",
            max_distance=6,
        ),
        ModelConfig(
            idiom="jsb", vocabulary=3, relations=(4, 9), relation_layers=2, width=8, heads=2, layers=3, feed_forward=4
        ),
        ModelConfig(
            idiom="jsb", vocabulary=3, width=8, heads=2, layers=3, feed_forward=4, memory_features=(5, 6),
            memory_relations=(2, 3), memory_layers=2, memory_feed_forward=4, memory_readers=(0, 2),
        ),
    ],
    ids=str,
)
def test_the_expected_shapes_are_those_of_the_network(config: ModelConfig) -> None:
    state = Transformer(config).state_dict()
    assert expected_shapes(config) == {name: tuple(value.shape) for name, value in state.items()}


@pytest.mark.parametrize("half", [True, False])
def test_what_is_written_is_read_back(tmp_path: Path, half: bool) -> None:
    tensors, path = tensors_of(), tmp_path / "model.safetensors"
    path.write_bytes(weights_bytes(CONFIG, tensors, half=half))
    config, found = load_weights(path)
    assert config == CONFIG
    assert list(found) == sorted(tensors)
    for name, array in found.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, tensors[name].astype(np.float16 if half else np.float32))


def test_safetensors_reads_the_file_too() -> None:
    found = load(WRITTEN)
    for name, array in parse_weights(WRITTEN, source="test")[1].items():
        np.testing.assert_array_equal(found[name], array)


def test_the_bytes_do_not_depend_on_any_order() -> None:
    turned = dict(reversed(tensors_of().items()))
    assert weights_bytes(CONFIG, turned, metadata={"seed": "7"}) == WRITTEN
    one = weights_bytes(CONFIG, turned, metadata={"a": "1", "b": "2"})
    assert weights_bytes(CONFIG, turned, metadata={"b": "2", "a": "1"}) == one


def test_bfloat16_is_read() -> None:
    from safetensors.torch import save

    tensors = {name: torch.as_tensor(array).bfloat16() for name, array in tensors_of().items()}
    _, found = parse_weights(save(tensors, {"config": CONFIG.to_json()}), source="test")
    for name, array in found.items():
        np.testing.assert_array_equal(array, tensors[name].float().numpy())


@pytest.mark.parametrize("share", [0, 10, 50, 99.9])
def test_a_cut_file_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(WRITTEN[: int(len(WRITTEN) * share / 100)])
    with pytest.raises(WeightsError, match=r"cut\.safetensors: .*(the file is empty|the file is cut)"):
        load_weights(path)


@given(st.integers(0, len(WRITTEN) - 1))
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(WeightsError, match=r"empty|cut|begins with a header length"):
        parse_weights(WRITTEN[:length], source="test")


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (pickle.dumps({"a": 1}), "this is a pickle; pickles can run programs"),
        (b"PK\x03\x04" + b"\0" * 99, "zip file with pickled objects, as torch.save writes it"),
        (b"<!DOCTYPE html><html><head><title>404", "web page"),
        (b"\n\n <html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS pointer"),
        (b"\x93NUMPY\x01\x00", "NumPy array"),
        (b"hello", "not a safetensors file: it has 5 bytes"),
        (b"\xff" * 99, "a header length of 18,446,744,073,709,551,615; at most 1,000,000"),
        ((2).to_bytes(8, "little") + b"[]", "header is not a JSON object"),
        ((2).to_bytes(8, "little") + b"{,", "header is not JSON"),
        ((2).to_bytes(8, "little") + b"\xff\xfe", "header is not JSON"),
        ((90_000).to_bytes(8, "little") + b"[" * 90_000, "header is not JSON"),
        ((2).to_bytes(8, "little") + b"{}", "no model configuration in the metadata"),
        ((19).to_bytes(8, "little") + b'{"a": {}, "a": {} }', "a name stands twice"),
    ],
)
def test_what_is_no_checkpoint_is_told_apart(data: bytes, match: str) -> None:
    with pytest.raises(WeightsError, match=match):
        parse_weights(data, source="test")


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "ran",)

    torch.save(Bomb(), tmp_path / "new.safetensors")
    torch.save(Bomb(), tmp_path / "old.safetensors", _use_new_zipfile_serialization=False)
    for name in ("new", "old"):
        with pytest.raises(WeightsError, match="pickle"):
            load_weights(tmp_path / f"{name}.safetensors")
    assert not (tmp_path / "ran").exists()


def test_a_header_of_300_000_tensors_is_refused_at_once() -> None:
    entries = (f'"{n}":{{"dtype":"F16","shape":[0],"data_offsets":[0,0]}}' for n in range(300_000))
    text = ("{" + ",".join(entries) + "}").encode()
    start = time.process_time()
    with pytest.raises(WeightsError, match=r"header length of .*; at most 1,000,000 are allowed"):
        parse_weights(len(text).to_bytes(8, "little") + text, source="test")
    assert time.process_time() - start < 1


def test_a_short_header_of_too_many_tensors_is_refused() -> None:
    text = ("{" + ",".join(f'"{n}":0' for n in range(10_001)) + "}").encode()
    with pytest.raises(WeightsError, match="10,001 tensors in the header; at most 10,000"):
        parse_weights(len(text).to_bytes(8, "little") + text, source="test")


def entry_with(name: str = "norm.weight", **values: object) -> object:
    return lambda header: header[name].update(values)


def configured(**values: object) -> object:
    """Return a change of the configuration that leaves the tensors as they are."""
    def change(header: dict) -> None:
        config = json.loads(header["__metadata__"]["config"]) | values
        header["__metadata__"]["config"] = json.dumps(config)

    return change


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (entry_with(dtype="F64"), "is of type 'F64'; F16, BF16, F32 are allowed"),
        (entry_with(dtype=["F16"]), "is of type"),
        (entry_with(data_offsets="\0\n\u202e"), "has the data_offsets    ; a short list"),
        (configured(positions="a" * 9_000), r"^test: positions 'a{300,400}\.\.\.$"),
        (entry_with(shape=[-1]), r"has the shape \[-1\]"),
        (entry_with(shape=[True]), r"has the shape \[True\]"),
        (entry_with(shape=[1] * 99), "has the shape"),
        (entry_with(shape=[13]), "does not fill its data_offsets"),
        (entry_with(shape="12"), "has the shape 12"),
        (entry_with(data_offsets=[0, 24]), "begins at byte"),
        (entry_with(data_offsets=[24]), "does not fill"),
        (entry_with(data_offsets=[24, 0]), "does not fill"),
        (entry_with(more=1), "is not described by dtype, shape and data_offsets"),
        (lambda header: header.update({"norm.weight": 3}), "is not described by"),
        (lambda header: header.update({"x": header.pop("norm.weight")}), "'norm.weight'; 1 tensors are unknown"),
        (entry_with(shape=[3, 4]), r"'norm.weight' has shape \(3, 4\), not \(12,\)"),
        (lambda header: header.pop("__metadata__") and None, "no model configuration"),
        (lambda header: header.update(__metadata__=3), "no model configuration"),
        (lambda header: header["__metadata__"].update(config="{"), "not a model configuration"),
        (lambda header: header["__metadata__"].update(config="[" * 90_000), "not a model configuration|recursion"),
        (configured(colour=3), "not a model configuration: .*colour"),
        (configured(vocabulary=6), r"'readout.weight' has shape \(5, 12\), not \(6, 12\)"),
        (configured(layers=3), "7 tensors are missing, such as 'blocks.2"),
        (configured(layers=10**9), "a model of 1,000,000,000 layers"),
        (configured(width=12.0), "width of the configuration is 12.0, not of type int"),
        (configured(width="x"), "not a model configuration"),
        (configured(features=[2.0]), r"features of the configuration is \(2.0,\)"),
        (configured(relative=1), "relative of the configuration is 1, not of type bool"),
        (configured(heads=5), "width 12 is not a multiple of the 5 heads"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(change: object, match: str) -> None:
    with pytest.raises(WeightsError, match=match):
        parse_weights(rebuilt(change), source="test")


def test_bytes_behind_the_last_tensor_are_refused() -> None:
    with pytest.raises(WeightsError, match="4 bytes stand behind the last tensor"):
        parse_weights(WRITTEN + b"\0" * 4, source="test")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")  # to open it would wait for a writer
    (tmp_path / "endless.safetensors").symlink_to("/dev/zero")
    for name in ("pipe", "endless"):
        with pytest.raises(WeightsError, match=rf"{name}\.safetensors: a device, not a file"):
            load_weights(tmp_path / f"{name}.safetensors")


@given(st.integers(0, 8 * len(WRITTEN) - 1))
def test_one_flipped_bit_anywhere_is_refused_or_says_that_nothing_speaks_for_the_file(bit: int) -> None:
    damaged = bytearray(WRITTEN)
    damaged[bit // 8] ^= 1 << bit % 8
    place = bit // 8 - 8 - int.from_bytes(WRITTEN[:8], "little")
    try:
        config, tensors = parse_weights(bytes(damaged), source="test")
    except WeightsError:
        return
    assert place < 0, "a number of the tensors has changed without a word"
    assert config == CONFIG
    assert all((array == tensors[name]).all() for name, array in parse_weights(WRITTEN, source="test")[1].items())


def test_a_checkpoint_without_a_checksum_is_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "old.safetensors"
    path.write_bytes(rebuilt(lambda header: header["__metadata__"].pop(CHECKSUM) and None))
    with pytest.warns(UserWarning, match=r"old\.safetensors: it has no checksum, so damage to its numbers"):
        assert load_weights(path)[0] == CONFIG


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_found(value: float) -> None:
    at = WRITTEN.index(parse_weights(WRITTEN, source="test")[1]["norm.weight"].astype("<f2").tobytes())
    data = WRITTEN[:at] + np.float16(value).tobytes() + WRITTEN[at + 2 :]
    data = data.replace(CHECKSUM.encode(), b"?" * len(CHECKSUM))
    with pytest.raises(WeightsError, match=r"'norm.weight' has 1 numbers that are not finite"):
        parse_weights(data, source="test")


def test_tensors_that_do_not_fit_are_not_written() -> None:
    with pytest.raises(WeightsError, match=r"to write as F16: tensor 'norm.weight' has 12 numbers that are not finite"):
        weights_bytes(CONFIG, tensors_of() | {"norm.weight": np.full(12, 1e6)})
    assert weights_bytes(CONFIG, tensors_of() | {"norm.weight": np.full(12, 1e6)}, half=False)
    with pytest.raises(WeightsError, match="1 tensors are unknown, such as 'more'"):
        weights_bytes(CONFIG, tensors_of() | {"more": np.zeros(3)})


def test_reading_sets_aside_no_more_memory_than_the_file_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"x" * 100)
    asked: list[int] = []

    class Counting(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            asked.append(-1 if size is None else size)
            return super().read(size)

    monkeypatch.setattr(safetensors_header, "open", lambda *place: Counting(path.read_bytes()), raising=False)
    assert len(safetensors_header.read_file(str(path))) == 100
    assert len(safetensors_header.read_file(str(path), 8)) == 8
    assert asked == [100, 8]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"gone\.safetensors: cannot be read: No such file"):
        load_weights(tmp_path / "gone.safetensors")
    with pytest.raises(WeightsError, match="a folder, not a file"):
        load_weights(tmp_path)
    with pytest.raises(WeightsError, match="cannot be read: embedded null"):
        load_weights("a\0b")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    for name in ("chorale", "jsb"):
        (tmp_path / f"{name}.safetensors").write_bytes(WRITTEN)
    (tmp_path / MANIFEST).write_bytes(manifest_bytes(tmp_path))
    return tmp_path


def test_a_shipped_model_is_opened_by_name(shipped: Path) -> None:
    assert shipped_names(folder=shipped) == ("chorale", "jsb")
    config, tensors = open_shipped("jsb", folder=shipped)
    assert config == CONFIG
    assert tensors.keys() == expected_shapes(CONFIG).keys()


@pytest.mark.parametrize("name", ["waltz", "", "../jsb", "jsb.safetensors", "manifest.json"])
def test_an_unknown_model_is_refused_with_the_names_of_the_others(shipped: Path, name: str) -> None:
    with pytest.raises(ModelError, match=r"unknown model .*; the shipped models are chorale, jsb"):
        open_shipped(name, folder=shipped)


def test_what_is_shipped_beside_the_models_is_checked_and_is_no_model(shipped: Path) -> None:
    (shipped / "heads.npz").write_bytes(b"figures")
    (shipped / MANIFEST).write_bytes(manifest_bytes(shipped))
    assert shipped_names(folder=shipped) == ("chorale", "jsb")
    assert shipped_heads(folder=shipped) == ("heads.npz",)
    assert shipped_bytes("heads.npz", folder=shipped) == b"figures"
    (shipped / "heads.npz").write_bytes(b"figured")
    with pytest.raises(WeightsError, match=r"heads\.npz: its SHA-256 is not the manifest's"):
        shipped_bytes("heads.npz", folder=shipped)
    with pytest.raises(WeightsError, match="does not have it"):
        shipped_bytes("tails.npz", folder=shipped)


def test_the_manifest_of_the_package_has_every_file_of_numbers() -> None:
    found = {path.name for kind in ("*.safetensors", "*.npz") for path in SHIPPED.glob(kind)}
    assert found == {*(f"{name}.safetensors" for name in shipped_names()), *shipped_heads()}
    assert all(shipped_bytes(name) for name in found)


def test_a_folder_without_manifest_has_no_models(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the shipped models are none"):
        open_shipped("jsb", folder=tmp_path)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose manifest is that of the whole checkpoint, for tests that damage the file."""
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "jsb.safetensors").write_bytes(WRITTEN)
    (folder / MANIFEST).write_bytes(manifest_bytes(folder))
    return folder


@given(st.integers(0, 8 * len(WRITTEN) - 1))
@settings(max_examples=100)
def test_one_flipped_bit_in_a_shipped_model_is_always_caught(damaged: Path, bit: int) -> None:
    flipped = bytearray(WRITTEN)
    flipped[bit // 8] ^= 1 << bit % 8
    (damaged / "jsb.safetensors").write_bytes(flipped)
    with pytest.raises(WeightsError, match="its SHA-256 is not the manifest's"):
        open_shipped("jsb", folder=damaged)


def test_a_shipped_model_that_is_cut_or_gone_is_told(shipped: Path) -> None:
    (shipped / "jsb.safetensors").write_bytes(WRITTEN[:-1])
    with pytest.raises(WeightsError, match=r"bytes where the manifest has .*: the file is cut or replaced"):
        open_shipped("jsb", folder=shipped)
    (shipped / "jsb.safetensors").unlink()
    with pytest.raises(WeightsError, match="cannot be read: No such file"):
        open_shipped("jsb", folder=shipped)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"a": 3}', '{"a": {"bytes": "1", "sha256": ""}}'])
def test_a_damaged_manifest_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(WeightsError, match=r"manifest\.json: the manifest of the shipped models is damaged"):
        open_shipped("jsb", folder=tmp_path)


def test_the_manifest_lists_the_checkpoints_in_the_package() -> None:
    for name in shipped_names():
        open_shipped(name)
