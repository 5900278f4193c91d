"""Tonal chorale idiom: the chorale's grid, plans and rules, for a model that reads given notes in a memory."""

from __future__ import annotations

from musenb.tokens.chorale import grid
from musenb.tokens.chorale.given import ITEM_FEATURES, ITEM_RELATIONS
from musenb.tokens.chorale.idiom import Chorale
from musenb.tokens.chorale.rows import MemoryRows
from musenb.tokens.chorale.tonal import TONAL_FEATURES, WORDS
from musenb.tokens.idiom import Shape


class Tonal(Chorale):
    """Four voices on sixteenths, told with key, degrees and what is given; see `musenb.tokens.idiom.Idiom`."""

    name = "tonal"
    shape = Shape(
        len(grid.VOCABULARY), WORDS, TONAL_FEATURES, grid.RELATION_SPANS, ITEM_FEATURES, ITEM_RELATIONS
    )
    rows = MemoryRows


IDIOM = Tonal()
