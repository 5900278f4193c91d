from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import musenb
from musenb.errors import MusenbError, ScoreError
from musenb.studio.magic import load_ipython_extension, motif_of, unload_ipython_extension

ABC = "T:Air\nM:4/4\nL:1/4\nK:G\nG A B d|\n"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return an IPython of its own with the magic loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from IPython.core.interactiveshell import InteractiveShell

        shell = InteractiveShell()
    load_ipython_extension(shell)
    yield shell
    shell.history_manager.end_session()


def test_a_motif_in_a_cell_is_shown_and_ready_to_continue(shell: Any) -> None:
    shown = shell.run_cell_magic("motif", "theme", "key=G  G4 B4 D5:2 |\n")
    score = shell.user_ns["theme"]
    assert [note.pitch for note in score.notes] == [67, 71, 74]
    bundle = shown._repr_mimebundle_()
    assert "<audio" in bundle["text/html"]
    assert "<img" in bundle["text/html"]
    shell.run_cell_magic("motif", "", "C4 D4\n")
    assert len(shell.user_ns["motif"].notes) == 2


def test_what_is_wrong_is_a_sentence_and_not_a_traceback(shell: Any) -> None:
    from IPython.core.error import UsageError

    with pytest.raises(UsageError, match="cell, line 1, column 4: 'H4' is not understood"):
        shell.run_cell_magic("motif", "theme", "C4 H4")
    assert "theme" not in shell.user_ns
    unload_ipython_extension(shell)
    with pytest.raises(UsageError, match="not found"):
        shell.run_cell_magic("motif", "theme", "C4")


def test_the_package_is_an_extension(shell: Any) -> None:
    musenb.load_ipython_extension(shell)
    assert "motif" in shell.magics_manager.magics["cell"]
    musenb.unload_ipython_extension(shell)
    assert "motif" not in shell.magics_manager.magics["cell"]
    assert "load_ipython_extension" not in musenb.__all__


def test_text_and_abc_are_told_apart() -> None:
    name, score = motif_of("air", ABC)
    assert (name, [note.pitch for note in score.notes]) == ("air", [67, 69, 71, 74])
    assert motif_of("", f"X:3\n{ABC}")[1].notes == score.notes
    with pytest.raises(ScoreError, match="cell, line 1"):
        motif_of("", "G A B Q")
    with pytest.raises(MusenbError, match="'two words' is not a name"):
        motif_of("two words", "C4")
