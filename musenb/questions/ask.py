"""Model questions, `musenb.ask`: what it listened to, what else it could have done, and what if.

    ask = musenb.ask(take)                       # or a Score; model="chorale" when nothing is said
    ask.attention("v0n12")                       # earlier notes, by layer and head
    ask.next("v0n12"), ask.surprise()            # what else; how many bits each note cost
    ask.silence(head=(2, 1))                     # loss, KL, and the continuation before and after from one seed
    ask.occlude(note="v0n3"), ask.head_map()
    ask.motif(bars="1-2"), ask.game(seed=7)      # where a motif returns; the prediction game: both with a view

Attention is a hypothesis: `agreement` puts it beside occlusion and says where the two differ.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from musenb.errors import ModelError, SettingError
from musenb.questions.answers import Answers
from musenb.questions.extra import needing_lab
from musenb.questions.reading import Reading
from musenb.questions.whatif import Setting
from musenb.sample.models import Model, open_model
from musenb.sample.policy import DEFAULT_MODEL, Policy
from musenb.score.arguments import score_of
from musenb.score.note import Score
from musenb.score.quarters import whole_number
from musenb.session import Take
from musenb.widgets.kept import Panelled

if TYPE_CHECKING:
    from musenb.questions.against_panel import Against
    from musenb.questions.game_panel import GamePanel
    from musenb.questions.motif_report import Bars, MotifReport
    from musenb.questions.panel import QuestionPanel
    from musenb.widgets.base import MusenbWidget

MODELS = ("chorale-relative", "chorale-absolute")  # of one size and one training


class Questions(Panelled, Answers):
    """Questions about one piece, answered by one model. Made by `questions`; a notebook shows them as a panel.

    What can be asked are the methods of `Answers`, and those below, which are answered by a view of their own.
    """

    def motif(
        self,
        bars: Bars | None = None,
        voice: str | int | None = None,
        **settings: Any,
    ) -> MotifReport:
        """Return what became of a motif: every return, its form, beside chance, and the heads that look back.

        Parameters
        ----------
        bars : int, str or (int, int), optional
            Printed numbers, such as 1 or '1-2'. Left out: what was given, or the first two bars.
        voice : str or int, optional
            Left out: the first voice that has a motif there.
        **settings
            `motif`, `draws` and `seed`, see `musenb.questions.motif_report.motif_report`.
        """
        from musenb.questions.motif_report import motif_report

        return motif_report(
            self.piece.score,
            bars=bars,
            voice=voice,
            ask=self,
            **settings,
        )

    def game(
        self,
        *,
        record: str | os.PathLike[str] | None = "",
        **settings: Any,
    ) -> GamePanel:
        """Return the prediction game on this piece: it stops, you say what comes next, then all answers are shown.

        Parameters
        ----------
        record : path or None
            Where answers are kept as they are given, so that the game goes on after a reload; left out: a file in the
            folder of the notebook, named after piece, seed and student; a folder: there. None: nowhere.
        **settings
            `seed`, `rounds`, `voice` (None: chords), `chord` and `student`, see `musenb.questions.game.Game`.
        """
        with needing_lab("the game"):
            from musenb.questions.game_panel import GamePanel

            return GamePanel(self, record=record, **settings)

    def against(self, model: str | os.PathLike[str] | Model) -> Against:
        """Return the same piece and prime put to another model, such as one without the relative term, beside this."""
        with needing_lab("the comparison of two models"):
            from musenb.questions.against_panel import Against

        return Against(self, self.put_to(model))

    def put_to(self, model: str | os.PathLike[str] | Model) -> Questions:
        """Return the same questions, put to another model.

        Raises
        ------
        ModelError
            There is no such model, or it is of another idiom.
        """
        opened = model if isinstance(model, Model) else open_model(model)
        mine, other = self.model.idiom.name, opened.idiom.name
        if mine != other:
            raise ModelError(f"the model '{opened.name}' reads the idiom '{other}', and this piece is in '{mine}'")
        return Questions(
            opened,
            Reading(opened.decoder, self.piece),
            self.setting,
            self.composer,
        )

    @cached_property
    def panel(self) -> QuestionPanel:
        """The panel that a notebook shows."""
        from musenb.questions.panel import QuestionPanel

        return QuestionPanel(self)

    def panel_beside(self, view: MusenbWidget) -> QuestionPanel:
        """Return a panel for beside a view that shows and plays the same score: it follows that view's clock."""
        from musenb.questions.panel import QuestionPanel

        return QuestionPanel(self, beside=view)

    def _ipython_display_(self) -> None:
        try:
            panel = self.panel
        except ImportError:
            raise NotImplementedError from None  # IPython takes the bundle
        panel._ipython_display_()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        try:
            panel = self.panel
        except ImportError as error:
            return {"text/plain": f"{self!r}\nIts panel needs {error.name}: python -m pip install 'musenb[lab]'"}
        return panel._repr_mimebundle_(**kwargs)

    def __repr__(self) -> str:
        count = len(self.notes)
        return f"<musenb questions to {self.model.name} about {count} note{'' if count == 1 else 's'}>"


