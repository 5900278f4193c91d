"""The arrows between the folders, and the budgets of modules and functions, read from the source itself."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "musenb"

# What a folder's modules may import of the project, as dotted prefixes; every folder may import itself and the errors.
ALLOWED = {
    "errors": (),
    "score": (),
    "tokens": ("musenb.score",),
    "model": (),
    "sample": (
        *("musenb.score", "musenb.tokens", "musenb.files", "musenb.model.config", "musenb.model.weights"),
        "musenb.model.numpy.decode",
    ),
    "analysis": ("musenb.score",),
    "export": ("musenb.score", "musenb.files"),
    "files": (),
    "train": (
        *("musenb.score", "musenb.tokens", "musenb.model", "musenb.sample", "musenb.analysis"),
        "musenb.files.atomic",
    ),
    "widgets": ("musenb.score", "musenb.analysis", "musenb.export"),
}
# The folders and modules that wire the others together.
WIRING_FOLDERS = {"arranging", "studio", "questions", "lessons", "commands"}
WIRING = {"__init__", "__main__", "session"}
# What a folder that wires others together never imports all the same, and what of it it may.
BARRED = {
    "session": (("studio", "questions", "lessons", "widgets"), ("widgets.page", "widgets.show")),
    "arranging": (("studio", "questions", "lessons", "widgets", "commands", "tokens.chorale", "tokens.jsb"), ()),
    "studio": (("questions", "lessons", "tokens.chorale", "tokens.jsb"), ("questions.ask",)),
    "questions": (("studio", "lessons"), ()),
    "lessons": (("studio",), ()),
}
# Heavy packages that a folder never imports, wherever in the file.
FORBIDDEN = {
    "score": {"torch"},
    "tokens": {"torch", "music21", "symusic", "verovio"},
    "model": {"music21", "symusic", "verovio", "pretty_midi"},
    "sample": {"torch", "music21", "symusic", "verovio", "pretty_midi"},
    "analysis": {"torch"},
    "export": {"torch"},
    "widgets": {"torch"},
    "studio": {"torch"},
    "questions": {"torch"},
    "lessons": {"torch"},
}
# Folders and modules that play without torch although their neighbours train with it.
WITHOUT_TORCH = (
    *("model/numpy/", "model/config.py", "model/shapes.py", "model/threads.py", "model/trace.py", "model/weights.py"),
)
PLAYED = tuple(f"musenb/{name}" for name in WITHOUT_TORCH)
# Imported inside functions only, so that a plain `import musenb.<anything>` stays light.
LAZY = {"music21", "symusic", "verovio", "pretty_midi", "IPython", "jupyterlab", "soundfile", "typst"}

AT_THE_TOP = {"LICENSE", "README.md", "pyproject.toml", "binder", "musenb", "notebooks", "tests", "tutorials"}

# What names one idiom: its own folder, the list of all, and what trains and judges that kind of model.
NAMING = {
    *("tokens/known.py", "train/chorale.py", "train/chorale_data.py", "train/jsb.py", "train/judge.py"),
    *("train/tunes.py", "train/tonal.py", "train/judge_tonal.py", "train/judge_parts.py", "train/judge_writing.py"),
    *("train/judge_harmony.py", "train/judge_refill.py", "train/judge_motifs.py"),
    *("commands/measures.py", "commands/development.py"),
    *("train/notes.py", "train/notes_data.py", "train/notes_rows.py", "train/notes_run.py", "train/judge_notes.py"),
    *("train/judge_score.py", "train/count_notes.py"),
}
IDIOMS = ("chorale", "jsb", "notes")

MODULE_LINES, FUNCTION_LINES, PARAMETERS = 400, 80, 8

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if PACKAGE / "frontend" not in path.parents)


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def layer(path: Path) -> str:
    """Return the folder of a module, or its own name when it stands beside the folders."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports(tree: ast.AST) -> list[tuple[str, int]]:
    """Return every imported dotted name with its line; `from a import b` gives 'a.b'."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def allowed_within(layer_name: str, name: str) -> bool:
    prefixes = ("musenb.errors", f"musenb.{layer_name}", *ALLOWED[layer_name])
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def is_under(name: str, places: Sequence[str]) -> bool:
    """Return whether a dotted name is that of one of the project's places, or in it."""
    return any(f"{name}.".startswith(f"musenb.{place}.") for place in places)


def arrow_faults(source: str, layer_name: str) -> list[str]:
    """Return what in `source` crosses the arrows of its layer."""
    faults = []
    for name, line in imports(ast.parse(source)):
        head = name.split(".")[0]
        if head == "musenb" and layer_name in ALLOWED and not allowed_within(layer_name, name):
            faults.append(f"line {line}: {layer_name} may not import {name}")
        barred, open_to_it = BARRED.get(layer_name, ((), ()))
        if is_under(name, barred) and not is_under(name, open_to_it):
            faults.append(f"line {line}: {layer_name} may not import {name}")
        if head in FORBIDDEN.get(layer_name, ()):
            faults.append(f"line {line}: {layer_name} may not import {head}")
    return faults


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function from its `def` on, its docstring left out."""
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= first.end_lineno - first.lineno + 1
    return lines


def budget_faults(source: str) -> list[str]:
    """Return the functions of `source` that are too long or take too much."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if code_lines(node) > FUNCTION_LINES:
            faults.append(f"line {node.lineno}: {node.name} has {code_lines(node)} lines, {FUNCTION_LINES} at most")
        names = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        count = sum(1 for argument in names if argument.arg not in ("self", "cls"))
        if count > PARAMETERS:
            faults.append(f"line {node.lineno}: {node.name} takes {count} parameters, {PARAMETERS} at most")
    return faults


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_imports_follow_the_arrows(path: Path) -> None:
    assert arrow_faults(path.read_text(encoding="utf-8"), layer(path)) == []


