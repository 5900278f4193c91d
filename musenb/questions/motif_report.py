"""What became of a motif in a piece, as a report that is read, seen on one clock with the music, and heard.

    musenb.ask(take).motif()                                  # the prime, in what the model made of it
    musenb.ask(score).motif(bars="1-2", voice="soprano")      # any bars of any voice
    motif_report(score, bars="1-2", voice="soprano")          # without a model: pieces of any size and number of voices

What takes long (chance, attention) is worked out when it is first asked for; the panel does it in the background.
"""

from __future__ import annotations

import contextlib
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from musenb.analysis.attention_returns import (
    Looking,
    attention_by_bars,
    attention_on_returns,
    looking_in_words,
    return_pairs,
)
from musenb.analysis.chart import Chart, Plottable
from musenb.analysis.charts import returns_chart
from musenb.analysis.motif.chance import Chance, chance, chance_words
from musenb.analysis.motif.finder import SHORTEST_MOTIF, Motif, Return, find_returns, motif_of
from musenb.analysis.motif.planned import planned_words
from musenb.analysis.motif.words import parsed_bars, record, report
from musenb.analysis.similarity import self_similarity
from musenb.errors import MissingExtraError, MusenbError, ScoreError, SettingError
from musenb.questions.answers import Answers
from musenb.questions.extra import needing_lab
from musenb.score.note import Score
from musenb.widgets.kept import Panelled, show_kept

if TYPE_CHECKING:
    import ipywidgets

    from musenb.widgets.motif import MotifView

Bars = int | str | tuple[int, int]
DRAWS, MOST_FIRST_BARS = 20, 2