def ask(
    source: Score | Take,
    *,
    model: str | os.PathLike[str] | Model | None = None,
    prime_bars: int | None = None,
    bars: int = 2,
    seed: int | None = None,
    seeds: int = 4,
    voices: Sequence[str] | None = None,
    composer: Score | None = None,
) -> Questions:
    """Return what can be asked of a model about a piece.

    Parameters
    ----------
    source : Score or Take
    model : str, path or Model, optional
        The model that wrote the take; 'chorale' for a score.
    prime_bars : int, optional
        For scores: how many bars were given, at least 1. Left out: what stands before the first generated note; of a
        score without generated notes half its bars, or all when there are less than four.
    bars : int
        Bars of the continuations that are compared.
    seed : int, optional
        Of the continuation that is heard before and after; the take's own, or 0.
    seeds : int
        How many seeds the intervals are over.
    voices : sequence of str, optional
        Which of the model's voices each voice of a score is.
    composer : Score, optional
        What the composer wrote from the same beginning, to be shown beside what the model took.

    Raises
    ------
    MusenbError
        There is no such model, or the piece does not fit it.
    """
    if whole_number(bars, "bars") < 1 or whole_number(seeds, "seeds") < 0:
        raise SettingError(f"{bars} bars from {seeds} seeds: at least 1 bar, and 0 seeds")
    score_of(source, "ask")
    recipe = source.recipe if isinstance(source, Take) else None
    if not isinstance(model, Model):
        model = open_model(model if model is not None else recipe.model if recipe else DEFAULT_MODEL)
    score, plan = (source.score, source.plan) if isinstance(source, Take) else (source, None)
    piece = model.idiom.piece(
        score,
        plan=plan,
        given=prime_bars,
        extent=bars,
        voices=voices,
    )
    composed = None if composer is None else model.idiom.piece(composer)
    policy = recipe.policy if recipe else Policy()
    chosen = seed if seed is not None else recipe.seed if recipe else 0
    return Questions(
        model,
        Reading(model.decoder, piece),
        Setting(policy, chosen, seeds, bars),
        composed,
    )


def motif_of(score: Score, **settings: Any) -> MotifReport:
    """Return what became of a motif in a score, without a model: see `musenb.questions.motif_report.motif_report`."""
    from musenb.questions.motif_report import motif_report

    return motif_report(score, **settings)


def compare_models(
    source: Score | Take, models: Sequence[str | os.PathLike[str] | Model] = MODELS, **settings: Any
) -> Against:
    """Return two models on one piece and prime.

    Parameters
    ----------
    source : Score or Take
    models : two of str, path or Model
        Both of one idiom.
    **settings
        As `musenb.ask` takes them.

    Raises
    ------
    MusenbError
        A model is missing, or of another idiom; or the piece does not fit it.
    """
    first, second = models
    return ask(source, model=first, **settings).against(second)
