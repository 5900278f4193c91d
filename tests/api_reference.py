"""Write the API reference, `musenb/reference.md`, from the docstrings.

Run as `python tests/api_reference.py` after a public name, a signature or a docstring was changed;
`tests/test_reference.py` compares.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import musenb

TARGET = Path(__file__).resolve().parents[1] / "musenb" / "reference.md"

# What the objects are that the public names hand out, by the name that hands them out.
HANDED_OUT = {
    "develop": ["musenb.session.Take", "musenb.sample.recipe.Recipe"],
    "open_model": ["musenb.sample.models.Model"],
    "Studio": ["musenb.studio.takes.Entry", "musenb.studio.takes.Tree", "musenb.tokens.idiom.Prepared"],
    "recover": ["musenb.studio.recovery.Session"],
    "ask": [
        "musenb.questions.ask.Questions", "musenb.tokens.piece.NotePlace", "musenb.questions.listening.NoteAttention",
        "musenb.analysis.surprise.Surprise", "musenb.tokens.piece.Choices", "musenb.tokens.piece.Choice",
        "musenb.questions.whatif.WhatIf", "musenb.questions.sweeps.HeadMap",
        "musenb.analysis.causal.Agreement", "musenb.analysis.attention.AttentionRecord",
    ],
    "check": [
        "musenb.analysis.check.marks.Checked", "musenb.analysis.check.marks.Mark",
        "musenb.analysis.check.habits.Habit", "musenb.analysis.check.rule_sets.RuleSet",
    ],
    "Question": ["musenb.lessons.record.Answer"],
    "Score": [
        "musenb.score.note.Voice", "musenb.score.note.TimeSignature", "musenb.score.note.KeySignature",
        "musenb.score.note.Tempo", "musenb.score.note.Bar",
    ],
    "Note": ["musenb.score.note.Origin"],
    "MusenbError": [
        f"musenb.errors.{name}Error"
        for name in ("Score", "Load", "Save", "Token", "Model", "Weights", "Setting", "Training")
    ],
}
# Names whose words are explained at the head of their module.
EXPLAINED = {"check": "musenb.analysis.check.rule_sets", "motif": "musenb.score.from_text"}
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
LISTS = {"Parameters", "Attributes", "Returns", "Raises", "Yields"}


def reference() -> str:
    """Return the whole text of the reference."""
    parts = [
        "# The names of musenb\n",
        "Written by `python tests/api_reference.py` from the docstrings; do not edit.\n",
        "`import musenb` gives these names. Every error that musenb raises for what it was given is a `MusenbError`.\n",
        "".join(f"- [`{name}`](#{anchor(name)}): {summary(getattr(musenb, name))}\n" for name in musenb.__all__),
    ]
    for name in musenb.__all__:
        parts.append(described(name, getattr(musenb, name), level=2))
        if name in EXPLAINED:
            head = inspect.getdoc(importlib.import_module(EXPLAINED[name])) or ""
            parts.append(f"{head.partition(chr(10))[2].strip()}\n")
        parts += [described(place.rpartition(".")[2], found(place), level=3) for place in HANDED_OUT.get(name, ())]
    return "\n".join([*parts, commands()])


def anchor(heading: str) -> str:
    """Return the anchor of a heading as code forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def found(place: str) -> Any:
    """Return the object at a dotted place."""
    module, _, name = place.rpartition(".")
    return getattr(importlib.import_module(module), name)


def summary(thing: Any) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(thing) or "").splitlines()[0]


def described(name: str, thing: Any, *, level: int) -> str:
    """Return the section of one name: how it is called, its docstring, and what it offers."""
    called = f"{name}{signature(thing)}"
    lines = [f"{'#' * level} {name}\n", f"```python\n{called}\n```\n", markdown(inspect.getdoc(thing) or "")]
    members = list(offered(thing)) if inspect.isclass(thing) else []
    if members:
        lines.append(f"What a `{name}` offers:\n")
        lines.append("".join(f"- `{member}`: {summary(what)}\n" for member, what in members))
    return "\n".join(lines)


def signature(thing: Any) -> str:
    """Return the parameters with their defaults, without types: the text below says them."""
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return ""
    shown, keyword_only = [], False
    for one in inspect.signature(thing).parameters.values():
        if one.name == "self":
            continue
        if one.kind is one.KEYWORD_ONLY and not keyword_only:
            shown.append("*")
            keyword_only = True
        if one.kind is one.VAR_POSITIONAL:
            keyword_only = True
        sign = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        default = "" if one.default is one.empty else f"={default_of(one.default)}"
        shown.append(f"{sign}{one.name}{default}")
    return f"({', '.join(shown)})"


def default_of(value: Any) -> str:
    """Return a default as it is written; one that a dataclass makes anew each time has no form of its own."""
    text = repr(value)
    return "..." if text.startswith("<") or len(text) > 40 else text


def offered(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that musenb defines, those of its base classes too."""
    seen: set[str] = set()
    for base in kind.__mro__:
        if not base.__module__.startswith("musenb."):
            continue
        for name, value in vars(base).items():
            plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            if name.startswith("_") or name in seen:
                continue
            seen.add(name)
            if isinstance(plain, FunctionType) and plain.__doc__:
                yield f"{name}{signature(getattr(kind, name))}", plain
            elif isinstance(plain, property) and plain.__doc__:
                yield name, plain


def markdown(text: str) -> str:
    """Return a docstring with its sections as lists."""
    pieces = SECTION.split(text)
    lines = [pieces[0].strip(), ""]
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if heading in LISTS:
            lines += [f"**{heading}**\n", entries(body)]
        elif heading != "References":
            lines += [body.strip(), ""]
    return "\n".join(lines)


def entries(body: str) -> str:
    """Return the entries of a section as a list; what is indented below an entry belongs to it."""
    shown: list[str] = []
    for line in body.strip("\n").splitlines():
        if line and not line.startswith(" "):
            name, _, kind = line.partition(" : ")
            shown.append(f"- `{name}`{' (' + kind + ')' if kind else ''}")
        elif line.strip():
            shown[-1] += f"{' ' if ': ' in shown[-1] else ': '}{line.strip()}"
    return "\n".join(shown) + "\n"


def commands() -> str:
    """Return the commands with a line each."""
    from musenb.commands.main import parser

    (actions,) = (one for one in parser()._actions if one.choices)
    lines = [f"- `musenb {one.dest}`: {one.help}\n" for one in actions._choices_actions]
    return "## On the command line\n\n`musenb COMMAND --help` tells the options.\n\n" + "".join(lines)


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
