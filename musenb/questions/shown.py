"""Questions that are answered by a view of their own: what became of a motif, and the prediction game."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from musenb.questions.ask import Questions
    from musenb.questions.game_panel import GamePanel
    from musenb.questions.motif_report import Bars, MotifReport


class Shown:
    """What `Questions` can show; each is imported when it is first asked for."""

    def motif(self, bars: Bars | None = None, voice: str | int | None = None, **settings: Any) -> MotifReport:
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

        mine = cast("Questions", self)
        return motif_report(mine.piece.score, bars=bars, voice=voice, ask=mine, **settings)

    def game(self, *, record: str | os.PathLike[str] | None = "", **settings: Any) -> GamePanel:
        """Return the prediction game on this piece: it stops, you say what comes next, then all answers are shown.

        Parameters
        ----------
        record : path or None
            Where answers are kept as they are given, so that the game goes on after a reload; left out: a file in the
            folder of the notebook, named after piece, seed and student; a folder: there. None: nowhere.
        **settings
            `seed`, `rounds`, `voice` (None: chords), `chord` and `student`, see `musenb.questions.game.Game`.
        """
        from musenb.questions.game_panel import GamePanel

        return GamePanel(cast("Questions", self), record=record, **settings)
