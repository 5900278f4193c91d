"""The pins are those of what the project declares and what that brings, and no others."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
# Each is installed by what is pinned, in another folder than the environment's, or on other systems only.
UNPINNED = {"musenb", "setuptools", "pip"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def brought_by(name: str, extras: tuple[str, ...] = ()) -> set[str]:
    """Return the packages that an installed one needs, directly or not, itself among them."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    waiting = [(normal(name), extras)]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        try:
            needs = distribution(here[0]).requires or []
        except PackageNotFoundError:
            continue
        found.add(here)
        for need in map(Requirement, needs):
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *here[1])):
                waiting.append((normal(need.name), tuple(sorted(need.extras))))
    return {package for package, _ in found}


def test_every_pin_is_brought_by_something_and_all_that_is_brought_is_pinned() -> None:
    lines = (ROOT / "binder" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {normal(line.split("==")[0]) for line in lines if "==" in line}
    brought = brought_by("musenb", ("lab", "test", "fast"))
    if "jupyterlab" not in brought or "pytest" not in brought:
        pytest.skip("musenb is not installed with its extras: what they bring cannot be told")
    assert pinned - brought == set()
    assert brought - pinned - UNPINNED == set()
