"""Table 2: outcome rates against the greedy reader. The rows, and the sentences below them; formats are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from arena.games import Game, equilibrium
from arena.reports.cells import CellReport
from arena.reports.families import FAMILIES_NOTE
from arena.reports.published import table2 as published_rows
from arena.reports.run import RunReport

PUBLISHED_NOTE: Final = (
    'Rows marked "paper" are West & Potts 2025, table 2 (Llama 3.1, Tulu 3): comparable only with the same model.'
)
INTERVAL_NOTE: Final = "Rates and nets in percent; 95% intervals with matches as clusters."


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

    A number that is None is undefined; one that is absent isn't said of such a row. `source` is "run", "limit"
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
    """The table game by game: every subject, the limit that uniform play sets, and the paper's rows if wanted."""
    return tuple(
        Section(
            game,
            (
                *(_measured(report, cell) for cell in report.cells if cell.game.name == game.name),
                # the value of the game by a linear programme; adding 0.0 makes -0.0 of it 0.0
                Row("uniform play (limit)", {"net": equilibrium(game).net + 0.0}, "limit"),
                *(_published(game) if published else ()),
            ),
        )
        for game in report.games
    )


def _measured(report: RunReport, cell: CellReport) -> Row:
    numbers = cell.to_json()
    numbers["determinism"] = numbers["determinism"]["mean"]
    return Row(report.label(cell), numbers, "run", cell.state, cell)


def _published(game: Game) -> tuple[Row, ...]:
    return tuple(
        Row(
            f"paper: {row.size} {row.model}",
            {"wins": row.wins, "ties": row.ties, "losses": row.losses, "net": row.net},
            "paper",
        )
        for row in published_rows()
        if row.game == game.name
    )


def notes(report: RunReport, published: bool = False) -> tuple[str, ...]:
    """The sentences that stand under the table."""
    said = [f"{report.title}. {INTERVAL_NOTE}"]
    said += report.uncounted
    if report.families_differ:
        said.append(FAMILIES_NOTE)
    if published:
        said.append(PUBLISHED_NOTE)
    return tuple(said)
