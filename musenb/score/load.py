"""Music file loader: the front door for music from outside.

In this order: known objects, paths and bytes only; the file is there, of a sane size, and what its name says it is;
then the reader of its format. Whatever goes wrong is one LoadError that names the file, the cause and what to do. The
file itself is never changed.
"""

from __future__ import annotations

import os
import re
import stat
from typing import Any

from musenb.errors import LoadError, ScoreError
from musenb.score.limits import DEFAULT_LIMITS, Limits, raised_by
from musenb.score.midi.smf import is_midi
from musenb.score.note import Score
from musenb.score.plain import plain_text

CORPUS = "corpus:"
SUFFIXES = {
    ".mid": "midi",
    ".midi": "midi",
    ".rmi": "midi",
    ".musicxml": "xml",
    ".xml": "xml",
    ".mxl": "mxl",
    ".abc": "abc",
}
READ = f"musenb reads {', '.join([*SUFFIXES][:-1])} and {[*SUFFIXES][-1]}"
NAMES = {"midi": "MIDI", "xml": "MusicXML", "mxl": "compressed MusicXML (.mxl)", "abc": "ABC"}
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# What tells ABC: a tune's number or its key on a line of its own, or the words that begin a file of version 2.
_REFERENCE = re.compile(rb"^(?:\xef\xbb\xbf)?(?:[XK]:|%abc)", re.MULTILINE)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def load(
    source: Any,
    *,
    name: str | None = None,
    limits: Limits | None = None,
    tune: int | None = None,
    unfold: bool = False,
) -> Score:
    """Read music from a file, bytes, music21's corpus or a known object.

    Parameters
    ----------
    source : str, os.PathLike, bytes, Score, music21 Stream or pretty_midi.PrettyMIDI
        A path to a .mid, .midi, .rmi, .musicxml, .xml, .mxl or .abc file; the bytes of one; 'corpus:bwv66.6'; or an
        object. A Score is returned as it is. Addresses on the network are not read.
    name : str, optional
        What to call the source in messages and in `Score.source`; the file name when it is left out. When bytes are
        given with a name that has a known suffix, the two must agree.
    limits : musenb.Limits, optional
        Caps on what is read, and on the time and memory of the process in which music21 reads what musenb does not read
        itself. A message that tells of one names the field that raises it, as in
        `musenb.load("long.mid", limits=musenb.Limits(notes=200_000))`. By default those of `musenb.Limits()`, and more
        for music21's corpus.
    tune : int, optional
        The number after X: of the tune to read from an ABC file of several; the first when it is left out.
    unfold : bool
        Write out repeats, endings, jumps and the order of parts, as they are played; else they stay marks of the score.

    Raises
    ------
    LoadError
        The source cannot be read as music, or would be longer than 200,000 notes with its repeats written out.
    """
    if not isinstance(limits, Limits | None):
        raise LoadError("format", f"limits={limits!r} are no limits", "give musenb.Limits(notes=...) or the like")
    score = source if isinstance(source, Score) else _loaded(source, name, limits, tune)
    if not unfold or not score.repeats:
        return score
    from musenb.score.unfold import unfolded

    try:
        return unfolded(score)
    except ScoreError as error:
        raise LoadError("limit", f"{plain_text(name or score.source or 'the score')}: {error}") from None


def _loaded(source: Any, name: str | None, limits: Limits | None, tune: int | None) -> Score:
    try:
        if isinstance(source, (bytes, bytearray, memoryview)):
            return _from_bytes(bytes(source), name, limits or DEFAULT_LIMITS, tune)
        if isinstance(source, str) and source.startswith(CORPUS):
            from musenb.score.corpus import corpus_score

            return corpus_score(source.removeprefix(CORPUS), tune=tune, limits=limits)
        if isinstance(source, (str, os.PathLike)):
            return _from_path(os.fspath(source), name, limits or DEFAULT_LIMITS, tune)
        return _from_object(source, name)
    except LoadError:
        raise
    except Exception as error:
        named = isinstance(source, (str, os.PathLike))
        shown = name or plain_text(str(source) if named else type(source).__name__)
        raise LoadError("content", f"{shown}: cannot be read as music: {plain_text(str(error))}") from error


def _from_object(source: Any, name: str | None) -> Score:
    modules = {kind.__module__.partition(".")[0] for kind in type(source).__mro__}
    if "music21" in modules and hasattr(source, "recurse"):
        from musenb.score.from_music21 import score_from_music21

        return score_from_music21(source, source=name or "music21")
    if "pretty_midi" in modules and hasattr(source, "instruments"):
        from musenb.score.from_midi import score_from_pretty_midi

        return score_from_pretty_midi(source, source=name or "pretty_midi")
    raise LoadError(
        "format",
        f"{type(source).__name__} is not a known source",
        "give a path, bytes, a Score, a music21 Stream or a PrettyMIDI",
    )


