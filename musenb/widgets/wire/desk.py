"""Wire types of the studio's desk: its traits, and a message a button."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from musenb.widgets.wire.base import ViewState
from musenb.widgets.wire.units import Quarters

DrawerName = Literal["begin", "takes", "ask", "plan", "keep"]
BeginTab = Literal["famous", "type", "play", "file", "earlier"]
KeySource = Literal["", "motif", "file", "asked"]
PrimeSource = Literal["text", "shelf", "corpus", "roll"]
DeskAct = Literal["continue", "again", "stop", "undo", "redo", "more", "save_all"]
TakeAct = Literal["select", "rename", "delete", "vote", "compare"]
AskWhat = Literal["heard", "motif", "guess"]
PlanWhat = Literal["preset", "change", "suggest", "write"]
PartLine = Literal["", "top", "bottom"]
KeepForm = Literal["mid", "musicxml", "wav", "pdf", "png", "svg", "brf", "html"]


# The bit of a sketch's last byte that says that a model wrote the note.
SKETCH_GENERATED = 128


class TakeRow(NamedTuple):
    """One take of the tree; `parent` is empty for a prime. `name` is user text: never HTML.

    `sketch` is base64 of four bytes a note: place and length in time (255: the whole width), MIDI pitch, and voice with
    the bit `SKETCH_GENERATED`.
    """

    id: str
    parent: str
    name: str
    about: str
    votes: int
    sketch: str = ""


class PartRow(NamedTuple):
    """One part of a file; `name` is user text. `lines` counts the notes that sound together where most do."""

    number: int
    name: str
    about: str
    lines: int
    likely: bool


class PlanRow(NamedTuple):
    """One statement of a plan; `beat` as '3' or '5/2', empty where the motif has it; `key` empty for its own.

    `bars` is how many bars it takes, for drawing.
    """

    form: str
    voice: str
    bar: int
    beat: str
    steps: int
    key: str
    bars: float = 1.0


class Choice(NamedTuple):
    """Something to choose from a list; `label` may be user text."""

    id: str
    label: str


class DeskState(ViewState):
    """The traits of the desk.

    The first group is written by the page: how to continue, and what of a prime to take (`prime_bars` 0: all bars).
    `style` is one of `styles`, empty as the motif says; `guidance` goes from 0 to `most_guidance`, 0 where the model
    cannot be held to the motif. `began` is where the model began to write; `saved_at` counts seconds since 1970, 0 for
    what is not saved; `idle_minutes` says after how long a server ends that nobody uses, 0 when it does not. `asked` is
    the question about a take that is open, if one is. `drawer` and `begin_tab` are what is open beside the music.
    `motif` is the last motif as text; `key_choices` and `metre_choices` are others, none where they cannot be chosen.
    `saving` says in words which file is being written, and for how long: while it is not empty, the act 'stop' gives
    that file up.
    `plan_rows` are the statements of the motif that are planned in `plan_bars` bars, in the order of time, each of one
    of `plan_forms` in one of `plan_voices`; `plan_words` says what keeps them from being written, and `plan_fault`
    which of them cannot stand (from 1; 0: all can), `plan_better` where that one could, if anywhere. `plan_presets` are
    plans by name; none where this motif, or this model, has no plans, with the reason in `plan_words`.
    `plan_suggested` are statements that could be added.
    `file_parts` are those of the file `file_name` that was opened last, `file_words` what was left out of it, and
    `file_chosen` the part that is the motif, as '2' or '2 top'; '0' for all together, empty for none.
    """

    bars: int
    temperature: float
    top_p: float
    seed: int
    seed_locked: bool
    candidates: int
    one_bar: bool
    listen: bool
    model: str
    style: str
    guidance: float
    prime_bars: int
    prime_voice: str
    prime_octave: int
    drawer: DrawerName | Literal[""]
    begin_tab: BeginTab
    closing: bool

    can_close: bool
    styles: list[str]
    most_guidance: float
    motif: str
    key: str
    key_source: KeySource
    metre: str
    key_choices: list[str]
    metre_choices: list[str]
    takes: list[TakeRow]
    selected: str
    compared: str
    comparison: str
    asked: AskWhat | Literal[""]
    asked_words: str
    running: bool
    written: int
    began: Quarters
    ends: Quarters
    locked_voices: list[str]
    locked_bars: str
    saved_at: float
    idle_minutes: float
    reading: str
    file_name: str
    file_parts: list[PartRow]
    file_words: str
    file_chosen: str
    kept: str
    saving: str
    plan_presets: list[Choice]
    plan_forms: list[Choice]
    plan_voices: list[str]
    plan_name: str
    plan_rows: list[PlanRow]
    plan_bars: int
    plan_words: str
    plan_fault: int
    plan_better: list[PlanRow]
    plan_suggested: list[PlanRow]
    can_undo: bool
    can_redo: bool
    shelf: list[Choice]
    models: list[str]
    voices: list[str]
    sessions: list[Choice]
    forms: list[KeepForm]
    read_only: bool


class PrimeFrom(TypedDict):
    """Page to kernel: begin with notes as text, the id of a shelf's motif, a corpus name, or what is on the roll."""

    kind: Literal["prime"]
    source: PrimeSource
    text: str


