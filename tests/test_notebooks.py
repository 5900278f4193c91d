"""Every notebook runs from top to bottom in a fresh kernel, and is stored without outputs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
TUTORIALS = sorted((ROOT / "tutorials").glob("*.ipynb"))
NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *TUTORIALS])


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Run:
    """One notebook that nbval ran: what it printed, and what the run took, kernel included."""

    code: int
    said: str
    seconds: float
    megabytes: float


# In a small process of its own: the most that a child has held counts what its parent held when it began.
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
sys.exit(code)
"""


# Kernels of two processes may choose the same free port; the later one then ends before its first cell.
NOT_BEGUN = "Kernel died before replying to kernel_info"


def run(path: Path, folder: Path) -> Run:
    """Run every cell of a copy, in a fresh kernel that works in the copy's folder; a cell that raises fails."""
    done = attempt(path, folder / path.stem)
    return attempt(path, folder / f"{path.stem}-again") if NOT_BEGUN in done.said else done


def attempt(path: Path, home: Path) -> Run:
    """Run a copy of a notebook in a new folder."""
    home.mkdir()
    copied, since = shutil.copy(path, home), time.perf_counter()
    done = subprocess.run(
        [
            *(sys.executable, "-c", MEASURED, sys.executable, "-m", "pytest", str(copied), "--nbval-lax"),
            *("--nbval-cell-timeout=600", "-q", "-x", "-p", "no:cacheprovider"),
            f"--config-file={ROOT / 'pyproject.toml'}",
        ],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    seconds, megabytes = time.perf_counter() - since, done.stdout.rpartition("\n")[0].rpartition("\n")[2]
    return Run(done.returncode, done.stdout + done.stderr, seconds, float(megabytes))


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Path, Future[Run]]]:
    """Run the notebooks that are asked for, two at a time: a kernel waits often enough."""
    folder = tmp_path_factory.mktemp("runs")
    asked = [item for item in request.session.items if getattr(item, "originalname", "") == "test_notebook_runs"]
    with ThreadPoolExecutor(max_workers=2) as pool:
        paths = [item.callspec.params["path"] for item in asked]
        yield {path: pool.submit(run, path, folder) for path in paths}
        pool.shutdown(cancel_futures=True)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=label)
def test_notebook_runs(path: Path, runs: dict[Path, Future[Run]], record_property: Callable[[str, str], None]) -> None:
    done = runs[path].result()
    record_property("took", f"{label(path)}: {done.seconds:.0f} s, {done.megabytes:.0f} MB")
    assert done.code == 0, done.said[-4000:]


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


# What a lesson is made of


def test_the_lessons_are_numbered_from_one_to_ten() -> None:
    assert [path.name[:3] for path in TUTORIALS] == [f"{number:02d}-" for number in range(1, 11)]


@pytest.mark.parametrize("path", TUTORIALS, ids=label)
def test_a_lesson_has_its_parts(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    texts = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    headings = re.findall(r"(?m)^##+ (.+)$", texts)
    number = int(path.name[:2])
    assert book.cells[0].source.startswith(f"# {number} · ")
    assert "**Time:**" in book.cells[0].source
    for part in ("Aims", "Warm-up", "Exercises", "Questions"):
        assert headings.count(part) == 1, f"one heading {part!r}"
    places = [headings.index(part) for part in ("Aims", "Warm-up", "Exercises", "Questions")]
    assert places == sorted(places)
    assert sum("predict before you look" in heading.lower() for heading in headings) >= 2


@pytest.mark.parametrize("path", TUTORIALS, ids=label)
def test_what_is_to_be_found_out_is_hidden(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    solutions = [cell for cell in cells if cell.cell_type == "code" and "\n# Solution" in cell.source]
    assert solutions
    for cell in solutions:
        # JupyterLab unfolds the output of a cell that is run, so a solution shows nothing of itself.
        assert cell.source.startswith("%%capture\n"), cell.id
        assert cell.metadata.get("jupyter") == {"source_hidden": True}, cell.id
    asked = [cell for cell in cells if cell.cell_type == "code" and "musenb.Question(" in cell.source]
    assert all(cell.metadata.get("jupyter") == {"source_hidden": True} for cell in asked), "the code tells the answer"
    told = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert all(text.count("<details>") == text.count("</details>") for text in told)
    exercises = len(re.findall(r"(?m)^\*\*\d\.\*\*", "\n".join(told)))
    folded = sum(text.count("<details>") for text in told)
    assert exercises >= 3
    assert len(solutions) + folded >= exercises, "every exercise has a solution"


@pytest.mark.parametrize("path", TUTORIALS, ids=label)
def test_the_questions_of_a_lesson_have_keys_of_their_own(path: Path) -> None:
    code = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    keys = re.findall(r'musenb\.Question\(\s*"([^"]+)"', code)
    assert keys == [f"{int(path.name[:2])}-{letter}" for letter in "abcdefgh"[: len(keys)]]
    assert len(keys) == code.count("musenb.Question(") >= 4


@pytest.mark.parametrize("path", TUTORIALS, ids=label)
def test_a_lesson_is_heard(path: Path) -> None:
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    heard = [text for text in code if re.search(r"show\(|Sound\(|musenb\.develop\(|%%motif|Studio\(|takes=", text)]
    assert len(heard) >= 3
    assert all("http" not in text for text in code), "a lesson needs no network"


@pytest.mark.parametrize("path", TUTORIALS, ids=label)
def test_the_line_that_a_folded_cell_still_shows_gives_no_answer_away(path: Path) -> None:
    folded = (cell for cell in nbformat.read(path, as_version=4).cells if "jupyter" in cell.metadata)
    for cell in folded:
        first = cell.source.partition("\n")[0]
        assert not re.search(r"\b(right|reveal)=", first), first
