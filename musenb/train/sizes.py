"""Network sizes by name, of the models that musenb trains."""

from __future__ import annotations

from musenb.errors import ModelError

# 'twin' has, with relative attention, as many weights as 'small' has without it: for comparing the two.
SIZES = {
    "twin": {"width": 96, "layers": 4, "heads": 4, "feed_forward": 264},
    "small": {"width": 128, "layers": 4, "heads": 4, "feed_forward": 352},
    "medium": {"width": 192, "layers": 6, "heads": 4, "feed_forward": 512},
    "large": {"width": 224, "layers": 8, "heads": 4, "feed_forward": 608},
    "paper": {"width": 512, "layers": 5, "heads": 8, "feed_forward": 1024},
}


def size_of(name: str) -> dict[str, int]:
    """Return width, layers, heads and the inner width of the feed-forward layer.

    Raises
    ------
    ModelError
        There is no such size.
    """
    if name not in SIZES:
        raise ModelError(f"unknown size {name!r} of a network; the sizes are {', '.join(SIZES)}")
    return SIZES[name]
