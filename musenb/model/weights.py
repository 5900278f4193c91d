"""Checkpoints as safetensors files that are read with distrust, and a manifest for the shipped ones.

A file is read once, into memory; every check and every array comes from those bytes. What is in it must be exactly
what its own configuration asks for: the names and shapes of `Transformer.state_dict()`, in half, bfloat16 or single
precision, all finite. The metadata of what musenb writes hold a checksum; a file without one is read with a warning.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import math
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from musenb.errors import ModelError, WeightsError
from musenb.model.config import ModelConfig
from musenb.model.safetensors_header import MOST_HEADER_BYTES, MOST_TENSORS, header_bytes, header_of, read_file
from musenb.model.shapes import expected_shapes

Tensors = dict[str, np.ndarray]

SHIPPED = Path(__file__).resolve().parent.parent / "weights"
MANIFEST, HEADS = "manifest.json", ".npz"
SUFFIX = ".safetensors"
FORMAT = "musenb.weights.1"
CHECKSUM = "sha256 of config and data"

LONGEST_WORDS = 400  # of a message, which may repeat what a header says
SIZES = {"F16": 2, "BF16": 2, "F32": 4}


def load_weights(path: str | os.PathLike[str]) -> tuple[ModelConfig, Tensors]:
    """Return the configuration and the tensors of a checkpoint.

    Parameters
    ----------
    path : str or os.PathLike
        A safetensors file with the configuration in its metadata.

    Returns
    -------
    ModelConfig
    dict of str to float32 arrays
        With the names and shapes of `expected_shapes`.

    Raises
    ------
    WeightsError
        The file is missing, damaged, of another kind, or does not hold the tensors that its configuration asks for.

    Warns
    -----
    UserWarning
        The file has no checksum, so damage to its numbers cannot be told.
    """
    shown = os.fspath(path)
    config, tensors, summed = _parsed(read_file(shown), shown)
    if not summed:
        warnings.warn(f"{shown}: it has no checksum, so damage to its numbers would not be seen", stacklevel=2)
    return config, tensors


def open_shipped(name: str, *, folder: Path = SHIPPED) -> tuple[ModelConfig, Tensors]:
    """Return the configuration and the tensors of a model that comes with the package, checked against the manifest.

    Parameters
    ----------
    name : str
        One of `shipped_names()`.
    folder : Path
        Where the checkpoints and their manifest are.

    Raises
    ------
    ModelError
        There is no such model.
    WeightsError
        The file differs from the one that was shipped, or the manifest is damaged.
    """
    entries = _manifest(folder)
    if name + SUFFIX not in entries:
        names = ", ".join(shipped_names(folder=folder))
        raise ModelError(f"unknown model {name!r}; the shipped models are {names or 'none'}")
    data = shipped_bytes(name + SUFFIX, folder=folder)
    return parse_weights(data, source=str(folder / (name + SUFFIX)))


def shipped_bytes(file: str, *, folder: Path = SHIPPED) -> bytes:
    """Return what a file of the manifest holds, such as 'harmony.npz'; errors as in `open_shipped`."""
    path, entry = str(folder / file), _manifest(folder).get(file)
    if entry is None:
        raise WeightsError(f"{path}: the manifest of the shipped models does not have it; install again")
    data = read_file(path)
    if len(data) != entry["bytes"]:
        sizes = f"{len(data):,} bytes where the manifest has {entry['bytes']:,}"
        raise WeightsError(f"{path}: {sizes}: the file is cut or replaced; install again")
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise WeightsError(f"{path}: its SHA-256 is not the manifest's: the file is damaged or replaced; install again")
    return data


def shipped_names(*, folder: Path = SHIPPED) -> tuple[str, ...]:
    """Return the names of the models that come with the package, sorted."""
    return tuple(sorted(name.removesuffix(SUFFIX) for name in _manifest(folder) if name.endswith(SUFFIX)))


def shipped_heads(*, folder: Path = SHIPPED) -> tuple[str, ...]:
    """Return the files that come with the package beside the models, such as 'harmony.npz', sorted."""
    return tuple(sorted(name for name in _manifest(folder) if name.endswith(HEADS)))


def idiom_of(path: str | os.PathLike[str]) -> str:
    """Return the idiom that a checkpoint names, from its header alone; errors as in `load_weights`."""
    source = os.fspath(path)
    start = read_file(source, 8 + MOST_HEADER_BYTES)
    with _in_short(str(source)):
        header, _ = header_of(start, str(source))
        return _config(header.get("__metadata__"), str(source)).idiom


def manifest_bytes(folder: Path) -> bytes:
    """Return the manifest of the checkpoints and heads (.npz) in a folder: the size and SHA-256 of each."""
    entries = {}
    for path in sorted([*folder.glob("*" + SUFFIX), *folder.glob("*" + HEADS)]):
        data = path.read_bytes()
        entries[path.name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return (json.dumps(entries, indent=1, sort_keys=True) + "\n").encode()


def with_idiom(data: bytes, idiom: str, *, source: str) -> bytes:
    """Return the bytes of a checkpoint with the name of another idiom, none for ''; its tensors stay as they are.

    Raises
    ------
    WeightsError
        It is no checkpoint of musenb.
    """
    header, start = header_of(data, source)
    try:
        config = json.loads(header["__metadata__"]["config"])
        config.pop("idiom", None)
        named = {"idiom": idiom} if idiom else {}
        text = json.dumps(config | named, sort_keys=True)
        header["__metadata__"]["config"] = text
        if CHECKSUM in header["__metadata__"]:
            header["__metadata__"][CHECKSUM] = _checksum(text, memoryview(data)[start:])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{source}: no model configuration in the metadata: {error}") from None
    return header_bytes(header) + data[start:]


def check_tensors(config: ModelConfig, tensors: Mapping[str, np.ndarray], *, source: str) -> None:
    """Check names, shapes and that every number is finite.

    Raises
    ------
    WeightsError
        The tensors are not those of the configuration.
    """
    _check_names({name: tuple(array.shape) for name, array in tensors.items()}, config, source)
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            count = int((~np.isfinite(array)).sum())
            raise WeightsError(f"{source}: tensor {name!r} has {count:,} numbers that are not finite")


def weights_bytes(
    config: ModelConfig, tensors: Mapping[str, np.ndarray], *,
    metadata: Mapping[str, str] | None = None, half: bool = True,
) -> bytes:
    """Return a checkpoint as the bytes of a safetensors file; the same arguments give the same bytes.

    Parameters
    ----------
    config : ModelConfig
    tensors : mapping of str to float arrays
        With the names and shapes of `expected_shapes`.
    metadata : mapping of str to str
        Further entries beside the configuration, such as the data and seed of the training run.
    half : bool
        Write half precision.

    Raises
    ------
    WeightsError
        The tensors are not those of the configuration, or are too large for half precision.
    """
    dtype = np.dtype("<f2" if half else "<f4")
    label = "F16" if half else "F32"
    with np.errstate(over="ignore"):
        arrays = {name: np.ascontiguousarray(tensors[name], dtype) for name in sorted(tensors)}
    check_tensors(config, arrays, source=f"the tensors to write as {label}")
    content = [array.tobytes() for array in arrays.values()]
    entries = dict(metadata or {})
    entries["config"] = config.to_json()
    entries["format"] = FORMAT
    entries[CHECKSUM] = _checksum(config.to_json(), *content)
    header: dict[str, object] = {"__metadata__": dict(sorted(entries.items()))}
    start = 0
    for name, array in arrays.items():
        stop = start + array.nbytes
        header[name] = {"dtype": label, "shape": list(array.shape), "data_offsets": [start, stop]}
        start = stop
    return b"".join([header_bytes(header), *content])


def _checksum(config: str, *data: bytes | memoryview) -> str:
    digest = hashlib.sha256(config.encode())
    for part in data:
        digest.update(part)
    return digest.hexdigest()


def parse_weights(data: bytes, *, source: str) -> tuple[ModelConfig, Tensors]:
    """Return the configuration and the tensors in the bytes of a checkpoint; `source` names them in errors.

    Raises
    ------
    WeightsError
        As for `load_weights`.
    """
    config, tensors, _ = _parsed(data, source)
    return config, tensors


def _parsed(data: bytes, source: str) -> tuple[ModelConfig, Tensors, bool]:
    """Return configuration and tensors, and whether a checksum spoke for them."""
    with _in_short(source):
        return _checked(data, source)


@contextlib.contextmanager
def _in_short(source: str) -> Iterator[None]:
    """Make what an error says of a file one line that can be read: without controls, and not too long."""
    try:
        yield
    except WeightsError as error:
        told = str(error).removeprefix(source)
        shown = "".join(sign if sign.isprintable() else " " for sign in told)
        cut = f"{shown[:LONGEST_WORDS]}..." if len(shown) > LONGEST_WORDS else shown
        raise WeightsError(f"{source}{cut}") from None


def _checked(data: bytes, source: str) -> tuple[ModelConfig, Tensors, bool]:
    header, start = header_of(data, source)
    metadata = header.pop("__metadata__", None)
    entries = {name: _entry(name, value, source) for name, value in header.items()}
    _check_offsets(entries, len(data) - start, source)
    config = _config(metadata, source)
    _check_names({name: entry.shape for name, entry in entries.items()}, config, source)
    summed = _has_fitting_sum(metadata, memoryview(data)[start:], source)
    tensors = {name: _array(data, start, entry) for name, entry in entries.items()}
    check_tensors(config, tensors, source=source)
    return config, tensors, summed


@dataclasses.dataclass(frozen=True, slots=True)
class _Entry:
    """Where a tensor lies in the data, and how."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


