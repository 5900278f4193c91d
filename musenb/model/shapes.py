"""Names and shapes of a model's tensors, from its configuration alone."""

from __future__ import annotations

from musenb.model.config import ModelConfig


def expected_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor of a model."""
    width, heads, inner = config.width, config.heads, config.feed_forward
    shapes = {
        "token.weight": (config.begin + 1, width // 2 if config.positions == "concatenated" else width),
        "feature.weight": (max(sum(config.features), 1), width),
        "norm.weight": (width,),
        "readout.weight": (config.vocabulary, width),
    }
    for number in range(config.layers):
        block = f"blocks.{number}."
        shapes[block + "norm_attention.weight"] = (width,)
        shapes[block + "attention.mix.weight"] = (3 * width, width)
        shapes[block + "attention.out.weight"] = (width, width)
        shapes[block + "attention.distance"] = (heads, config.max_distance if config.relative else 1, config.head_width)
        for r, span in enumerate(config.relations if number < config.relation_layers else ()):
            shapes[f"{block}attention.relation.{r}"] = (heads, 2 * span + 1, config.head_width)
        shapes[block + "norm_feed_forward.weight"] = (width,)
        shapes[block + "feed_forward.rise.weight"] = (2 * inner, width)
        shapes[block + "feed_forward.fall.weight"] = (width, inner)
        if number in config.memory_readers:
            shapes |= _reader_shapes(config, block)
    if config.memory_readers:
        shapes |= _memory_shapes(config)
    return shapes | _field_shapes(config)


def _reader_shapes(config: ModelConfig, block: str) -> dict[str, tuple[int, ...]]:
    """Return what a layer has to read the memory with."""
    width = config.width
    return {
        block + "norm_memory.weight": (width,),
        block + "memory.query.weight": (width, width),
        block + "memory.mix.weight": (2 * width, width),
        block + "memory.out.weight": (width, width),
        block + "memory.nothing": (config.heads, config.head_width),
        **_relation_shapes(config, block + "memory."),
    }


def _memory_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return what the encoder of the memory has."""
    width, inner = config.width, config.memory_feed_forward
    shapes = {"memory.feature.weight": (sum(config.memory_features), width), "memory.norm.weight": (width,)}
    for number in range(config.memory_layers):
        block = f"memory.blocks.{number}."
        shapes[block + "norm_attention.weight"] = (width,)
        shapes[block + "mix.weight"] = (3 * width, width)
        shapes[block + "out.weight"] = (width, width)
        shapes |= _relation_shapes(config, block)
        shapes[block + "norm_feed_forward.weight"] = (width,)
        shapes[block + "rise.weight"] = (2 * inner, width)
        shapes[block + "fall.weight"] = (width, inner)
    return shapes


def _field_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return what the head of a model of several fields has."""
    shapes: dict[str, tuple[int, ...]] = {}
    width, inner = config.width, config.field_width
    for k in range(len(config.fields)):
        layer = f"fields.layers.{k}."
        shapes[layer + "norm.weight"] = (width,)
        shapes[layer + "rise.weight"] = (inner, width)
        shapes[layer + "fall.weight"] = (width, inner)
    for k, size in enumerate(config.fields[:-1]):
        shapes[f"fields.embedding.{k}.weight"] = (size, width)
    for t, size in enumerate(config.told):
        shapes[f"fields.told.{t}.weight"] = (size, width)
    return shapes


def _relation_shapes(config: ModelConfig, block: str) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for r, span in enumerate(config.memory_relations):
        shapes[f"{block}relation.{r}"] = (config.heads, 2 * span + 1, config.head_width)
        shapes[f"{block}bias.{r}"] = (config.heads, 2 * span + 1)
    return shapes
