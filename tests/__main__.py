"""Set up what the tests need beyond Python and run them all: the linter, then every test, the browser's included.

Run as `python tests` from the project's folder; further arguments go to pytest. Closes on pytest's own last line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "musenb" / "frontend"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium() -> str | None:
    """Return the path of a Chromium: $MUSENB_CHROMIUM, else the first one on the PATH, else None."""
    named = os.environ.get("MUSENB_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def find_firefox() -> str | None:
    """Return the path of a Firefox: $MUSENB_FIREFOX, else the first one on the PATH, else None."""
    named = os.environ.get("MUSENB_FIREFOX")
    return named or next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


def install_chromium() -> str | None:
    """Install Debian's Chromium when this user may; return an error line when it is not there afterwards."""
    if not shutil.which("apt-get"):
        return "the browser tests need Chromium: install it, or name one in MUSENB_CHROMIUM"
    if os.geteuid() != 0:
        return "the browser tests need Chromium: run `apt-get install chromium` as root, or name one in MUSENB_CHROMIUM"
    install("chromium", "fonts-dejavu-core")
    return None if find_chromium() else "the browser tests need Chromium, and apt-get could not install it"


def install_firefox() -> None:
    """Install Debian's Firefox where it is missing and this user may; without one its tests are skipped."""
    if not find_firefox() and shutil.which("apt-get") and os.geteuid() == 0:
        install("firefox-esr")


def install(*packages: str) -> None:
    """Install packages of Debian."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        print("+", *command, flush=True)
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)


def install_frontend() -> None:
    """Install the front end's packages by npm where they are missing; its tests say what is wanting without npm."""
    npm = shutil.which("npm")
    if npm and not (FRONTEND / "node_modules").is_dir():
        print("+ npm ci", flush=True)
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=FRONTEND, check=False)


def main(arguments: list[str]) -> int:
    """Run the linter and the tests; return the first exit code that is not 0."""
    if not find_chromium():
        error = install_chromium()
        if error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    install_firefox()
    install_frontend()
    # Two processes, file by file; the browser's tests come last, when the other process has little left to do.
    together = ["-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder"] if (os.cpu_count() or 1) > 1 else []
    one_thread = {"OMP_NUM_THREADS": "1", **os.environ}
    linted = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT, check=False).returncode
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", *together, *arguments], cwd=ROOT, env=one_thread, check=False
    ).returncode
    return tested or linted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
