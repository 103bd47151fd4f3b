"""A whole run, or several side by side: their cells' reports, and the document that `--json` prints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from arena.errors import ArenaError, InputError
from arena.games import Game, parse_game
from arena.reports.cautions import cautions, families_of
from arena.reports.cells import CellReport
from arena.reports.settings import labels, run_document, said_of_all, settings_of
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import printable


@dataclass(frozen=True)
class RunReport:
    """A run with its cells, in the run's order. `families` maps a subject to its model's family, where known.

    `more` are further runs whose cells stand below the first one's: models that were measured one after another.
    `left_out` are sentences about cells that can't be reported here.
    """

    run: RunRow
    cells: tuple[CellReport, ...]
    families: dict[str, str]
    more: tuple[RunRow, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Which runs these are, how long, and from which seeds."""
        facts: dict[str, list[str]] = {}
        for run in (self.run, *self.more):
            facts.setdefault(f"{run.spec.size}, seed {run.spec.seed}", []).append(printable(run.name))
        return "; ".join(
            f"{'Runs' if len(names) > 1 else 'Run'} {', '.join(names)}: {fact}" for fact, names in facts.items()
        )

    @property
    def games(self) -> tuple[Game, ...]:
        """The games played, each once, in the run's order."""
        return tuple({cell.game.name: cell.game for cell in self.cells}.values())

    @property
    def cautions(self) -> tuple[str, ...]:
        """What has to be said where these cells stand side by side."""
        return cautions([cell.settings for cell in self.cells], self.families)

    @property
    def said_of_all(self) -> str:
        """What all cells share, in a sentence."""
        return said_of_all([cell.settings for cell in self.cells])

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
        """Who is measured, with what of its settings the other cells of its game don't share; safe to print."""
        return self._names[id(cell)]

    def differs(self, cell: CellReport) -> str:
        """The label without who is measured."""
        return self.label(cell).removeprefix(printable(cell.cell.spec.subject))

    @cached_property
    def _names(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for game in self.games:
            cells = [cell for cell in self.cells if cell.game.name == game.name]
            found |= zip(map(id, cells), labels([cell.settings for cell in cells]), strict=True)
        return found

    def to_json(self) -> dict[str, Any]:
        """The document of `arena tournament --json` and `arena report --format json`."""
        spec = self.run.spec
        return {
            "run": self.run.name,
            "games": spec.games,
            "rounds": spec.rounds,
            "seed": spec.seed,
            "cells": [cell.to_json() for cell in self.cells],
            "manifest": dict(spec.manifest),
            "runs": [run_document(run) for run in (self.run, *self.more)],
            "left_out": list(self.left_out),
        }


def run_report(store: Store, run: RunRow, *more: RunRow) -> RunReport:
    """Read the matches that count of one or several runs. A game that isn't installed here is left out, and named.

    Raises InputError if none of them is installed.
    """
    cells = []
    left_out: dict[str, None] = {}
    for one in (run, *more):
        for cell in store.cells(one):
            try:
                game = parse_game(cell.spec.game)
            except ArenaError as error:
                left_out[f"run {one.name} played {cell.spec.game!r}, but {error}"] = None
                continue
            rounds = store.rounds(cell, len(game.moves))
            cells.append(CellReport(cell, game, rounds, one.spec.games, settings_of(one, cell.spec)))
    if left_out and not cells:
        raise InputError("; ".join(left_out))
    families = families_of({cell.cell.spec.subject for cell in cells})
    return RunReport(run, tuple(cells), families, more, tuple(left_out))
