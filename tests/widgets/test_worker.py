"""The thread that works off what was asked."""

from __future__ import annotations

import threading

import pytest

from musenb.widgets.clock import Clock
from musenb.widgets.worker import Worker


@pytest.mark.parametrize(("finish", "done"), [(True, ["first", "second"]), (False, ["first"])])
def test_closing_drops_what_waits_unless_it_is_to_be_finished(finish: bool, done: list[str]) -> None:
    worker, begun, go_on, found = Worker(Clock()), threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        assert go_on.wait(10)
        found.append("first")

    worker.do(first)
    worker.do(lambda: found.append("second"))
    assert begun.wait(10)
    thread = next(one for one in threading.enumerate() if one.name == "musenb-questions")
    worker.close(finish=finish)
    go_on.set()
    thread.join(10)
    assert found == done


def test_what_takes_too_long_is_named() -> None:
    worker, go_on = Worker(Clock(), name="studio"), threading.Event()
    worker.do(lambda: go_on.wait(10))
    with pytest.raises(TimeoutError, match=r"studio: still busy after 0\.1 s"):
        worker.settle(0.1)
    go_on.set()
    worker.settle(10)
    worker.close()
