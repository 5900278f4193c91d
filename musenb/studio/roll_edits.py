"""Piano-roll edits made by hand: shown at once, kept as a take when the hand has rested."""

from __future__ import annotations

import threading
from collections.abc import Callable

from musenb.score.note import Score
from musenb.studio.core import StudioCore
from musenb.studio.presenting import Presenter
from musenb.studio.views import StudioViews
from musenb.widgets.worker import Job

# So long (seconds) after the last edit of the roll a take is made of it.
REST_SECONDS = 1.0


class RollEdits:
    """What is edited on the roll on its way into the tree.

    Parameters
    ----------
    core : StudioCore
    views : StudioViews
    presenter : Presenter
    queue : callable
        Has a job done in the studio's thread.
    """

    def __init__(
        self, core: StudioCore, views: StudioViews, presenter: Presenter, queue: Callable[[Job], object]
    ) -> None:
        self._core, self._views, self._presenter, self._queue = core, views, presenter, queue
        self._guard = threading.Lock()
        self._resting: threading.Timer | None = None

    def changed(self, score: Score) -> None:
        """Show an edit of the roll in the other views at once; a take is made of it when the hand has rested."""
        self._views.show_beside_roll(score)
        timer = threading.Timer(REST_SECONDS, lambda: self._queue(self.keep))
        timer.daemon = True
        self._wait_for(timer)
        timer.start()

    def keep(self) -> None:
        """Make a take of what is edited on the roll, if anything is; a row of edits becomes one take."""
        self._wait_for(None)
        core, roll = self._core, self._views.roll
        score = roll.score
        if core.running or score == self._presenter.shown:
            return
        if core.selected is None:
            core.prime(score)
            return
        self._presenter.shown = score
        core.put_edited(score)
        if any(shown != written for written, shown in roll.page_ids().items()):
            self._presenter.show_score(score)

    def stop(self) -> None:
        """Wait for the hand no longer."""
        self._wait_for(None)

    def _wait_for(self, timer: threading.Timer | None) -> None:
        with self._guard:
            if self._resting is not None:
                self._resting.cancel()
            self._resting = timer
