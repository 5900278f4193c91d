"""Training rows of the score model: crops of pieces in random variants, and their judgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from musenb.model.torch.fields import FieldTransformer
from musenb.tokens.notes.fields import ORDER, STYLES
from musenb.tokens.notes.rows import NoteRow
from musenb.train.judge_notes import COUNTED, judge
from musenb.train.loop import Batch
from musenb.train.notes import Motifs, stacked, varied
from musenb.train.notes_data import Piece

SHARES = (0.45, 0.35, 0.1, 0.1)  # of the rows, a style each


@dataclass(slots=True)
class NotesRows:
    """Crops of pieces in random variants; judgements on held pieces.

    Parameters
    ----------
    pieces : sequence of Piece
        To learn from.
    held : sequence of Piece
        To judge by: of each style the first crop of a bar line at a seeded place.
    rows, cells : int
        Crops in a batch, and steps in each.
    order : tuple of str
        In which the fields are predicted.
    judged : dict of str to float
        What the last validation found, nats a note.
    """

    pieces: Sequence[Piece]
    held: Sequence[Piece]
    rows: int = 4
    cells: int = 768
    order: tuple[str, ...] = ORDER
    judged: dict[str, float] = field(default_factory=dict)
    motifs: Motifs = field(default_factory=Motifs, repr=False)
    styles: dict[int, tuple[list[Piece], np.ndarray]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.styles = {}
        for style in range(len(STYLES)):
            pieces = [piece for piece in self.pieces if piece.style == style]
            if pieces:
                sizes = np.array([len(piece.steps) for piece in pieces], float)
                self.styles[style] = pieces, sizes / sizes.sum()

    def batch(self, rngs: Sequence[np.random.Generator]) -> Batch:
        """Draw a crop from each generator."""
        return stacked([self._draw(rng) for rng in rngs])

    def _draw(self, rng: np.random.Generator) -> NoteRow:
        shares = np.array([SHARES[style] for style in self.styles])
        pieces, chances = self.styles[list(self.styles)[rng.choice(len(shares), p=shares / shares.sum())]]
        return varied(pieces[rng.choice(len(pieces), p=chances)], rng, self.motifs, cells=self.cells, order=self.order)

    def validate(self, model: FieldTransformer) -> float:
        """Return the mean nats a note of quartets and songs, told nothing, and of quartets told voices or a gap."""
        self.judged = judge(model, self.held, cells=self.cells, order=self.order)
        return float(np.mean([self.judged[name] for name in COUNTED if name in self.judged]))