@pytest.mark.parametrize("path", [p for p in MODULES if label(p).startswith(PLAYED)], ids=label)
def test_playing_needs_no_torch(path: Path) -> None:
    names = [name for name, _ in imports(ast.parse(path.read_text(encoding="utf-8")))]
    assert not [name for name in names if name.split(".")[0] == "torch" or name.startswith("musenb.model.torch")]


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_every_module_belongs_to_a_layer(path: Path) -> None:
    assert layer(path) in ALLOWED.keys() | WIRING_FOLDERS | WIRING


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_module_and_functions_keep_their_budget(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    lines = source.count("\n")
    assert lines <= MODULE_LINES, f"{lines} lines, {MODULE_LINES} at most"
    assert budget_faults(source) == []


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_slow_packages_are_imported_inside_functions(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    at_module_level = [name for node in tree.body for name, _ in imports(node) if not_deferred(node)]
    assert LAZY.isdisjoint(name.split(".")[0] for name in at_module_level)


def not_deferred(node: ast.stmt) -> bool:
    """Return True unless the imports of the statement run later (in a function) or never (under TYPE_CHECKING)."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))


def run_time_imports(source: str) -> set[str]:
    """Return the dotted names that a module imports when it runs, in functions too."""
    tree = ast.parse(source)
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    unseen = {id(inner) for node in typing for statement in node.body for inner in ast.walk(statement)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def circles(sources: dict[str, str]) -> set[str]:
    """Return the modules, of name and source, that import themselves by way of others."""
    left = {name: run_time_imports(source) & sources.keys() - {name} for name, source in sources.items()}
    while True:
        ends = {name for name, imported in left.items() if not imported & left.keys()}
        if not ends:
            break
        left = {name: imported for name, imported in left.items() if name not in ends}
    while True:  # what only leads into a circle is none
        wanted = set().union(*left.values())
        if left.keys() <= wanted:
            return set(left)
        left = {name: imported for name, imported in left.items() if name in wanted}


def idioms_named(source: str) -> set[str]:
    """Return the idioms whose folders a module imports from, or names by their dotted place."""
    tree = ast.parse(source)
    names = {name for name, _ in imports(tree)}
    names |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {idiom for idiom in IDIOMS for name in names if f"{name}.".startswith(f"musenb.tokens.{idiom}.")}


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_an_idiom_is_known_to_its_own_folder_alone(path: Path) -> None:
    place = path.relative_to(PACKAGE)
    home = {place.parts[1]} if place.parts[0] == "tokens" and len(place.parts) > 2 else set()
    if place.as_posix() not in NAMING:
        assert idioms_named(path.read_text(encoding="utf-8")) <= home


def test_an_idiom_that_is_named_elsewhere_is_found() -> None:
    assert idioms_named("def f():\n    from musenb.tokens.chorale.grid import HOLD") == {"chorale"}
    assert idioms_named("from musenb.tokens import jsb") == {"jsb"}
    assert idioms_named("PLACE = 'musenb.tokens.chorale.idiom'") == {"chorale"}
    assert idioms_named("from musenb.tokens.idiom import Plan") == set()


def test_a_sampling_is_begun_in_one_place() -> None:
    calls = [
        label(path) for path in MODULES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Sampling"
    ]
    assert calls == ["musenb/sample/recipe.py"]


def test_no_module_imports_itself_by_way_of_others() -> None:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8") for path in MODULES
    }
    assert circles(modules) == set()


def test_a_circle_is_found_even_in_a_function() -> None:
    one, other = "from musenb.two import a", "def f():\n    import musenb.one"
    assert circles({"musenb.one": one, "musenb.two": other, "musenb.three": one}) == {"musenb.one", "musenb.two"}
    typed = "if TYPE_CHECKING:\n    import musenb.one"
    assert circles({"musenb.one": one, "musenb.two": typed}) == set()


def test_nothing_else_stands_at_the_top() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout: what is tracked cannot be told")
    tops = {name.split("/")[0] for name in done.stdout.splitlines()}
    assert {name for name in tops if not name.startswith(".")} <= AT_THE_TOP


def test_the_layer_of_a_module_beside_the_folders_is_its_name() -> None:
    assert layer(PACKAGE / "errors.py") == "errors"
    assert layer(PACKAGE / "score" / "note.py") == "score"


@pytest.mark.parametrize(
    ("source", "layer_name", "fault"),
    [
        ("from musenb.tokens.chorale import grid", "score", "score may not import musenb.tokens.chorale.grid"),
        ("def f():\n    import torch", "sample", "sample may not import torch"),
        ("from musenb.model.torch.transformer import Transformer", "sample", "sample may not import musenb.model"),
        ("import musenb.score.note", "model", "model may not import musenb.score.note"),
        ("from musenb import session", "widgets", "widgets may not import musenb.session"),
        ("def f():\n    from musenb.studio.page import x", "session", "session may not import musenb.studio.page.x"),
        ("from musenb.questions import game", "studio", "studio may not import musenb.questions.game"),
    ],
)
def test_a_crossed_arrow_is_found(source: str, layer_name: str, fault: str) -> None:
    assert any(fault in found for found in arrow_faults(source, layer_name))


def test_a_broken_budget_is_found() -> None:
    long = "def long(x):\n" + "    x += 1\n" * FUNCTION_LINES
    wide = f"def wide({', '.join(f'p{i}' for i in range(PARAMETERS + 1))}): pass"
    assert "long has 81 lines" in budget_faults(long)[0]
    assert "wide takes 9 parameters" in budget_faults(wide)[0]
    documented = 'def documented(x):\n    """One.\n' + "\n" * 90 + '    """\n    return x\n'
    assert budget_faults(documented) == []
