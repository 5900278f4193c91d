"""Public session API of musenb: from a prime to a take, and from a take to a file."""

from __future__ import annotations

import dataclasses
import os
import secrets
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from musenb.arranging.progress import finished
from musenb.errors import PolyphonyError, SaveError, SettingError
from musenb.export.formats import FORMATS, PAGE, SUFFIXES
from musenb.export.listing import listing
from musenb.export.time_box import LONGEST_SAVE, time_box
from musenb.export.to_midi import pretty_midi_of
from musenb.export.to_musicxml import music21_of
from musenb.files.atomic import atomic_write
from musenb.sample.models import Model, open_model
from musenb.sample.policy import BEST_OF, DEFAULT_MODEL, Draws, Policy
from musenb.sample.recipe import Recipe, begin, laid_out_for, plan_of, voice_ranges
from musenb.sample.stream import Sampling
from musenb.score.arguments import save_path, score_of, voice_names
from musenb.score.development.plan import DevelopmentPlan
from musenb.score.development.presets import asked_plan
from musenb.score.display import summary
from musenb.score.from_text import score_from_text as motif
from musenb.score.limits import check_prime_length
from musenb.score.load import load
from musenb.score.marks import notice_sentence
from musenb.score.named import asked_key, asked_metre
from musenb.score.note import Score
from musenb.score.parts import Line, choice_of_part, chosen_part
from musenb.score.sources import read_source
from musenb.tokens.idiom import NoteEvent, Plan, Prepared, Wishes
from musenb.tokens.offers import Styled

if TYPE_CHECKING:
    import pretty_midi

    from musenb.analysis.harmony import Harmony

__all__ = [
    "Model", "Recipe", "Stream", "Take", "develop", "file_bytes", "harmony", "load", "motif", "open_model", "save",
    "stream",
]

# A seed that nobody chose has five figures at most: it is said aloud, and written on the board.
SEEDS = 100_000


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        stopped = "" if self.complete else ", stopped before its end"
        return f"<Take {summary(self.score)}, by {self.recipe.model}, seed {self.recipe.seed}{stopped}>"

    def __str__(self) -> str:
        return listing(self.score)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.score._repr_mimebundle_(include, exclude)


class Stream:
    """A take while it is written. Iterate for note events; `stop` ends it within one token, from any thread.

    With `best_of` above 1 the notes of a phrase come together, once it is chosen; a stop before that leaves it out.
    Iterating again after a stop goes on where it ended, to the take that an uninterrupted run gives.
    """

    def __init__(self, sampling: Sampling, recipe: Recipe) -> None:
        self._sampling, self._recipe, self._asked = sampling, recipe, threading.Event()

    def __iter__(self) -> Iterator[NoteEvent]:
        self._asked.clear()
        return self._sampling.events(self._asked.is_set)

    def stop(self) -> None:
        """End the iteration before the next token."""
        self._asked.set()

    @property
    def written(self) -> float:
        """Share of the piece that is written, 0..1."""
        return self._sampling.written_share

    @property
    def take(self) -> Take:
        """The take as far as it is written."""
        sampling = self._sampling
        return Take(sampling.score(), self._recipe, sampling.done, sampling.plan)


class Reading(TypedDict, total=False):
    """How a prime is read; see `prepared`."""

    voices: str | Sequence[str] | None
    style: str | None
    key: str | None
    metre: str | None
    part: int | str | None
    line: Line | None


class Trimming(Reading, total=False):
    """What is made of a prime before it is read; see `musenb.tokens.idiom.Wishes`."""

    bars: int | tuple[int, int] | None
    transpose: int
    exact: bool


class Settings(Reading, total=False):
    """How a prime is read, what is planned, and how tokens are drawn; see `develop`."""

    plan: str | DevelopmentPlan | Mapping[str, Any] | None

    temperature: float
    top_p: float
    top_k: int
    best_of: int
    guidance: float


