"""What holds for every test: a home of its own, one thread for the arithmetic, no network, no deadlines."""

from __future__ import annotations

import dataclasses
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from musenb.model.numpy.decode import Decoder

os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("musenb", deadline=None, max_examples=50, derandomize="CI" in os.environ)
settings.load_profile("musenb")

LOCAL = ("127.", "::1", "localhost")


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a home folder that nobody else reads or writes."""
    home = tempfile.mkdtemp(prefix="musenb-home-")
    config.stash[HOME] = home, os.environ.get("HOME")
    os.environ["HOME"] = home
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "MUSENB_HOME"):
        os.environ.pop(name, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take that home away again."""
    home, before = config.stash[HOME]
    shutil.rmtree(home, ignore_errors=True)
    if before is not None:
        os.environ["HOME"] = before


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests for several processes: a file each, and all that drive the browser as one group, the last."""
    for item in items:
        folder = item.path.parent.name
        item.add_marker(pytest.mark.xdist_group("browser" if folder == "ui" else item.path.as_posix()))
    items.sort(key=lambda item: item.path.parent.name == "ui")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell what the notebooks took, each in a line."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    lines = [value for report in reports for name, value in report.user_properties if name == "took"]
    if lines:
        terminalreporter.section("notebooks")
        terminalreporter.write("".join(f"{line}\n" for line in dict.fromkeys(lines)))


HOME = pytest.StashKey[tuple[str, str | None]]()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: object) -> None:
        host = str(address[0]) if isinstance(address, tuple) else ""
        if isinstance(address, tuple) and not host.startswith(LOCAL):
            raise OSError(f"a test tried to reach {address!r}; tests use no network")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)


@pytest.fixture
def project() -> Path:
    """Return the folder of the checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkpoint of the chorale model's form with few and random weights."""
    import numpy as np

    from musenb.model.config import ModelConfig
    from musenb.model.shapes import expected_shapes
    from musenb.model.weights import weights_bytes
    from musenb.tokens.chorale import grid

    config = ModelConfig(
        idiom="chorale", vocabulary=len(grid.VOCABULARY), inputs=grid.INPUTS, features=grid.FEATURES,
        relations=grid.RELATION_SPANS, width=16, layers=2, heads=2, feed_forward=24, max_distance=64, context=256,
        dropout=0.0,
    )
    absolute = dataclasses.replace(config, relations=(), relative=False, positions="added")
    folder = tmp_path_factory.mktemp("model")
    for name, shape in (("tiny", config), ("tiny-absolute", absolute)):
        rng = np.random.default_rng(5)
        tensors = {part: rng.normal(0, 0.5, size) for part, size in expected_shapes(shape).items()}
        (folder / f"{name}.safetensors").write_bytes(weights_bytes(shape, tensors))
    return folder / "tiny.safetensors"


@pytest.fixture(scope="session")
def tonal_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkpoint of the tonal model's form with few and random weights."""
    import numpy as np

    from musenb.model.config import ModelConfig
    from musenb.model.shapes import expected_shapes
    from musenb.model.weights import weights_bytes
    from musenb.tokens.known import idiom_named

    shape = idiom_named("tonal").shape
    config = ModelConfig(
        idiom="tonal", vocabulary=shape.vocabulary, inputs=shape.inputs, features=shape.features,
        relations=shape.relations, memory_features=shape.memory_features, memory_relations=shape.memory_relations,
        memory_layers=1, memory_feed_forward=16, memory_readers=(0,), width=16, layers=2, heads=2, feed_forward=24,
        max_distance=64, context=512, dropout=0.0,
    )
    rng = np.random.default_rng(6)
    tensors = {part: rng.normal(0, 0.5, size) for part, size in expected_shapes(config).items()}
    path = tmp_path_factory.mktemp("tonal") / "tonal.safetensors"
    path.write_bytes(weights_bytes(config, tensors))
    return path


@pytest.fixture(scope="session")
def notes_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkpoint of the score model's form, one step a note, with few and random weights."""
    import numpy as np

    from musenb.model.config import ModelConfig
    from musenb.model.shapes import expected_shapes
    from musenb.model.weights import weights_bytes
    from musenb.tokens.known import idiom_named
    from musenb.tokens.notes.fields import ORDER, TOLD, told_after

    shape = idiom_named("notes").shape
    config = ModelConfig(
        idiom="notes", vocabulary=shape.vocabulary, inputs=shape.inputs, features=shape.features,
        relations=shape.relations, memory_features=shape.memory_features, memory_relations=shape.memory_relations,
        fields=shape.fields, told=TOLD, told_after=told_after(ORDER), field_width=16, memory_layers=1,
        memory_feed_forward=16, memory_readers=(0,), width=16, layers=2, heads=2, feed_forward=24, max_distance=64,
        context=512, dropout=0.0,
    )
    rng = np.random.default_rng(7)
    tensors = {part: rng.normal(0, 0.3, size) for part, size in expected_shapes(config).items()}
    path = tmp_path_factory.mktemp("notes") / "notes.safetensors"
    path.write_bytes(weights_bytes(config, tensors))
    return path


@pytest.fixture(scope="session")
def absolute_checkpoint(tiny_checkpoint: Path) -> Path:
    """Return its like that knows absolute positions only."""
    return tiny_checkpoint.with_name("tiny-absolute.safetensors")


@pytest.fixture(scope="session")
def tiny_decoder(tiny_checkpoint: Path) -> Decoder:
    """Return the decoder of that checkpoint."""
    from musenb.model.numpy.decode import Decoder
    from musenb.model.weights import load_weights

    return Decoder(*load_weights(tiny_checkpoint))


@pytest.fixture(scope="session")
def induction_decoder() -> Decoder:
    """Return a decoder of the chorale model's form, made by hand, that repeats what followed a note before.

    Position p predicts cell p and has read cell p - 1. Layer 0, head 0 brings the word of cell p - 4, the one before
    in the voice; head 1 that of cell p - 5. Layer 1, head 0 looks for the positions whose cell p - 5 is the own cell
    p - 4, and copies the word that they have read to the readout. Layer 1, head 1 does nothing, nor do the feed-forward
    layers. With nothing to copy all words are equally likely.
    """
    import numpy as np

    from musenb.model.config import ModelConfig
    from musenb.model.numpy.decode import Decoder
    from musenb.model.shapes import expected_shapes
    from musenb.tokens.chorale import grid

    words, sharp = len(grid.VOCABULARY), 100.0
    size = words + 1  # one more for words that stand for no cell
    config = ModelConfig(
        idiom="chorale", vocabulary=words, inputs=grid.INPUTS, features=grid.FEATURES, relations=grid.RELATION_SPANS,
        width=200, layers=2, heads=2, feed_forward=4, max_distance=8, context=512, dropout=0.0,
    )
    tensors = {name: np.zeros(shape) for name, shape in expected_shapes(config).items()}
    tensors |= {name: np.ones(array.shape) for name, array in tensors.items() if "norm" in name}
    word, before, further, copied = (slice(n * size, (n + 1) * size) for n in range(4))
    constant, width, head = 4 * size, config.width, config.head_width
    identity = np.eye(size)
    tensors["token.weight"][:, constant] = 1
    for token in range(config.begin + 1):
        tensors["token.weight"][token, min(token, size - 1)] = 1
    first, second = tensors["blocks.0.attention.mix.weight"], tensors["blocks.1.attention.mix.weight"]
    for number, (distance, target) in enumerate([(3, before), (4, further)]):
        start = number * head
        first[start, constant] = 1
        tensors["blocks.0.attention.distance"][number, distance, 0] = sharp
        first[2 * width + start : 2 * width + start + size, word] = identity / 10
        tensors["blocks.0.attention.out.weight"][target, start : start + size] = identity
    second[:size, before] = sharp * identity
    second[width : width + size, further] = identity
    second[2 * width : 2 * width + size, word] = identity / 10
    tensors["blocks.1.attention.out.weight"][copied, :size] = identity
    tensors["readout.weight"][:, copied] = identity[:words]
    return Decoder(config, tensors)
