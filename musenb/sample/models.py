"""Model loading for sampling: a checkpoint's decoder together with the idiom that it names."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from musenb.errors import ModelError, WeightsError
from musenb.files.atomic import atomic_write
from musenb.model.config import ModelConfig
from musenb.model.numpy.decode import Decoder
from musenb.model.weights import (
    SHIPPED,
    SUFFIX,
    idiom_of,
    load_weights,
    open_shipped,
    read_file,
    shipped_names,
    with_idiom,
)
from musenb.sample.policy import DEFAULT_MODEL
from musenb.tokens.idiom import Idiom, Shape
from musenb.tokens.known import idiom_named

_opening = threading.Lock()  # two threads that want the same model shall not both read it


@dataclass(frozen=True, slots=True)
class Model:
    """A model ready to write.

    Parameters
    ----------
    name : str
        Shipped name, or the path of the checkpoint.
    checksum : str
        SHA-256 of the checkpoint, hexadecimal.
    decoder : Decoder
    """

    name: str
    checksum: str
    decoder: Decoder

    @property
    def idiom(self) -> Idiom:
        """The language that it reads and writes."""
        return idiom_named(self.decoder.config.idiom)

    def wrote(self, checksum: str) -> bool:
        """Return whether a checksum in a recipe is that of this checkpoint, or of the one before it named its idiom."""
        return checksum == self.checksum or checksum == _unnamed_checksum(_path_of(self.name))


def open_model(name: str | os.PathLike[str] = DEFAULT_MODEL) -> Model:
    """Return a shipped model by name, or one of the user's own from a .safetensors file.

    Raises
    ------
    ModelError
        No such model, or its sizes are not those of the idiom that it names.
    WeightsError
        The checkpoint is missing, damaged, of another shape, or names no idiom.
    """
    try:
        name = os.fsdecode(name)
    except TypeError:
        raise ModelError(f"model {name!r} is neither the name of a model nor a path") from None
    own, path = name.endswith(SUFFIX), _path_of(name)
    try:
        changed = path.stat().st_mtime_ns
    except (OSError, ValueError):
        changed = 0  # reading it says what is wrong
    try:
        with _opening:
            model = _opened(name, path, changed, own)
    except ModelError as error:
        if own:
            raise
        raise ModelError(f"{error}; a model of your own is a {SUFFIX} file") from None
    check_fit(model.idiom.shape, model.decoder.config, name)
    return model


@lru_cache(maxsize=4)
def _opened(name: str, path: Path, changed: int, own: bool) -> Model:
    config, tensors = load_weights(path) if own else open_shipped(name)
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    return Model(name, checksum, Decoder(config, tensors))


def idiom_of_model(name: str | os.PathLike[str]) -> Idiom:
    """Return the language of a model, without opening it; errors as in `open_model`."""
    return idiom_named(idiom_of(_path_of(os.fsdecode(name))))


def continuing_models() -> tuple[str, ...]:
    """Return the names of the shipped models that can go on from a motif."""
    return tuple(name for name in shipped_names() if idiom_of_model(name).most)


def _path_of(name: str) -> Path:
    return Path(name) if name.endswith(SUFFIX) else SHIPPED / f"{name}{SUFFIX}"


def _unnamed_checksum(path: Path) -> str:
    try:
        unnamed = with_idiom(read_file(str(path)), "", source=str(path))
        return hashlib.sha256(unnamed).hexdigest()
    except (OSError, ValueError, WeightsError):
        return ""


def name_idiom(path: str | os.PathLike[str], idiom: str) -> None:
    """Write the name of an idiom into a checkpoint of before checkpoints had one; its tensors stay as they are.

    Raises
    ------
    ModelError
        There is no such idiom.
    WeightsError
        The file is no checkpoint of musenb.
    SaveError
        It cannot be read or written.
    """
    known = idiom_named(idiom)
    data = read_file(os.fspath(path))
    atomic_write(path, with_idiom(data, known.name, source=os.fspath(path)))


def check_fit(shape: Shape, config: ModelConfig, name: str) -> None:
    """Raise ModelError unless a model reads what its idiom writes.

    It may leave out the last features, and without a memory the last relations.
    """
    relations = len(config.relations)
    fits = (
        config.vocabulary == shape.vocabulary
        and config.begin == shape.inputs
        and config.features == shape.features[: len(config.features)]
        and (relations == len(shape.relations) if shape.memory_features else relations <= len(shape.relations))
        and config.memory_features == shape.memory_features
        and config.memory_relations == shape.memory_relations
        and config.fields == shape.fields
    )
    if not fits:
        raise ModelError(f"the model '{name}' does not read the idiom '{config.idiom}' that it names: its sizes differ")
