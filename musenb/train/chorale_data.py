"""Chorale training data: the music21 corpus by the canonical split, or a folder of the user's own music.

The corpus is read where it is installed and never copied; the grids are kept in the folder of the run.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import hashlib
import sys
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from importlib import resources
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

import musenb
from musenb.errors import MusenbError, SettingError
from musenb.files.atomic import atomic_write
from musenb.score.load import SUFFIXES, load
from musenb.score.note import KeySignature, Score, TimeSignature, Voice
from musenb.score.quantise import quantise
from musenb.tokens.chorale.grid import (
    KEY,
    METRES,
    MODE,
    MODES,
    NO_KEY,
    REST,
    STEP,
    VOICES,
    Frame,
    Grid,
    decode,
    encode,
)

SPLITS = ("train", "valid", "test")
HELD_SHARE = 10  # one in ten of a user's files is held apart


def corpus_splits() -> dict[str, list[str]]:
    """Return the music21 files of each split, from the shipped table of the canonical split.

    A file that stands in more than one split belongs to the one furthest from training.
    """
    text = (resources.files("musenb") / "data" / "jsb_splits.csv").read_text(encoding="utf-8")
    wanted = {"train": 0, "valid": 1, "test": 2}
    split_of: dict[str, str] = {}
    for line in csv.DictReader(text.splitlines()):
        name, split = line["music21_file"], line["split"]
        if name and wanted[split] >= wanted[split_of.get(name, "train")]:
            split_of[name] = split
    splits: dict[str, list[str]] = {split: [] for split in SPLITS}
    for name in sorted(split_of):
        splits[split_of[name]].append(name)
    return splits


def read_chorale(name: str) -> Grid | str:
    """Return one chorale of the installed corpus as a grid, or why it cannot be one."""
    import music21

    from musenb.score.from_music21 import score_from_music21

    try:
        path = Path(music21.__file__).parent / "corpus" / "bach" / name
        stream = music21.converter.parse(path, forceSource=True, storePickle=False)
        return chorale_grid(score_from_music21(stream, source=name))
    except MusenbError as error:
        return str(error)


def chorale_grid(score: Score) -> Grid:
    """Return a score of four voices as a full grid on sixteenths; silence before and after a voice's notes is a rest.

    Of a score with more voices, as where instruments double or join the choir, those named as the choir's are taken.

    Raises
    ------
    TokenError
        It has not four monophonic voices within 36..81.
    """
    named: dict[str, Voice] = {}
    for voice in score.voices:
        if voice.notes:
            named.setdefault(voice.name, voice)
    if named.keys() >= set(VOICES):
        choir = tuple(named[name] for name in VOICES)
        score = dataclasses.replace(score, voices=choir)
    grid = encode(quantise(score, STEP).score, voices=VOICES)
    cells = grid.cells.copy()
    cells[cells < 0] = REST
    return Grid(cells, grid.frame)


def score_of_grid(grid: Grid) -> Score:
    """Return a full grid as a score with the metre, anacrusis and key that its first step tells."""
    first = grid.frame.columns[0]
    beats, unit = (4, 4)
    if first[2] < len(METRES):
        beats, unit = METRES[first[2]]
    metre = TimeSignature(Fraction(0), beats, unit)
    fifths = int(first[KEY - 1])
    mode = MODES[first[MODE - 1]]
    keys = () if fifths == NO_KEY else (KeySignature(Fraction(0), fifths - 7, mode),)
    anacrusis = (metre.bar_length - int(first[0]) * STEP) % metre.bar_length
    return decode(grid, template=Score(metres=(metre,), keys=keys, anacrusis=anacrusis))


def read_corpus(workers: int = 2) -> Iterator[tuple[str, str, Grid | str]]:
    """Yield (split, file, grid or reason) for every chorale of the canonical split that the corpus holds."""
    splits = corpus_splits()
    names = [(split, name) for split in SPLITS for name in splits[split]]
    with ProcessPoolExecutor(workers) as pool:
        files = [name for _, name in names]
        grids = pool.map(read_chorale, files, chunksize=8)
        for (split, name), grid in zip(names, grids, strict=True):
            yield split, name, grid


def read_folder(folder: Path) -> Iterator[tuple[str, str, Grid | str]]:
    """Yield (split, file, grid or reason) for every music file under a user's folder.

    A file is held apart by its name alone, so that it stays on its side when others come or go.

    Raises
    ------
    SettingError
        The folder does not exist, or holds no music file.
    """
    paths: list[Path] = []
    if folder.is_dir():
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise SettingError(f"no music in '{folder}': a folder with {', '.join(SUFFIXES)} files is needed")
    for path in paths:
        digest = int(hashlib.sha256(path.name.encode()).hexdigest(), 16)
        split = "valid" if digest % HELD_SHARE == 0 else "train"
        try:
            yield split, str(path), chorale_grid(load(path))
        except MusenbError as error:
            yield "train", str(path), str(error)


def gather(found: Iterator[tuple[str, str, Grid | str]]) -> dict[str, list[Grid]]:
    """Return the grids of each split; files that could not be read are named in one warning.

    Where no piece is held apart, every tenth is, from the first on; a single piece judges itself.

    Raises
    ------
    SettingError
        Nothing is left to train on.
    """
    splits: dict[str, list[Grid]] = {split: [] for split in SPLITS}
    left_out = []
    for split, name, grid in found:
        if isinstance(grid, str):
            left_out.append(f"{name}: {grid}")
        else:
            splits[split].append(grid)
    if left_out:
        warnings.warn(f"{len(left_out)} pieces were left out: " + "; ".join(left_out[:5]), stacklevel=2)
    if not splits["train"]:
        reasons = "; ".join(left_out[:3])
        raise SettingError(f"none of the {len(left_out)} pieces fits four voices on sixteenths: {reasons}")
    if not splits["valid"]:
        splits["valid"] = splits["train"][::HELD_SHARE]
        rest = [grid for number, grid in enumerate(splits["train"]) if number % HELD_SHARE]
        if not rest:
            warnings.warn("there is only one piece to train on; it is also the one to validate on", stacklevel=2)
        splits["train"] = rest or splits["train"]
    return splits


def corpus_grids() -> dict[str, list[Grid]]:
    """Return the chorales of the installed corpus by split; they are read once and kept in the user's cache folder."""
    import music21
    from platformdirs import user_cache_path

    kept = user_cache_path("musenb") / f"chorales-{musenb.__version__}-music21-{music21.__version__}.npz"
    if kept.exists():
        with contextlib.suppress(SettingError):  # a damaged one is made anew
            return read_grids(kept)
    print("musenb: reading the chorales of music21's corpus, once", file=sys.stderr)
    splits = gather(read_corpus())
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_grids(kept, splits)
    except OSError as error:
        print(f"musenb: the chorales could not be kept for next time: {error}", file=sys.stderr)
    return splits


