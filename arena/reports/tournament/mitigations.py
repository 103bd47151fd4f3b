"""What helps: each way of asking a model beside the plain way, with what it costs in tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from arena.games import Game
from arena.reports.compare.cells import have_same_draws
from arena.reports.settings import Settings, labels, said_of
from arena.reports.table import Column, Row, Table
from arena.reports.tournament.comparing import GAMES
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns
from arena.stats.clusters import Estimate
from arena.stats.comparing import Comparison
from arena.store.spending import Spent, spent
from arena.store.store import Store

# what a way of asking is, and its value when a model is asked plainly
_WAY: Final[Mapping[str, Any]] = {
    "temperature": 1.0,
    "top_p": 1.0,
    "min_p": 0.0,
    "history": "all",
    "strings": 0,
    "stated": False,
    "mixed": "",
}
# what may differ between two cells that are compared, or says only where a cell stands
_APART: Final = frozenset({*_WAY, "run", "created", "infix", "label", "opponent_label"})
_COLUMNS: Final = (
    Column("net", "net"),
    Column("net", "95%", "interval", expendable=3),
    Column("net_gain", "against plain", narrow="against\nplain"),
    Column("net_gain", "95%", "interval"),
    Column("determinism", "determinism", "probability", 2, narrow="deter-\nminism"),
    Column("determinism_gain", "against plain", "number", 2, expendable=1, narrow="against\nplain"),
    Column("determinism_gain", "95%", "interval", 2, expendable=2),
    Column("tokens", "tokens a round", narrow="tokens\na round"),
    Column("invalid_rate", "invalid", "rate", expendable=4),
)
_PLAIN_NOTE: Final = (
    "Plain: temperature 1, nothing left out, all rounds shown, moves asked for as they are. Against plain: the way's "
    "value minus that of the plain way, with a 95% interval; nets in points."
)
_PAIRED_NOTE: Final = "Matches of one number had the same draws in all ways, and are compared with each other."
_APART_NOTE: Final = (
    "Not all ways had the same draws, so matches are compared as independent ones (--draws common pairs them)."
)
_TOKENS_NOTE: Final = (
    "Tokens a round: the prompt whole, and all answers drawn. What a reader is shown beyond that isn't counted."
)


def mitigations(store: Store, runs: TournamentRuns) -> tuple[Table, ...]:
    """A part per game that some model plays both plainly and in another way; none if there is no such game."""
    tables, notes = [], []
    for game in runs.games:
        groups = _groups([cell for cell in runs.cells if cell.game.name == game.name and cell.counted])
        if groups:
            table, found = _part(store, game, groups)
            tables.append(table)
            notes += found
    if tables:
        tables[-1] = replace(tables[-1], footnotes=(_PLAIN_NOTE, *dict.fromkeys(notes), _TOKENS_NOTE))
    return tuple(tables)


def _groups(cells: Sequence[CellReport]) -> list[tuple[CellReport, ...]]:
    """Cells that differ only in the way of asking, the plain one first. A share that somebody turned is no such way."""
    found: dict[str, list[CellReport]] = {}
    for cell in cells:
        if cell.cell.spec.asked is not None and not cell.cell.spec.dialled_to:
            alike = {name: value for name, value in cell.settings.items() if name not in _APART}
            found.setdefault(repr(sorted(alike.items())), []).append(cell)
    groups = []
    for together in found.values():
        plain = [cell for cell in together if not _way(cell.settings)]
        others = [cell for cell in together if _way(cell.settings)]
        if plain and others:
            groups.append((plain[0], *others))
    return groups


def _way(settings: Settings) -> str:
    """A way of asking in words; "" for the plain one."""
    differs = [name for name, plain in _WAY.items() if settings.get(name) not in (None, plain)]
    return ", ".join(said_of(name, settings[name]) for name in differs)


def _part(store: Store, game: Game, groups: Sequence[tuple[CellReport, ...]]) -> tuple[Table, list[str]]:
    names = labels([group[0].settings for group in groups], shown=tuple(_WAY))
    rows, notes = [], []
    for name, group in zip(names, groups, strict=True):
        plain = group[0]
        for cell in group:
            same = have_same_draws(plain.cell.spec, cell.cell.spec, plain.settings, cell.settings)
            compared = {} if cell is plain else GAMES.compare(plain, cell, same)
            notes += [_PAIRED_NOTE if same else _APART_NOTE] if compared else []
            rows.append(_row(f"{name}, {_way(cell.settings) or 'plain'}", cell, compared, spent(store, cell.cell)))
    return Table("mitigations", f"What helps, {game.title}", _COLUMNS, tuple(rows)), notes


def _row(name: str, cell: CellReport, compared: Mapping[str, Comparison], tokens: Spent | None) -> Row:
    document = cell.to_json()
    values = {
        **cell.settings,
        "game": cell.game.name,
        "matches": cell.matches,
        "rounds": cell.counted,
        "net": document["net"],
        **_ends("net", cell.net),
        "determinism": document["determinism"]["mean"],
        "invalid_rate": document["invalid_rate"],
        "paired": any(one.paired for one in compared.values()) if compared else None,
        "prompt_tokens": tokens.prompt if tokens else None,
        "answer_tokens": tokens.answers if tokens else None,
        "tokens": tokens.total if tokens else None,
    }
    for measure in ("net", "determinism"):
        gain = compared[measure].difference if measure in compared else Estimate(None)
        values |= {f"{measure}_gain": gain.value, **_ends(f"{measure}_gain", gain)}
    return Row(name, values, state=cell.state)


def _ends(key: str, estimate: Estimate) -> dict[str, float | None]:
    low, high = estimate.interval or (None, None)
    return {f"{key}_low": low, f"{key}_high": high}