class FilePart(TypedDict):
    """Page to kernel: a piece of a file in the only buffer, at most CHUNK_BYTES; the last one makes it the prime."""

    kind: Literal["file"]
    file: str
    name: str
    part: int
    parts: int


class ChoosePart(TypedDict):
    """Page to kernel: begin with this part of the file, counted from 1 (0: all), and of its chords with this line."""

    kind: Literal["part"]
    number: int
    line: PartLine


class Act(TypedDict):
    """Page to kernel: a button was pressed."""

    kind: Literal["act"]
    act: DeskAct


class GoOnFrom(TypedDict):
    """Page to kernel: keep the selected take up to the end of the last of these notes, and write on from there."""

    kind: Literal["from"]
    ids: list[str]


class Lock(TypedDict):
    """Page to kernel: keep these voices and bars (as '3, 5-6') when the model writes, and no others."""

    kind: Literal["lock"]
    voices: list[str]
    bars: str


class OnTake(TypedDict):
    """Page to kernel: something is to be done with a take; `text` is its new name."""

    kind: Literal["take"]
    act: TakeAct
    id: str
    text: str


class WriteAnew(TypedDict):
    """Page to kernel: write a bar of the selected take anew, and keep all others."""

    kind: Literal["anew"]
    bar: int


class Wish(TypedDict):
    """Page to kernel: another key or metre for the motif; empty: as the motif says."""

    kind: Literal["wish"]
    what: Literal["key", "metre"]
    value: str


class PlanAct(TypedDict):
    """Page to kernel: take a preset by `name`, take these rows, look for statements to add, or write the plan."""

    kind: Literal["plan"]
    act: PlanWhat
    name: str
    rows: list[PlanRow]
    bars: int


class Hello(TypedDict):
    """Page to kernel: is somebody there?"""

    kind: Literal["hello"]


class Here(TypedDict):
    """Kernel to page: yes."""

    kind: Literal["here"]


class AskTake(TypedDict):
    """Page to kernel: open a question about the selected take below the desk; empty: close the one that is open."""

    kind: Literal["ask"]
    what: AskWhat | Literal[""]


class Keep(TypedDict):
    """Page to kernel: hand over the selected take as a file."""

    kind: Literal["keep"]
    form: KeepForm


class Kept(TypedDict):
    """Kernel to page: the file, in pieces of at most CHUNK_BYTES in the only buffer."""

    kind: Literal["kept"]
    name: str
    type: str
    part: int
    parts: int


class Search(TypedDict):
    """Page to kernel: which pieces of the corpus are there; replies are told apart by `text`."""

    kind: Literal["search"]
    text: str


class Found(TypedDict):
    """Kernel to page: the first names that were found, and how many there are in all."""

    kind: Literal["found"]
    text: str
    names: list[str]
    count: int


class Recover(TypedDict):
    """Page to kernel: bring back an earlier session."""

    kind: Literal["recover"]
    id: str
