"""Doors of musenb for the scripts that try them: what an input gives, how long that takes and how much memory.

`tried` runs in the child process of `musenb.score.isolate`, which finds it by the name of this module.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import resource
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import musenb
from musenb.commands.main import main
from musenb.errors import LoadError, MusenbError
from musenb.model.weights import load_weights
from musenb.sample.models import open_model
from musenb.score.isolate import ChildLimits, isolated
from musenb.score.note import Score
from musenb.session import file_bytes

SUFFIXES = {"midi": ".mid", "riff": ".rmi", "xml": ".musicxml", "mxl": ".mxl", "abc": ".abc"}
# A reader may take 20 s of the processor; a little more, so that it is the reader that refuses.
LIMITS = ChildLimits(cpu_seconds=24.0, wall_seconds=300.0)  # the machine may be busy
HERE = str(Path(__file__).resolve().parent)
WRAPPED = "cannot be read as music: "


def find_this_module() -> None:
    """Let the child process find this module."""
    paths = [HERE, *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)


def outcome_of(kind: str, data: bytes, *, further: bool = False, limits: ChildLimits = LIMITS) -> dict[str, Any]:
    """Return what `tried` returns, from the child process; its death or its end at a limit is an outcome, too."""
    begun = time.monotonic()
    try:
        arguments = {"kind": kind, "data": data, "further": further}
        return isolated("doors:tried", arguments, what="the input", limits=limits)
    except LoadError as error:
        seconds = time.monotonic() - begun
        return {"outcome": error.kind, "told": str(error), "where": "", "seconds": seconds, "megabytes": 0.0}


def tried(kind: str, data: bytes, further: bool) -> dict[str, Any]:
    """Try one input.

    Returns
    -------
    dict
        `outcome`: 'opened', 'noticed' (opened, with notices), 'refused' (a MusenbError), 'wrapped' (one that a reader
        did not raise itself) or 'leaked' (anything else); `told`: the message; `where`: the place in the source;
        `seconds` of the processor; `megabytes`: the largest memory while it was read.
    """
    _forget_peak()
    begun = time.process_time()
    told = where = ""
    try:
        outcome = "noticed" if DOORS[kind](data, further) else "opened"
    except MusenbError as error:
        outcome, told = "refused", str(error)
        if WRAPPED in told and error.__cause__ is not None and not isinstance(error.__cause__, MusenbError):
            outcome, where = "wrapped", _place(error.__cause__)
        elif not told.isprintable() or not 8 < len(told) < 1_000:
            outcome, where = "leaked", _place(error)
    except MemoryError:
        raise
    except BaseException as error:
        outcome, told, where = "leaked", f"{type(error).__name__}: {error}"[:300], _place(error)
    seconds = time.process_time() - begun
    return {"outcome": outcome, "told": told, "where": where, "seconds": seconds, "megabytes": _peak()}


def warm_up() -> None:
    """Import what the first input would otherwise wait for."""
    musenb.motif("C4")
    for suffix in (".mid", ".musicxml"):
        file_bytes(musenb.motif("C4"), f"a{suffix}")


def _place(error: BaseException) -> str:
    """Return the deepest place in musenb, and the kind of error: what tells one fault from another."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}musenb{os.sep}" in frame.filename] or frames[-1:]
    names = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in ours[-1:]]
    return f"{type(error).__name__} at {names[0] if names else '?'}"


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """Return the largest memory since `_forget_peak`, in MB."""
    with contextlib.suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        if found:
            return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# Doors: each returns whether something was said about what was opened, and raises what it raises


def _music(kind: str) -> Callable[[bytes, bool], bool]:
    def door(data: bytes, further: bool) -> bool:
        return _worked_with(musenb.load(data, name=f"input{SUFFIXES[kind]}"), further)

    return door


def _corpus(data: bytes, further: bool) -> bool:
    return _worked_with(musenb.load(f"corpus:{data.decode()}"), further)


def _text(data: bytes, further: bool) -> bool:
    return _worked_with(musenb.motif(data.decode("utf-8", "surrogateescape")), further)


def _worked_with(score: Score, further: bool) -> bool:
    """Show a score and, where that is asked for, write it and read again what was written."""
    repr(score), str(score), score.end, list(score.bars())
    for suffix in (".mid", ".musicxml") if further else ():
        try:
            written = file_bytes(score, f"a{suffix}")
        except MusenbError:
            continue
        if score.notes:
            again = musenb.load(written, name=f"a{suffix}")
            if sorted(_sounding(again)) != sorted(_sounding(score)):
                raise AssertionError(f"written as {suffix} it sounds otherwise")
    return bool(score.notices)


def _sounding(score: Score) -> list[tuple[Any, ...]]:
    return [(note.onset, note.duration, note.pitch) for note in score.notes]


def _journal(data: bytes, further: bool) -> bool:
    folder = _emptied("journal")
    (folder / "session.jsonl").write_bytes(data)
    str(musenb.recover(folder=folder))
    tree = musenb.recover("last", folder=folder)
    for take in tree.everything:
        _worked_with(take.score, further)
        if further and take.recipe is not None and take.parent is not None:
            tree.take(take.parent)
    str(tree)
    return bool(tree.notices)


def _gather(data: bytes, further: bool) -> bool:
    folder = _emptied("answers")
    (folder / "musenb-answers-aaaa-aaaa.jsonl").write_bytes(data)
    with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(io.StringIO()) as said:
        code = main(["gather", str(folder), "-o", str(folder / "table.csv")])
    if code == 2:
        raise LoadError("content", " ".join(said.getvalue().split()))
    assert printed.getvalue()
    return code == 1


def _weights(data: bytes, further: bool) -> bool:
    path = _emptied("model") / f"fuzz-{time.monotonic_ns()}.safetensors"
    path.write_bytes(data)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        load_weights(path)
        model = open_model(path)
        if further:
            musenb.develop("C4 D4", model=model.name, bars=1, seed=1)
    return bool(said)


def _emptied(name: str) -> Path:
    folder = Path.cwd() / name
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    return folder


DOORS: dict[str, Callable[[bytes, bool], bool]] = {
    **{kind: _music(kind) for kind in SUFFIXES},
    "corpus": _corpus,
    "text": _text,
    "journal": _journal,
    "gather": _gather,
    "weights": _weights,
}
