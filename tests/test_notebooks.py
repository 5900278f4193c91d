"""Every notebook runs from top to bottom in a fresh kernel, and is stored without outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "tutorials").glob("*.ipynb")])

# In a process of its own: the client runs an event loop, which the browser tests have too.
EXECUTE = """
import sys, nbclient, nbformat
book = nbformat.read(sys.argv[1], as_version=4)
where = {"metadata": {"path": sys.argv[2]}}
nbclient.NotebookClient(book, timeout=240, kernel_name="python3", resources=where).execute()
nbformat.write(book, sys.argv[3])
"""


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=label)
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    run = tmp_path / "run.ipynb"
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(path), str(tmp_path), str(run)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    cells = [cell for cell in nbformat.read(run, as_version=4).cells if cell.cell_type == "code"]
    warned = [out.text for cell in cells for out in cell.outputs if out.get("name") == "stderr"]
    assert warned == []
    assert any(cell.outputs for cell in cells), "the notebook shows nothing"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=label)
def test_notebook_is_stored_clean(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert sorted(book.metadata) == ["kernelspec", "language_info"]
    assert book.metadata.kernelspec.name == "python3"


def test_the_studio_is_among_them() -> None:
    assert "notebooks/studio.ipynb" in map(label, NOTEBOOKS)
