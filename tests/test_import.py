"""What a fresh interpreter loads: a user who only looks or plays never pays for the heavy packages."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"torch", "music21", "verovio", "symusic", "pretty_midi", "matplotlib", "IPython", "jupyterlab", "scipy"}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after `statement`."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps(sorted({{n.split('.')[0] for n in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_musenb_is_light() -> None:
    assert HEAVY & loaded_by("import musenb") == set()


def test_heavy_modules_would_be_seen() -> None:
    assert "defusedxml" in loaded_by("import defusedxml")
