"""JupyterLab launcher, `musenb demo`: the studio notebook or a lesson, opened as a copy of its own."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from pathlib import Path

from musenb.errors import LoadError, MusenbError, SaveError, SettingError

NOTEBOOK = "studio.ipynb"
FIRST_PORT, LAST_PORT = 8888, 8987
START_SECONDS = 180.0
PORT_TRIES = 5

# JupyterLab asks for news and updates over the network at its first start; a classroom has no use for the question.
_QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def open_demo(
    browser: bool = True,
    port: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    lesson: int | None = None,
    *,
    run: bool = True,
) -> int:
    """Start JupyterLab on a copy of the studio notebook, and stay until it ends or Ctrl-C; return the exit code.

    Parameters
    ----------
    browser : bool
        Open the address in the browser; else only print it.
    port : int or None
        TCP port, 1024..65535; without it the first free one from 8888 on.
    folder : path or None
        Where the notebook is copied to and the server begins; without it `musenb-demo` in the working folder. A
        notebook that is there already is kept as it is.
    lesson : int or None
        Number of a tutorial that is opened in place of the studio.
    run : bool
        Run the cell with the studio's desk first, so that the page opens with the desk at work.

    Raises
    ------
    LoadError
        There is no such lesson.
    MusenbError
        JupyterLab is not installed, or did not start.
    SettingError
        The port is outside its range or taken.
    SaveError
        The folder cannot be written.
    """
    for name in ("jupyterlab", "ipykernel"):
        if importlib.util.find_spec(name) is None:
            raise MusenbError(f"musenb demo needs {name}: python -m pip install 'musenb[lab]'")
    notebook = place_notebook(Path("musenb-demo" if folder is None else folder), lesson=lesson)
    if port is not None:
        return _serve(notebook, checked_port(port), browser, run)
    for _ in range(PORT_TRIES - 1):
        with contextlib.suppress(_PortLost):
            return _serve(notebook, free_port(), browser, run)
    return _serve(notebook, free_port(), browser, run)


class _PortLost(MusenbError):
    """A port that was free is taken by the time the server wants it: several begin at once."""


def _serve(notebook: Path, port: int, browser: bool, run: bool) -> int:
    """Run the server until it ends or Ctrl-C; return the exit code."""
    token = secrets.token_urlsafe(24)
    # The studio has the page for itself; beside a lesson one wants the other files.
    place = "doc" if notebook.name == NOTEBOOK else "lab"
    address = f"http://127.0.0.1:{port}/{place}/tree/{notebook.name}?token={token}"
    with tempfile.TemporaryDirectory(prefix="musenb-lab-") as settings:
        Path(settings, "overrides.json").write_text(json.dumps(_QUIET), encoding="utf-8", newline="\n")
        with _server(notebook, port, settings=settings, token=token) as server, _terminate_as_interrupt():
            try:
                _wait_until_up(server, port, token)
                if run:
                    _run_desk(notebook, f"http://127.0.0.1:{port}", token)
                print(f"JupyterLab is open at {address}\nCtrl-C here ends it.", flush=True)
                if browser:
                    webbrowser.open(address)
                return server.wait()
            except KeyboardInterrupt:
                return 0


def _run_desk(notebook: Path, address: str, token: str) -> None:
    """Have the desk at work when the page opens; where that fails the cell can still be run there."""
    from musenb.commands.running import run_desk

    try:
        run_desk(notebook, address, token)
    except (MusenbError, OSError, ValueError) as error:
        print(f"note: the desk does not run yet ({error}): press Shift+Enter in its cell", file=sys.stderr)


def place_notebook(folder: Path, *, lesson: int | None = None) -> Path:
    """Copy the studio notebook, or a lesson, into a folder unless it stands there already; return its path.

    Raises
    ------
    LoadError
        The installation lacks the notebook, or there is no lesson of that number.
    SaveError
        The folder cannot be made or written.
    """
    source = shipped_notebooks() / NOTEBOOK if lesson is None else shipped_lesson(lesson)
    target = folder.resolve() / source.name
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise SaveError(f"cannot write the notebook {target}: {error.strerror or error}") from error
    return target


def shipped_notebooks() -> Path:
    """Return the folder with the notebooks: inside the installed package, or beside it in a checkout.

    Raises
    ------
    LoadError
        There is none.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / NOTEBOOK).is_file():
            return folder
    raise LoadError("missing", f"this installation has no {NOTEBOOK}", "install musenb again")


