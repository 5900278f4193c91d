"""Public calls that are handed something of the wrong kind: one error of musenb, which names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import musenb
from musenb.errors import MusenbError, SaveError
from musenb.export.time_box import time_box
from musenb.score.heed import heed, heeding
from musenb.score.note import Note, Score, Voice

MOTIF = musenb.motif("C4 D4")
CALLS: dict[str, tuple[Callable[[], Any], str]] = {
    "motif(None)": (lambda: musenb.motif(None), "text None is not text"),
    "motif(bytes)": (lambda: musenb.motif(b"C4"), "text b'C4' is not text"),
    "develop(None)": (lambda: musenb.develop(None), "NoneType is not a known source"),
    "develop(voices=5)": (lambda: musenb.develop(MOTIF, voices=5), "voices 5 are no names of voices"),
    "develop(voices=[1])": (lambda: musenb.develop(MOTIF, voices=[1]), r"voices \[1\] are no names of voices"),
    "develop(bars='4')": (lambda: musenb.develop(MOTIF, bars="4"), "bars '4' is not a whole number"),
    "develop(long)": (lambda: musenb.develop(musenb.motif("C4:1000")), "lasts 1000 quarters, at most 512 are read"),
    "ask(None)": (lambda: musenb.ask(None), "ask takes a Score or a Take, not None"),
    "ask(bars='x')": (lambda: musenb.ask(MOTIF, bars="x"), "bars 'x' is not a whole number"),
    "save(None)": (lambda: musenb.save(None, "x.mid"), "save takes a Score or a Take, not None"),
    "save(bytes)": (lambda: musenb.save(MOTIF, b"x.mid"), "cannot write to b'x.mid': a path is a text"),
    "recover(folder=5)": (lambda: musenb.recover(folder=5), "folder 5 is no path"),
    "transpose": (lambda: MOTIF.transpose("x"), "semitones 'x' is not a whole number"),
    "first_bars": (lambda: MOTIF.first_bars("x"), "bars 'x' is not a whole number"),
    "Note": (lambda: Note(0, 1, "x"), "pitch 'x' is not a whole number"),
    "Score(1)": (lambda: Score(1), "voices hold int 1; only Voice"),
    "Score((1,))": (lambda: Score((Voice("a"), 1)), "voices hold int 1; only Voice"),
}


@pytest.mark.parametrize(("call", "message"), CALLS.values(), ids=CALLS)
def test_a_wrong_argument_is_one_error_of_musenb(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(MusenbError, match=message):
        call()


def test_a_path_over_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="No such file or directory; what was there is unchanged"):
        musenb.save(MOTIF, tmp_path / "nowhere" / ".." / "song.mid")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".musicxml", ".svg", ".html", ".pdf"])
def test_saving_gives_up_when_its_time_is_over(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(SaveError, match=rf"writing '.*song{suffix}' took more than 0 s .*: save fewer of its bars"):
        musenb.save(MOTIF, tmp_path / f"song{suffix}", seconds=0)
    assert list(tmp_path.iterdir()) == []


def test_without_a_box_time_is_not_kept() -> None:
    with time_box(1e6, "this"):
        heed()
    heed()


def test_every_check_around_some_work_is_asked() -> None:
    asked: list[str] = []
    with heeding(lambda: asked.append("outer")):
        with heeding(lambda: asked.append("inner")):
            heed()
        heed()
    heed()
    assert asked == ["outer", "inner", "outer"]
