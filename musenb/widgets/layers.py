"""Attention weights of any framework as one numpy array.

Models hand over their attention in several forms: an array (layers, heads, queries, keys); a list or tuple with one
array a layer; and, as most libraries of transformers do, a tuple of tensors (1, heads, queries, keys), on a device,
with gradients, perhaps in bfloat16, which numpy lacks. No framework is imported: a tensor is told by what it can do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musenb.errors import ModelError

NO_WEIGHTS = (
    "the model handed over no attention weights; ask for them when it is loaded and run "
    "(attn_implementation='eager', output_attentions=True)"
)


def as_array(values: Any, name: str) -> np.ndarray:
    """Return numbers of any framework as a numpy array.

    Parameters
    ----------
    values : array, tensor or nested sequence of numbers
        A tensor may require gradients, lie on a device, or be of bfloat16.
    name : str
        What they are, for messages.

    Raises
    ------
    ModelError
        They are not real numbers, or do not form an array.
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if "bfloat16" in str(values.dtype):
            values = values.float()
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ModelError(f"{name} cannot be read as an array: {error}") from None
    if "bfloat16" in str(array.dtype):
        return array.astype(np.float32)
    if array.dtype.kind not in "fiub":
        raise ModelError(f"{name} are numbers, not {array.dtype} ({type(values).__name__})")
    return array


def stacked(source: Any, name: str) -> np.ndarray:
    """Return one array (layers, heads, queries, keys) of a whole array or of one a layer, a batch of one left out.

    Raises
    ------
    ModelError
        There are no weights, a batch of several pieces, or layers of different shapes.
    """
    if hasattr(source, "shape"):
        array = as_array(source, name)
        return one_piece(array, f"{name} (layers, batch, heads, queries, keys)", axis=1) if array.ndim == 5 else array
    try:
        layers = list(source)
    except TypeError:
        raise ModelError(f"{name} are an array or a list with one a layer, not {type(source).__name__}") from None
    if not layers or any(layer is None for layer in layers):
        raise ModelError(NO_WEIGHTS)
    arrays = [layer_array(layer, f"{name} of layer {number}") for number, layer in enumerate(layers)]
    shapes = [array.shape for array in arrays]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ModelError(f"{name} of layer {number} are {shape}, of layer 0 {shapes[0]}: all have the same shape")
    return np.stack(arrays)


def layer_array(layer: Any, name: str) -> np.ndarray:
    """Return one layer as an array (heads, queries, keys); of (1, heads, queries, keys) the one piece is taken."""
    array = as_array(layer, name)
    return one_piece(array, f"{name} (batch, heads, queries, keys)", axis=0) if array.ndim == 4 else array


def one_piece(array: np.ndarray, name: str, *, axis: int) -> np.ndarray:
    """Return an array without its axis of batches, which holds one piece.

    Raises
    ------
    ModelError
        It holds several pieces, or none.
    """
    size = array.shape[axis]
    if size != 1:
        how = "layers[:, 0]" if axis else "[layer[0] for layer in layers]"
        raise ModelError(f"{name} hold {size} pieces, {array.shape}; show one of them, such as {how}")
    return array.squeeze(axis)