def _manifest(folder: Path) -> dict[str, dict]:
    """Return the manifest; a folder without one has no models."""
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        entries = json.loads(read_file(str(path)))
        for entry in entries.values():
            if type(entry["bytes"]) is not int or type(entry["sha256"]) is not str:
                raise ValueError("an entry has no size or no SHA-256")
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"{path}: the manifest of the shipped models is damaged: {error}") from None
    return entries


def _entry(name: str, value: object, source: str) -> _Entry:
    def fault(what: str) -> WeightsError:
        return WeightsError(f"{source}: tensor {name[:80]!r} {what}")

    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise fault("is not described by dtype, shape and data_offsets")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in SIZES:
        raise fault(f"is of type {str(dtype)[:40]!r}; {', '.join(SIZES)} are allowed")
    for what, numbers in (("shape", shape), ("data_offsets", offsets)):
        if not _is_short_list(numbers):
            raise fault(f"has the {what} {str(numbers)[:80]}; a short list of whole numbers >= 0 is needed")
    size = math.prod(shape) * SIZES[dtype]
    if len(offsets) != 2 or offsets[1] - offsets[0] != size:
        raise fault(f"of {dtype} and shape {shape} does not fill its data_offsets {offsets}")
    return _Entry(dtype, tuple(shape), *offsets)


