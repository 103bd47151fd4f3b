"""A whole run, or several side by side: their cells' reports, and the document that `--json` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from arena.errors import ArenaError, InputError
from arena.games import Game, parse_game
from arena.reports.cells import CellReport
from arena.reports.families import families_of
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import printable


@dataclass(frozen=True)
class RunReport:
    """A run with its cells, in the run's order. `families` maps a subject to its model's family, where known.

    `more` are further runs whose cells stand below the first one's: models that were measured one after another.
    """

    run: RunRow
    cells: tuple[CellReport, ...]
    families: dict[str, str]
    more: tuple[RunRow, ...] = ()

    @property
    def title(self) -> str:
        """Which runs these are, how long, and from which seeds."""
        facts: dict[str, list[str]] = {}
        for run in (self.run, *self.more):
            facts.setdefault(f"{run.spec.size}, seed {run.spec.seed}", []).append(run.name)
        return "; ".join(
            f"{'Runs' if len(names) > 1 else 'Run'} {', '.join(names)}: {fact}" for fact, names in facts.items()
        )

    @property
    def games(self) -> tuple[Game, ...]:
        """The games played, each once, in the run's order."""
        return tuple({cell.game.name: cell.game for cell in self.cells}.values())

    @property
    def families_differ(self) -> bool:
        """Whether models of different families stand side by side: their difference is then not alignment's."""
        known = {self.families.get(cell.cell.spec.subject) for cell in self.cells}
        return len(known - {None}) > 1

    @property
    def nothing_finished(self) -> bool:
        """Whether there is no match to report on."""
        return not any(len(cell.rounds) for cell in self.cells)

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Of each cell that isn't whole, which matches are counted: sentences that are safe to print."""
        return tuple(
            f"{self.label(cell)}, {cell.game.title}: {cell.uncounted}" for cell in self.cells if cell.uncounted
        )

    def label(self, cell: CellReport) -> str:
        """Who is measured, and against whom if that isn't the same in all cells; safe to print in one line."""
        several = len({other.cell.spec.opponent for other in self.cells}) > 1
        spec = cell.cell.spec
        return printable(f"{spec.subject} v. {spec.opponent}" if several else spec.subject)

    def to_json(self) -> dict[str, Any]:
        """The document of `arena tournament --json` and `arena report --format json`."""
        spec = self.run.spec
        return {
            "run": self.run.name,
            **({"more_runs": [run.name for run in self.more]} if self.more else {}),
            "games": spec.games,
            "rounds": spec.rounds,
            "seed": spec.seed,
            "cells": [cell.to_json() for cell in self.cells],
            "manifest": dict(spec.manifest),
        }


def run_report(store: Store, run: RunRow, *more: RunRow) -> RunReport:
    """Read the matches that count of one or several runs. Raises InputError if a game of a run isn't installed here."""
    cells = []
    for one in (run, *more):
        for cell in store.cells(one):
            try:
                game = parse_game(cell.spec.game)
            except ArenaError as error:
                raise InputError(f"run {one.name} played {cell.spec.game!r}, but {error}") from error
            cells.append(CellReport(cell, game, store.rounds(cell, len(game.moves)), one.spec.games))
    return RunReport(run, tuple(cells), families_of({cell.cell.spec.subject for cell in cells}), more)
