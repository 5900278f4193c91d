"""The front end's own checks: its types and its tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

FRONTEND = Path(__file__).resolve().parents[1] / "musenb" / "frontend"


@pytest.mark.parametrize("script", ["check", "test"])
def test_npm_runs(script: str) -> None:
    if not shutil.which("npm"):
        pytest.fail("the front end's tests need Node 20 or later, with npm, on the PATH")
    if not (FRONTEND / "node_modules").is_dir():
        pytest.fail(f"the front end's packages are not installed: run `npm ci` in {FRONTEND}, or `python tests`")
    done = subprocess.run(
        ["npm", "run", "--silent", script], cwd=FRONTEND, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, f"npm run {script}\n{done.stdout}\n{done.stderr}"
