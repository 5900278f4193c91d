"""The TypeScript of the wire is what the Python types say."""

from __future__ import annotations

from typing import NewType

import pytest

pytest.importorskip("anywidget", reason="the views need the 'lab' extra")

from musenb.widgets.wire import typescript as wire_typescript

REWRITE = "run `python -m musenb.widgets.wire.typescript` and commit the result"


@pytest.mark.parametrize("module", wire_typescript.TARGETS)
def test_the_committed_typescript_is_that_of_the_python_types(module: str) -> None:
    committed = wire_typescript.TARGETS[module].read_text(encoding="utf-8")
    assert committed == wire_typescript.typescript(module), REWRITE


def test_each_committed_file_has_a_module() -> None:
    committed = set((wire_typescript.CORE / "wire").iterdir())
    assert committed <= set(wire_typescript.TARGETS.values()), REWRITE


@pytest.mark.parametrize(
    ("hint", "shown"),
    [
        (list[int], "readonly number[]"),
        (list[int | str], "readonly (number | string)[]"),
        (tuple[int, int], "readonly [number, number]"),
        (bytes, "DataView"),
        (NewType("Quarters", float), "Quarters"),
        (float | None, "number | null"),
    ],
)
def test_annotations_have_a_form(hint: object, shown: str) -> None:
    assert wire_typescript._type(hint) == shown


def test_what_the_wire_cannot_carry_is_refused() -> None:
    with pytest.raises(TypeError, match=r"complex.* has no form on the wire"):
        wire_typescript._type(complex)