def write_grids(path: Path, splits: Mapping[str, Sequence[Grid]], *, source: str = "") -> None:
    """Keep the grids of each split in one file, with a word on where they came from."""
    arrays: dict[str, np.ndarray] = {"source": np.array(source)}
    for split, grids in splits.items():
        arrays[f"{split}.lengths"] = np.array([len(grid.cells) for grid in grids], np.int32)
        arrays[f"{split}.cells"] = _joined([grid.cells for grid in grids], len(VOICES))
        arrays[f"{split}.columns"] = _joined([grid.frame.columns for grid in grids], 7)
    buffer = BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    atomic_write(path, buffer.getvalue())


def _joined(parts: Sequence[np.ndarray], width: int) -> np.ndarray:
    if not parts:
        return np.zeros((0, width), np.int8)
    return np.concatenate(parts).astype(np.int8)


def read_grids(path: Path, *, source: str = "") -> dict[str, list[Grid]]:
    """Return what `write_grids` kept.

    Raises
    ------
    SettingError
        The file is damaged, or both it and the caller name a source and they differ.
    """
    splits = {}
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            kept = str(arrays["source"]) if "source" in arrays else ""
            for split in SPLITS:
                edges = np.cumsum(arrays[f"{split}.lengths"])[:-1]
                cells = np.split(arrays[f"{split}.cells"].astype(np.int64), edges)
                columns = np.split(arrays[f"{split}.columns"].astype(np.int64), edges)
                pieces = zip(cells, columns, strict=True)
                splits[split] = [Grid(piece, Frame(frame)) for piece, frame in pieces if len(piece)]
    except (BadZipFile, EOFError, KeyError, OSError, ValueError, zlib.error) as error:
        raise SettingError(f"the chorales kept in '{path}' are damaged: {error}; delete the file") from None
    if source and kept and kept != source:
        raise SettingError(f"the chorales kept in '{path}' are those of {kept}, not of {source}; use another folder")
    return splits
