"""A training run that is taken up where it was left, and keeps its state when a signal ends it."""

from __future__ import annotations

import signal

from musenb.train.loop import Trainer

SAVE_EVERY = 20


def run_on(trainer: Trainer) -> None:
    """Take a run up again and train to its end; stop at SIGTERM or SIGINT. The state is written every 20 steps."""
    trainer.resume()
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, frame: stopping.append(got))

    def stop() -> bool:
        if trainer.step % SAVE_EVERY == 0 and trainer.step:
            trainer.save()
        return bool(stopping)

    trainer.run(lambda line: print(line, flush=True), stop)
