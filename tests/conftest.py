"""What holds for every test: a home of its own, one thread for the arithmetic, no network, no deadlines."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from musenb.model.decode import Decoder

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
    from musenb.model.weights import expected_shapes, weights_bytes
    from musenb.tokens import grid

    config = ModelConfig(
        vocabulary=len(grid.VOCABULARY), inputs=grid.INPUTS, features=grid.FEATURES, relations=grid.RELATION_SPANS,
        width=16, layers=2, heads=2, feed_forward=24, max_distance=64, context=256, dropout=0.0,
    )
    rng = np.random.default_rng(5)
    tensors = {name: rng.normal(0, 0.5, shape) for name, shape in expected_shapes(config).items()}
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    path.write_bytes(weights_bytes(config, tensors))
    return path


@pytest.fixture(scope="session")
def tiny_decoder(tiny_checkpoint: Path) -> Decoder:
    """Return the decoder of that checkpoint."""
    from musenb.model.decode import Decoder
    from musenb.model.weights import load_weights

    return Decoder(*load_weights(tiny_checkpoint))
