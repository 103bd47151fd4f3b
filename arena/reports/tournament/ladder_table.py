"""The ladder of readers as a table: what each gains a round, and how much of what the ideal reader gains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from arena.games import value_of
from arena.reports.table import Column, Row, Table
from arena.reports.tournament.exact import ExactCell
from arena.reports.tournament.ladder import Ladder, Rung, gained
from arena.reports.tournament.runs import TournamentRuns
from arena.stats.clusters import Estimate
from arena.text import printable

KEY: Final = "ladder"
_COLUMNS: Final = (
    Column("reads", "reads", "text", expendable=3),
    Column("gain", "gain"),
    Column("gain", "95%", "interval", expendable=1),
    Column("gain_bound", "bound of gain", "range", expendable=4, narrow="bound"),
    Column("share", "% of the top", "rate", narrow="% of\ntop"),
    Column("exploitability", "exploitability", expendable=2, narrow="exploit-\nability"),
    Column("exploitability", "95%", "interval", expendable=5),
)
_NOTE: Final = (
    "Gain: the reader's net above what the game is worth to it, in points a round. Exploitability: what the best reply "
    "to each round's policy gains over the game's value, on average over the rounds of that row, with its 95% interval "
    "(docs/exact.md)."
)


def ladder_table(runs: TournamentRuns, ladders: Sequence[Ladder]) -> tuple[Table, ...]:
    """A part for each subject and game."""
    return tuple(
        Table(
            KEY,
            f"The ladder of readers: {ladder.name}, {ladder.game.title}",
            _COLUMNS,
            tuple(_row(ladder, rung) for rung in ladder.rungs),
            (*([_NOTE] if ladder is ladders[0] else []), *_said(ladder)),
        )
        for ladder in ladders
    )


def _row(ladder: Ladder, rung: Rung) -> Row:
    exact = rung.cell if isinstance(rung.cell, ExactCell) else None
    name = printable(f"{rung.reader}, exact" if exact else rung.reader)
    value = value_of(ladder.game)
    bound = (None, None) if exact is None else (value - exact.net_bound[1], value - exact.net_bound[0])
    values: dict[str, Any] = {
        "game": ladder.game.name,
        "subject": rung.cell.cell.spec.subject,
        "reader": rung.reader,
        "exact": exact is not None,
        "reads": rung.reads,
        "share": ladder.share(rung),
        "top": rung is ladder.top,
        "gain_bound_low": bound[0],
        "gain_bound_high": bound[1],
        **_estimate("gain", rung.gain),
        **_estimate("exploitability", rung.exploitability),
    }
    return Row(name, values, state=rung.cell.state)


def _estimate(name: str, estimate: Estimate) -> dict[str, float | None]:
    low, high = estimate.interval or (None, None)
    return {name: estimate.value, f"{name}_low": low, f"{name}_high": high}


def _said(ladder: Ladder) -> list[str]:
    """What the top is, and which readers gain less than one that looks less far."""
    said = []
    if not ladder.top.reader.startswith("ideal"):
        said.append(
            f"{ladder.name}: there is no ideal reader here, so the top is the rung that gains most, "
            f"{printable(ladder.top.reader)}."
        )
    for rung, before in ladder.falls:
        overlap = "; their intervals overlap" if _overlap(rung.gain, before.gain) else ""
        said.append(
            f"{ladder.name}: {printable(rung.reader)} gains {gained(before) - gained(rung):.2f} points less than "
            f"{printable(before.reader)}, which looks less far ahead{overlap}."
        )
    return said


def _overlap(one: Estimate, other: Estimate) -> bool:
    """Whether two intervals overlap; a missing one may overlap with any."""
    if one.interval is None or other.interval is None:
        return True
    return one.interval[0] <= other.interval[1] and other.interval[0] <= one.interval[1]
