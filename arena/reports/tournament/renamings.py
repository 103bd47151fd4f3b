"""Is it the word or the role? Table 3 for games: a subject under every arrangement of names, and how much of what it
does each part of an arrangement explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.games import Game
from arena.reports.settings import ARRANGED, differing, labels, said_of
from arena.reports.table import Column, Row, Table
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns
from arena.stats.clusters import Estimate
from arena.stats.variance_shares import REST, variance_shares

_APART: Final = frozenset({*ARRANGED, "infix", "run", "created", "label", "opponent_label"}) | {
    f"opponent_{name}" for name in ARRANGED
}
_COLUMNS: Final = (
    Column("net", "net"),
    Column("net", "95%", "interval", expendable=1),
    Column("determinism", "determinism", "probability", 2, narrow="deter-\nminism"),
    Column("favourite", "plays most", "text", narrow="plays\nmost"),
    Column("favourite_share", "how often", "share", narrow="how\noften"),
    Column("mass", "mass", "probability", 2, expendable=2),
    Column("invalid_rate", "invalid", "rate", expendable=3),
)
_SHARES: Final = (
    Column("share", "share of variance, %", "rate", narrow="share,\n%"),
    Column("share", "95%", "interval"),
)
_NOTE: Final = "Plays most: the word with the largest mean probability. Table 2 has each cell's other numbers."
_SHARES_NOTE: Final = (
    "Policy: of the variance of each word's mean probability between arrangements, what the word itself explains, the "
    "move that it stands for, and its place in the list; the rest is their interactions. Net: of the variance of the "
    "expected net, what the set of names explains, which word stands for which move, the order of listing, and the "
    "players' names. Variance is taken without the noise of a finite number of matches; intervals are those of a "
    "bootstrap over matches. A dash: the arrangements don't tell this factor from another, or don't differ in it."
)


def renamings(runs: TournamentRuns) -> tuple[Table, ...]:
    """The arrangements of each game and their shares of variance; none without a grid of names."""
    parts, shares = [], []
    for game in runs.games:
        groups = _groups([cell for cell in runs.cells if cell.game.name == game.name and cell.counted])
        names = labels([group[0].settings for group in groups], shown=tuple(ARRANGED))
        rows = [row for name, group in zip(names, groups, strict=True) for row in _rows(name, group)]
        found = [row for name, group in zip(names, groups, strict=True) for row in _share_rows(name, game, group)]
        if rows:
            parts.append(Table("renamings", f"Other names, {game.title}", _COLUMNS, tuple(rows)))
            shares.append(Table("shares", f"Shares of variance, {game.title}", _SHARES, tuple(found)))
    for tables, note in ((parts, _NOTE), (shares, _SHARES_NOTE)):
        if tables:
            tables[-1] = replace(tables[-1], footnotes=(note,))
    return (*parts, *shares)


def _groups(cells: Sequence[CellReport]) -> list[list[CellReport]]:
    """Cells that differ only in their arrangement; those of at least two arrangements."""
    found: dict[str, list[CellReport]] = {}
    for cell in cells:
        if cell.settings.get("words"):
            alike = {name: value for name, value in cell.settings.items() if name not in _APART}
            found.setdefault(repr(sorted(alike.items())), []).append(cell)
    return [group for group in found.values() if len(group) > 1]


def _rows(name: str, group: Sequence[CellReport]) -> Iterator[Row]:
    shown = [one for one in ARRANGED if one in differing(cell.settings for cell in group)]
    for cell in group:
        document, (low, high) = cell.to_json(), cell.net.interval or (None, None)
        values: dict[str, Any] = {
            **cell.settings,
            **{key: document[key] for key in ("net", "mass", "invalid_rate", "matches", "rounds")},
            **{"net_low": low, "net_high": high, "determinism": document["determinism"]["mean"]},
        }
        if cell.has_policies:
            policy = cell.rounds.policy.mean(axis=0)
            place = int(policy.argmax())
            values |= {"favourite": _words(cell, "roles")[place], "favourite_share": float(policy[place])}
        said = ", ".join(said_of(one, cell.settings[one]) for one in shown)
        yield Row(f"{name}, {said}", values, state=cell.state)


def _share_rows(name: str, game: Game, group: Sequence[CellReport]) -> Iterator[Row]:
    cells = [cell for cell in group if cell.has_policies]
    matches = reduce(np.intersect1d, [np.unique(cell.rounds.match) for cell in cells]) if cells else np.array([])
    if len(cells) < 2 or not len(matches):
        return
    policies = np.concatenate([_by_match(cell, cell.rounds.policy, matches) for cell in cells], axis=1)
    words = [word for cell in cells for word in _words(cell, "roles")]
    known = list(dict.fromkeys(zip((cell.settings["words"] for cell in cells for _ in game.moves), words, strict=True)))
    of_policy = {
        "word": [known.index((cell.settings["words"], word)) for cell in cells for word in _words(cell, "roles")],
        "role": [0 if _alike(game) else move for _ in cells for move in range(len(game.moves))],
        "place": [_words(cell, "listing").index(word) for cell in cells for word in _words(cell, "roles")],
    }
    yield from _rows_of(name, "policy", variance_shares(policies, of_policy))
    nets = []
    for cell in cells:
        points = cell.expected_points
        assert points is not None
        nets.append(_by_match(cell, points[:, None], matches))
    of_net = {
        "names": _levels([cell.settings["words"] for cell in cells]),
        "roles": _within(cells, "roles"),
        "listing": _within(cells, "listing"),
        "players": _within(cells, "players"),
    }
    yield from _rows_of(name, "net", variance_shares(np.concatenate(nets, axis=1), of_net))


def _alike(game: Game) -> bool:
    """Whether no move is unlike another, as in hide & seek: then there are no roles."""
    for one, other in pairwise(range(len(game.moves))):
        order = list(range(len(game.moves)))
        order[one], order[other] = other, one
        if game.moves != game.replies or not np.array_equal(game.payoff[order][:, order], game.payoff):
            return False
    return True


def _rows_of(name: str, of: str, shares: dict[str, Estimate]) -> Iterator[Row]:
    for factor, share in shares.items():
        low, high = (None if end is None else 100 * end for end in share.interval or (None, None))
        value = None if share.value is None else 100 * share.value
        values = {"subject": name, "of": of, "factor": factor, "share": value, "share_low": low, "share_high": high}
        yield Row(f"{name}, {of}: {'the rest' if factor == REST else factor}", values)


def _words(cell: CellReport, setting: str) -> list[str]:
    return str(cell.settings[setting]).split(", ")


def _by_match(cell: CellReport, values: NDArray[np.float64], matches: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean of each column of values, shape (rounds, columns), in each of these matches."""
    kept = np.isin(cell.rounds.match, matches)
    places = np.searchsorted(matches, cell.rounds.match[kept])
    sums = np.zeros((len(matches), values.shape[1]))
    np.add.at(sums, places, values[kept])
    return np.asarray(sums / np.bincount(places, minlength=len(matches))[:, None])


def _levels(values: Sequence[str]) -> list[int]:
    known = list(dict.fromkeys(values))
    return [known.index(value) for value in values]


def _within(cells: Sequence[CellReport], setting: str) -> list[int]:
    """Levels of a setting whose words differ between sets of names: they are numbered in order within each set."""
    known: dict[str, list[str]] = {}
    found = []
    for cell in cells:
        values = known.setdefault(cell.settings["words"], [])
        if cell.settings[setting] not in values:
            values.append(cell.settings[setting])
        found.append(values.index(cell.settings[setting]))
    return found
