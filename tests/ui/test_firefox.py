"""The studio's main path in Firefox, driven over WebDriver BiDi, which it speaks itself: no driver in between."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import runpy
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

websocket = pytest.importorskip("websocket", reason="Firefox is spoken to over a websocket: it comes with JupyterLab")

FIREFOX = runpy.run_path(str(Path(__file__).resolve().parents[1] / "__main__.py"))["find_firefox"]()
LATE = 150.0
# As the user's settings, so that nothing is asked for.
SETTINGS = {
    "remote.active-protocols": 1,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "extensions.update.enabled": False,
}
ENTER, SHIFT = "\ue007", "\ue008"
EMPTY = "import musenb\nstudio = musenb.Studio(bars=32)\nstudio"
WITH_TAKE = """import musenb
studio = musenb.Studio("C5 D5 E5 G5", bars=2, seed=7, drawer="ask")
studio.continue_(2, seed=7)
studio.wait()
studio"""
# Before something has the focus no notebook is the current one.
IDLE = """[...globalThis.jupyterapp?.shell?.widgets('main') ?? []]
    .some(book => book.sessionContext?.session?.kernel?.status === 'idle')"""
DESK = "[role=region][aria-label=Studio]"
NOTES = "Number(document.querySelector(`section[aria-label='Piano roll'] canvas[data-notes]`)?.dataset.notes ?? 0)"
LOUD = """(() => {
    const analyser = globalThis[Symbol.for('musenb.audio')]?.analyser;
    if (!analyser) return false;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) > 0.003;
})()"""
CLOCKS = "[...globalThis[Symbol.for('musenb.clocks')].values()]"
ALERTS = """[...document.querySelectorAll('section.musenb [role=alert]')]
    .filter(box => box.checkVisibility()).map(box => box.textContent)"""


class Firefox:
    """A Firefox without a window, and one page in it.

    Parameters
    ----------
    address : str
        Of its websocket.
    """

    def __init__(self, address: str) -> None:
        self._numbers = itertools.count(1)
        self._socket = websocket.create_connection(f"{address}/session", timeout=LATE, suppress_origin=True)
        self.errors: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])
        # The tab that is there from the beginning never gets the focus: without it no click is answered.
        self._page = self.send("browsingContext.create", type="tab")["context"]
        self.send("browsingContext.setViewport", context=self._page, viewport={"width": 1280, "height": 1000})

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command and return its result; what the console reports meanwhile is kept."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("method") == "log.entryAdded" and answer["params"]["level"] == "error":
                self.errors.append(str(answer["params"]["text"]))
            if answer.get("id") == number:
                assert answer["type"] == "success", f"{method}: {answer}"
                return answer["result"]

    def close(self) -> None:
        """Let go of the websocket."""
        self._socket.close(timeout=1)

    def open(self, address: str) -> None:
        """Load a page."""
        self.send("browsingContext.navigate", context=self._page, url=address, wait="interactive")

    def value(self, expression: str) -> Any:
        """Return what an expression gives in the page, as JSON."""
        done = self.send(
            "script.evaluate", expression=f"Promise.resolve({expression}).then(it => JSON.stringify(it) ?? 'null')",
            target={"context": self._page}, awaitPromise=True,
        )  # fmt: skip
        assert done["type"] == "success", done
        return json.loads(done["result"]["value"])

    def wait_until(self, condition: str, seconds: float = LATE) -> None:
        """Wait until an expression is true in the page."""
        deadline = time.monotonic() + seconds
        while not self.value(condition):
            assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
            time.sleep(0.2)

    def click(self, selector: str) -> None:
        """Press the mouse on the middle of an element, as soon as it can be pressed."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait_until(f"{found}?.checkVisibility() && !{found}.disabled")
        self.value(f"{found}.scrollIntoView({{block: 'center'}})")
        place = "(({left, top, width, height}) => [left + width / 2, top + height / 2])"
        x, y = map(round, self.value(f"{place}({found}.getBoundingClientRect())"))
        steps = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act(type="pointer", id="mouse", parameters={"pointerType": "mouse"}, actions=steps)

    def write(self, text: str) -> None:
        """Strike keys."""
        steps = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act(type="key", id="keys", actions=steps)

    def press(self, *keys: str) -> None:
        """Hold all of these keys down together."""
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self._act(type="key", id="keys", actions=down + up)

    def _act(self, **source: Any) -> None:
        self.send("input.performActions", context=self._page, actions=[source])

    def picture(self) -> bytes:
        """Return what is seen, as PNG."""
        import base64

        return base64.b64decode(self.send("browsingContext.captureScreenshot", context=self._page)["data"])


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    """Start Firefox with a profile of its own and end it afterwards."""
    if FIREFOX is None:
        pytest.skip("Firefox is not installed: `python tests` installs Debian's firefox-esr, as root")
    with tempfile.TemporaryDirectory() as profile:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in SETTINGS.items()]
        Path(profile, "user.js").write_text("\n".join(lines))
        said = Path(profile, "said")
        command = [FIREFOX, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        with said.open("w") as log:
            running = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, "HOME": profile}, start_new_session=True
            )
        try:
            with contextlib.closing(Firefox(_address(said))) as spoken_to:
                yield spoken_to
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            try:
                running.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)


