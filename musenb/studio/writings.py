"""Writing coordinator, one at a time: begun, stopped, waited for, then kept in tree and journal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from musenb.errors import SettingError
from musenb.studio.drafts import Draft
from musenb.studio.events import Events
from musenb.studio.journaling import Journaling
from musenb.studio.keeping import Keeper
from musenb.studio.takes import Entry
from musenb.studio.writing import Writing
from musenb.tokens.idiom import NoteEvent

# An awaited studio looks this often (seconds) whether all is written.
HEAR_SECONDS = 0.02
# On Windows an interrupt is not heard in a wait without an end.
STEP_SECONDS = 0.1


class Writings:
    """What a studio writes.

    Parameters
    ----------
    keeper : Keeper
    journaling : Journaling
    events : Events
        Hears of 'started', 'note', 'progress', 'error' and 'finished'.
    """

    def __init__(self, keeper: Keeper, journaling: Journaling, events: Events) -> None:
        self._keeper, self._journaling, self._events = keeper, journaling, events
        self._writing: Writing | None = None
        self._looked_at: set[int | None] = set()

    @property
    def running(self) -> bool:
        """True while something is written."""
        return self._writing is not None and not self._writing.over

    def require_idle(self) -> None:
        """Raise SettingError while something is written, and what a callback raised, once."""
        if self.running:
            raise SettingError("a continuation is being written: stop it, or wait for it")
        self._events.raise_fault()

    def start(self, begin: Callable[[], Sequence[Draft]], parent: Entry) -> None:
        """Write what `begin` begins in the writing's own thread; whoever looks at `parent` then will see it."""
        # Whoever looks at none of these when it is over has looked elsewhere, and is left there.
        self._looked_at = {None, parent.id, self._keeper.tree.state.selected}
        self._writing = Writing(begin, self)
        self._writing.start()

    def stop(self) -> None:
        """End the writing at the next boundary, from any thread; returns at once."""
        if self._writing is not None:
            self._writing.stop()

    def halt(self) -> None:
        """Stop, and return when what was written is in the tree; what went wrong stays for `wait` to raise."""
        writing = self._writing
        if writing is not None and not writing.is_here:
            writing.stop()
            writing.done.wait()

    def wait(self, timeout: float | None = None) -> tuple[Entry, ...]:
        """Wait until all is written and return the takes; see `StudioCore.wait`."""
        writing = self._writing
        if writing is None or writing.is_here:
            return ()
        give_up = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                left = STEP_SECONDS
                if give_up is not None:
                    left = max(0.0, min(left, give_up - time.monotonic()))
                if writing.done.wait(left):
                    return self._result(writing)
            except KeyboardInterrupt:
                writing.stop()
                continue
            if give_up is not None and time.monotonic() >= give_up:
                raise TimeoutError(f"the continuation is still being written after {timeout:g} s; it goes on")

    async def finished(self) -> tuple[Entry, ...]:
        """Return the takes when all is written, without holding up the event loop."""
        writing = self._writing
        if writing is None:
            return ()
        while not writing.done.is_set():
            await asyncio.sleep(HEAR_SECONDS)
        return self._result(writing)

    def _result(self, writing: Writing) -> tuple[Entry, ...]:
        error, writing.error = writing.error, None
        if error is not None:
            raise error
        self._events.raise_fault()
        return writing.takes

    # As the listener of a writing, in its thread

    def started(self, drafts: Sequence[Draft]) -> None:
        """Write the recipes into the journal before the first note, and tell."""
        self._journaling.begun(drafts)
        self._events.emit("started", tuple(drafts))

    def note(self, draft: Draft, event: NoteEvent) -> None:
        """Tell of a note."""
        self._events.emit("note", draft.id, event)

    def progress(self, draft: Draft) -> None:
        """Save what is new of a take, and tell how far it is written."""
        self._journaling.grown(draft)
        self._events.emit("progress", draft.id, draft.written)

    def keep(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Add what is written to the tree. The first take is selected unless the user looks elsewhere by now."""
        takes = tuple(draft.entry() for draft in drafts if draft.begun)
        tree = self._keeper.tree
        with self._keeper.lock:
            for number, take in enumerate(takes):
                tree.add(take, select=number == 0 and tree.state.selected in self._looked_at)
        self._journaling.kept(drafts)
        return takes

    def ended(self, writing: Writing) -> None:
        """Tell what came of it."""
        self._keeper.notify()
        if writing.error is not None:
            self._events.emit("error", writing.error)
        self._events.emit("finished", writing.takes)
