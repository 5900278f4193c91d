"""Blind auditions: takes under labels that tell nothing, one of which is preferred."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from musenb.errors import SettingError
from musenb.score.note import Score
from musenb.studio.keeping import Keeper
from musenb.studio.takes import Entry

LABELS = "ABCDEFGH"


class Auditions:
    """One audition at a time.

    Parameters
    ----------
    keeper : Keeper
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._labels: dict[str, int] = {}

    def begin(self, takes: Sequence[int] | None = None) -> dict[str, Score]:
        """Return scores by labels A, B, ... in an order that nobody knows; see `StudioCore.audition`."""
        keeper = self._keeper
        with keeper.lock:
            chosen = self._siblings() if takes is None else list(dict.fromkeys(takes))
            if not 2 <= len(chosen) <= len(LABELS):
                raise SettingError(f"an audition of {len(chosen)} takes: 2 to {len(LABELS)} are needed")
            scores = {number: keeper.tree.take(number).score for number in chosen}
            secrets.SystemRandom().shuffle(chosen)
            self._labels = dict(zip(LABELS, chosen, strict=False))
            return {label: scores[number] for label, number in self._labels.items()}

    def vote(self, label: str) -> Entry:
        """Prefer a label, which ends the audition; return the take that it was."""
        keeper = self._keeper
        with keeper.lock:
            if label not in self._labels:
                labels = ", ".join(self._labels) or "none: begin an audition first"
                raise SettingError(f"no label {label!r} in the audition; the labels are {labels}")
            among, winner = sorted(self._labels.values()), self._labels[label]
            keeper.change(lambda: keeper.tree.vote(among, winner))
            self._labels = {}
            return keeper.tree.take(winner)

    def prefer(self, number: int) -> Entry:
        """Vote for a take among those that go on from the same take."""
        with self._keeper.lock:
            self.begin()
            return self.vote(next(label for label, other in self._labels.items() if other == number))

    def count_hand(self, number: int, *, taken_back: bool = False) -> None:
        """Count a raised hand for a take among those that go on from the same take, or take one back.

        What is looked at stays the same.
        """
        keeper = self._keeper
        with keeper.lock:
            tree = keeper.tree
            among = [take.id for take in tree.children(tree.take(number).parent)]
            keeper.change(lambda: tree.unvote(number) if taken_back else tree.vote(among, number))

    def _siblings(self) -> list[int]:
        selected = self._keeper.tree.selected
        return [] if selected is None else [take.id for take in self._keeper.tree.children(selected.parent)]
