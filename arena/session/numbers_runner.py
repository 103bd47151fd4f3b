"""Answers that are drawn beside a screen: begun, paused, gone on with. A screen looks at how far it is."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from msgspec.structs import replace

from arena.backends.loading import Models
from arena.concurrency import aside
from arena.errors import ArenaError
from arena.experiments.experiment import Cell, Event, Plan, carry_out, run_spec
from arena.experiments.numbers.exact import Exact
from arena.experiments.numbers.numbers import EXACT, AnswerDrawn, Explored, Numbers, plan_numbers
from arena.experiments.numbers.players import Ask
from arena.experiments.numbers.task import find_task
from arena.session.numbers_choice import NumbersChoice
from arena.session.numbers_words import prepare
from arena.session.tally import Tally, Value
from arena.store.rows import RunSpec
from arena.store.store import Store

Stage = Literal["loading", "exact", "drawing", "paused", "done", "failed"]

SEEDS: Final = 2**32  # of runs whose seed nobody chose


class Drawing:
    """One player's answers to one task. Pausing ends the drawing; going on resumes it from the store.

    `refuse` hears what went wrong, once: then it is over. `ask` asks a person.
    """

    def __init__(
        self, choice: NumbersChoice, store: Path, models: Models, refuse: Callable[[ArenaError], None], ask: Ask
    ) -> None:
        self.choice = choice
        # what a person draws is never drawn twice
        self.seed = secrets.randbelow(SEEDS) if choice.is_person else choice.seed
        self.tally = Tally(find_task(choice.task), choice.n, self.seed)
        self.exact: Exact | None = None
        self.explored_so_far = (0, 1.0)  # distributions asked for, what is unexplored
        self.rejected_last: str | None = None  # the last answer, if it was rejected
        self.arrived = 0  # valid answers
        self.stage: Stage = "loading"
        self._store = store
        self._models = models
        self._refuse = refuse
        self._ask = ask
        self._plan: Numbers | None = None
        self._spec: RunSpec | None = None
        self._open: Store | None = None
        self._task: asyncio.Task[None] | None = None
        self._since = time.monotonic()

    @property
    def playing(self) -> bool:
        """Whether answers are being drawn now."""
        return self._task is not None and not self._task.done()

    @property
    def seconds(self) -> float:
        """Since something was heard last."""
        return time.monotonic() - self._since

    def go(self) -> None:
        """Begin, or go on."""
        if not self.playing:
            self._reach("loading")
            self._task = asyncio.create_task(self._run(), name="drawing")

    async def pause(self) -> None:
        """End the drawing; all that was drawn is in the store."""
        if self._task is not None and self.playing:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            if self.stage != "failed":
                self._reach("paused")

    async def _run(self) -> None:
        try:
            if self._plan is None:
                self._plan = await self._begin()
            with Store.open(self._store, create=True) as self._open:
                await carry_out(self._plan, self._open, self._models, self)
        except ArenaError as error:
            self._reach("failed")
            self._refuse(error)
        else:
            self._reach("done")

    async def _begin(self) -> Numbers:
        """The plan; what was drawn of it before is restored."""
        choice = self.choice
        plan = await plan_numbers(replace(choice.spec, seed=self.seed), self._models, self._ask)
        await aside(prepare)
        self._spec = await run_spec(plan, self._models)
        values = await aside(_drawn_before, self._store, self._spec)
        valid = sum(value is not None for value in values.values())
        if valid > choice.n:
            self.tally = Tally(self.tally.task, valid, self.seed)
        for number, value in values.items():
            self.tally.arrive(number, value)
        self.tally.reveal()
        self.arrived = valid
        return plan

    def _reach(self, stage: Stage) -> None:
        self.stage = stage
        self._since = time.monotonic()

    # --- what the run tells ---

    def begins(self, plan: Plan) -> None:
        """It is the only plan."""

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        """The probabilities are in the store by now."""
        assert self._open is not None and self._spec is not None
        run = self._open.find(self._spec)
        assert run is not None
        found = self._open.findings(self._open.cells(run)[0])
        self.exact = Exact.from_json(found[EXACT]) if EXACT in found else None
        self._reach("drawing")

    def happens(self, cell: Cell, event: Event) -> None:
        """Paths were followed, or an answer came."""
        if isinstance(event, Explored):
            if self.stage != "exact":
                self._reach("exact")
            self.explored_so_far = (event.nodes, event.unexplored)
        elif isinstance(event, AnswerDrawn):
            answer = event.answer
            self.tally.arrive(event.number, answer.value)
            self.arrived += answer.value is not None
            self.rejected_last = answer.sample.text if answer.value is None else None
            self._since = time.monotonic()

    def cell_ends(self, cell: Cell) -> None:
        """It is the only cell."""


def _drawn_before(path: Path, spec: RunSpec) -> dict[int, Value]:
    if not path.exists():
        return {}
    with Store.open(path) as store:
        run = store.find(spec)
        drawn = {} if run is None else store.draws(store.cells(run)[0])
    return {number: answer.value for number, answer in drawn.items()}
