from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.files.names import LONGEST, portable_stem, windows_fault


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Take 3", "Take 3"),
        ("Étude: what? / how \\ <who>", "Étude- what- - how - -who"),
        ("con", "con-"),
        ("COM1", "COM1-"),
        ("Aux. Noten", "Aux. Noten-"),
        ("Fine...", "Fine"),
        (" . ", "take"),
        ("夜曲", "夜曲"),
        ("x" * 90, "x" * LONGEST),
    ],
)
def test_a_title_becomes_a_file_name(text: str, stem: str) -> None:
    assert portable_stem(text, otherwise="take") == stem


@given(st.text())
def test_what_any_text_becomes_windows_can_keep(text: str) -> None:
    stem = portable_stem(text, otherwise="take")
    assert stem
    assert len(stem) <= LONGEST + 1
    assert windows_fault(stem) == windows_fault(f"{stem}.mid") == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Étude: 1.mid", "Windows has no ':' in file names"),
        ("why?.mid", r"Windows has no '\?' in file names"),
        ("a\tb.mid", r"Windows has no '\\t' in file names"),
        ("nul.mid", "Windows keeps the name 'nul' for a device"),
        ("Lpt1 .mid", "Windows keeps the name 'Lpt1 ' for a device"),
        ("song.", "end in a dot or a blank"),
    ],
)
def test_names_that_windows_cannot_keep_are_told(name: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        raise ValueError(windows_fault(name))
