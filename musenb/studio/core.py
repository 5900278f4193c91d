"""The studio without its panel: prime, continue, stop, compare, keep. The widget calls these methods and no others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import threading
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musenb.errors import MusenbError, SettingError
from musenb.files.atomic import atomic_write
from musenb.sample.models import open_model
from musenb.sample.policy import Draws, Policy
from musenb.sample.recipe import Recipe, plan_of, recipe_to_plain
from musenb.session import PAGE, SEEDS, prepared, save
from musenb.studio.drafts import Begin, Draft, begin_again
from musenb.studio.interrupts import heed_interrupts
from musenb.studio.keeping import Keeping
from musenb.studio.places import Locks, locks_beyond, point_in
from musenb.studio.recovery import recover
from musenb.studio.takes import EDITED, GIVEN, REACH, Take, Tree, now
from musenb.studio.writing import Writing
from musenb.tokens.idiom import Keep, NoteEvent, Prepared

if TYPE_CHECKING:
    from musenb.questions.ask import Questions

MOST_CANDIDATES = 4
HEAR_SECONDS = 0.02


class StudioCore(Keeping):
    """Prime a motif, watch it develop, keep every branch.

    Parameters
    ----------
    model : str or path
        Name of a shipped model, or a .safetensors file.
    **settings
        `folder`, `tree` and `journal`; see `Keeping`.

    Attributes
    ----------
    reading : Prepared or None
        What the model reads of the last prime.
    locks : Locks
    model : str or path
        May be changed between continuations.
    """

    def __init__(self, model: str | os.PathLike[str] = "chorale", **settings: Any) -> None:
        super().__init__(**settings)
        self.model = model
        self.reading: Prepared | None = None
        self.locks = Locks()
        self._writing: Writing | None = None
        self._point: tuple[int, Fraction] | None = None
        self._logged: dict[int, int] = {}
        self._looked_at: set[int | None] = {None}  # selected when the writing began: whoever looks elsewhere is left
        heed_interrupts(self)

    @classmethod
    def recover(cls, name: str = "last", **settings: Any) -> StudioCore:
        """Return a studio with the takes of a saved session, which is kept; see `musenb.recover`."""
        tree = recover(name, folder=settings.get("folder"))
        return cls(tree=tree if isinstance(tree, Tree) else None, **settings)

    def prime(
        self,
        source: Any,
        *,
        bars: int | tuple[int, int] | None = None,
        voice: str | Sequence[str] | None = None,
        transpose: int = 0,
    ) -> Prepared:
        """Take a motif, select it, and return what the model will read; parameters as in `prepared`."""
        model = open_model(self.model)
        reading = prepared(source, model=model, voices=voice, bars=bars, transpose=transpose)
        self.reading = reading
        with self._lock:
            take = Take(self.tree.reserve(), None, GIVEN, reading.score, name=reading.score.title, made=now())
        self._change(lambda: self.tree.add(take))
        self._tell("primed", reading)
        threading.Thread(target=_warm_up, args=(self.model,), name="musenb-warming", daemon=True).start()
        return reading

    def edit(self, operations: Iterable[Mapping[str, Any]], take: int | None = None) -> Take:
        """Change notes of a take, as a new take that is selected.

        Parameters
        ----------
        operations : iterable of dict
            As `musenb.widgets.wire.roll` has them, such as ``{"op": "move", "id": "v0n3", "pitch": 62}``.
        take : int, optional
            The selected one by default.

        Raises
        ------
        ScoreError
            An operation does not fit; nothing was changed.
        """
        from musenb.widgets.roll import apply_edits

        with self._lock:
            parent = self._chosen(take)
            score = apply_edits(parent.score, operations)
            edited = Take(self.tree.reserve(), parent.id, EDITED, score, made=now())
        self._change(lambda: self.tree.add(edited))
        return edited

    def lock(self, *, voices: Iterable[str] = (), bars: Iterable[int] = ()) -> None:
        """Keep these voices and bars from now on, and no others.

        Raises
        ------
        SettingError
            A voice is none of the model's, or a bar's number is no whole number of at least 0.
        """
        names, numbers = tuple(dict.fromkeys(voices)), tuple(sorted(set(bars)))
        there = open_model(self.model).idiom.voices if names else ()
        for name in names:
            if name not in there:
                allowed = f"allowed are {', '.join(there)}" if there else f"the model '{self.model}' has no voices"
                raise SettingError(f"cannot lock the voice {name!r}; {allowed}")
        for number in numbers:
            if isinstance(number, bool) or not isinstance(number, int) or number < 0:
                raise SettingError(f"cannot lock bar {number!r}: a whole number of at least 0 is needed")
        self.locks = Locks(tuple(name for name in there if name in names), numbers)
        self._tell("locked", self.locks)

    def branch(self, take: int, start: Fraction | float | str) -> Fraction:
        """Select a take and let the next continuation go on from a point of it, which is returned; see `continue_`."""
        with self._lock:
            point = point_in(self.tree.take(take), start)
            self.select(take)
            self._point = take, point
        return point

    def continue_(
        self,
        bars: int = 4,
        *,
        temperature: float = 1.0,
        top_p: float = 0.9,
        seed: int | None = None,
        candidates: int = 1,
        take: int | None = None,
        start: Fraction | float | str | None = None,
    ) -> tuple[int, ...]:
        """Begin to write and return at once; the numbers are those of the takes to come.

        Parameters
        ----------
        bars : int
            1..512, 1 for one bar at a time; a bar that `start` falls into is filled first.
        temperature : float
            Adventurousness, 0..4.
        top_p : float
            Above 0, up to 1.
        seed : int, optional
            Of the first candidate; the next ones have the numbers after it. Drawn when there is none.
        candidates : int
            1..4 takes from the same place.
        take : int, optional
            The one to go on from: the selected one by default.
        start : number of quarters, or id of a note, optional
            What begins there or later is written anew, except what is locked; of a note such as 'v1n7', its end. By
            default the end of the take, or where `branch` said.

        Raises
        ------
        MusenbError
            A setting is outside its range, something is being written already, or there is nothing to go on from.
        """
        if isinstance(candidates, bool) or not isinstance(candidates, int) or not 1 <= candidates <= MOST_CANDIDATES:
            raise SettingError(f"candidates {candidates!r} is not a whole number in 1..{MOST_CANDIDATES}")
        policy = Policy(temperature, top_p)  # refused here and not in the thread, when it is out of range
        first = secrets.randbelow(SEEDS) if seed is None else Draws(seed).seed
        seeds = [Draws(first + number).seed for number in range(candidates)]
        with self._lock:
            if self.running:
                raise SettingError("a continuation is being written: stop it, or wait for it")
            self._raise_fault()
            parent = self._chosen(take)
            point = self._start(parent, start)
            locks = locks_beyond(self.locks, parent, point)
            keep, model = Keep(locks.voices, locks.bars), open_model(self.model)
            recipe = Recipe("", "", first, bars, policy, start=point, keep=keep, reach=REACH)
            plan_of(model, parent.score, recipe)
            numbers = tuple(self.tree.reserve() for _ in seeds)
            self._looked_at = {None, parent.id, self.tree.state.selected}
            drafts = Begin(self.model, parent, recipe, dict(zip(numbers, seeds, strict=True)))
            self._writing, self._point = Writing(drafts, self), None
            self._writing.start()
        return numbers

    def ask(self, take: int | None = None, **settings: Any) -> Questions:
        """Return what can be asked of the model about a take, the selected one by default: see `ask_about`."""
        from musenb.studio.asking import ask_about

        return ask_about(self, self._chosen(take), **settings)

    def resume(self, take: int) -> int:
        """Write a stopped take to its end, as a take beside it that has the same recipe; return its number at once.

        Raises
        ------
        SettingError
            The take is complete or no model wrote it, or something is being written already.
        """
        with self._lock:
            if self.running:
                raise SettingError("a continuation is being written: stop it, or wait for it")
            self._raise_fault()
            stopped = self.tree.take(take)
            if stopped.complete:
                raise SettingError(f"take {take} was not stopped: there is nothing to resume")
            number, self._looked_at = self.tree.reserve(), {None, take, self.tree.state.selected}
            self._writing = Writing(lambda: [begin_again(number, self.tree, stopped)], self)
            self._writing.start()
        return number

    @property
    def running(self) -> bool:
        """True while something is written."""
        return self._writing is not None and not self._writing.over

    def stop(self) -> None:
        """End the writing at the next sixteenth, from any thread; what is written stays. Returns at once."""
        if self._writing is not None:
            self._writing.stop()

    def wait(self, timeout: float | None = None) -> tuple[Take, ...]:
        """Wait until nothing is written any more and return the takes of the last continuation.

        An interrupt (Ctrl-C, or the notebook's square button) stops the writing; the takes are what was written.

        Parameters
        ----------
        timeout : float, optional
            Seconds.

        Raises
        ------
        TimeoutError
            It is still being written; it goes on.
        Exception
            What broke the writing off, or what a callback raised, once.
        """
        writing = self._writing
        if writing is None or writing.is_here:
            return ()
        give_up = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                # In short steps: on Windows an interrupt is not heard in a wait without an end.
                left = 0.1 if give_up is None else max(0.0, min(0.1, give_up - time.monotonic()))
                if writing.done.wait(left):
                    return self._result(writing)
            except KeyboardInterrupt:
                writing.stop()
                continue
            if give_up is not None and time.monotonic() >= give_up:
                raise TimeoutError(f"the continuation is still being written after {timeout:g} s; it goes on")

    def __await__(self) -> Generator[Any, None, tuple[Take, ...]]:
        return self._finished().__await__()

    def save(self, path: str | os.PathLike[str], take: int | None = None) -> Path:
        """Write a take, the selected one by default, as a file of the kind that the suffix says, and return the path.

        The kinds are those of `musenb.save`; .html is one page with all takes, and where the model looked in them.

        Raises
        ------
        SaveError
            The suffix is none of these, or the file cannot be written; what stood there before is unchanged.
        SettingError
            It lasts too long for a sound, or there are too many takes for a page.
        LoadError
            The score cannot be engraved.
        """
        target, score = Path(path), self._chosen(take).score
        if target.suffix.lower() != PAGE:
            return save(score, target)
        from musenb.studio.page import page_of_takes, recorded

        atomic_write(target, page_of_takes(self.tree, attention=recorded(self.tree, self.model)))
        return target

    async def _finished(self) -> tuple[Take, ...]:
        writing = self._writing
        if writing is None:
            return ()
        while not writing.done.is_set():
            await asyncio.sleep(HEAR_SECONDS)
        return self._result(writing)

    def _result(self, writing: Writing) -> tuple[Take, ...]:
        error, writing.error = writing.error, None
        if error is not None:
            raise error
        self._raise_fault()
        return writing.takes

    def _raise_fault(self) -> None:
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def _start(self, parent: Take, start: Fraction | float | str | None) -> Fraction:
        if start is not None:
            return point_in(parent, start)
        if self._point is not None and self._point[0] == parent.id:
            return self._point[1]
        return parent.score.end

    # What the writing tells, in its own thread

    def started(self, drafts: Sequence[Draft]) -> None:
        """Write the recipes into the journal before the first note, and tell."""
        for draft in drafts:
            self._logged[draft.id] = 0
            self._log("draft", {"id": draft.id, "parent": draft.parent, "recipe": recipe_to_plain(draft.recipe)})
        self._tell("started", tuple(drafts))

    def note(self, draft: Draft, event: NoteEvent) -> None:
        """Tell of a note."""
        self._tell("note", draft.id, event)

    def progress(self, draft: Draft) -> None:
        """Tell how far a take is written; save the cells that are new."""
        told, position = self._logged[draft.id], draft.sampling.position
        if position > told:
            cells = [int(token) for token in draft.sampling.writer.tokens[told:position]]
            self._log("cells", {"id": draft.id, "from": told, "cells": cells})
            self._logged[draft.id] = position
        self._tell("progress", draft.id, draft.written)

    def keep(self, drafts: Sequence[Draft]) -> tuple[Take, ...]:
        """Add what is written to the tree. The first take is selected unless the user looks elsewhere by now."""
        takes = tuple(draft.take() for draft in drafts if draft.begun)
        with self._lock:
            for number, take in enumerate(takes):
                self.tree.add(take, select=number == 0 and self.tree.state.selected in self._looked_at)
        for draft in drafts:
            self._logged.pop(draft.id, None)
        return takes

    def ended(self, writing: Writing) -> None:
        """Tell what came of it."""
        self._tell("tree", self.tree)
        if writing.error is not None:
            self._tell("error", writing.error)
        self._tell("finished", writing.takes)


def _warm_up(model: str | os.PathLike[str]) -> None:
    """Open a model before it is needed, then make it fast; what is wrong with it is told when it is used."""
    with contextlib.suppress(MusenbError):
        open_model(model).decoder.compile()
