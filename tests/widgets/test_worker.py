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


def test_a_closed_one_is_settled_when_its_last_job_has_ended() -> None:
    worker, begun, go_on = Worker(Clock()), threading.Event(), threading.Event()
    worker.do(lambda: (begun.set(), go_on.wait(10)))
    assert begun.wait(10)
    worker.close()
    with pytest.raises(TimeoutError, match=r"questions: still busy after 0\.1 s"):
        worker.settle(0.1)
    go_on.set()
    worker.settle(10)
    assert all(thread.name != "musenb-questions" for thread in threading.enumerate())
    idle = Worker(Clock())
    idle.close()
    idle.settle(0)
