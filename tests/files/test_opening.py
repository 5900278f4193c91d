"""How the package opens files, read from its source: what is right on Linux alone is found here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "musenb"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if PACKAGE / "frontend" not in path.parents)
# Opens folders.
OWN_FLAGS = {"files/private.py"}


def opening_faults(source: str, *, own_flags: bool = False) -> list[str]:
    """Return the calls that change or misread bytes on Windows.

    `os.open` opens in text mode there: each byte 0x0A that is written becomes two. A text file without an encoding is
    in that of the machine, and one that is written without a newline gets that of the machine.
    """
    faults = []
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        given = {keyword.arg for keyword in call.keywords}
        needed: set[str] = set()
        if name == "os.open" and not own_flags and not is_opener(call):
            faults.append(f"line {call.lineno}: {name}: use open")
        elif name.endswith(".read_text"):
            needed = {"encoding"}
        elif name.endswith(".write_text"):
            needed = {"encoding", "newline"}
        elif name == "open" or (name.endswith(".open") and opens_path(call)):
            mode = mode_of(call, 1 if name == "open" else 0)
            if "b" not in mode:
                needed = {"encoding"} if mode == "r" else {"encoding", "newline"}
        faults += [f"line {call.lineno}: {name} without {word}" for word in sorted(needed - given)]
    return faults


def is_opener(call: ast.Call) -> bool:
    """Tell whether the flags are those that a file of Python's gives to its opener."""
    return len(call.args) > 1 and ast.unparse(call.args[1]) == "flags"


def opens_path(call: ast.Call) -> bool:
    """Tell a path's `open` from others by its mode."""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and set(first.value) <= set("rwaxbt+")


def mode_of(call: ast.Call, place: int) -> str:
    """Return the mode that a call of `open` names, 'r' when it names none, 'b' when it is not to be seen."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    found = named[0] if named else call.args[place] if len(call.args) > place else ast.Constant("r")
    return found.value if isinstance(found, ast.Constant) else "b"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_files_are_opened_alike_on_every_system(path: Path) -> None:
    own_flags = path.relative_to(PACKAGE).as_posix() in OWN_FLAGS
    assert opening_faults(path.read_text(encoding="utf-8"), own_flags=own_flags) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("os.open(path, os.O_WRONLY)", "line 1: os.open: use open"),
        ("open(path)", "line 1: open without encoding"),
        ("open(path, 'a', encoding='utf-8')", "line 1: open without newline"),
        ("open(path, mode='w', newline='')", "line 1: open without encoding"),
        ("path.open('w', encoding='utf-8')", "line 1: path.open without newline"),
        ("path.read_text()", "line 1: path.read_text without encoding"),
        ("path.write_text(text, encoding='utf-8')", "line 1: path.write_text without newline"),
    ],
)
def test_a_call_that_differs_on_windows_is_found(source: str, fault: str) -> None:
    assert opening_faults(source) == [fault]


@pytest.mark.parametrize(
    "source",
    [
        "open(path, 'rb')",
        "os.open(path, flags, 0o600)",
        "path.open('xb')",
        "webbrowser.open(address)",
        "archive.open(m)",
    ],
)
def test_calls_that_are_alike_everywhere_pass(source: str) -> None:
    assert opening_faults(source) == []
