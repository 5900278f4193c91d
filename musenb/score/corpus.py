"""music21 corpus loader; the caller never imports music21.

MusicXML is read from the raw file by musenb's own reader; music21 reads the other formats in the child process of
`isolate`.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib.util
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from musenb.errors import LoadError
from musenb.score.as_json import from_json, to_json
from musenb.score.from_abc import score_from_abc
from musenb.score.from_musicxml import score_from_musicxml
from musenb.score.isolate import ChildLimits, isolated
from musenb.score.limits import Limits, raised_by
from musenb.score.note import Score
from musenb.score.screen import unzip_mxl

# Trusted files, some of them long.
CORPUS_FILES = Limits(
    mxl_bytes=100 * 2**20, notes=200_000, xml_elements=5_000_000, measure_notes=5_000, seconds=200.0
)
MUSICXML = (".mxl", ".musicxml", ".xml")
PREFERRED_SUFFIXES = (".mxl", ".musicxml", ".xml", ".krn", ".abc")


def corpus_score(name: str, *, tune: int | None = None, limits: Limits | None = None) -> Score:
    """Return a piece of music21's corpus.

    Parameters
    ----------
    name : str
        As in 'bwv66.6', 'bach/bwv66.6' or 'bach/bwv66.6.mxl': the end of a path of the corpus, with or without its
        suffix.
    tune : int, optional
        The number after X: of the tune to take from a collection in ABC; the first when it is left out.
    limits : Limits, optional
        Caps on what is read; wide ones when they are left out, for these files are trusted.

    Raises
    ------
    LoadError
        kind 'missing': there is no such piece, and the message names the nearest; 'limit', 'timeout': it is over one of
        the limits, and the message says how to raise that.
    """
    limits = limits or CORPUS_FILES
    path = corpus_path(name, tuple(_relative_paths()))
    if tune is not None and not path.endswith(".abc"):
        raise LoadError("format", f"corpus:{name} is no collection of tunes in ABC", "leave out tune=")
    if path.endswith(MUSICXML):
        score = _raw_score(path, limits)
        return dataclasses.replace(score, title=score.title or Path(path).stem, source=f"corpus:{name}")
    arguments = {"path": path, "tune": tune}
    score = from_json(_in_child("parse_to_json", arguments, f"corpus:{name}", limits))
    return dataclasses.replace(score, title=score.title or Path(path).stem, source=f"corpus:{name}")


def _in_child(function: str, arguments: dict[str, Any], what: str, limits: Limits) -> Any:
    """Return what a function of this module gives in the child process; an error tells which limit is to be raised."""
    caps = ChildLimits(limits.memory_bytes, limits.seconds / 2, limits.seconds)
    try:
        return isolated(f"{__name__}:{function}", arguments, what=what, limits=caps)
    except LoadError as error:
        field = {"timeout": "seconds", "limit": "memory_bytes"}.get(error.kind)
        if field is None or error.hint:
            raise
        raise LoadError(error.kind, error.text, raised_by(field)) from None


def _raw_score(path: str, limits: Limits) -> Score:
    """Return a MusicXML file of the corpus as our own reader reads it."""
    data = (_corpus_folder() / path).read_bytes()
    if path.endswith(".mxl"):
        data = unzip_mxl(data, source=path, limits=limits)
    return score_from_musicxml(data, source=path, limits=limits)


def _corpus_folder() -> Path:
    """Return the folder of the corpus, without importing music21."""
    found = importlib.util.find_spec("music21")
    if found is None or not found.submodule_search_locations:
        raise LoadError("missing", "music21, which brings the corpus, is not installed", "pip install music21")
    return Path(found.submodule_search_locations[0]) / "corpus"


def corpus_names(composer: str = "bach") -> tuple[str, ...]:
    """Return the names of the pieces by a composer ('' for all), each as short as `corpus_score` understands it."""
    stems: dict[str, set[str]] = defaultdict(set)
    paths = [Path(path) for path in _relative_paths()]
    for path in paths:
        stems[path.stem].add(path.with_suffix("").as_posix())
    names = set()
    for path in paths:
        if composer in ("", path.parts[0]):
            unique = len(stems[path.stem]) == 1
            names.add(path.stem if unique else path.with_suffix("").as_posix())
    return tuple(sorted(names))


def corpus_path(name: str, paths: tuple[str, ...]) -> str:
    """Return the one of the corpus paths, relative and with '/', that a name means.

    Raises
    ------
    LoadError
        kind 'missing': none or several different pieces fit.
    """
    wanted = name.strip().lower()
    found = []
    for path in map(Path, paths):
        whole = path.as_posix().lower()
        if f"/{whole}".endswith((f"/{wanted}", f"/{wanted}{path.suffix}")):
            found.append(path)
    if len({path.with_suffix("") for path in found}) == 1:
        ranks = {suffix: rank for rank, suffix in enumerate(PREFERRED_SUFFIXES)}
        return min(found, key=lambda path: ranks.get(path.suffix, len(ranks))).as_posix()
    stems = [path.with_suffix("").as_posix() for path in found] or _nearest(wanted, paths)
    advice = f"did you mean {', '.join(stems[:5])}?" if stems else "as in corpus:bwv66.6"
    problem = "means several pieces" if found else "is not a piece"
    raise LoadError("missing", f"'{name[:80]}' {problem} of the music21 corpus", advice)


def _nearest(wanted: str, paths: tuple[str, ...]) -> list[str]:
    """Return a few names that begin with or resemble the wanted one."""
    stems = sorted({Path(path).stem for path in paths})
    beginning = [stem for stem in stems if wanted and stem.lower().startswith(wanted)]
    resembling = difflib.get_close_matches(wanted, stems, n=5)
    names = beginning + [stem for stem in resembling if stem not in beginning]
    return names[:5]


@lru_cache(maxsize=1)
def _relative_paths() -> tuple[str, ...]:
    return tuple(_in_child("list_paths", {}, "the music21 corpus", CORPUS_FILES))


def list_paths() -> list[str]:
    """Return the paths of the corpus relative to its folder; to be called in the child."""
    from music21 import corpus

    base = _corpus_folder()
    paths = map(Path, corpus.corpora.CoreCorpus().getPaths())
    return sorted(path.relative_to(base).as_posix() for path in paths)


def parse_to_json(path: str, tune: int | None = None) -> str:
    """Return the piece at a path of the corpus as the JSON of a Score; to be called in the child.

    ABC is read by musenb itself; `tune` is the number after X: of one of a collection.
    """
    from music21 import converter

    from musenb.score.from_music21 import score_from_music21

    place = _corpus_folder() / path
    if place.suffix == ".abc":
        return to_json(score_from_abc(place.read_bytes(), source=path, tune=tune))
    stream = converter.parse(place, forceSource=True, storePickle=False)
    return to_json(score_from_music21(stream, source=path))


def warm_up() -> None:
    """Import music21 before the clock of a call starts."""
    import music21.corpus  # noqa: F401