def prepared(source: Any, *, model: Model, **wishes: Unpack[Trimming]) -> Prepared:
    """Return a prime as a model will read it, with what was changed on the way.

    Parameters
    ----------
    source : Score, text, path, bytes, or anything that `musenb.load` takes
        Text that names no file is read as a motif, or as ABC when it has a line 'K:'.
    model : Model
    voices : str or sequence of str, optional
        Which of the idiom's voices the sounding voices are.
    style : str, optional
        What the music is to be read as, such as 'string quartet', by a model that knows several.
    key : str, optional
        What the music is in, such as 'D minor', 'Bb' or '2#'. Without, as it is written; a motif without a key is read
        in the one that its notes seem to be in. `Prepared.key_source` tells which.
    metre : str, optional
        Such as '3/4'; likewise.
    part : int or str, optional
        Only this part of a file: its number from 1, or its name; a wrong one is answered with the list.
    line : 'top' or 'bottom', optional
        Of chords only the highest or the lowest notes.
    bars, transpose, exact
        See `musenb.tokens.idiom.Wishes`.

    Raises
    ------
    MusenbError
        It cannot be read, or does not fit what the model reads; the message says why.
    """
    _refuse_unknown(wishes, Trimming)
    named = voice_names(wishes.get("voices"))
    wished = Wishes(
        (named,) if isinstance(named, str) else named,
        wishes.get("bars"),
        wishes.get("transpose", 0),
        wishes.get("exact", False),
        asked_key(wishes.get("key")),
        asked_metre(wishes.get("metre")),
        _known_style(model, wishes.get("style")),
    )
    score = chosen_part(read_source(source), wishes.get("part"), wishes.get("line"))
    try:
        found = model.idiom.prepare(score, wished)
    except PolyphonyError as error:
        raise PolyphonyError(f"{error}; {choice_of_part(score)}") from None
    check_prime_length(found.score.end, source=found.score.source)
    if not score.notices:
        return found
    notices = (notice_sentence(score.notices), *found.notices)
    return dataclasses.replace(found, notices=notices)


def _known_style(model: Model, style: str | None) -> str | None:
    """Return a style that a model knows.

    Raises
    ------
    SettingError
        It knows no such style.
    """
    known = model.idiom.styles if isinstance(model.idiom, Styled) else ()
    if style is not None and style not in known:
        allowed = f"allowed are {', '.join(known)}" if known else "it knows one style alone"
        raise SettingError(f"the model '{model.name}' does not write in the style {style!r}; {allowed}")
    return style


def stream(
    prime: Any,
    *,
    model: str | os.PathLike[str] = DEFAULT_MODEL,
    bars: int = 8,
    seed: int | None = None,
    close: bool | None = True,
    **settings: Unpack[Settings],
) -> Stream:
    """Return a continuation that is written while it is iterated over; parameters as in `develop`."""
    _refuse_unknown(settings, Settings)
    given: dict[str, Any] = {**settings}
    reading = {name: given.pop(name) for name in Reading.__annotations__ if name in given}
    best_of, guidance = given.pop("best_of", BEST_OF), given.pop("guidance", 0.0)
    plan = given.pop("plan", None)
    policy = Policy(**given)
    opened = open_model(model)
    read = prepared(prime, model=opened, **reading)
    # Who hands over a Score has met what was left out of it where it was loaded.
    known = notice_sentence(prime.notices) if isinstance(prime, Score) else ""
    for notice in read.notices:
        if notice != known:
            warnings.warn(notice, stacklevel=2)
    chosen = secrets.randbelow(SEEDS) if seed is None else Draws(seed).seed
    names = tuple(voice.name for voice in read.score.voices)
    recipe = Recipe(
        opened.name, opened.checksum, chosen, bars, policy, names, opened.idiom.name, key=reading.get("key"),
        metre=reading.get("metre"), close=close, best_of=best_of, guidance=guidance,
    )
    if plan is not None:
        asked = asked_plan(plan, read.score, voice_ranges(opened))
        planned = laid_out_for(opened, read.score, asked).plan
        recipe = dataclasses.replace(recipe, development=planned, extent=planned.bars)
    return Stream(begin(opened, plan_of(opened, read.score, recipe), recipe), recipe)


def _refuse_unknown(settings: Mapping[str, Any], known: type) -> None:
    """Raise TypeError, as a call does, for a setting that there is not."""
    allowed = sorted({*known.__annotations__, "bars", "close", "model", "seed"})
    for name in settings:
        if name not in allowed:
            raise TypeError(f"develop has no setting {name!r}; allowed are {', '.join(allowed)}")


