"""Notebook execution in this process: what each cell shows is kept, the views among it."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musenb.errors import LoadError
from musenb.score.plain import plain_text

LARGEST_NOTEBOOK = 20_000_000
VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(slots=True)
class Shown:
    """One output: a MIME bundle, its metadata, and the name under which it may be shown anew."""

    data: dict[str, Any]
    name: str | None = None


@dataclass(slots=True)
class Cell:
    """A cell and what it showed.

    Parameters
    ----------
    kind : str
        'markdown', 'code' or 'raw'.
    source : str
    hidden : bool
        The notebook folds its source away.
    outputs : list of Shown
    """

    kind: str
    source: str
    hidden: bool = False
    folded: bool = False
    outputs: list[Shown] = field(default_factory=list)


def read_notebook(path: Path) -> list[Cell]:
    """Return the cells of a notebook.

    Raises
    ------
    LoadError
        It is missing, too large, or no notebook.
    """
    import nbformat

    try:
        if path.stat().st_size > LARGEST_NOTEBOOK:
            raise LoadError("size", f"'{path}' has more than {LARGEST_NOTEBOOK / 1e6:.0f} MB", "clear its outputs")
        book = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(book)
    except OSError as error:
        raise LoadError("missing", f"'{path}' cannot be read: {error.strerror}") from None
    except LoadError:
        raise
    except Exception as error:  # nbformat raises what it happens to stumble over
        reason = plain_text(f"{type(error).__name__}: {error}".splitlines()[0])
        raise LoadError("format", f"'{path}' is no notebook: {reason}") from None
    found = []
    for cell in book.cells:
        jupyter = cell.metadata.get("jupyter", {})
        found.append(
            Cell(
                cell.cell_type, cell.source, bool(jupyter.get("source_hidden")), bool(jupyter.get("outputs_hidden"))
            )
        )
    return found


class Runner:
    """Runs cells one after another in an IPython of its own; use it as a context.

    Standard output and what is displayed come in the order in which they were made.
    """

    def __init__(self) -> None:
        self._outputs: list[Shown] = []

    def __enter__(self) -> Runner:
        from IPython.core.displaypub import DisplayPublisher
        from IPython.core.interactiveshell import InteractiveShell

        runner = self

        class Publisher(DisplayPublisher):
            """Keeps what is displayed."""

            def publish(self, data: dict[str, Any], *_: Any, **more: Any) -> None:  # type: ignore[override]
                name = (more.get("transient") or {}).get("display_id")
                runner.show(dict(data), name, update=bool(more.get("update")))

            def clear_output(self, wait: bool = False) -> None:
                runner._outputs.clear()

        self._shell = InteractiveShell.instance(display_pub_class=Publisher)
        self._shell.display_pub = Publisher(parent=self._shell)
        return self

    def __exit__(self, *_: object) -> None:
        self._shell.restore_sys_module_state()
        type(self._shell).clear_instance()

    def show(self, data: dict[str, Any], name: str | None = None, *, update: bool = False) -> None:
        """Keep an output, or put it in the place of an earlier one."""
        if update and name is not None:
            for shown in self._outputs:
                if shown.name == name:
                    shown.data = data
            return
        self._outputs.append(Shown(data, name))

    def run(self, cell: Cell) -> None:
        """Run a cell; what it showed is in its outputs.

        Raises
        ------
        LoadError
            kind 'content': the cell raised.
        """
        self._outputs = cell.outputs
        with _written(self), _last_value(self):
            done = self._shell.run_cell(cell.source, store_history=True)
        error = done.error_before_exec or done.error_in_exec
        if error is not None:
            lines = cell.source.strip().splitlines()
            first = plain_text(lines[0] if lines else "")
            reason = f"{type(error).__name__}: {plain_text(str(error))}"
            raise LoadError("content", f"the cell that begins with '{first}' raised {reason}")


class _Stream(io.TextIOBase):
    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def write(self, text: str) -> int:
        outputs = self._runner._outputs
        if outputs and outputs[-1].name == "stdout":
            outputs[-1].data["text/plain"] += text
        elif text:
            self._runner.show({"text/plain": text}, "stdout")
        return len(text)

    def isatty(self) -> bool:
        return False


@contextlib.contextmanager
def _written(runner: Runner) -> Iterator[None]:
    with contextlib.redirect_stdout(_Stream(runner)):
        yield


@contextlib.contextmanager
def _last_value(runner: Runner) -> Iterator[None]:
    """Keep the value of a cell's last expression as a notebook would show it."""
    from IPython.core.formatters import DisplayFormatter
    from IPython.core.getipython import get_ipython

    shell, before = get_ipython(), sys.displayhook
    assert shell is not None, "a runner holds the shell"
    formatter, trap = shell.display_formatter, shell.display_trap
    assert isinstance(formatter, DisplayFormatter)

    def hook(value: object) -> None:
        if value is None:
            return
        shell.user_ns["_"] = value
        data, _ = formatter.format(value)
        if data:
            runner.show(dict(data))

    hooked, trap.hook = trap.hook, hook
    try:
        yield
    finally:
        trap.hook = hooked
        sys.displayhook = before