def shipped_lesson(number: int) -> Path:
    """Return the tutorial of a number, inside the installed package or beside it in a checkout.

    Raises
    ------
    LoadError
        There is none.
    """
    tutorials = shipped_notebooks().parent / "tutorials"
    lessons = {}
    for path in sorted(tutorials.glob("[0-9][0-9]-*.ipynb")):
        lessons[int(path.name[:2])] = path
    if number not in lessons:
        there = f"the lessons are {min(lessons)} to {max(lessons)}" if lessons else "install musenb again"
        raise LoadError("missing", f"this installation has no lesson {number}", there)
    return lessons[number]


def checked_port(port: int) -> int:
    """Return the port when it is in its range and nobody listens there.

    Raises
    ------
    SettingError
        It is not.
    """
    if not 1024 <= port <= 65535:
        raise SettingError(f"port {port} is outside 1024..65535")
    if not _is_free(port):
        raise SettingError(f"port {port} is in use: name another, or none to take the first free one")
    return port


def free_port() -> int:
    """Return the first free port from 8888 on.

    Raises
    ------
    SettingError
        A hundred ports in a row are taken.
    """
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if _is_free(port):
            return port
    raise SettingError(f"the ports {FIRST_PORT}..{LAST_PORT} are all in use: name another")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def _server(
    notebook: Path, port: int, *, settings: str, token: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the server as a process of its own group, so that Ctrl-C reaches us alone; end it on leaving."""
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--Application.log_level=ERROR"),
        f"--ServerApp.root_dir={notebook.parent}",
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        f"--LabApp.app_settings_dir={settings}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    environment = {**os.environ, "JUPYTER_TOKEN": token, "JUPYTER_PREFER_ENV_PATH": "1"}
    server = subprocess.Popen(
        command,
        cwd=notebook.parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
    )
    try:
        yield server
    finally:
        _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, which ends its kernels; kill it when it does not."""
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@contextlib.contextmanager
def _terminate_as_interrupt() -> Iterator[None]:
    """While inside, let SIGTERM end the wait as Ctrl-C does, so that no server is left behind."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread: nobody sends the signal there
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait_until_up(server: subprocess.Popen[bytes], port: int, token: str) -> None:
    """Return when the server answers to its own token.

    Raises
    ------
    _PortLost
        It ended, and somebody else has its port.
    MusenbError
        It ended, or gave no answer in time.
    """
    address = f"http://127.0.0.1:{port}/api/status?token={token}"
    give_up = time.monotonic() + START_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < give_up:
        if server.poll() is not None:
            if not _is_free(port):
                raise _PortLost(f"port {port} was taken by another program while JupyterLab started")
            raise MusenbError(f"JupyterLab ended at once with exit code {server.returncode}: its message stands above")
        try:
            with direct.open(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise MusenbError(f"JupyterLab gave no answer for {START_SECONDS:g} s")


def add_demo(command: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.add_argument("lesson", nargs="?", type=int, help="number of a tutorial (default: the studio)")
    command.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")
    command.add_argument("--port", type=int, help="port of the server (default: the first free one from 8888)")
    command.add_argument("--folder", help="where to keep the notebook (default: ./musenb-demo)")
    command.set_defaults(run=demo)


def demo(options: argparse.Namespace) -> int:
    """Open JupyterLab on the studio notebook or a lesson."""
    return open_demo(
        browser=not options.no_browser, port=options.port, folder=options.folder, lesson=options.lesson
    )
