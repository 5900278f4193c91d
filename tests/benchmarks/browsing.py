"""A JupyterLab and a Chromium for the benchmarks: those of the browser tests, without pytest."""

from __future__ import annotations

import os
import platform
import re
import runpy
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
UI = SimpleNamespace(**runpy.run_path(str(ROOT / "tests" / "ui" / "conftest.py")))

# Seconds after which a picture is not waited for any more.
PATIENCE = 180


@dataclass
class Desk:
    """A running JupyterLab and a browser beside it."""

    lab: Any
    browser: Browser

    @contextmanager
    def notebook(self, name: str, *, width: int = 1200, height: int = 1000) -> Iterator[Any]:
        """Open an empty notebook in a fresh page, and close the page afterwards."""
        context = self.browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(1000 * PATIENCE)
        book = UI.Notebook(context.new_page())
        book.open_blank(self.lab, name)
        yield book
        context.close()


@contextmanager
def desk() -> Iterator[Desk]:
    """Start JupyterLab and Chromium in folders of their own, and end both afterwards."""
    executable = runpy.run_path(str(ROOT / "tests" / "__main__.py"))["find_chromium"]()
    if not executable:
        sys.exit("this needs Chromium: install it, or name one in MUSENB_CHROMIUM")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        home, notebooks = Path(place, "home"), Path(place, "notebooks")
        home.mkdir()
        with UI.open_lab(home, notebooks) as lab:
            browser = playwright.chromium.launch(executable_path=executable, args=UI.FLAGS)
            yield Desk(lab, browser)
            browser.close()


def processor_seconds(page: Any) -> float:
    """Return what the whole browser has used so far: a busy machine gives fewer frames, but hardly more of it each."""
    system = page.context.browser.new_browser_cdp_session()
    found = system.send("SystemInfo.getProcessInfo")["processInfo"]
    system.detach()
    return sum(one["cpuTime"] for one in found)


def machine() -> str:
    """Return the processor, how many there are, how busy they are, and the system, in a line."""
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="ascii"))
    except OSError:
        found = None
    name = found[1] if found else platform.processor() or platform.machine()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{name}, {os.cpu_count()} processors{load}, {platform.system()}"
