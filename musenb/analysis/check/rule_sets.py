"""Rule sets: which rules are asked, how grave each is, and its options; plain TOML that a teacher edits.

A set of one's own may say only what differs:

    extends = "chorale"          # what is not said here is as there; without it, rules that are not named are off
    about = "My second term"

    [parallel_fifths]
    severity = "error"           # "error", "warning" or "hint"

    [crossing]
    on = false                   # not asked at all

    [range]
    soprano = ["C4", "F5"]       # options are named and explained in sets/chorale.toml

`musenb.check(score, rules="mine.toml")` and `musenb check piece.musicxml --rules mine.toml` take such a file;
`musenb check --print-rules chorale` prints a shipped one with every rule, its options and what they mean.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from musenb.analysis.check.rules import RULES
from musenb.errors import SettingError
from musenb.score.arguments import shown

SHIPPED = ("chorale", "species", "free")
SEVERITIES = ("error", "warning", "hint")
LARGEST_FILE = 64 * 2**10
_HEAD = ("extends", "about")
_OF_ANY = ("on", "severity")


@dataclass(frozen=True, slots=True)
class Setting:
    """One rule of a set.

    Parameters
    ----------
    severity : {'error', 'warning', 'hint'}
    values : mapping of str to object
        All options of the rule.
    """

    severity: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Which rules are asked.

    Parameters
    ----------
    name : str
        'chorale', 'species' or 'free'; the name of the file; 'rules' for a mapping.
    about : str
        What it is for, in a sentence.
    rules : mapping of str to Setting
        The rules that are asked, in the order in which marks are listed.
    base : str
        The shipped set that it is or extends; empty for one that stands alone.
    """

    name: str
    about: str
    rules: Mapping[str, Setting]
    base: str = ""


def rule_set(rules: str | os.PathLike[str] | Mapping[str, Any] | RuleSet = "chorale") -> RuleSet:
    """Return a rule set by its name, from a .toml file, or from a mapping of the same form.

    Raises
    ------
    SettingError
        There is none such, or something in it is not as it should be; the message names the place.
    """
    if isinstance(rules, RuleSet):
        return rules
    if isinstance(rules, Mapping):
        return _built(rules, "rules")
    if not isinstance(rules, str | os.PathLike):
        raise SettingError(f"rules {shown(rules)} are no rule set: give {_choices()}, or a mapping")
    if isinstance(rules, str) and rules in SHIPPED:
        return _built(_parsed(shipped_text(rules), rules), rules)
    path = Path(rules)
    if path.suffix.lower() != ".toml":
        raise SettingError(f"rules {shown(str(rules))} are no rule set: give {_choices()}")
    return _built(_parsed(_text_of(path), path.name), path.name)


def _choices() -> str:
    return f"{', '.join(map(repr, SHIPPED))} or the path of a .toml file"


def shipped_text(name: str) -> str:
    """Return the file of a shipped set."""
    return resources.files("musenb.analysis.check").joinpath("sets", f"{name}.toml").read_text(encoding="utf-8")


def _text_of(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise SettingError(f"rule set '{path}' has more than {LARGEST_FILE} bytes")
        return data.decode("utf-8")
    except OSError as error:
        raise SettingError(f"rule set '{path}' cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingError(f"rule set '{path}' is not text in UTF-8") from None


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"rule set '{name}' is not TOML: {error}") from None


def _built(written: Mapping[str, Any], name: str) -> RuleSet:
    """Return a rule set from what is written, what it extends beneath."""
    about, extends = written.get("about", ""), written.get("extends", "")
    if extends and extends not in SHIPPED:
        raise SettingError(f"{name}: extends {shown(extends)}; {', '.join(map(repr, SHIPPED))} can be extended")
    if not isinstance(about, str):
        raise SettingError(f"{name}: about is {shown(about)}; a sentence is needed")
    base = rule_set(extends) if extends else RuleSet(name, "", {})
    settings = dict(base.rules)
    for rule, given in written.items():
        if rule in _HEAD:
            continue
        if rule not in RULES:
            raise SettingError(f"{name}: there is no rule {shown(rule)}; the rules are {', '.join(RULES)}")
        setting = _setting(rule, given, settings.get(rule), f"{name}: {rule}")
        settings.pop(rule, None)
        if setting is not None:
            settings[rule] = setting
    ordered = {rule: settings[rule] for rule in RULES if rule in settings}
    return RuleSet(name, about or base.about, ordered, name if name in SHIPPED else extends)


def _setting(rule: str, given: Any, before: Setting | None, where: str) -> Setting | None:
    """Return what a set says of one rule over what it extends; None where the rule is off."""
    options = RULES[rule].options
    if not isinstance(given, Mapping):
        raise SettingError(f"{where} is {shown(given)}; a table such as [{rule}] is needed")
    for key in given:
        if key not in (*_OF_ANY, *options):
            known = ", ".join((*_OF_ANY, *options))
            raise SettingError(f"{where} has no option {shown(key)}; it has {known}")
    on, severity = given.get("on", True), given.get("severity", before.severity if before else "error")
    if not isinstance(on, bool):
        raise SettingError(f"{where}: on is {shown(on)}; true or false is needed")
    if severity not in SEVERITIES:
        raise SettingError(f"{where}: severity is {shown(severity)}; one of {', '.join(SEVERITIES)} is needed")
    if not on:
        return None
    values = dict(before.values) if before else {key: option.default for key, option in options.items()}
    for key, option in options.items():
        if key in given:
            values[key] = option.read(given[key], f"{where}: {key}")
    return Setting(severity, values)
