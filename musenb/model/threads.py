"""BLAS thread limit of one while single positions are decoded; the user's number again afterwards.

The matrices of one position are so small that a second thread costs more than it brings, and on a loaded machine the
threads wait for each other.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_saved: list[tuple[Callable[[int], None], int]] = []


@functools.cache
def _libraries() -> tuple:
    """Return the libraries for linear algebra that are loaded; none where threadpoolctl is not installed."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return ()
    return tuple(lib for lib in ThreadpoolController().lib_controllers if lib.user_api == "blas")


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit linear algebra to one thread inside; nested and concurrent uses count as one, the last one out restores."""
    global _inside
    with _lock:
        if _inside == 0:
            _saved[:] = [(lib.set_num_threads, lib.get_num_threads()) for lib in _libraries()]
            for set_threads, count in _saved:
                if count != 1:
                    set_threads(1)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                for set_threads, count in _saved:
                    if count != 1:
                        set_threads(count)
