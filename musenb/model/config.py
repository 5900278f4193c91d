"""Model configuration, written into a checkpoint and checked when it is loaded."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from musenb.errors import ModelError

POSITIONS = ("none", "added", "concatenated")


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """A decoder-only Transformer over one row of tokens with integer features beside it.

    Parameters
    ----------
    vocabulary : int
        Number of classes that are predicted.
    inputs : int
        Number of input tokens, by which a position reads the token before it; `vocabulary` when 0. The input has one
        more, the beginning of the piece.
    features : tuple of int
        Number of values of each integer feature column; the embeddings of a position's features are summed.
    relations : tuple of int
        Largest absolute difference K that each related integer attribute tells apart (paper, 4.1.1).
    relation_layers : int
        How many layers, from the first, use the relations.
    width, layers, heads, feed_forward : int
        Size of the residual stream, number of blocks, heads in each, and inner size of the gated feed-forward layer.
    relative : bool
        Whether attention has the learned term for distance.
    max_distance : int
        Distances from `max_distance - 1` on share one embedding.
    positions : str
        'none', or sinusoids 'added' to or 'concatenated' with the token embedding.
    context : int
        Longest row in tokens that the model is meant for; longer music is read through a window of this size.
    dropout : float
        Probability, 0 to below 1, in training.
    idiom : str
        Name of the language that it reads, which says what the tokens are; a checkpoint must have one.
    memory_features : tuple of int
        Number of values of each integer feature of a remembered item; none for a model without a memory.
    memory_relations : tuple of int
        Largest difference that each attribute tells apart, between two items and between a position and an item.
    memory_layers, memory_feed_forward : int
        Blocks that read the items both ways, and the inner size of their gated feed-forward layer.
    memory_readers : tuple of int
        Layers, from 0, that attend to the items after they have attended to the past.
    fields : tuple of int
        Number of classes of each field of a step, in the order in which they are predicted, where a position is a step
        of several; `vocabulary` is their sum. None where it is one token.
    told : tuple of int
        Number of values of each number that the head is told between the fields.
    told_after : tuple of int
        How many fields are known before it is, 1 to one less than there are fields.
    field_width : int
        Inner size of the layer that each field has.

    Raises
    ------
    ModelError
        A value is outside its range.
    """

    vocabulary: int
    inputs: int = 0
    features: tuple[int, ...] = ()
    relations: tuple[int, ...] = ()
    relation_layers: int = 1
    width: int = 192
    layers: int = 6
    heads: int = 6
    feed_forward: int = 512
    relative: bool = True
    max_distance: int = 1024
    positions: str = "none"
    context: int = 2048
    dropout: float = 0.1
    idiom: str = ""
    memory_features: tuple[int, ...] = ()
    memory_relations: tuple[int, ...] = ()
    memory_layers: int = 2
    memory_feed_forward: int = 256
    memory_readers: tuple[int, ...] = ()
    fields: tuple[int, ...] = ()
    told: tuple[int, ...] = ()
    told_after: tuple[int, ...] = ()
    field_width: int = 256

    def __post_init__(self) -> None:
        memory = ("memory_features", "memory_relations", "memory_readers")
        for name in ("features", "relations", *memory, "fields", "told", "told_after"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.inputs < 0:
            raise ModelError(f"inputs {self.inputs} is below 0")
        for name in ("vocabulary", "width", "layers", "heads", "feed_forward", "max_distance", "context"):
            if getattr(self, name) < 1:
                raise ModelError(f"{name} {getattr(self, name)} is below 1")
        if self.width % self.heads:
            raise ModelError(f"width {self.width} is not a multiple of the {self.heads} heads")
        if self.positions not in POSITIONS:
            raise ModelError(f"positions {self.positions!r} is none of {', '.join(POSITIONS)}")
        if not 0 <= self.dropout < 1:
            raise ModelError(f"dropout {self.dropout} is outside 0 to below 1")
        if any(size < 1 for size in (*self.features, *self.relations)):
            raise ModelError(f"features {self.features} and relations {self.relations} must be sizes of at least 1")
        self._check_memory()
        self._check_fields()

    def _check_fields(self) -> None:
        if any(size < 1 for size in (*self.fields, *self.told, self.field_width)):
            raise ModelError(f"fields {self.fields}, told {self.told} and field_width {self.field_width}: at least 1")
        if self.fields and sum(self.fields) != self.vocabulary:
            raise ModelError(f"fields {self.fields} have {sum(self.fields)} classes, vocabulary {self.vocabulary}")
        known = all(1 <= after < len(self.fields) for after in self.told_after)
        if len(self.told) != len(self.told_after) or not known:
            raise ModelError(
                f"told {self.told} and told_after {self.told_after} must be as many, each after 1 to "
                f"{len(self.fields) - 1} fields"
            )

    def _check_memory(self) -> None:
        sizes = (*self.memory_features, *self.memory_relations, self.memory_layers, self.memory_feed_forward)
        if any(size < 1 for size in sizes):
            raise ModelError(
                f"memory_features {self.memory_features}, memory_relations {self.memory_relations}, memory_layers "
                f"{self.memory_layers} and memory_feed_forward {self.memory_feed_forward} must be sizes of at least 1"
            )
        if bool(self.memory_features) != bool(self.memory_readers):
            raise ModelError(
                f"memory_features {self.memory_features} and memory_readers {self.memory_readers}: both or neither"
            )
        if any(not 0 <= layer < self.layers for layer in self.memory_readers):
            raise ModelError(f"memory_readers {self.memory_readers} must be layers 0..{self.layers - 1}")

    @property
    def begin(self) -> int:
        """The input that stands before the first token."""
        return self.inputs or self.vocabulary

    @property
    def step_size(self) -> int:
        """Tokens of a position: 1, or as many as a step has fields."""
        return len(self.fields) or 1

    @property
    def related(self) -> int:
        """Attributes of a position: those that meet earlier positions, then those that meet remembered items."""
        return len(self.relations) + len(self.memory_relations)

    @property
    def head_width(self) -> int:
        """Numbers in a query, key or value of one head."""
        return self.width // self.heads

    def to_json(self) -> str:
        """Return the configuration as one line of JSON with sorted names."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ModelConfig:
        """Return the configuration that `to_json` wrote.

        Raises
        ------
        ModelError
            The text is not JSON, or has unknown or missing names.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            if isinstance(error, ModelError):
                raise
            raise ModelError(f"not a model configuration: {error} in {text[:80]!r}") from None
