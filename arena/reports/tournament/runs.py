"""Runs of games: their cells by game, the cells' names, and the document that `--json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from arena.blocks import BLOCK
from arena.experiments.tournament.tournament import amount
from arena.games import Game, parse_game
from arena.reports.cautions import families_of
from arena.reports.runs import NO_NAMES, Runs, read_cells
from arena.reports.settings import labelled, labels, settings_of, shown_name
from arena.reports.tournament.exact import ExactCell, read_exact
from arena.reports.tournament.how_far import EARLY
from arena.reports.tournament.measures import CellReport
from arena.store.rows import RunRow, Unit
from arena.store.store import Store
from arena.text import printable


@dataclass(frozen=True)
class TournamentRuns(Runs[CellReport]):
    """Runs of games, of models that may have been measured one after another. `exact` are cells that were followed
    instead of being played, `unfinished` sentences about those of which that isn't done."""

    exact: tuple[ExactCell, ...] = ()
    unfinished: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Which runs these are, how long, and from which seeds."""
        facts: dict[str, list[str]] = {}
        for run in self.runs:
            facts.setdefault(f"{amount(run.spec)}, seed {run.spec.seed}", []).append(run.name)
        return "; ".join(
            f"{'Runs' if len(names) > 1 else 'Run'} {', '.join(names)}: {fact}" for fact, names in facts.items()
        )

    @property
    def games(self) -> tuple[Game, ...]:
        """The games played, each once, in the run's order."""
        return tuple({cell.game.name: cell.game for cell in self.shown}.values())

    @property
    def shown(self) -> tuple[CellReport | ExactCell, ...]:
        """All cells, those that were played and the exact ones."""
        return (*self.cells, *self.exact)

    @property
    def nothing(self) -> str:
        """Why there is no match to report on yet; "" if there is one."""
        if self.exact or any(len(cell.rounds) for cell in self.cells):
            return ""
        if self.unfinished and not self.cells:
            return "; ".join(self.unfinished)
        done = sum(cell.cell.done for cell in self.cells)
        still_open = sum(cell.cell.open for cell in self.cells)
        begins = f"no match of run {self.run.name} is counted yet ({done} finished, {still_open} open)"
        if done and not still_open:  # a later part of a run
            first = min(BLOCK, self.run.spec.size)
            return (
                f"{begins}: the first {first} matches of a cell aren't all in this store, and the others alone "
                "aren't a fair sample. `arena merge` joins this store with those that hold the other parts. The "
                "command that began the run plays them here if it is given without --matches"
            )
        return f"{begins}: {EARLY}. The command that began it continues it, and `arena runs` shows how far it is"

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Which matches are counted, for each cell that isn't whole: sentences that are safe to print."""
        return (
            *(f"{self.label(cell)}, {cell.game.title}: {cell.uncounted}" for cell in self.cells if cell.uncounted),
            *self.unfinished,
        )

    def label(self, cell: CellReport | ExactCell) -> str:
        """Who is measured, with those settings that other cells of its game don't share; safe to print."""
        return self._names[id(cell)]

    def differs(self, cell: CellReport) -> str:
        """The label without who is measured."""
        return self.label(cell).removeprefix(shown_name(cell.settings))

    @cached_property
    def _names(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for game in self.games:
            cells = [cell for cell in self.shown if cell.game.name == game.name]
            found |= zip(map(id, cells), labels([cell.settings for cell in cells]), strict=True)
        return found

    def to_json(self) -> dict[str, Any]:
        """The document of `arena tournament --json`, without the notes."""
        spec = self.run.spec
        whole = {"run": self.run.name, "games": spec.size, "rounds": spec.rounds, **super().to_json()}
        return {**whole, "cells": [*whole["cells"], *(cell.to_json() for cell in self.exact)]}


def read_runs(store: Store, *runs: RunRow, names: Mapping[str, str] = NO_NAMES) -> TournamentRuns:
    """Read the matches that count from one or several runs. A game that isn't installed is left out, and named.
    `names` are people's own for agents, by spec.

    Raises InputError if none of them is installed.
    """
    found, left_out = read_cells(store, runs, parse_game, "played")
    cells: list[CellReport] = []
    exact: list[ExactCell] = []
    unfinished: list[str] = []
    for run, cell, game in found:
        settings = labelled(settings_of(run, cell.spec), names)
        if run.spec.unit is not Unit.FINDING:
            cells.append(CellReport(cell, game, store.rounds(cell, len(game.moves)), run.spec.size, settings))
            continue
        followed = read_exact(store, run, cell, game, settings)
        if followed.found is not None:
            exact.append(followed)
        if followed.games < run.spec.size:
            so_far = f"those of {followed.games} games" if followed.games else "not found yet"
            unfinished.append(
                f"{shown_name(settings)} v. {printable(cell.spec.opponent)}, {game.title}: its exact numbers are "
                f"{so_far}; the command that began run {run.name} goes on with them"
            )
    families = families_of({cell.spec.subject for _, cell, _ in found})
    return TournamentRuns(runs, tuple(cells), families, left_out, tuple(exact), tuple(unfinished))