def _is_short_list(value: object) -> bool:
    """Return whether a value is a list of at most 8 whole numbers >= 0."""
    if not isinstance(value, list) or len(value) > 8:
        return False
    return all(type(number) is int and number >= 0 for number in value)


def _check_offsets(entries: dict[str, _Entry], size: int, source: str) -> None:
    """Check that the tensors follow one another without holes and fill the data."""
    expected = 0
    by_place = {name: (entry.start, entry.stop) for name, entry in entries.items()}
    for name in sorted(by_place, key=by_place.__getitem__):
        start, stop = by_place[name]
        if start != expected:
            places = f"begins at byte {start:,} of the data, not at {expected:,}"
            raise WeightsError(f"{source}: tensor {name[:80]!r} {places}")
        expected = stop
    if size < expected:
        raise WeightsError(f"{source}: the file is cut: {expected:,} bytes of data are announced, {size:,} follow")
    if size > expected:
        raise WeightsError(f"{source}: {size - expected:,} bytes stand behind the last tensor")


def _config(metadata: object, source: str) -> ModelConfig:
    """Return the configuration in the metadata, its types checked."""
    text = metadata.get("config") if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise WeightsError(f"{source}: no model configuration in the metadata: this is no checkpoint of musenb")
    try:
        config = ModelConfig.from_json(text)
    except (ModelError, RecursionError) as error:
        raise WeightsError(f"{source}: {error}") from None
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if not _is_of_type(value, str(field.type)):
            raise WeightsError(f"{source}: {field.name} of the configuration is {value!r}, not of type {field.type}")
    if not config.idiom:
        raise WeightsError(
            f"{source}: the checkpoint does not name its idiom, the language that the model reads; "
            "musenb.sample.models.name_idiom(path, 'chorale') adds the name of one"
        )
    layers = max(config.layers, config.memory_layers)
    if layers > MOST_TENSORS:
        raise WeightsError(f"{source}: a model of {layers:,} layers; the file cannot hold it")
    return config


def _is_of_type(value: object, annotation: str) -> bool:
    """Return whether a value of a configuration is of its field's type; True is no whole number."""
    if annotation == "tuple[int, ...]":
        return isinstance(value, tuple) and all(type(item) is int for item in value)
    if annotation == "bool":
        return isinstance(value, bool)
    if annotation == "str":
        return isinstance(value, str)
    if annotation == "float":
        return isinstance(value, (int, float))
    return type(value) is int


def _has_fitting_sum(metadata: dict, data: memoryview, source: str) -> bool:
    """Return False for a file without a checksum; raise WeightsError where it does not fit."""
    if CHECKSUM in metadata and metadata[CHECKSUM] != _checksum(metadata["config"], data):
        raise WeightsError(f"{source}: its checksum does not fit: the file is damaged; copy or train it again")
    return CHECKSUM in metadata


def _check_names(shapes: dict[str, tuple[int, ...]], config: ModelConfig, source: str) -> None:
    expected = expected_shapes(config)
    missing = sorted(expected.keys() - shapes.keys())
    unknown = sorted(shapes.keys() - expected.keys())
    faults = []
    for what, names in (("are missing", missing), ("are unknown", unknown)):
        if names:
            faults.append(f"{len(names)} tensors {what}, such as {names[0][:80]!r}")
    if faults:
        raise WeightsError(f"{source}: {'; '.join(faults)}: the tensors are not those of its configuration")
    for name, shape in shapes.items():
        if shape != expected[name]:
            raise WeightsError(f"{source}: tensor {name!r} has shape {shape}, not {expected[name]} as is configured")


def _array(data: bytes, start: int, entry: _Entry) -> np.ndarray:
    """Return a tensor as float32."""
    part = memoryview(data)[start + entry.start : start + entry.stop]
    if entry.dtype == "BF16":  # the upper half of a float32
        bits = np.frombuffer(part, "<u2").astype(np.uint32) << 16
        return bits.view(np.float32).reshape(entry.shape)
    kind = "<f2" if entry.dtype == "F16" else "<f4"
    values = np.frombuffer(part, kind).astype(np.float32)
    return values.reshape(entry.shape)
