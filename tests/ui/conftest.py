"""A real JupyterLab, started as `musenb demo` starts it, and a real Chromium that looks at it."""

from __future__ import annotations

import ast
import itertools
import json
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DEMO = """import sys
from musenb.commands.demo import open_demo
sys.exit(open_demo(browser=False, folder=sys.argv[1], port=int(sys.argv[2]), run=False))"""
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder: it takes minutes and drives a browser.

    What fails is tried twice more, and pytest's last line counts it: on a busy machine the browser may have been late.
    What is wrong in the page fails as it did before.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.ui)
            item.add_marker(pytest.mark.timeout(600))
            item.add_marker(pytest.mark.flaky(reruns=2))


@dataclass
class Lab:
    """A running JupyterLab.

    Parameters
    ----------
    folder : Path
        Where its notebooks lie.
    origin, token : str
        Its address and the key to it.
    """

    folder: Path
    origin: str
    token: str

    def address(self, notebook: str) -> str:
        """Return the address that opens one notebook in a workspace of its own."""
        return f"{self.origin}/doc/tree/{notebook}?token={self.token}&reset"


@contextmanager
def open_lab(home: Path, folder: Path) -> Iterator[Lab]:
    """Start the demo with a home of its own and end it afterwards; the benchmarks use it too."""
    settings = home / "config"
    settings.mkdir()
    (settings / "jupyter_lab_config.json").write_text('{"LabApp": {"expose_app_in_browser": true}}')
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(settings), "PYTHONPATH": str(ROOT)}
    demo = subprocess.Popen(
        [sys.executable, "-c", DEMO, str(folder), str(_free_port())],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    watchdog = threading.Timer(180, demo.kill)
    watchdog.start()
    try:
        assert demo.stdout is not None
        said = demo.stdout.readline()
        found = re.search(r"(http://127\.0\.0\.1:\d+)/\S+\?token=(\S+)", said)
        assert found, f"the demo printed no address: {said!r}"
        watchdog.cancel()
        yield Lab(folder, found[1], found[2])
    finally:
        watchdog.cancel()
        demo.send_signal(signal.SIGTERM)
        try:
            assert demo.wait(timeout=60) == 0
        finally:
            demo.kill()
            demo.wait()
            demo.stdout.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start one JupyterLab for the tests of a module."""
    with open_lab(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("notebooks")) as running:
        yield running


def _free_port() -> int:
    """Return a port that the system gives nobody else soon: runs at the same time would all take the first free one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Return a function that starts another server of notebooks and returns its address.

    It takes the folder that is its home, the path that answers when it is up, and the words behind `python -m`, in
    which {port} stands for the port.
    """
    running: list[tuple[subprocess.Popen[bytes], Any]] = []

    def serve(folder: Path, answers: str, *words: str) -> str:
        port, log = _free_port(), folder / "server.log"
        environment = {**os.environ, "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", *(word.format(port=port) for word in words)]
        said = log.open("w")
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
        running.append((server, said))
        for _ in range(240):
            assert server.poll() is None, log.read_text()
            try:
                urlopen(f"http://127.0.0.1:{port}{answers}", timeout=5).close()
            except HTTPError:
                break
            except URLError:
                time.sleep(0.5)
            else:
                break
        return f"http://127.0.0.1:{port}"

    yield serve
    for server, said in running:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=30)
        finally:
            server.kill()
            said.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium (or the one in MUSENB_CHROMIUM)."""
    executable = runpy.run_path(str(ROOT / "tests" / "__main__.py"))["find_chromium"]()
    if not executable:
        pytest.fail("the browser tests need Chromium: `python tests` installs it")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


# Append a code cell, run it as a person does, return its number.
NEW_CELL = """async source => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const cells = notebook.model.sharedModel;
    const number = cells.cells.length;
    cells.insertCell(number, {cell_type: 'code', source});
    notebook.activeCellIndex = number;
    notebook.deselectAll();
    jupyterapp.commands.execute('notebook:run-cell');
    return number;
}"""
CELL_IS_DONE = """number => {
    const cell = jupyterapp.shell.currentWidget.content.widgets[number];
    return cell?.model.executionState !== 'running' && cell?.model.executionCount !== null
        && jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle';
}"""
CELL_ERROR = """number => {
    const outputs = jupyterapp.shell.currentWidget.content.widgets[number].model.outputs.toJSON();
    const raised = outputs.find(output => output.output_type === 'error');
    return raised ? `${raised.ename}: ${raised.evalue}` : '';
}"""
BLANK = {
    "cells": [],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@dataclass
class Notebook:
    """One notebook open in the browser.

    Parameters
    ----------
    page : Page
    errors : list of str
        What the browser's console reported as an error since the page was opened.
    """

    page: Page
    errors: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Load the notebook and wait until its kernel is idle."""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)
        self.page.wait_for_function(
            "() => globalThis.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=120_000,
        )

    def run(self, snippet: str) -> Locator:
        """Run a snippet in a new cell at the end and return its output area.

        An exception in the cell fails the test with the kernel's words.
        """
        number = self.page.evaluate(NEW_CELL, snippet)
        self.page.wait_for_function(CELL_IS_DONE, arg=number, timeout=300_000)
        raised = self.page.evaluate(CELL_ERROR, number)
        if raised:
            pytest.fail(f"the cell raised: {raised}")
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number).locator(".jp-Cell-outputArea")

    def value(self, expression: str) -> Any:
        """Return what an expression gives in the kernel; its repr must be a literal."""
        area = self.run(f"print(repr({expression}))")
        return ast.literal_eval(area.locator(".jp-RenderedText").first.inner_text().strip())

    def wait_until(self, condition: str, seconds: float = 30) -> None:
        """Wait until an expression is true in the kernel, which goes on hearing the page meanwhile."""
        deadline = time.monotonic() + seconds
        while not self.value(condition):
            assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
            self.page.wait_for_timeout(200)

    def run_all(self) -> None:
        """Run every cell from the top and wait for the last one."""
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(
            "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'", timeout=300_000
        )

    def set_theme(self, name: str) -> None:
        """Change JupyterLab's theme and wait until the page has it."""
        self.page.evaluate("name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)

    def open_blank(self, lab: Lab, name: str = "blank") -> Path:
        """Open a new notebook without cells and return its file; see `open_copy` on its name."""
        return self.open_copy(lab, name, json.dumps(BLANK))

    def open_copy(self, lab: Lab, name: str, content: str) -> Path:
        """Open a new file with a notebook's content; one of the same name before it keeps its file and its kernel."""
        stems = itertools.chain([name], (f"{name}-{k}" for k in itertools.count(2)))
        path = next(path for path in (lab.folder / f"{stem}.ipynb" for stem in stems) if not path.exists())
        path.write_text(content, encoding="utf-8")
        self.open(lab.address(path.name))
        return path

    def keep(self, name: str) -> None:
        """Keep a screenshot of the page where MUSENB_PICTURES says."""
        if folder := os.environ.get("MUSENB_PICTURES"):
            self.page.wait_for_timeout(2000)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)


@pytest.fixture
def notebook(browser: Browser) -> Iterator[Notebook]:
    """Return a fresh page without cookies or stored settings."""
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    yield Notebook(context.new_page())
    context.close()


@pytest.fixture
def notebook_on(browser: Browser) -> Iterator[Callable[..., Notebook]]:
    """Return a function that opens a page with a browser's settings, such as ``device_scale_factor=2``."""
    contexts = []

    def opened(**settings: Any) -> Notebook:
        contexts.append(browser.new_context(**{"viewport": {"width": 1200, "height": 1000}, **settings}))
        return Notebook(contexts[-1].new_page())

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def shared(browser: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """Return one empty notebook for all tests of a module."""
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    notebook = Notebook(context.new_page())
    notebook.open_blank(lab, request.module.__name__.rpartition(".")[2])
    yield notebook
    context.close()
