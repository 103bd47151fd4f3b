"""Answers that are drawn in the background: begun, paused, resumed. A screen polls the progress."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from msgspec.structs import replace

from arena.backends.loading import Models
from arena.concurrency import aside
from arena.errors import ArenaError
from arena.experiments.experiment import Cell, Event, run_spec
from arena.experiments.numbers.exact import Exact
from arena.experiments.numbers.numbers import EXACT, AnswerDrawn, Explored, Numbers, plan_numbers
from arena.experiments.numbers.players import Ask
from arena.experiments.numbers.task import find_task
from arena.session.numbers_choice import NumbersChoice
from arena.session.numbers_words import prepare
from arena.session.runner import Background
from arena.session.tally import Tally, Value
from arena.store.rows import RunRow, RunSpec
from arena.store.store import Store

Stage = Literal["loading", "exact", "drawing", "paused", "done", "failed"]

SEEDS: Final = 2**32  # the range of seeds for runs whose seed nobody chose


class Drawing(Background):
    """One player's answers to one task. `ask` asks a person."""

    def __init__(
        self, choice: NumbersChoice, store: Path, models: Models, refuse: Callable[[ArenaError], None], ask: Ask
    ) -> None:
        super().__init__(store, models, refuse)
        self.choice = choice
        # a person never draws the same run twice
        self.seed = secrets.randbelow(SEEDS) if choice.is_person else choice.seed
        self.tally = Tally(find_task(choice.task), choice.n, self.seed)
        self.exact: Exact | None = None
        self.explored_so_far = (0, 1.0)  # distributions asked for, what is unexplored
        self.rejected_last: str | None = None  # the last answer, if it was rejected
        self.arrived = 0  # valid answers
        self.stage: Stage = "loading"
        self._ask = ask
        self._plan: Numbers | None = None
        self._since = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the last news."""
        return time.monotonic() - self._since

    def go(self) -> None:
        """Begin, or resume."""
        if not self.playing:
            self._reach("loading")
            super().go()

    async def pause(self) -> None:
        """End the drawing; all answers drawn are in the store."""
        if self.playing:
            await super().pause()
            if self.stage != "failed":
                self._reach("paused")

    async def _run(self) -> None:
        await super()._run()
        if self.stage != "failed":
            self._reach("done")

    def fail(self, error: ArenaError) -> None:
        self._reach("failed")
        super().fail(error)

    async def plan(self) -> Numbers:
        """The plan, made once; answers drawn earlier are restored."""
        if self._plan is not None:
            return self._plan
        choice = self.choice
        plan = await plan_numbers(replace(choice.spec, seed=self.seed), self._models, self._ask)
        await aside(prepare)
        values = await aside(_drawn_before, self._store, await run_spec(plan, self._models))
        valid = sum(value is not None for value in values.values())
        if valid > choice.n:
            self.tally = Tally(self.tally.task, valid, self.seed)
        for number, value in values.items():
            self.tally.arrive(number, value)
        self.tally.reveal()
        self.arrived = valid
        self._plan = plan
        return plan

    def _reach(self, stage: Stage) -> None:
        self.stage = stage
        self._since = time.monotonic()

    # --- events of the run ---

    def kept(self, run: RunRow) -> None:
        self._row = run

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        """Read the probabilities, which are in the store by now."""
        found = self.opened.findings(self.opened.cells(self._row)[0])
        self.exact = Exact.from_json(found[EXACT]) if EXACT in found else None
        self._reach("drawing")

    def happens(self, cell: Cell, event: Event) -> None:
        """Take note that paths were followed or an answer came."""
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


def _drawn_before(path: Path, spec: RunSpec) -> dict[int, Value]:
    if not path.exists():
        return {}
    with Store.open(path) as store:
        run = store.find(spec)
        drawn = {} if run is None else store.draws(store.cells(run)[0])
    return {number: answer.value for number, answer in drawn.items()}
