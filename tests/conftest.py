"""What holds for every test: a home of its own, one thread for the arithmetic, no network, no deadlines."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("musenb", deadline=None, max_examples=50)
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
