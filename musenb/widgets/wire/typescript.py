"""TypeScript generator of the wire types: a file for each module of `musenb.widgets.wire`, and the palette."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import types
import typing
from collections import defaultdict
from pathlib import Path

WIRE = Path(__file__).resolve().parent
CORE = WIRE.parents[1] / "frontend" / "src" / "core"

# Units are written by hand on the page's side: there they are branded numbers, with constructors.
BY_HAND = {"units": "../units"}
NO_WIRE = {"__init__", "typescript", *BY_HAND}
MODULES = tuple(sorted({path.stem for path in WIRE.glob("*.py")} - NO_WIRE))
# What is written, by the module that it is written from.
TARGETS = {f"{__package__}.{name}": CORE / "wire" / f"{name}.ts" for name in MODULES}
TARGETS["musenb.export.palette"] = CORE / "palette.ts"

_HEAD = "// Written by `python -m musenb.widgets.wire.typescript` from {}. Do not edit.\n"
_PLAIN = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    bytes: "DataView",
    type(None): "null",
}
_WIDTH = 120


def typescript(module: str) -> str:
    """Return the text of `TARGETS[module]`."""
    found = importlib.import_module(module)
    written = [text for name in _own_names(found) if (text := _declaration(name, getattr(found, name)))]
    body = "\n".join(written)
    return "\n".join(filter(None, [_HEAD.format(module), _imports(module, body), body]))


def write() -> list[Path]:
    """Write the TypeScript of every module, take away what has none, and return the paths."""
    folder = CORE / "wire"
    folder.mkdir(parents=True, exist_ok=True)
    for stale in set(folder.iterdir()) - set(TARGETS.values()):
        stale.unlink()
    for module, path in TARGETS.items():
        path.write_text(typescript(module), encoding="utf-8", newline="\n")
    return list(TARGETS.values())


def _own_names(module: types.ModuleType) -> list[str]:
    """Return what a module defines itself, in its order; an alias does not know where it was made, its source does."""
    names = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names.extend(target.id for target in node.targets if isinstance(target, ast.Name))
    return [name for name in names if not name.startswith("_")]


def _imports(module: str, body: str) -> str:
    """Return the import statements for the names of other modules that a text has."""
    homes = {
        name: home
        for home in (*BY_HAND, *MODULES)
        for name in _own_names(importlib.import_module(f"{__package__}.{home}"))
    }
    used = defaultdict(list)
    code = re.sub(r"/\*\*.*?\*/", "", body)
    for name in sorted(set(re.findall(r"\b[A-Z]\w*", code))):
        if name in homes and f"{__package__}.{homes[name]}" != module:
            used[homes[name]].append(name)
    lines = []
    for home in sorted(used):
        lines.append(f'import type {{ {", ".join(used[home])} }} from "{BY_HAND.get(home, f"./{home}")}";\n')
    return "".join(lines)


def _declaration(name: str, value: object) -> str:
    """Return a name as an exported constant or type; empty for what does not travel."""
    if isinstance(value, int | str):
        return f"export const {name} = {json.dumps(value)};\n"
    if isinstance(value, tuple):
        return f"export const {name} = {json.dumps(value)} as const;\n"
    if typing.is_typeddict(value):
        return _interface(name, typing.cast(type, value))
    if isinstance(value, type) and issubclass(value, tuple):
        return _tuple(name, value)
    if typing.get_origin(value) in (types.UnionType, typing.Union, typing.Literal):
        return f"export type {name} = {_type(value)};\n"
    return ""


def _doc(value: type) -> str:
    first = (value.__doc__ or "").splitlines()[0]
    return f"/** {first} */\n"


def _interface(name: str, value: type) -> str:
    hints = typing.get_type_hints(value, include_extras=True)
    fields = []
    for key, hint in hints.items():
        optional = typing.get_origin(hint) is typing.NotRequired
        shown = _type(typing.get_args(hint)[0] if optional else hint)
        fields.append(f"  {key}{'?' if optional else ''}: {shown};\n")
    # A type, not an interface: only a type can stand where an index signature is asked for.
    return f"{_doc(value)}export type {name} = {{\n{''.join(fields)}}};\n"


def _tuple(name: str, value: type) -> str:
    hints = typing.get_type_hints(value)
    fields = [f"{key}: {_type(hint)}" for key, hint in hints.items()]
    line = f"export type {name} = readonly [{', '.join(fields)}];\n"
    if len(line) > _WIDTH:
        opened = "".join(f"  {field},\n" for field in fields)
        line = f"export type {name} = readonly [\n{opened}];\n"
    return _doc(value) + line


def _type(hint: object) -> str:
    """Return a Python annotation in TypeScript; raise TypeError for one that the wire cannot carry."""
    if hint in _PLAIN:
        return _PLAIN[hint]  # type: ignore[index]
    if isinstance(hint, typing.NewType):
        return hint.__name__
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return f"readonly {_bracketed(arguments[0])}[]"
    if origin is tuple:
        return f"readonly [{', '.join(map(_type, arguments))}]"
    if origin in (types.UnionType, typing.Union):
        return " | ".join(map(_type, arguments))
    if origin is typing.Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if isinstance(hint, type) and hint.__module__.startswith(f"{__package__}."):
        return hint.__name__
    raise TypeError(f"{hint!r} has no form on the wire")


def _bracketed(hint: object) -> str:
    shown = _type(hint)
    return f"({shown})" if " " in shown else shown


if __name__ == "__main__":
    print(*write(), sep="\n")
