"""An interrupt between two cells stops what is written."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

import pytest

from musenb.studio.interrupts import heed_interrupts, stop_all


class Stopped:
    """A studio that counts how often it is stopped."""

    def __init__(self) -> None:
        self.times = 0

    def stop(self) -> None:
        self.times += 1


def test_the_kernel_is_given_a_handler_that_stops_every_studio(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = SimpleNamespace(saved_sigint_handler="before")
    shell = SimpleNamespace(kernel=kernel)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    first, second = Stopped(), Stopped()
    assert heed_interrupts(first)
    assert heed_interrupts(second)
    kernel.saved_sigint_handler(2, None)
    assert (first.times, second.times) == (1, 1)
    del second
    stop_all()
    assert first.times == 2


def test_without_a_kernel_or_outside_the_main_thread_nothing_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not heed_interrupts(Stopped())
    kernel = SimpleNamespace(saved_sigint_handler="before")
    monkeypatch.setitem(
        sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=kernel))
    )
    heard: list[bool] = []
    thread = threading.Thread(target=lambda: heard.append(heed_interrupts(Stopped())))
    thread.start()
    thread.join()
    assert heard == [False]
    assert kernel.saved_sigint_handler == "before"
