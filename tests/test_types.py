"""The types of the package hold under pyright, which comes with the front end's packages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYRIGHT = ROOT / "musenb" / "frontend" / "node_modules" / "pyright" / "index.js"


def faults(*paths: str) -> list[str]:
    """Return the errors that pyright finds in files, or in all that pyproject.toml names."""
    node = shutil.which("node")
    if node is None or not PYRIGHT.is_file():
        pytest.fail(f"pyright is not installed: run `npm ci` in {PYRIGHT.parents[2]}, or `python tests`")
    command = [node, str(PYRIGHT), "--pythonpath", sys.executable, "--outputjson", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return [
        f"{Path(one['file']).name}:{one['range']['start']['line'] + 1}: {one['message']}"
        for one in found
        if one["severity"] == "error"
    ]


def test_the_types_hold() -> None:
    assert faults() == []


def test_a_wrong_type_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text('from musenb.score.note import Note\n\nNote("now", 1, 60).pitch.upper()\n', encoding="utf-8")
    assert any("upper" in fault for fault in faults(str(wrong)))