def _address(said: Path) -> str:
    """Return the address that Firefox prints when it listens."""
    deadline = time.monotonic() + LATE
    while time.monotonic() < deadline:
        if found := re.search(r"BiDi listening on (ws://\S+)", said.read_text()):
            return found[1]
        time.sleep(0.2)
    raise AssertionError(f"Firefox does not listen: {said.read_text()}")


def button(name: str, within: str = DESK) -> str:
    return f"{within} button[aria-label='{name}']"


def run_in_new_notebook(lab, firefox: Firefox, source: str) -> None:
    """Open a notebook of one cell, of a name that no kernel knows, and run it."""
    cell = {"cell_type": "code", "id": "studio", "metadata": {}, "outputs": [], "execution_count": None}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {
        "cells": [{**cell, "source": source}],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = lab.folder / f"firefox-{len(list(lab.folder.glob('firefox-*.ipynb')))}.ipynb"
    path.write_text(json.dumps(book))
    firefox.open(lab.address(path.name))
    firefox.wait_until(IDLE)
    firefox.click(".jp-Notebook .jp-Cell .cm-content")
    firefox.press(SHIFT, ENTER)


def test_a_motif_is_typed_continued_stopped_and_played(lab, firefox: Firefox) -> None:
    run_in_new_notebook(lab, firefox, EMPTY)
    firefox.click(f"{DESK} textarea[aria-label='Motif as text']")
    firefox.write("C5 D5 E5 G5" + ENTER)
    firefox.wait_until(f"{NOTES} === 4")
    before = len(firefox.errors)

    firefox.click(button("Continue"))
    firefox.wait_until(f"{NOTES} > 8")
    firefox.click(button("Stop and keep what is there"))
    firefox.wait_until(f"document.querySelector({json.dumps(button('Continue'))})?.disabled === false")
    assert 8 < firefox.value(NOTES) < 32 * 16

    firefox.value(f"{CLOCKS}.forEach(clock => clock.seek(0))")
    firefox.click(button("Play", "section[aria-label=Player]"))
    firefox.wait_until(f"{CLOCKS}.some(clock => clock.playhead > 1)")
    # Without a device Firefox does not even make an unheard sound.
    if firefox.value("globalThis[Symbol.for('musenb.audio')]?.context?.state === 'running'"):
        firefox.wait_until(LOUD)
    if folder := os.environ.get("MUSENB_PICTURES"):
        Path(folder, "firefox.png").write_bytes(firefox.picture())
    assert firefox.value(ALERTS) == []
    assert firefox.errors[before:] == []


def test_a_note_is_asked_about_and_what_else_it_could_have_been_is_told(lab, firefox: Firefox) -> None:
    run_in_new_notebook(lab, firefox, WITH_TAKE)
    firefox.wait_until(f"{NOTES} > 8")
    before = len(firefox.errors)
    firefox.click(button("What did it listen to?"))
    asked = "section[aria-label=Questions]"
    note = f"document.querySelector(`{asked} [aria-label='The note']`)?.textContent"
    firefox.wait_until(f"({note} ?? 'No note yet') !== 'No note yet'")

    tab = f"[...document.querySelectorAll('{asked} [role=tab]')].find(tab => tab.textContent.startsWith('What else'))"
    firefox.wait_until(f"{tab}?.checkVisibility()")
    firefox.value(f"({tab}.click(), true)")
    shares = f"[...document.querySelectorAll('{asked} .mnb-ask-bars [data-share]')].map(bar => +bar.dataset.share)"
    firefox.wait_until(f"{shares}.length > 1")
    assert 0.5 < sum(firefox.value(shares)) <= 1 + 1e-6
    firefox.click(button("Close the question"))
    firefox.wait_until(f"!document.querySelector('{asked}')")
    if folder := os.environ.get("MUSENB_PICTURES"):
        Path(folder, "firefox-asked.png").write_bytes(firefox.picture())
    assert firefox.value(ALERTS) == []
    assert firefox.errors[before:] == []
