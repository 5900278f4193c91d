from __future__ import annotations

import io
import sys

import pytest

from musenb.commands import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.Bar("writing") as bar:
            bar.show(0.5)
            bar.show(0.51)  # too soon to be drawn
        assert bool(stream.getvalue()) == shown
        if shown:
            assert stream.getvalue().startswith(f"\rwriting [{'#' * 15}{'.' * 15}]  50%")
            assert "51%" not in stream.getvalue()
            assert stream.getvalue().endswith("\r\033[K")


def test_short_work_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.Bar("writing") as bar:
        bar.show(0.5)
    assert terminal.getvalue() == ""
