"""Exact evaluation of a tournament's cells: the table of infinitely many games, with bounds. More games let it follow
the tree further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.backends.loading import Models
from arena.errors import UsageError
from arena.experiments.cost import Cost
from arena.experiments.experiment import Observer, Plan
from arena.experiments.past import Shown
from arena.experiments.tournament.cells import Cell, check_length
from arena.experiments.tournament.cost import exact_cost
from arena.experiments.tournament.exact.filling import EXACT, fill
from arena.experiments.tournament.exact.seats import check_seats
from arena.experiments.tournament.spec import TournamentSpec, asked_how
from arena.store.rows import RunRow, RunSpec, Unit
from arena.store.writer import RunWriter

MOST_PROMPTS: Final = 100_000  # per cell: the tree is held in memory


class ExactTournament(Plan):
    """Every cell is followed with about as many prompts as `spec.matches` matches have rounds."""

    experiment = "tournament"
    steps = "prompts"
    cells: Sequence[Cell]
    unit = Unit.FINDING

    def __init__(self, cells: Sequence[Cell], spec: TournamentSpec) -> None:
        if spec.span is not None:
            raise UsageError("--exact plays no matches that could be divided: leave out --matches")
        self._budget = spec.matches * spec.rounds
        if self._budget > MOST_PROMPTS:
            raise UsageError(
                f"--exact asks for as many prompts as the games have rounds, which are {self._budget:,} here, and at "
                f"most {MOST_PROMPTS:,} fit: set a lower --games"
            )
        self.cells = cells
        self.spec = spec
        self.size, self.rounds, self.seed = spec.matches, spec.rounds, spec.seed

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"mode": EXACT, **asked_how(self.spec)}

    def costs(self, shown: Shown) -> Sequence[Cost | None]:
        return [exact_cost(cell, self.spec, 1.0 - shown.done(self, cell.spec)) for cell in self.cells]

    async def check(self, models: Models, known: RunRow | None) -> None:
        """Refuse agents that can't be followed, and matches that are too long for a model."""
        for cell in filter(self.takes, reversed(self.cells)):  # so that the first cell's model is the one left loaded
            await models.close_others(cell.models)
            check_seats(await cell.pairing(self.seed, models))
            await check_length(cell, self.spec.rounds, models)

    def is_whole(self, writer: RunWriter) -> bool:
        return all(self._followed(cell, writer) >= writer.run.spec.size for cell in self.cells)

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        for cell in filter(self.takes, self.cells):
            finished = self._followed(cell, writer) >= self.size
            observer.cell_begins(cell, self._budget if finished else 0, self._budget)
            if not finished:
                await models.close_others(cell.models)
                await fill(cell, await cell.pairing(self.seed, models), self.spec, writer, observer)
            observer.cell_ends(cell)

    def _followed(self, cell: Cell, writer: RunWriter) -> int:
        """With the prompts of how many games a cell was followed."""
        found = writer.finding(cell.spec.key, EXACT)
        return 0 if found is None else int(found["games"])


def exact_amount(run: RunSpec) -> str:
    """How much a run is to contain, in words: "exact to round 10, with 5,000 prompts"."""
    assert run.rounds is not None
    return f"exact to round {run.rounds}, with {run.size * run.rounds:,} prompts"
