"""Write the types of `musenb.widgets.wire` as TypeScript."""

from __future__ import annotations

import types
import typing
from pathlib import Path

from musenb.widgets.wire import asking, lessons, motif, questions, sheet, studio, views

TARGET = Path(__file__).resolve().parents[2] / "frontend" / "src" / "wire.ts"

PARTS = (views, sheet, questions, studio, motif, lessons, asking)

_HEAD = """// Written by `python -m musenb.widgets.wire.typescript` from musenb/widgets/wire/. Do not edit.

import type { MidiPitch, Quarters, Seconds } from "./units";
"""
_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", bytes: "DataView", type(None): "null"}


def typescript() -> str:
    """Return the whole text of `frontend/src/wire.ts`."""
    parts = [_HEAD]
    own = {name: value for part in PARTS for name, value in vars(part).items()}
    for name, value in own.items():
        if name.startswith("_") or name in vars(typing):
            continue
        if isinstance(value, int):
            parts.append(f"export const {name} = {value};\n")
        elif typing.is_typeddict(value):
            parts.append(_interface(name, value))
        elif isinstance(value, type) and issubclass(value, tuple):
            parts.append(_tuple(name, value))
        elif typing.get_origin(value) in (types.UnionType, typing.Union, typing.Literal):
            parts.append(f"export type {name} = {_type(value)};\n")
    return "\n".join(parts)


def write() -> Path:
    """Write the TypeScript and return its path."""
    TARGET.write_text(typescript(), encoding="utf-8")
    return TARGET


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
    fields = ", ".join(f"{key}: {_type(hint)}" for key, hint in hints.items())
    return f"{_doc(value)}export type {name} = readonly [{fields}];\n"


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
    if isinstance(hint, type) and hint.__module__ in {*(part.__name__ for part in PARTS), "__main__"}:
        return hint.__name__
    raise TypeError(f"{hint!r} has no form on the wire")


def _bracketed(hint: object) -> str:
    shown = _type(hint)
    return f"({shown})" if " " in shown else shown


if __name__ == "__main__":
    print(write())
