"""The numbers of table 2 beside ours."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np

from arena.records import Outcome
from arena.reports.published import PublishedRow, published
from arena.reports.reproduce.compared import Beside, Number, Ours
from arena.reports.reproduce.players import LLAMA, Player, Who, known, player_of
from arena.reports.settings import said_of
from arena.reports.tournament.measures import NET, CellReport
from arena.reports.tournament.runs import TournamentRuns
from arena.stats.bounded import Bounds
from arena.stats.clusters import Floats
from arena.stats.comparing import Sample
from arena.stats.sampling_errors import design_effect, net_error, rate_error

PAPERS_OPPONENT: Final = "greedy"
_RATES: Final = {"wins": Outcome.WIN, "ties": Outcome.TIE, "losses": Outcome.LOSS}
_PERCENT: Final[Bounds] = (0.0, 100.0)
# how the paper played, by the name of a setting
_SETTINGS: Final = {
    "rounds_asked": (10, "rounds per match"),
    "temperature": (1.0, "temperature"),
    "top_p": (1.0, "top-p"),
}
_HISTORY: Final = ("all", None)


def players(runs: TournamentRuns) -> list[Player]:
    """The models that were measured, each once."""
    asked = dict.fromkeys((cell.cell.spec.subject, str(cell.settings["style"])) for cell in against_the_papers(runs))
    return [player_of(*one) for one in asked]


def numbers(runs: TournamentRuns, everybody: Collection[Player]) -> Iterator[Number]:
    """Every number of table 2 for which a cell is here."""
    for row in published("table2"):
        who = Who(LLAMA, row.labels["size"], row.labels["model"])
        for cell in against_the_papers(runs):
            player = known(cell.cell.spec.subject, str(cell.settings["style"]), everybody)
            match = player.match(who, everybody)
            if cell.game.name == row.labels["game"] and match is not None and len(cell.rounds):
                yield from _of_cell(Beside(row, who, player, match, cell.settings, cell.cell.spec.key), cell)


def against_the_papers(runs: TournamentRuns) -> list[CellReport]:
    """Those in which a model met the paper's opponent."""
    return [cell for cell in runs.cells if cell.settings["style"] and cell.cell.spec.opponent == PAPERS_OPPONENT]


def _of_cell(beside: Beside, cell: CellReport) -> Iterator[Number]:
    row, obstacles = beside.row, other_settings(cell)
    for name, outcome in _RATES.items():
        if name == "ties" and not (cell.game.payoff == 0).any():
            continue  # a game without ties
        values = np.asarray(100.0 * (cell.rounds.outcome == outcome), dtype=np.float64)
        found, design = _sampled(values, cell, _PERCENT)
        rate = _value(row, name)
        yield beside.number(name, _ours(found, rate_error(rate, _n(row), design), obstacles), name)
    found, design = _sampled(cell.points, cell, NET)
    error = net_error(_value(row, "wins"), _value(row, "losses"), _n(row), design)
    yield beside.number("net", _ours(found, error, obstacles), "net")


def _sampled(values: Floats, cell: CellReport, bounds: Bounds) -> tuple[Sample, float]:
    """A cell's values, and by how much the dependence of a match's rounds multiplies the variance of their mean: the
    published rounds are taken to depend on each other as much as ours do."""
    sample = Sample(values, cell.rounds.match, bounds)
    return sample, design_effect(sample)


def _ours(sample: Sample, error: float, obstacles: tuple[str, ...]) -> Ours:
    return Ours(sample.mean, len(sample.values), error, obstacles=obstacles)


def _value(row: PublishedRow, column: str) -> float:
    value = row.values[column]
    assert isinstance(value, float)
    return value


def _n(row: PublishedRow) -> int:
    assert row.n is not None
    return row.n


def other_settings(cell: CellReport) -> tuple[str, ...]:
    """In which settings the cell differs from the paper's games."""
    said = [
        f"{words} {cell.settings[name]:g}, there {papers:g}"
        for name, (papers, words) in _SETTINGS.items()
        if cell.settings.get(name) not in (papers, None)
    ]
    if cell.settings.get("history") not in _HISTORY:
        said.append(f"{said_of('history', cell.settings['history'])}, there all")
    return tuple(said)
