"""Development plan of the desk: presets, statements that are moved, what cannot stand, suggestions, and its writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from musenb.arranging.suggest import suggest
from musenb.errors import MusenbError, SettingError
from musenb.sample.models import Model, open_model
from musenb.sample.recipe import laid_out_for, voice_ranges
from musenb.score.development.laying import Ranges, fault_of
from musenb.score.development.plan import FORMS, DevelopmentPlan, Statement
from musenb.score.development.presets import PRESETS, motif_bars, preset
from musenb.score.note import Score
from musenb.studio.core import StudioCore
from musenb.studio.takes import Entry
from musenb.widgets.desk import Desk
from musenb.widgets.wire.desk import PlanRow

# In a teacher's words, in the order of the list.
WORDS = {
    "period": "Period: the motif, a half close; again, a full close",
    "sentence": "Sentence: motif, repeated on another step, its head, a close",
    "sequence": "Sequence: step by step down, and home",
    "imitation": "Imitation: the other voices answer in turn",
    "canon": "Canon: a second voice follows before the first has ended",
    "exposition": "Fugue: subject and answer enter in all voices",
    "development": "Development: sequence, answer, upside down, return",
}
FIRST = "development"
READ = 16  # places that are tried for a suggestion: as many as one waits for


class Planning:
    """What the desk's drawer Plan does.

    Parameters
    ----------
    core : StudioCore
    desk : Desk
    write : callable
        Begins to write a plan below a take, with the desk's settings.
    """

    def __init__(self, core: StudioCore, desk: Desk, write: Callable[[DevelopmentPlan, int], object]) -> None:
        self._core, self._desk, self._write = core, desk, write
        self._motif: Entry | None = None
        self._plan: DevelopmentPlan | None = None
        self._plans: dict[int, DevelopmentPlan] = {}  # of each motif by its take, as it was left
        self._model = ""

    @property
    def plan(self) -> DevelopmentPlan | None:
        """The plan as it stands on the desk."""
        return self._plan

    def follow(self) -> None:
        """Plan for the motif that the selected take goes back to; a take that was written by a plan shows it."""
        core, selected = self._core, self._core.selected
        if selected is None:
            self._leave("Hand over a motif first.")
            return
        motif, model = core.tree.path(selected.id)[0], str(core.model)
        same = self._motif is not None and motif.score is self._motif.score and model == self._model
        self._motif, self._model = motif, model
        written = None if selected.recipe is None else selected.recipe.development
        left = self._plans.get(motif.id)
        if written is not None:
            self._show(written)
        elif not same and left is not None:
            self._show(left)
        elif not same:
            self._begin()

    def _begin(self) -> None:
        """Offer the usual plan for a motif, or say why there is none."""
        try:
            motif, ranges = self._ground()
            self._offer(ranges)
            self._show(preset(FIRST, motif, ranges))
        except MusenbError as error:
            self._leave(f"No plan for this: {error}")

    def _offer(self, ranges: Ranges) -> None:
        self._desk.show(
            plan_presets=[(name, WORDS[name]) for name in ("canon", *PRESETS)], plan_voices=[*ranges],
            plan_forms=[(form, words.removeprefix("the motif ")) for form, words in FORMS.items()],
        )

    def _leave(self, words: str) -> None:
        self._plan = None
        self._desk.show(
            plan_presets=[], plan_rows=[], plan_name="", plan_words=words, plan_fault=0, plan_better=[],
            plan_suggested=[],
        )

    def take_preset(self, name: str) -> None:
        """Plan by the name of a preset."""
        motif, ranges = self._ground()
        self._show(preset(name, motif, ranges))

    def change(self, rows: Sequence[Sequence[Any]], bars: int) -> None:
        """Plan these statements, as many as can be read; what cannot stand is said."""
        motif, _ = self._ground()
        if not rows:
            self._plan = None
            self._desk.show(
                plan_rows=[], plan_bars=bars, plan_words="The plan is empty: it needs at least one statement.",
                plan_fault=0, plan_better=[], plan_suggested=[], plan_name="",
            )
            return
        kept = self._plan
        same = kept is not None and [_row(one, motif)[:6] for one in kept.statements] == [tuple(r[:6]) for r in rows]
        name = kept.name if kept is not None and same else ""
        entries = kept is not None and kept.entries
        self._show(DevelopmentPlan(tuple(statement_of_row(row) for row in rows), bars, None, entries, name))

    def suggest(self) -> None:
        """Look for statements that could be added, and show them."""
        if self._plan is None:
            raise SettingError("there is no plan to which something could be added: choose one first")
        motif, _ = self._ground()
        found = suggest(motif, self._plan, seed=self._desk.seed, most=READ, model=self._core.model)
        rows = [_row(one.statement, motif) for one in found]
        words = "" if rows else "Nothing more can stand beside what is planned."
        self._desk.show(plan_suggested=rows, plan_words=words or self._desk.plan_words)

    def write(self) -> None:
        """Begin to write the plan.

        Raises
        ------
        SettingError
            There is none, or a statement of it cannot stand.
        """
        if self._plan is None or self._motif is None:
            raise SettingError(f"there is no plan to write: {self._desk.plan_words or 'choose one first'}")
        self._write(self._plan, self._motif.id)

    def _ground(self) -> tuple[Score, Ranges]:
        if self._motif is None:
            raise SettingError("there is no motif to plan with: hand one over first")
        model: Model = open_model(self._core.model)
        return self._motif.score, voice_ranges(model)

    def _show(self, plan: DevelopmentPlan) -> None:
        motif, ranges = self._ground()
        self._offer(ranges)
        fault = fault_of(motif, plan, ranges)
        if fault is None:
            # The octaves are chosen when it is written: they follow from what stands beside it.
            laid_out_for(open_model(self._core.model), motif, plan)
        self._plan = plan
        if self._motif is not None:
            self._plans[self._motif.id] = plan
        words = "" if fault is None else f"{_capital(str(plan.statements[fault.number - 1]))}: {fault.reason}."
        better = [] if fault is None or fault.better is None else [_row(fault.better, motif)]
        if fault is not None and fault.place:
            words += f" It could stand {fault.place}."
        self._desk.show(
            plan_rows=[_row(one, motif) for one in plan.statements], plan_bars=plan.bars, plan_words=words,
            plan_fault=0 if fault is None else fault.number, plan_better=better, plan_suggested=[],
            plan_name=plan.name,
        )


def statement_of_row(row: Sequence[Any]) -> Statement:
    """Return the statement that a row of the desk tells.

    Raises
    ------
    SettingError
        It tells none.
    """
    try:
        form, voice, bar, beat, steps, key = row[:6]
        at = Fraction(str(beat)) if beat else None
        return Statement(str(form), str(voice), int(bar), at, int(steps), str(key) if key else None)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise SettingError(f"this is no statement of a plan: {row!r} ({error})") from None


def _row(one: Statement, motif: Score) -> PlanRow:
    bars = motif_bars(motif) * {"augmented": 2.0, "diminished": 0.5, "head": 0.5, "tail": 0.5}.get(one.form, 1.0)
    beat = "" if one.beat is None else str(one.beat)
    return PlanRow(one.form, one.voice, one.bar, beat, one.steps, one.key or "", bars)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]

