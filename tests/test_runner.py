"""`python tests`: it finds the browser, installs it where it may, and says what is wanting where it may not."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

MAIN = Path(__file__).resolve().parent / "__main__.py"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the names of the entry point, on a machine that has nothing."""
    monkeypatch.delenv("MUSENB_CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    return runpy.run_path(str(MAIN))


def test_a_named_browser_comes_first(runner: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert runner["find_chromium"]() is None
    monkeypatch.setenv("MUSENB_CHROMIUM", "/some/chromium")
    assert runner["find_chromium"]() == "/some/chromium"


def test_without_apt_get_the_browser_is_asked_for(
    runner: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner["main"]([]) == 2
    said = capsys.readouterr().err
    assert said == "error: the browser tests need Chromium: install it, or name one in MUSENB_CHROMIUM\n"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no root")
def test_whoever_is_not_root_is_told_what_to_run(runner: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "run `apt-get install chromium` as root" in runner["install_chromium"]()


@pytest.mark.parametrize(("there", "root", "asked"), [(False, True, 1), (True, True, 0), (False, False, 0)])
def test_firefox_is_installed_where_it_is_missing_and_may_be(
    runner: dict[str, Any], monkeypatch: pytest.MonkeyPatch, there: bool, root: bool, asked: int
) -> None:
    monkeypatch.delenv("MUSENB_FIREFOX", raising=False)
    found = {"apt-get", "firefox-esr"} if there else {"apt-get"}
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in found else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000, raising=False)
    calls = []
    monkeypatch.setattr(subprocess, "run", lambda command, **settings: calls.append(command))
    runner["install_firefox"]()
    assert [command[-1] for command in calls if "install" in command] == ["firefox-esr"] * asked


@pytest.mark.parametrize("processors", [1, 4])
@pytest.mark.parametrize(("linted", "tested", "code"), [(0, 0, 0), (1, 0, 1), (0, 3, 3), (1, 2, 2)])
def test_the_exit_code_tells_of_linter_and_tests(
    runner: dict[str, Any], monkeypatch: pytest.MonkeyPatch, linted: int, tested: int, code: int, processors: int
) -> None:
    calls = []

    def run(command: list[str], **settings: object) -> subprocess.CompletedProcess[str]:
        calls.append(command[2:])
        return subprocess.CompletedProcess(command, linted if "ruff" in command else tested)

    monkeypatch.setenv("MUSENB_CHROMIUM", "/some/chromium")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert runner["main"](["-k", "engrave"]) == code
    assert calls[0] == ["ruff", "check", "."]
    assert calls[1][0] == "pytest"
    assert calls[1][-2:] == ["-k", "engrave"]
    assert ("-n" in calls[1]) == (processors > 1)


@pytest.mark.parametrize(("present", "calls"), [(True, []), (False, [["/usr/bin/npm", "ci"]])])
def test_the_front_ends_packages_are_installed_once(
    runner: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, present: bool, calls: list
) -> None:
    made = []
    install = runner["install_frontend"]
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", lambda command, **settings: made.append(command[:2]))
    monkeypatch.setitem(install.__globals__, "FRONTEND", tmp_path)
    if present:
        (tmp_path / "node_modules").mkdir()
    install()
    assert made == calls