def _from_path(
    path: str | bytes,
    name: str | None,
    limits: Limits,
    tune: int | None,
) -> Score:
    path = os.fsdecode(path)
    shown = plain_text(name or os.path.basename(path) or path)
    if _URL.match(path):
        raise LoadError(
            "missing", f"{plain_text(path)!r} is an address, not a file", "download it and give the path of the file"
        )
    suffix = os.path.splitext(path)[1].lower()
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        hint = "check the name and the folder" if suffix in SUFFIXES else f"{READ}; notes as text go to musenb.motif"
        reason = getattr(error, "strerror", None) or str(error)
        raise LoadError("missing", f"no file {plain_text(path)!r}: {reason}", hint) from None
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "not a regular file"
        raise LoadError("format", f"{shown!r} is {what}", "give one file")
    if suffix not in SUFFIXES:
        raise LoadError("suffix", f"{shown!r} ends in {plain_text(suffix) or 'no suffix'!r}", READ)
    kind = SUFFIXES[suffix]
    _check_size(found.st_size, kind, shown, limits)
    try:
        with open(path, "rb") as file:
            data = file.read(_cap(kind, limits) + 1)
    except OSError as error:
        raise LoadError("missing", f"{shown!r} cannot be read: {error.strerror}", "check its permissions") from None
    return _read(data, kind, shown, limits, tune)


def _from_bytes(
    data: bytes,
    name: str | None,
    limits: Limits,
    tune: int | None,
) -> Score:
    shown = plain_text(name or "bytes")
    kind = SUFFIXES.get(os.path.splitext(name or "")[1].lower()) or _kind(data)
    if kind is None:
        raise LoadError("empty" if not data else "format", f"{shown!r} {_what_instead(data)}", READ)
    return _read(data, kind, shown, limits, tune)


def _read(
    data: bytes,
    kind: str,
    source: str,
    limits: Limits,
    tune: int | None,
) -> Score:
    _check_size(len(data), kind, source, limits)
    if _kind(data) != kind:
        found = _kind(data)
        if found:
            raise LoadError(
                "suffix", f"{source!r} is named like {NAMES[kind]} but holds {NAMES[found]}", "rename it to fit"
            )
        raise LoadError(
            "format", f"{source!r} is named like {NAMES[kind]} but {_what_instead(data)}", "export or download it again"
        )
    if tune is not None and kind != "abc":
        raise LoadError("format", f"{source!r} is {NAMES[kind]}, which holds no numbered tunes", "leave out tune=")
    if kind == "midi":
        from musenb.score.from_midi import score_from_midi

        return score_from_midi(data, source=source, limits=limits)
    if kind == "abc":
        from musenb.score.from_abc import score_from_abc

        return score_from_abc(data, source=source, tune=tune, limits=limits)
    from musenb.score.from_musicxml import score_from_musicxml
    from musenb.score.screen import unzip_mxl

    if kind == "mxl":
        data = unzip_mxl(data, source=source, limits=limits)
    return score_from_musicxml(data, source=source, limits=limits)


def _cap(kind: str, limits: Limits) -> int:
    caps = {
        "midi": limits.midi_bytes,
        "abc": limits.abc_bytes,
        "xml": limits.xml_bytes,
        "mxl": limits.xml_bytes,
    }
    return caps[kind]


def _check_size(size: int, kind: str, source: str, limits: Limits) -> None:
    if size == 0:
        raise LoadError("empty", f"{source!r} is empty, 0 bytes", "copy or download it again")
    if size > _cap(kind, limits):
        field = "xml" if kind == "mxl" else kind
        raise LoadError(
            "size",
            f"{source!r} has {size} bytes, at most {_cap(kind, limits)} of {NAMES[kind]} are read",
            raised_by(f"{field}_bytes"),
        )


def _kind(data: bytes) -> str | None:
    """Return the format that the first bytes tell, None when they tell none that is read here."""
    if is_midi(data):
        return "midi"
    if data.startswith(b"PK\x03\x04"):
        return "mxl"
    head = data[:4096]
    if head.startswith(_BOMS[1:]):
        text = head.decode("utf-16", "replace").encode()
        return "abc" if not text.lstrip().startswith(b"<") and _REFERENCE.search(text) else "xml"
    head = head.removeprefix(_BOMS[0])
    start = head.lstrip().lower()
    if start.startswith((b"<?xml", b"<!doctype score", b"<score-")):
        return "xml"
    return "abc" if not start.startswith(b"<") and _REFERENCE.search(data[: 64 * 2**10]) else None


def _what_instead(data: bytes) -> str:
    start = data[:512].removeprefix(_BOMS[0]).lstrip().lower()
    if not data:
        return "is empty, 0 bytes"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "holds a web page"
    if start.startswith(b"version https://git-lfs"):
        return "holds a Git LFS pointer, not the file itself"
    if data[:4] == b"RIFF":
        return "holds RIFF data"
    if not start:
        return "holds only blanks"
    controls = sum(byte < 32 and byte not in b"\t\n\r" for byte in data[:512])
    return "holds something else" if controls else "holds plain text"
