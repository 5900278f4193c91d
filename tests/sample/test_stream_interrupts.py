"""A sampler that is interrupted: at any line, at each of the first lines, by real signals."""

from __future__ import annotations

import random
import signal
from types import FrameType

import numpy as np
import pytest

from musenb.sample.policy import Style
from tests.sample.streams import RAGGED, THREE, WHOLE, check, interrupted, sampling


@pytest.mark.parametrize(
    ("text", "context", "style"),
    [
        *((WHOLE, 4096, Style()), (RAGGED, 4096, Style()), (RAGGED, 40, Style())),
        *((RAGGED, 4096, THREE), (RAGGED, 40, THREE)),
    ],
)
def test_an_interrupt_at_any_line_leaves_a_piece_that_can_be_resumed(text: str, context: int, style: Style) -> None:
    expected = sampling(text, context=context, bars=1, style=style).run()
    chance = random.Random(f"{text}{context}")
    for _ in range(4):
        piece, times = sampling(text, context=context, bars=1, style=style), 0
        for _ in range(5):
            times += interrupted(piece, chance.randrange(1, 2500))
            check(piece)
        assert times
        piece.run()
        assert np.array_equal(piece.writer.tokens, expected.writer.tokens)
        assert piece.writer.notes() == expected.writer.notes()


@pytest.mark.parametrize("style", [Style(), THREE])
def test_the_first_lines_can_be_interrupted_one_by_one(style: Style) -> None:
    expected = sampling(RAGGED, bars=1, style=style).run()
    piece = sampling(RAGGED, bars=1, style=style)
    for lines in range(0, 160, 3):
        assert interrupted(piece, lines)
        check(piece)
    assert np.array_equal(piece.run().writer.tokens, expected.writer.tokens)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer that sends signals")
def test_real_signals_lose_no_event() -> None:
    events = list(sampling(RAGGED))
    chance = random.Random(1)

    def ring(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    interrupts = 0
    try:
        for _ in range(3):
            piece, got = sampling(RAGGED), []
            while not piece.done or len(got) < len(events):
                try:
                    signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-3, 1e-1))
                    got.extend(piece)
                    signal.setitimer(signal.ITIMER_REAL, 0)
                except KeyboardInterrupt:
                    interrupts += 1
                    signal.setitimer(signal.ITIMER_REAL, 0)
                check(piece)
            assert got == events
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupts
