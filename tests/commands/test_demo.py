"""`musenb demo`: a copy of the notebook, a server that answers on the printed address, and a clean end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from musenb.commands.demo import checked_port, free_port, open_demo, place_notebook, shipped_notebooks
from musenb.errors import LoadError, MusenbError, SaveError, SettingError

# A shell that starts the tests in the background has interrupts ignored; a person's terminal has not.
RUN = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from musenb.commands.demo import open_demo; sys.exit(open_demo(browser=False, folder=sys.argv[1]))"
)
# The first port that is found free is taken by another program before the server has it.
LOSE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "import musenb.commands.demo as demo; "
    "found = demo.free_port; ports = iter([int(sys.argv[2])]); demo.free_port = lambda: next(ports, None) or found(); "
    "sys.exit(demo.open_demo(browser=False, folder=sys.argv[1]))"
)


def test_the_notebook_is_copied_once_and_then_kept(tmp_path: Path) -> None:
    placed = place_notebook(tmp_path / "new" / "folder")
    assert placed.read_bytes() == (shipped_notebooks() / "studio.ipynb").read_bytes()
    placed.write_text("my own work")
    assert place_notebook(placed.parent) == placed
    assert placed.read_text() == "my own work"


@pytest.mark.parametrize("number", [1, 10])
def test_a_lesson_is_copied_by_its_number(number: int, tmp_path: Path) -> None:
    placed = place_notebook(tmp_path, lesson=number)
    assert placed.name.startswith(f"{number:02d}-")
    assert placed.read_text(encoding="utf-8").count(f"# {number} · ") == 1


def test_a_lesson_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="this installation has no lesson 11"):
        place_notebook(tmp_path, lesson=11)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SaveError, match=r"cannot write the notebook .*file/inside/studio\.ipynb"):
        place_notebook(tmp_path / "file" / "inside")


def test_a_missing_notebook_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musenb.commands.demo.NOTEBOOK", "no-such.ipynb")
    with pytest.raises(LoadError, match=r"this installation has no no-such\.ipynb"):
        shipped_notebooks()


@pytest.mark.parametrize("port", [-1, 0, 80, 65536])
def test_a_port_outside_its_range_is_refused(port: int) -> None:
    with pytest.raises(SettingError, match=rf"port {port} is outside 1024\.\.65535"):
        checked_port(port)


def test_a_taken_port_is_refused_and_another_is_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=f"port {port} is in use"):
            checked_port(port)
        assert free_port() != port


@pytest.mark.skipif(os.name != "posix", reason="ends the process by signals that only POSIX has")
def test_the_printed_address_answers_and_ctrl_c_ends_everything(tmp_path: Path) -> None:
    with running(RUN, tmp_path) as (demo, (origin, port, token)):
        with urllib.request.urlopen(f"{origin}/api/contents/studio.ipynb?token={token}", timeout=20) as answer:
            assert answer.status == 200
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=60) == 0
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.skipif(os.name != "posix", reason="ends the process by signals that only POSIX has")
def test_a_port_that_is_lost_between_looking_and_taking_is_replaced(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        lost = other.getsockname()[1]
        with running(LOSE, tmp_path, lost) as (demo, (origin, port, token)):
            assert port != lost
            with urllib.request.urlopen(f"{origin}/api/status?token={token}", timeout=20) as answer:
                assert answer.status == 200
            demo.send_signal(signal.SIGINT)
            assert demo.wait(timeout=60) == 0


def test_a_port_that_was_named_and_lost_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musenb.commands.demo.checked_port", lambda port: port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(MusenbError, match=f"port {port} was taken by another program while JupyterLab started"):
            open_demo(browser=False, port=port, folder=tmp_path)


@contextlib.contextmanager
def running(code: str, folder: Path, *values: object) -> Iterator[tuple[subprocess.Popen[str], tuple[str, int, str]]]:
    """Start a demo and yield it with the origin, port and token that it prints; kill what is left of it."""
    command = [sys.executable, "-c", code, str(folder), *map(str, values)]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(240, demo.kill)
    watchdog.start()
    try:
        assert demo.stdout is not None
        said = demo.stdout.readline()
        found = re.search(r"(http://127\.0\.0\.1:(\d+))/doc/tree/studio\.ipynb\?token=(\S+)", said)
        assert found, said
        yield demo, (found[1], int(found[2]), found[3])
    finally:
        watchdog.cancel()
        demo.kill()
        demo.wait()
        demo.stdout.close()