def develop(prime: Any, **settings: Any) -> Take:
    """Return a finished continuation of a prime, or its development by a plan.

    With a plan the prime is a motif, a single line: its statements stand where the plan has them, and everything around
    them is written, the phrases and their closes between them. Their notes count as given; each note's origin tells the
    statement and its form, see `musenb.score.development.laying.statement_of`.

    Parameters
    ----------
    prime : Score, text, or anything that `musenb.load` takes
        Music in one to four voices; what the model cannot hold is moved or split, with a warning that says so.
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
    best_of : int
        How often each phrase is written, 1..16; the best is kept, see `musenb.sample.tries`. 1 is the quickest.
    guidance : float
        0..2: how much the prime counts as a theme, by a model that has learnt some; 0, the default, tells none.
    voices : sequence of str, optional
        Which of soprano, alto, tenor and bass the prime's voices are. One voice is the soprano by default, two are the
        outer voices.
    style : str, optional
        What to write, such as 'string quartet' or 'song', by a model that knows several.
    key, metre : str, optional
        What the prime is in, such as 'D minor' and '3/4'; without, as it is written, or as its notes seem to be.
    close : bool or None
        True to end the piece with the last bar, with a cadence; False where it is to go on. None plans phrases as
        before closes were: every few bars, no cadence known.
    plan : DevelopmentPlan, str or mapping, optional
        Which statements of the motif there are to be; a name is one of `musenb.score.development.presets.PRESETS`, such
        as 'sentence', a mapping is a plan read from JSON. The plan says how many bars are written.
    part, line
        Of a file with several parts the one to go on from, and whether of chords the top or the bottom; see `prepared`.

    Raises
    ------
    MusenbError
        The prime, the model or a setting cannot be used; the message says which and why.
    """
    writing = stream(prime, **settings)
    return finished(writing, "writing")


def harmony(source: Any, *, method: str = "head") -> Harmony:
    """Return the chords of music: local keys, numerals, figured bass, cadences and notes that are not of the chord.

    Parameters
    ----------
    source : Take, Score, text, or anything that `musenb.load` takes
        Four voices are read best. Numerals that a score brings, as of an overruled label, stand as they are.
    method : {'head', 'template'}
        By what was learned from people's analyses of Bach's chorales, or by chord templates alone.

    Raises
    ------
    MusenbError
        It cannot be read, or has no notes; or there is no such method.
    """
    from musenb.analysis.harmony import harmony_of

    return harmony_of(source.score if isinstance(source, Take) else read_source(source), method=method)


def save(score: Score, path: str | os.PathLike[str], *, seconds: float = LONGEST_SAVE) -> Path:
    """Write a score as a file and return its path.

    Parameters
    ----------
    score : Score
    path : str or path
        Its suffix says the kind: .mid, .midi, .musicxml or .xml; .wav, the sound of the piano; .pdf, .png or .svg, the
        engraved score; .brf, Braille music; .html, one page that shows and plays it anywhere.
    seconds : float
        What it may take.

    Raises
    ------
    SaveError
        The suffix is none of these, the score does not fit the kind, it takes too long, or the file cannot be written;
        what stood there before is unchanged.
    SettingError
        It lasts too long for a sound.
    LoadError
        It cannot be engraved.
    """
    target, score = save_path(path), score_of(score, "save", error=SaveError)
    with time_box(seconds, f"writing '{target}'"):
        data = file_bytes(score, target)
    atomic_write(target, data)
    return target


def file_bytes(score: Score, path: str | os.PathLike[str]) -> bytes:
    """Return what `save` writes at a path."""
    suffix = Path(path).suffix.lower()
    if suffix == PAGE:
        try:
            from musenb.widgets.page import page_of
        except ImportError as error:
            raise SaveError(f"cannot write '{path}': a page needs musenb[lab] ({error})") from error
        return page_of(score)
    if suffix not in FORMATS:
        raise SaveError(f"cannot write '{path}': the suffix '{Path(path).suffix}' is none of {', '.join(SUFFIXES)}")
    return FORMATS[suffix].write(score)
