"""Runs of games: their cells by game, the cells' names, and the document that `--json` prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import arena.games
from arena.blocks import BLOCK
from arena.errors import StoreError
from arena.experiments.tournament.tournament import amount
from arena.games import Game, parse_game
from arena.reports.cautions import families_of
from arena.reports.runs import NO_NAMES, Runs, read_cells
from arena.reports.settings import labelled, labels, settings_of, shown_name
from arena.reports.tournament import measures, numbers
from arena.reports.tournament.exact import ExactCell, read_exact
from arena.reports.tournament.how_far import EARLY
from arena.reports.tournament.measures import CellReport
from arena.stats import bounded, clusters
from arena.store.kept import keep, kept
from arena.store.rows import CellRow, RoundColumns, RunRow, Unit
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
        if self.exact or any(cell.counted for cell in self.cells):
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


def read_runs(store: Store, *runs: RunRow, names: Mapping[str, str] = NO_NAMES, again: bool = False) -> TournamentRuns:
    """Read the matches that count from one or several runs. A game that isn't installed is left out, and named.
    `names` are people's own for agents, by spec. With `again`, rounds aren't read where their numbers were kept
    (`keep_numbers`), unless something else asks for them.

    Raises InputError if none of them is installed.
    """
    found, left_out = read_cells(store, runs, parse_game, "played")
    cells: list[CellReport] = []
    exact: list[ExactCell] = []
    unfinished: list[str] = []
    for run, cell, game in found:
        settings = labelled(settings_of(run, cell.spec), names)
        if run.spec.unit is not Unit.FINDING:
            known = kept(store, cell, _made_by(game, run)) if again else None
            report = CellReport(cell, game, _reader(store, cell, game), run.spec.size, settings, known)
            if known is None:
                report.rounds  # noqa: B018  # read now, because the store may be closed later
            cells.append(report)
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


def keep_numbers(store: Store, found: TournamentRuns) -> None:
    """Keep the numbers of finished runs, to be shown again. Where the store refuses, they are made anew next time."""
    runs = {run.name: run for run in found.runs}
    for cell in found.cells:
        run = runs[cell.cell.run]
        if run.finished and cell.known is None:
            with suppress(StoreError):
                keep(store, cell.cell, _made_by(cell.game, run), cell.to_keep())


def _reader(store: Store, cell: CellRow, game: Game) -> Callable[[], RoundColumns]:
    return lambda: store.rounds(cell, len(game.moves))


def _made_by(game: Game, run: RunRow) -> dict[str, Any]:
    """What the numbers of a cell depend on besides its rounds: the game's rules, and the code."""
    rules = {"moves": game.moves, "replies": game.replies, "payoff": game.payoff.tolist()}
    return {**rules, "asked": run.spec.size, "code": _code()}


@cache
def _code() -> str:
    """A hash of the code that makes numbers of rounds, so that none are shown which other code would make otherwise."""
    files = [Path(module.__file__ or "") for module in (measures, numbers, clusters, bounded, arena.games)]
    games = sorted(files.pop().parent.glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in (*files, *games))).hexdigest()
