"""From a prime to a take: the one place that wires loading, tokens, model, sampler and export together."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musenb.errors import ModelError, SaveError
from musenb.export.formats import FORMATS
from musenb.export.listing import listing
from musenb.export.to_midi import pretty_midi_of
from musenb.export.to_musicxml import music21_of
from musenb.files.atomic import atomic_write
from musenb.model.numpy.decode import Decoder
from musenb.model.weights import SHIPPED, SUFFIX, load_weights, open_shipped
from musenb.sample.policy import Draws, Policy
from musenb.sample.stream import NoteEvent, Sampling
from musenb.score.load import load
from musenb.score.note import Note, Origin, Score
from musenb.score.spelling import estimate_key, spell_score
from musenb.tokens.chorale import grid
from musenb.tokens.chorale.plan import Plan, finished, plan_continuation
from musenb.tokens.chorale.rules import PART_WRITING

if TYPE_CHECKING:
    import pretty_midi

PAGE = ".html"
SUFFIXES = (*FORMATS, PAGE)
# A seed that nobody chose has five figures at most: it is said aloud, and written on the board.
SEEDS = 100_000


@dataclass(frozen=True, slots=True)
class Model:
    """A model ready to write.

    Parameters
    ----------
    name : str
        Shipped name, or the path of the checkpoint.
    checksum : str
        SHA-256 of the checkpoint, hexadecimal.
    decoder : Decoder
    """

    name: str
    checksum: str
    decoder: Decoder


def open_model(name: str | os.PathLike[str] = "chorale") -> Model:
    """Return a shipped model by name, or one of the user's own from a .safetensors file.

    Raises
    ------
    ModelError
        No such model, or it does not read the four-voice grid.
    WeightsError
        The checkpoint is missing, damaged or of another shape.
    """
    model = model_file(name)
    config = model.decoder.config
    read = (config.vocabulary, config.inputs, config.features)
    if read != (len(grid.VOCABULARY), grid.INPUTS, grid.FEATURES) or len(config.relations) > len(grid.RELATION_SPANS):
        raise ModelError(f"the model '{model.name}' does not read the four-voice grid, so it cannot continue a motif")
    return model


def model_file(name: str | os.PathLike[str]) -> Model:
    """Return a model of any form by its shipped name or its .safetensors file; errors as in `open_model`."""
    try:
        name = os.fsdecode(name)
    except TypeError:
        raise ModelError(f"model {name!r} is neither the name of a model nor a path") from None
    own = name.endswith(SUFFIX)
    path = Path(name) if own else SHIPPED / f"{name}{SUFFIX}"
    try:
        changed = path.stat().st_mtime_ns
    except (OSError, ValueError):
        changed = 0  # reading it says what is wrong
    try:
        with _opening:
            return _opened(name, path, changed, own)
    except ModelError as error:
        if own:
            raise
        raise ModelError(f"{error}; a model of your own is a {SUFFIX} file") from None


_opening = threading.Lock()  # two threads that want the same model shall not both read it


@lru_cache(maxsize=4)
def _opened(name: str, path: Path, changed: int, own: bool) -> Model:
    config, tensors = load_weights(path) if own else open_shipped(name)
    return Model(name, hashlib.sha256(path.read_bytes()).hexdigest(), Decoder(config, tensors))


@dataclass(frozen=True, slots=True)
class Recipe:
    """What it takes to write the same take again.

    Parameters
    ----------
    model, checksum : str
    seed, bars : int
    policy : Policy
    voices : tuple of str
        Which chorale voices the prime's voices were read as.
    """

    model: str
    checksum: str
    seed: int
    bars: int
    policy: Policy
    voices: tuple[str, ...]


@dataclass(frozen=True)
class Take:
    """A prime and what a model made of it.

    Parameters
    ----------
    score : Score
        The prime's notes, exactly, and the generated ones; each note's `origin` tells which it is.
    recipe : Recipe
    complete : bool
        False when the run was stopped before its end.
    plan : Plan or None
        What was to be written, as the model was told of it; None for a take that was put together otherwise.
    """

    score: Score
    recipe: Recipe
    complete: bool = True
    plan: Plan | None = field(default=None, compare=False, repr=False)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a file of the kind that the path's suffix says and return the path; see `musenb.save`."""
        return save(self.score, path)

    def to_music21(self) -> Any:
        """Return the score as a music21.stream.Score with measures."""
        return music21_of(self.score)

    def to_pretty_midi(self) -> pretty_midi.PrettyMIDI:
        """Return the score as a pretty_midi.PrettyMIDI, one instrument a voice."""
        return pretty_midi_of(self.score)

    def __str__(self) -> str:
        return listing(self.score)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from musenb.widgets.show import mime_bundle

        return mime_bundle(self.score)


