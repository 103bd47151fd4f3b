"""Table 2: outcome rates against the greedy reader. The rows, and the sentences below them; formats are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from arena.games import Game, equilibrium
from arena.reports.published import PublishedRow
from arena.reports.published import table2 as published_rows
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.report import RunReport

PUBLISHED_NOTE: Final = (
    'Rows marked "paper" are West & Potts 2025, table 2 (Llama 3.1, Tulu 3, against greedy): comparable only with the '
    "same model, and the paper doesn't print its wordings."
)
NOT_PUBLISHED_NOTE: Final = (
    "The paper's table 2 has rock-paper-scissors and hide & seek of 7 spots, against greedy alone."
)
INTERVAL_NOTE: Final = (
    "Wins, ties, losses and forfeits in percent of rounds, invalid answers in percent of those drawn, nets in points; "
    "95% intervals with matches as clusters."
)
_PAPERS_OPPONENT: Final = "greedy"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers: its heading, where its number is in a row, and how many digits a person sees."""

    heading: str
    key: str
    digits: int = 1


COLUMNS: Final = (
    Column("wins", "wins"),
    Column("ties", "ties"),
    Column("losses", "losses"),
    Column("net", "net"),
    Column("95%", "net_ci"),
    Column("expected", "expected_net"),
    Column("95%", "expected_net_ci"),
    Column("invalid", "invalid_rate"),
    Column("forfeit", "forfeit_rate"),
    Column("mass", "mass", 2),
    Column("determinism", "determinism", 2),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: who, how far it is ("" if finished), and its numbers.

    A number that is None is undefined; one that is absent isn't said of such a row. `source` is "run", "value"
    or "paper"; `cell` is the cell of a row from the run.
    """

    name: str
    numbers: Mapping[str, Any]
    source: str
    state: str = ""
    cell: CellReport | None = None

    def text(self, column: Column, interval: Callable[[float, float], str]) -> str:
        """What a person reads in a column. A net of nothing is 0.0, and never -0.0."""
        if column.key not in self.numbers:
            return ""
        value = self.numbers[column.key]
        if value is None:
            return "–"
        return interval(*value) if column.key.endswith("_ci") else f"{value:z.{column.digits}f}"

    @property
    def full_name(self) -> str:
        """The name with how far it is."""
        return f"{self.name} ({self.state})" if self.state else self.name


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one game."""

    game: Game
    rows: tuple[Row, ...]


def sections(report: RunReport, published: bool = False) -> tuple[Section, ...]:
    """The table game by game: every subject, the game's value, and the paper's rows if wanted and comparable: against
    the greedy reader."""
    return tuple(
        Section(
            game,
            (
                *(_measured(report, cell) for cell in report.cells if cell.game.name == game.name),
                _value(game),
                *(_published(report, game) if published else ()),
            ),
        )
        for game in report.games
    )


def _measured(report: RunReport, cell: CellReport) -> Row:
    numbers = cell.to_json()
    numbers["determinism"] = numbers["determinism"]["mean"]
    return Row(report.label(cell), numbers, "run", cell.state, cell)


def _value(game: Game) -> Row:
    """What the subject can secure against every opponent, and whether uniform play does."""
    net = equilibrium(game).net
    secured = 100.0 * float((np.full(len(game.moves), 1 / len(game.moves)) @ game.payoff).min())
    by = "uniform" if np.isclose(secured, net) else "optimal"
    return Row(f"game value ({by} play)", {"net": net + 0.0}, "value")  # adding 0.0 makes -0.0 of it 0.0


def comparable(report: RunReport, game: Game) -> tuple[PublishedRow, ...]:
    """The paper's rows of a game, if the report has it against the paper's opponent."""
    opponents = {cell.cell.spec.opponent for cell in report.cells if cell.game.name == game.name}
    return tuple(row for row in published_rows() if row.game == game.name and _PAPERS_OPPONENT in opponents)


def _published(report: RunReport, game: Game) -> tuple[Row, ...]:
    several = len({cell.cell.spec.opponent for cell in report.cells if cell.game.name == game.name}) > 1
    against = f" v. {_PAPERS_OPPONENT}" if several else ""
    return tuple(
        Row(
            f"paper: {row.size} {row.model}{against}",
            {"wins": row.wins, "ties": row.ties, "losses": row.losses, "net": row.net},
            "paper",
        )
        for row in comparable(report, game)
    )


def notes(report: RunReport, published: bool = False) -> tuple[str, ...]:
    """The sentences that stand under the table."""
    said = [" ".join(filter(None, (f"{report.title}.", report.said_of_all, INTERVAL_NOTE)))]
    said += report.uncounted
    said += [f"Not reported: {sentence}." for sentence in report.left_out]
    said += report.cautions
    if published:
        beside = any(comparable(report, game) for game in report.games)
        said.append(PUBLISHED_NOTE if beside else NOT_PUBLISHED_NOTE)
    return tuple(said)
