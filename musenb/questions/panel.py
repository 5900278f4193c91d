"""Question panel of `musenb.ask`: player, score, surprise, questions and answers on one clock.

What is asked in the page goes into a queue, and one thread answers, so that neither a running cell nor the page waits.
Only Stop does not queue.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import ipywidgets
import numpy as np

from musenb.analysis.compare import compare
from musenb.errors import SettingError
from musenb.questions.answers import Answers
from musenb.questions.listening import Verdict
from musenb.questions.telling import (
    difference_words,
    effect_rows,
    head_cells,
    heard_rows,
    layer_guesses,
    map_in_words,
    voice_next,
)
from musenb.questions.whatif import WhatIf
from musenb.score.spelling import spoken_pitch
from musenb.session import Take
from musenb.widgets.asking import Asking
from musenb.widgets.attention import Attention
from musenb.widgets.base import MusenbWidget
from musenb.widgets.curve import Curve
from musenb.widgets.kept import Panelled, show_kept
from musenb.widgets.sheet import Sheet
from musenb.widgets.sound import Sound
from musenb.widgets.versions import Versions
from musenb.widgets.worker import Worker, mime_bundle

SECONDS_BETWEEN_NEWS = 0.15


class QuestionPanel(Panelled):
    """What `musenb.ask(...)` shows in a notebook.

    Parameters
    ----------
    questions : Answers
    beside : view or None
        A view on whose clock the same score is shown and heard already: the panel then has neither of its own.

    Attributes
    ----------
    curve, asking, versions : views
        All on one clock; each can be shown in a cell of its own.
    sound, sheet : views or None
        None where the music is shown beside the panel.
    attention : Attention or None
        Made when every head is asked for.
    branches : list of session.Take
        What was branched off, the last one last.
    answer : WhatIf or None
        The last answer to what if.
    panel : ipywidgets.VBox
    """

    def __init__(self, questions: Answers, *, beside: MusenbWidget | None = None) -> None:
        self.questions = questions
        score, pitches = questions.piece.score, questions.piece.pitches
        config = questions.reading.decoder.config
        self.asking = Asking(score, self, tab="else", clock=beside)
        self.asking.tell(
            layers=config.layers,
            heads=config.heads,
            model=questions.model.name,
            relative=config.relative or bool(config.relations),
            prime=_prime_words(*questions.prime_bars),
            lowest=pitches[0],
            highest=pitches[-1],
        )
        self.sound: Sound | None = None
        self.sheet: Sheet | None = None
        if beside is None:
            self.sound = Sound(score, clock=self.asking)
            self.sheet = Sheet(score, clock=self.asking, staves="two", zoom=0.85)
        self.curve = Curve(score, clock=self.asking)
        self.versions = Versions(clock=self.asking)
        self.versions.layout.display = "none"
        self.attention: Attention | None = None
        self.branches: list[Take] = []
        self.answer: WhatIf | None = None
        self.verdicts: dict[str, Verdict] = {}
        below = [self.asking, self.versions, self.curve] if beside else [self.curve, self.asking, self.versions]
        views = [*filter(None, (self.sound, self.sheet)), *below]
        self.panel = ipywidgets.VBox(views, layout=ipywidgets.Layout(width="100%"))
        self._answered_in = ""
        self._wanted = ""
        self._stop = threading.Event()
        self._worker = Worker(self.asking, self._rest)
        arrange = self.asking.guarded(lambda _: self._arrange())
        self.asking.observe(arrange, ["tab", "every_head"])
        self._worker.do(self._begin)

    def settle(self, timeout: float = 60.0) -> None:
        """Wait until everything that was asked so far is answered; see `Worker.settle`."""
        self._worker.settle(timeout)

    def _name(self, pitch: int) -> str:
        """Return a pitch as it is called in the key of the piece: 'G♯4'."""
        return spoken_pitch(pitch, self.asking.first_key)

    def _rest(self) -> None:
        if self.asking.running:
            self.asking.tell(running="", done=0, total=0)

    # What the page asks for: see `musenb.widgets.asking.Inquirer`

    def ask(self, note: str) -> None:
        """Answer about a note; of several that wait, only the last one still is."""
        self._wanted = note
        self._worker.do(lambda: self._answer(note))

    def branch(self, voice: int, pitch: int) -> None:
        """Go another way at the note that is shown."""
        note = self.asking.note
        self._start(f"Writing on from {self._name(pitch)}", lambda: self._branch(note, voice, pitch))

    def what_if(self, act: str, scope: str, layer: int, head: int, amount: int) -> None:
        """Ask what if."""
        note, tab = self.asking.note, self.asking.tab
        self._start("Asking what if", lambda: self._what_if((act, scope), layer, head, amount, note, tab))

    def test(self) -> None:
        """Test the attention of the note that is shown."""
        note = self.asking.note
        self._start("Taking notes away one by one", lambda: self._test(note))

    def map(self) -> None:
        """Map the heads."""
        self._start("Silencing one head after the other", self._map)

    def stop(self) -> None:
        """End what runs."""
        self._stop.set()

    def _start(self, words: str, job: Callable[[], object]) -> None:
        """Queue a job that can be stopped."""
        self._stop = stop = threading.Event()

        def run() -> None:
            self.asking.tell(running=words, done=0, total=0)
            if not stop.is_set():
                job()

        self._worker.do(run)

    def _progress(self) -> Callable[[int, int], None]:
        """Return what tells the page how far a job has come, a few times a second."""
        last = [0.0]

        def on_progress(done: int, total: int) -> None:
            if time.monotonic() - last[0] > SECONDS_BETWEEN_NEWS:
                last[0] = time.monotonic()
                self.asking.tell(done=done, total=total)

        return on_progress

    # The answers

    def _begin(self) -> None:
        """Show the surprise, and answer about a first note: the first that was written, or the middle one."""
        ask = self.questions
        by_note = zip(ask.notes, ask.surprise().bits, strict=True)
        bits = {place.id: float(value) for place, value in by_note}
        self.curve.show({"surprise": bits})
        if self.sheet is not None:
            self.sheet.show_tint(bits, "surprise, bits")
        if not self._wanted and ask.notes:
            written = [place.id for place in ask.notes if place.note.origin.generated]
            self._wanted = written[0] if written else ask.notes[len(ask.notes) // 2].id
            self._answer(self._wanted)

    def _answer(self, note: str) -> None:
        if note != self._wanted:
            return
        ask = self.questions
        number = ask.number_of(note)
        place = ask.notes[number]
        own = ask.piece.moment(place).index(place.position)
        voices = []
        both = zip(ask.next(note), ask.composed(note), strict=True)
        for row, (found, composed) in enumerate(both):
            generated = row == own and place.note.origin.generated
            voices.append(voice_next(found, composed, generated=generated))
        self.asking.tell(
            note=note,
            place=str(place),
            voice=own,
            voices=voices,
            guesses=layer_guesses(ask.layers(note)),
            bits=float(ask.surprise().bits[number]),
            heard=[],
            verdict="",
            by_layer=[],
        )
        if note == self._wanted:
            self._show_heard(note)

    def _show_heard(self, note: str) -> None:
        verdict = self.verdicts.get(note)
        heard = heard_rows(self.questions, note, verdict)
        if verdict is None:
            self.asking.tell(heard=heard, verdict="", by_layer=[])
            return
        by_layer = [_number(found.correlation) for found in verdict.layers]
        self.asking.tell(heard=heard, verdict=verdict.words, by_layer=by_layer)

    def _test(self, note: str) -> None:
        if note not in self.verdicts:
            stop = self._stop
            try:
                self.verdicts[note] = self.questions.agreement(note, progress=self._progress(), stop=stop)
            except SettingError:
                if not stop.is_set():
                    raise
        if note == self.asking.note:
            self._show_heard(note)

    def _map(self) -> None:
        ask = self.questions
        found = ask.head_map(self._progress(), self._stop)
        self.asking.tell(cells=head_cells(found), map_words=map_in_words(found))
        if found.complete:
            self.asking.tell(running="Looking what each head looks at", done=0, total=0)
            self.asking.tell(cells=head_cells(found, ask.heads()))

    def _branch(self, note: str, voice: int, pitch: int) -> None:
        ask = self.questions
        place, sung = ask.note(note), ask.piece.voices
        chosen = sung[voice] if sung else None
        take = ask.branch(pitch, note=note, voice=chosen, progress=self._progress(), stop=self._stop)
        self.branches.append(take)
        where = f"bar {place.bar}" if place.bar else "the upbeat"
        said = self._name(pitch)
        name = f"{said} in {where}"
        if ask.on_take is not None:
            ask.on_take(take, f"{name}, seed {take.recipe.seed}")
        stopped = "" if take.complete else " It was stopped before the end."
        parted = difference_words(compare(ask.score, take.score), ask.score)
        self._show_versions(
            "else", ask.score, take.score, heading=f"With {name} in the {chosen}" if chosen else f"With {name}",
            words=[f"Everything behind it is written anew, from seed {take.recipe.seed}.{stopped} {parted}"],
            names=["as it was", f"with {said}"],
        )

    def _what_if(self, asked: tuple[str, str], layer: int, head: int, amount: int, note: str, tab: str) -> None:
        ask, (act, scope) = self.questions, asked
        place = ask.note(note) if note else None
        of: dict[str, Any] = {"note": note}
        if scope == "bar":
            of = {"bar": place.bar if place else 1}
        jobs: dict[str, Callable[[], WhatIf]] = {
            "head": lambda: ask.silence(head=(layer, head)),
            "layer": lambda: ask.silence(layer=layer),
            "relative": lambda: ask.silence(relative=True),
            "rest": lambda: ask.occlude(**of),
            "move": lambda: ask.transpose(amount, **of),
            "change": lambda: ask.change(amount, note=note),
        }
        found = self.answer = jobs[act]()
        before = None if found.before is None else found.before.score
        after = None if found.after is None else found.after.score
        words = []
        if found.before is not None and found.difference is not None:
            parted = difference_words(found.difference, found.before.score)
            words = [f"Both go on from the prime with seed {found.before.seed}. {parted}"]
        self._show_versions(
            tab, before, after, heading=found.question, words=words, rows=effect_rows(found), names=["before", "after"]
        )

    def _show_versions(self, tab: str, before: Any, after: Any, **shown: Any) -> None:
        self._answered_in = tab
        self.versions.show(before, after, **shown)
        self.asking.tell(said=self.versions.description[:400])
        self._arrange()

    def _arrange(self) -> None:
        """Show the views that belong to the tab, and no others."""
        asking = self.asking
        self.versions.layout.display = "" if asking.tab == self._answered_in else "none"
        wanted = asking.tab == "heard" and asking.every_head
        if wanted and self.attention is None:
            self._worker.do(self._make_attention)
        if self.attention is not None:
            self.attention.layout.display = "" if wanted else "none"

    def _make_attention(self) -> None:
        if self.attention is not None:
            return
        self.asking.tell(running="Reading all heads", done=0, total=0)
        ask = self.questions
        self.attention = Attention(ask.piece.score, ask.record(), clock=self.asking, query="first")
        self.panel.children = (*self.panel.children, self.attention)
        self._arrange()

    # As a widget

    def _ipython_display_(self) -> None:
        """Show the panel and, behind it, the picture that a notebook keeps."""
        show_kept(self, self.panel, self.sheet)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the panel; where widgets do not run, the score."""
        return mime_bundle(self.panel, self.sheet, repr(self), **kwargs)

    def __repr__(self) -> str:
        """Return what is asked about."""
        return f"<musenb {self.asking.describe()}>"

    def close(self) -> None:
        """End the views and the thread."""
        self._stop.set()
        self._worker.close()
        views = [self.sound, self.sheet, self.curve, self.versions, self.attention, self.asking, self.panel]
        for view in filter(None, views):
            view.close()
        self.panel.layout.close()


def _prime_words(first: int, last: int) -> str:
    if last < first:
        return ""
    return f"bar {last}" if first == last else f"bars {first or 'upbeat'} to {last}"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
