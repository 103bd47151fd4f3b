"""Table 2: outcome rates against the greedy reader. Its rows, one part per game, and the sentences below them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from arena.games import Game, equilibrium
from arena.reports.published import PublishedRow, published
from arena.reports.table import Column, Row, Table
from arena.reports.tournament.exact import NOTE, ExactCell
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns

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
_COLUMNS: Final = (
    Column("wins", "wins", "rate"),
    Column("ties", "ties", "rate"),
    Column("losses", "losses", "rate"),
    Column("net", "net"),
    Column("net", "95%", "interval", expendable=1),
    Column("expected_net", "expected", expendable=3, narrow="expect.\nnet"),
    Column("expected_net", "95%", "interval", expendable=6),
    Column("invalid_rate", "invalid", "rate", expendable=5),
    Column("forfeit_rate", "forfeit", "rate", expendable=7),
    Column("mass", "mass", "probability", 2, expendable=4),
    Column("determinism", "determinism", "probability", 2, expendable=2, narrow="deter-\nminism"),
)
# holds whatever is in what wasn't followed: for tables with exact rows
_BOUND: Final = Column("net_bound", "bound of net", "range", 2, expendable=3, narrow="bound")
_COUNTS: Final = ("matches", "games_asked", "finished_matches", "open_matches", "rounds", "counted_rounds")


def table2(runs: TournamentRuns, with_published: bool = False) -> tuple[Table, ...]:
    """One part per game: every subject, the game's value, and the paper's rows if they are wanted and comparable."""
    parts = []
    for game in runs.games:
        rows = [_measured(runs, cell) for cell in runs.shown if cell.game.name == game.name]
        rows += [_value(game), *(_published(runs, game) if with_published else ())]
        footnotes = _notes(runs, with_published) if game is runs.games[-1] else ()
        columns = (*_COLUMNS[:5], _BOUND, *_COLUMNS[5:]) if runs.exact else _COLUMNS
        parts.append(Table("table2", game.title, columns, tuple(rows), footnotes))
    return tuple(parts)


def _measured(runs: TournamentRuns, cell: CellReport | ExactCell) -> Row:
    document = cell.to_json() if isinstance(cell, ExactCell) else runs.document(cell)
    found = document | {"determinism": document["determinism"]["mean"]}
    values: dict[str, Any] = {"game": "", "source": "run", "subject": "", "opponent": "", "family": None}
    values |= {**cell.settings, "game": cell.game.name, "family": runs.families.get(cell.cell.spec.subject)}
    values |= {key: found[key] for key in (*_COUNTS, *(one.key for one in _COLUMNS if one.kind != "interval"))}
    for key in (column.key for column in _COLUMNS if column.kind == "interval"):
        values[f"{key}_low"], values[f"{key}_high"] = found[f"{key}_ci"] or (None, None)
    if isinstance(cell, ExactCell):
        values |= {"exact": True, "net_bound_low": found["net_bound_ci"][0], "net_bound_high": found["net_bound_ci"][1]}
    return Row(runs.label(cell), values, state=cell.state)


def _value(game: Game) -> Row:
    """What the subject can secure against every opponent, and whether uniform play does."""
    net = equilibrium(game).net
    secured = 100.0 * float((np.full(len(game.moves), 1 / len(game.moves)) @ game.payoff).min())
    name = f"game value ({'uniform' if np.isclose(secured, net) else 'optimal'} play)"
    values = {"game": game.name, "source": "value", "subject": name, "net": net + 0.0}  # which makes -0.0 0.0
    return Row(name, values, source="value")


def comparable(runs: TournamentRuns, game: Game) -> tuple[PublishedRow, ...]:
    """The paper's rows of a game, if the runs have it against the paper's opponent."""
    opponents = _opponents(runs, game)
    return tuple(
        row for row in published("table2") if row.labels["game"] == game.name and _PAPERS_OPPONENT in opponents
    )


def _published(runs: TournamentRuns, game: Game) -> list[Row]:
    against = f" v. {_PAPERS_OPPONENT}" if len(_opponents(runs, game)) > 1 else ""
    rows = []
    for row in comparable(runs, game):
        name = f"{row.name}{against}"
        about = {"game": game.name, "source": "paper", "subject": name, "rounds": row.n, "published": row.key}
        rows.append(Row(name, {**about, **row.values}, source="paper"))
    return rows


def _opponents(runs: TournamentRuns, game: Game) -> set[str]:
    return {cell.cell.spec.opponent for cell in runs.shown if cell.game.name == game.name}


def _notes(runs: TournamentRuns, with_published: bool) -> tuple[str, ...]:
    said = [" ".join((f"{runs.title}.", *runs.said_of(runs.shown), INTERVAL_NOTE))]
    said += [NOTE] if runs.exact else []
    said += runs.uncounted
    said += [f"Not reported: {sentence}." for sentence in runs.left_out]
    said += runs.differences_of(runs.shown)
    said += runs.cautions_of(runs.shown)
    if with_published:
        beside = any(comparable(runs, game) for game in runs.games)
        said.append(PUBLISHED_NOTE if beside else NOT_PUBLISHED_NOTE)
    return tuple(said)
