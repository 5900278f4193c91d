"""Real inputs of every kind, for the scripts that try the doors of musenb: music21's corpus, and what musenb writes."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import fromstring, tostring

import numpy as np

from musenb.errors import MusenbError
from musenb.files.lines import encode_line
from musenb.model.config import ModelConfig
from musenb.model.shapes import expected_shapes
from musenb.model.weights import weights_bytes
from musenb.score.corpus import CORPUS_FILES, MUSICXML, _corpus_folder, _relative_paths, corpus_score
from musenb.score.screen import unzip_mxl
from musenb.session import file_bytes
from musenb.studio.core import StudioCore
from musenb.tokens.chorale import grid

PIECES = ("bwv66.6", "bwv269", "haydn/opus74no1/movement3", "schumann_clara/opus17/movement3", "joplin/maple_leaf_rag")
MOTIFS = (
    '3/4 key=D upbeat=1 title="a" D4 | F#4 A4:1/2 A4:1/2~ A4:1^ | B4:2 A4 |',
    "key=3b tempo=72\nsoprano: Eb5:2 r:1/3 G4:2/3 | D5:4\nbass: Eb3:4 | Bb2:4~\nbass: Bb2:2",
    "X:1\nM:6/8\nL:1/8\nK:G\n|:GAB c2d|[1 edc B3:|[2 G6|]",
    "C D E F G A B c",
)
RECIPE_BARS = 1


def mxl_of(document: bytes) -> bytes:
    """Return a compressed MusicXML file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        container = '<container><rootfiles><rootfile full-path="score.xml"/></rootfiles></container>'
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("score.xml", document)
    return out.getvalue()


def riff_of(midi: bytes) -> bytes:
    """Return a MIDI file in its RIFF wrapper."""
    body = b"RMIDdata" + struct.pack("<I", len(midi)) + midi
    return b"RIFF" + struct.pack("<I", len(body)) + body


def corpus_documents(count: int, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield names and MusicXML of pieces of music21's corpus, drawn at random."""
    paths = [path for path in _relative_paths() if path.endswith(MUSICXML)]
    for path in rng.sample(paths, min(count, len(paths))):
        data = (_corpus_folder() / path).read_bytes()
        yield path, unzip_mxl(data, source=path, limits=CORPUS_FILES) if path.endswith(".mxl") else data


def _first_measures(document: bytes, count: int) -> bytes:
    root = fromstring(document)
    for part in root.findall("part"):
        for measure in part.findall("measure")[count:]:
            part.remove(measure)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def small_inputs(rng: random.Random) -> dict[str, list[bytes]]:
    """Return small real inputs of every kind, to be mutated."""
    documents = [_first_measures(data, 6) for _, data in corpus_documents(24, rng)]
    documents = [document for document in documents if len(document) < 60_000]
    scores = [corpus_score(name).first_bars(6) for name in PIECES]
    documents += [file_bytes(score, "a.musicxml") for score in scores]
    midi = [file_bytes(score, "a.mid") for score in scores]
    tunes = [path for path in _relative_paths() if path.endswith(".abc")]
    abc = [(_corpus_folder() / path).read_bytes()[:3_000] for path in rng.sample(tunes, 20)]
    return {
        "midi": midi,
        "riff": [riff_of(data) for data in midi],
        "xml": documents,
        "mxl": [mxl_of(document) for document in documents],
        "abc": abc,
        "text": [motif.encode() for motif in MOTIFS],
        "journal": [_journal()],
        "gather": [_answers()],
        "weights": [tiny_weights()],
    }


def tiny_weights() -> bytes:
    """Return a checkpoint of the chorale model's form with few and random weights."""
    config = ModelConfig(
        idiom="chorale", vocabulary=len(grid.VOCABULARY), inputs=grid.INPUTS, features=grid.FEATURES,
        relations=grid.RELATION_SPANS, width=16, layers=2, heads=2, feed_forward=24, max_distance=64, context=256,
        dropout=0.0,
    )  # fmt: skip
    drawn = np.random.default_rng(5)
    return weights_bytes(config, {name: drawn.normal(0, 0.5, size) for name, size in expected_shapes(config).items()})


def _journal() -> bytes:
    """Return the journal of a session with takes, a locked voice, an edit, a vote and a take that is being written."""
    with TemporaryDirectory() as folder:
        studio = StudioCore(folder=folder)
        studio.prime("3/4 D4 F#4 A4 | B4:2 A4")
        studio.continue_(bars=RECIPE_BARS, seed=5)
        studio.wait()
        studio.continue_(bars=RECIPE_BARS, seed=6)
        studio.wait()
        studio.close()
        journal = next(Path(folder).glob("*.jsonl")).read_bytes()
    lines = journal.splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if b'"kind":"take"' in line)
    return b"".join(lines[:last])


def _answers() -> bytes:
    common = {"version": 1, "student": "aaaa-aaaa", "seed": 0, "why": ""}
    given = [
        {"question": "1-a", "kind": "choice", "ask": "Which way?", "answer": "up", "shown": "up", "right": True},
        {"question": "1-b", "kind": "note", "ask": "Which note?", "answer": "61", "shown": "C♯4", "right": None},
        {"question": "1-c", "kind": "text", "ask": "Why?", "answer": "it rises", "shown": "it rises", "right": None},
    ]
    lines = [encode_line(1, "student", {"version": 1, "student": "aaaa-aaaa", "musenb": "0"})]
    lines += [encode_line(number, "answer", common | one) for number, one in enumerate(given, start=2)]
    return b"".join(lines)


def opened(name: str) -> bytes | None:
    """Return a piece of the corpus as MIDI, None where it cannot be written."""
    try:
        return file_bytes(corpus_score(name), "a.mid")
    except MusenbError:
        return None
