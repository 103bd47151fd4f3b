"""Tables of recorded people: for each reader, people and the players among them; and people by their opponents."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from arena.reports.people.measures import Score, own_net
from arena.reports.people.scores import PeopleScores, Player
from arena.reports.table import Column, Row, Table
from arena.stats.clusters import Estimate

_READER: Final = (
    Column("matches", "matches", "count", expendable=2),
    Column("foreseen", "foreseen", "rate"),
    Column("foreseen", "95%", "interval"),
    Column("half", "middle half", "range", expendable=3),
    Column("net", "reader's net"),
    Column("net", "95%", "interval", expendable=1),
    Column("percentile", "percentile"),
    Column("percentile", "95%", "interval"),
)
_READER_NOTE: Final = (
    "Foreseen: moves, in percent, that the reader's reply won against, of those for which it was certain of a reply; "
    "the middle half of the matches lies within the range beside it. Reader's net: what it would have won, in points; "
    "it sat in the other seat, saw what was really played, and nobody reacted to it. Percentile: the chance that a "
    "match of this player was foreseen better than a person's, ties counted half; at 50 a player is as predictable as "
    "people are. 95% intervals, matches as clusters."
)
_OPPONENTS_NOTE: Final = (
    "Net: the people's own, in points, with matches as clusters. The other columns: moves foreseen, in percent."
)


def by_reader(found: PeopleScores, key: str) -> tuple[Table, ...]:
    """One part per reader of the table of that key."""
    parts = []
    for reader in found.readers:
        rows = [_people(found, reader), *(_player(found, reader, player) for player in found.others)]
        footnotes = _notes(found) if reader == found.readers[-1] else ()
        title = f"{found.game.title}: {reader}, rounds 1 to {found.rounds}"
        parts.append(Table(key, title, _READER, tuple(rows), footnotes))
    return tuple(parts)


def by_opponent(found: PeopleScores) -> Table:
    """People by whom they played against: their own net, and what each reader foresaw."""
    columns = (
        Column("matches", "people", "count"),
        Column("own_net", "net"),
        Column("own_net", "95%", "interval", expendable=1),
        *(Column(f"foreseen.{reader}", reader, "rate") for reader in found.readers),
    )
    rows = tuple(_opponent(found, player) for player in found.people)
    title = f"{found.game.title}: people by their opponents, rounds 1 to {found.rounds}"
    return Table("people_opponents", title, columns, rows, (_OPPONENTS_NOTE,))


def document(found: PeopleScores) -> dict[str, Any]:
    """Everything as JSON, with nothing rounded."""
    return {
        "game": found.game.name,
        "rounds": found.rounds,
        "readers": {
            reader: [dict(row.values) for row in part.rows]
            for reader, part in zip(found.readers, by_reader(found, ""), strict=True)
        },
        "opponents": [dict(row.values) for row in by_opponent(found).rows],
        "runs": [run.name for run in found.runs.runs],
        "left_out": list(found.left_out),
    }


def _people(found: PeopleScores, reader: str) -> Row:
    score = found.of_people[reader]
    about = {"subject": "people", "opponent": "", "too_short": found.too_short}
    return Row(
        f"people ({len(score.expected)})",
        _values(found, reader, score, Estimate(None)) | about,
        texts={"percentile": ""},
    )


def _player(found: PeopleScores, reader: str, player: Player) -> Row:
    spec = player.cell.cell.spec
    about = {"subject": spec.subject, "opponent": spec.opponent, "too_short": player.too_short}
    values = _values(found, reader, player.scores[reader], found.rank(reader, player)) | about
    return Row(found.runs.label(player.cell), values, state=player.cell.state)


def _values(found: PeopleScores, reader: str, score: Score, rank: Estimate) -> dict[str, Any]:
    half = np.quantile(score.shares, [0.25, 0.75]).tolist() if len(score.shares) else (None, None)
    return {
        "game": found.game.name,
        "reader": reader,
        "rounds": found.rounds,
        "matches": len(score.expected),
        "expected": int(score.expected.sum()),
        **_estimate("foreseen", score.foreseen_rate),
        "half_low": half[0],
        "half_high": half[1],
        **_estimate("net", score.net_rate),
        **_estimate("percentile", rank),
    }


def _opponent(found: PeopleScores, player: Player) -> Row:
    spec = player.cell.cell.spec
    values = {
        "game": found.game.name,
        "rounds": found.rounds,
        "subject": "people",
        "opponent": spec.opponent,
        "matches": len(player.matches),
        "too_short": player.too_short,
        **_estimate("own_net", own_net(found.game, player.matches)),
        **{f"foreseen.{reader}": player.scores[reader].foreseen_rate.value for reader in found.readers},
    }
    return Row(spec.opponent.partition(":")[2] or "not named", values)


def _estimate(name: str, found: Estimate) -> dict[str, float | None]:
    low, high = found.interval or (None, None)
    return {name: found.value, f"{name}_low": low, f"{name}_high": high}


def _notes(found: PeopleScores) -> tuple[str, ...]:
    said = [f"Of every match the first {found.rounds} rounds are read. {_READER_NOTE}"]
    if found.too_short:
        are = "match is" if found.too_short == 1 else "matches are"
        said.append(f"{found.too_short} recorded {are} shorter, and left out.")
    if found.others:
        said.append("People and players had different opponents: what they reacted to differs too.")
    said += [
        f"{found.runs.label(player.cell)}: {player.cell.uncounted}" for player in found.others if player.cell.uncounted
    ]
    said += [f"Not among people: {sentence}." for sentence in found.left_out]
    said += found.runs.cautions_of([player.cell for player in found.others])
    return tuple(said)