class Stream:
    """A take while it is written. Iterate for note events; `stop` ends it within one cell, from any thread.

    Iterating again after a stop goes on where it ended, to the take that an uninterrupted run gives.
    """

    def __init__(self, sampling: Sampling, recipe: Recipe) -> None:
        self._sampling, self._recipe, self._asked = sampling, recipe, threading.Event()

    def __iter__(self) -> Iterator[NoteEvent]:
        self._asked.clear()
        return self._sampling.events(self._asked.is_set)

    def stop(self) -> None:
        """End the iteration before the next cell."""
        self._asked.set()

    @property
    def written(self) -> float:
        """Share of the piece that is written, 0..1."""
        return self._sampling.position / len(self._sampling.cells)

    @property
    def take(self) -> Take:
        """The take as far as it is written."""
        sampling = self._sampling
        return Take(completed(sampling.plan, sampling.notes()), self._recipe, sampling.done, sampling.plan)


def stream(
    prime: Any,
    *,
    model: str | os.PathLike[str] = "chorale",
    bars: int = 8,
    seed: int | None = None,
    temperature: float = 1.0,
    top_p: float = 0.9,
    top_k: int = 0,
    voices: Sequence[str] | None = None,
) -> Stream:
    """Return a continuation that is written while it is iterated over; parameters as in `develop`."""
    policy = Policy(temperature=temperature, top_p=top_p, top_k=top_k)
    score = prime if isinstance(prime, Score) else load(prime)
    plan = plan_continuation(score, bars=bars, voices=voices)
    opened = open_model(model)
    chosen = secrets.randbelow(SEEDS) if seed is None else Draws(seed).seed
    recipe = Recipe(opened.name, opened.checksum, chosen, int(bars), policy, plan.names)
    origin = Origin(Path(opened.name).name, chosen, (*policy.as_pairs(), ("weights", opened.checksum[:12])))
    return Stream(Sampling(opened.decoder, plan, chosen, policy, PART_WRITING, origin), recipe)


def develop(prime: Any, **settings: Any) -> Take:
    """Return a finished continuation of a prime.

    Parameters
    ----------
    prime : Score, or anything that `musenb.load` takes
        One to four monophonic voices on the sixteenth grid, pitches 36..81.
    model : str or path
        Name of a shipped model, or a .safetensors file of one's own.
    bars : int
        Bars to add, 1..512; an unfinished last bar of the prime is filled first.
    seed : int, optional
        0..2**63 - 1; a new one is chosen, and kept in the take's recipe, when there is none.
    temperature : float
        0..4; lower is more predictable.
    top_p, top_k : float, int
        See `musenb.sample.policy.Policy`.
    voices : sequence of str, optional
        Which of soprano, alto, tenor and bass the prime's voices are. One voice is the soprano by default, two are the
        outer voices.

    Raises
    ------
    MusenbError
        The prime, the model or a setting cannot be used; the message says which and why.
    """
    writing = stream(prime, **settings)
    for _ in writing:
        pass
    return writing.take


def completed(plan: Plan, generated: dict[str, list[Note]]) -> Score:
    """Return prime and generated notes as one score, with a key and spellings for what had none."""
    return written_out(finished(plan, generated))


def written_out(score: Score) -> Score:
    """Return a score with a key, when it has none, and with spellings for the notes without one."""
    if not score.keys and len(score.notes) > 1:
        score = dataclasses.replace(score, keys=(estimate_key(score),))
    return spell_score(score)


def save(score: Score, path: str | os.PathLike[str]) -> Path:
    """Write a score as a file and return its path.

    Parameters
    ----------
    score : Score
    path : str or path
        Its suffix says the kind: .mid, .midi, .musicxml or .xml; .wav, the sound of the piano; .pdf, .png or .svg, the
        engraved score; .brf, Braille music; .html, one page that shows and plays it anywhere.

    Raises
    ------
    SaveError
        The suffix is none of these, the score does not fit the kind, or the file cannot be written; what stood there
        before is unchanged.
    SettingError
        It lasts too long for a sound.
    LoadError
        It cannot be engraved.
    """
    target = Path(path)
    atomic_write(target, file_bytes(score, target))
    return target


def file_bytes(score: Score, path: str | os.PathLike[str]) -> bytes:
    """Return what `save` writes at a path."""
    suffix = Path(path).suffix.lower()
    if suffix == PAGE:
        try:
            from musenb.studio.page import page_of
        except ImportError as error:
            raise SaveError(f"cannot write '{path}': a page needs musenb[lab] ({error})") from error
        return page_of(score)
    if suffix not in FORMATS:
        raise SaveError(f"cannot write '{path}': the suffix '{Path(path).suffix}' is none of {', '.join(SUFFIXES)}")
    return FORMATS[suffix].write(score)