class MotifReport(Panelled, Plottable):
    """Every return of a motif in a piece, beside chance, with the heads that look at them.

    As the last line of a cell it is shown as lanes, score and piano roll with a player; printed, it is sentences.

    Parameters
    ----------
    score : Score
    motif : Motif
    ask : Answers or None
        For the attention of a model; its piece is this score.
    draws : int
        How many motifs of other pieces are looked for.
    seed : int
        Of these draws.
    """

    def __init__(
        self, score: Score, motif: Motif, *, ask: Answers | None = None, draws: int = DRAWS, seed: int = 0
    ) -> None:
        self.score, self.motif, self.ask = score, motif, ask
        self._draws, self._seed = draws, seed
        self._lock = threading.RLock()
        self._worker: threading.Thread | None = None
        self.returns: list[Return] = find_returns(score, motif)

    # What is known

    @property
    def chance(self) -> Chance:
        """How often motifs of other pieces return."""
        with self._lock:
            return self._chance

    @cached_property
    def _chance(self) -> Chance:
        return chance(self.score, self.motif, draws=self._draws, seed=self._seed)

    @cached_property
    def likeness(self) -> np.ndarray:
        """Which bars of the piece are alike: float64 (bars, bars), 0..1."""
        return self_similarity(self.score)

    @property
    def attention(self) -> np.ndarray | None:
        """Which bars look at which: float64 (layers, heads, bars, bars); None without a model."""
        with self._lock:
            return self._attention

    @cached_property
    def _attention(self) -> np.ndarray | None:
        if self.ask is None:
            return None
        bars = list(self.score.bars())
        ends = [float(bar.end) for bar in bars]
        places = np.searchsorted(ends, [float(place.note.onset) for place in self.ask.notes], side="right")
        return attention_by_bars(self.ask.weights(), places, len(bars))

    @property
    def looking(self) -> Looking | None:
        """How the heads look at the places of return, beside recency; None without a model."""
        with self._lock:
            return self._looking

    @cached_property
    def _looking(self) -> Looking | None:
        if self.ask is None:
            return None
        numbers = {place.id: number for number, place in enumerate(self.ask.notes)}
        pairs = [
            [numbers[f"v{v}n{n}"] for v, n in pair] for pair in return_pairs(self.returns, self.motif)
        ]
        onsets = np.array([float(place.note.onset) for place in self.ask.notes])
        return attention_on_returns(self.ask.weights(), np.array(pairs, int).reshape(-1, 2), onsets, seed=self._seed)

    @property
    def words(self) -> str:
        """The whole report in sentences."""
        parts = [report(self.returns), planned_words(self.score, self.returns), chance_words(self.chance)]
        if self.looking is not None:
            parts.append(looking_in_words(self.looking))
        return "\n".join(filter(None, parts))

    def records(self) -> list[dict[str, object]]:
        """Return the returns as `musenb motif --json` prints them."""
        return [record(one) for one in self.returns]

    def charts(self) -> list[Chart]:
        """Return how many returns begin in each bar, a series a form; one series of zeros where nothing returns."""
        starts: dict[str, list[int]] = {}
        for one in self.returns:
            starts.setdefault(one.form, []).append(one.bar)
        numbers = [bar.number for bar in self.score.bars()]
        return [returns_chart(starts or {"returns": []}, min(numbers), max(numbers))]

    # What is seen

    @cached_property
    def view(self) -> MotifView:
        """The lanes, with a clock that other views can share."""
        with needing_lab("the view of a motif's returns"):
            from musenb.widgets.motif import MotifView

        return MotifView(self.score, self.motif, self.returns)

    @cached_property
    def panel(self) -> ipywidgets.VBox:
        """Player, lanes, score and roll on one clock."""
        with needing_lab("the view of a motif's returns"):
            import ipywidgets

            from musenb.widgets.roll import Roll
            from musenb.widgets.sheet import Sheet
            from musenb.widgets.sound import Sound

        view = self.view
        parts = [
            Sound(self.score, clock=view), view, Sheet(self.score, clock=view),
            Roll(self.score, clock=view, height=280, editable=False),
        ]
        self.begin()
        return ipywidgets.VBox(parts, layout=ipywidgets.Layout(width="100%"))

    def begin(self) -> None:
        """Work out chance, likeness and attention in the background and show each as soon as it is there."""
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(target=self.view.guarded(self._work), name="motif", daemon=True)
                self._worker.start()

    def settle(self, timeout: float = 60.0) -> None:
        """Wait until the view shows all that is worked out in the background.

        Raises
        ------
        TimeoutError
            It takes longer than `timeout` seconds.
        """
        self.begin()
        assert self._worker is not None
        self._worker.join(timeout)
        if self._worker.is_alive():
            raise TimeoutError(f"the motif report is not done after {timeout:g} s")

    def _work(self) -> None:
        view = self.view
        view.show_likeness(self.likeness)
        view.show_chance(self.chance)
        if self.ask is not None:
            view.show_likeness(self.likeness, self.attention)
            assert self.looking is not None
            view.show_looking(self.looking)

    def _ipython_display_(self) -> None:
        """Show the panel and, behind it, the picture that a notebook keeps."""
        try:
            view = self.view
        except MissingExtraError:
            raise NotImplementedError from None  # IPython takes the bundle
        show_kept(self, self.panel, view)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Show the panel; where widgets do not run, the lanes as a picture and the sentences."""
        try:
            view = self.view
        except MissingExtraError as error:
            return {"text/plain": f"{self!r}\n{error}"}, {}
        shown = self.panel._repr_mimebundle_(**kwargs)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        picture = view._repr_mimebundle_(**kwargs)
        if picture is not None:
            data = data | {kind: picture[0][kind] for kind in ("image/png", "text/html") if kind in picture[0]}
        return data | {"text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        """Return the sentences about the returns."""
        return report(self.returns)

    def close(self) -> None:
        """End the views."""
        if "panel" in vars(self):
            for view in (*self.panel.children, self.panel.layout, self.panel):
                view.close()
        elif "view" in vars(self):
            self.view.close()


def motif_report(
    score: Score, *, bars: Bars | None = None, voice: str | int | None = None, motif: Motif | None = None,
    ask: Answers | None = None, draws: int = DRAWS, seed: int = 0,
) -> MotifReport:
    """Return what became of a motif in a score.

    Parameters
    ----------
    bars : int, str or (int, int), optional
        Printed numbers, such as 1 or '1-2'; 0 is the upbeat. Left out: what was given before a model went on, or else
        the first two bars, with the upbeat.
    voice : str or int, optional
        Left out: the first voice that has a motif there.
    motif : Motif, optional
        A motif from elsewhere, in place of bars and a voice.
    ask : Answers, optional
        Of the same score, for the attention of its model.
    draws, seed : int
        See `musenb.analysis.motif.chance`.

    Raises
    ------
    ScoreError
        There is no such bar or voice, or too few notes.
    SettingError
        The bars are none, or a motif is named as well as bars or a voice.
    """
    if motif is not None and not (bars is None and voice is None):
        raise SettingError("name a motif, or bars and a voice of the piece: not both")
    if motif is None:
        motif = _motif_in(score, _stretch(score, bars), voice)
    return MotifReport(score, motif, ask=ask, draws=draws, seed=seed)


def _stretch(score: Score, bars: Bars | None) -> tuple[int, int]:
    if isinstance(bars, str):
        return parsed_bars(bars)
    if isinstance(bars, int) and not isinstance(bars, bool):
        return bars, bars
    if isinstance(bars, tuple) and len(bars) == 2:
        return bars
    if bars is not None:
        raise SettingError(f"bars {bars!r} is neither a number such as 3 nor a stretch such as '1-2'")
    there = list(score.bars())
    if not there:
        raise ScoreError(f"{score.source or 'the score'!r} has no notes, so no motif")
    written = [note.onset for note in score.notes if note.origin.generated]
    given = [bar for bar in there if not written or bar.end <= min(written)] or there[:1]
    last = given[-1] if written else given[min(len(given), MOST_FIRST_BARS + (given[0].number == 0)) - 1]
    return given[0].number, last.number


def _motif_in(score: Score, bars: tuple[int, int], voice: str | int | None) -> Motif:
    """Return the motif of the voice, or of the first voice that has one and was not written by a model."""
    if voice is not None:
        return motif_of(score, voice, *bars)
    for number in range(len(score.voices)):
        with contextlib.suppress(MusenbError):
            found = motif_of(score, number, *bars)
            if not any(note.origin.generated for note in found.notes):
                return found
    raise ScoreError(f"no voice has {SHORTEST_MOTIF} given notes in bars {bars[0]}-{bars[1]}: name bars and a voice")
