"""`--dry-run`: the cells that a command would fill, with the prompts, tokens and time that each takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from arena.cli.options import FiniteRange, settings_of, together
from arena.cli.output import tell
from arena.errors import ArenaError

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.experiments.cost import Cost
    from arena.experiments.experiment import Cell, Plan
    from arena.experiments.past import Shown
    from arena.reports.report import Report
    from arena.reports.table import Table

dry_options = together(
    click.option("--dry-run", is_flag=True, help="Only list the cells, with the prompts, tokens and time each takes."),
    click.option(
        "--speed",
        type=FiniteRange(0, min_open=True),
        metavar="TOKENS/S",
        show_default="as measured",
        help="With --dry-run: the speed of the models.",
    ),
)

_SOURCES: Final = {
    "given": "the speed given by --speed",
    "measured": "the speed that the runs in this store had",
    "stated": "the speed of this model on two cores of an Intel Xeon with AVX-512 that did nothing else",
}


class Listed(NamedTuple):
    """A plan whose cells are listed: what its rows begin with ("2. "), and the plan, or whose it would be and why there
    is none."""

    before: str
    subjects: Sequence[str]
    plan: Plan | ArenaError


def list_costs(plans: Callable[[Models], Awaitable[Sequence[Listed]]], chosen: Mapping[str, Any]) -> None:
    """Print the costs of `plans`, which are made with models of which none is loaded. `chosen` has the values of
    `dry_options` and of the options that all such commands have."""
    from arena.backends.loading import Models
    from arena.experiments.past import Shown
    from arena.reports.report import as_json
    from arena.store.store import Store

    models = Models(settings_of(chosen), tell)

    async def listed(idle: Models) -> Sequence[Listed]:
        return await plans(idle)

    with ExitStack() as closing:
        idle = closing.enter_context(models.unloaded())
        path: Path = chosen["store"]
        store = closing.enter_context(Store.open(path)) if path.exists() else None
        report = report_of(asyncio.run(listed(idle)), Shown(store), chosen["speed"])
    if chosen["as_json"]:
        click.echo(as_json(report.to_json()), nl=False)
    else:
        from arena.cli.output import show

        show([report], "rich")


def report_of(plans: Sequence[Listed], shown: Shown, speed: float | None) -> Report:
    """The costs as a report: a row for each cell, and one for all of them."""
    from arena.reports.report import Report

    records = [record for listed in plans for record in _records(listed, shown, speed)]
    table = _table(records)
    return Report("costs", "costs", (table,), (), records, {"cells": records, "all": _sum(records)})


def _records(listed: Listed, shown: Shown, speed: float | None) -> list[dict[str, Any]]:
    from arena.experiments.registry import costs_of

    if isinstance(listed.plan, ArenaError):
        return [{"cell": f"{listed.before}{subject}", "unknown": str(listed.plan)} for subject in listed.subjects]
    cells = zip(listed.plan.cells, costs_of(listed.plan, shown), strict=True)
    return [_record(listed.before, cell, cost, shown, speed) for cell, cost in cells if listed.plan.takes(cell)]


def _record(before: str, cell: Cell, cost: Cost | None, shown: Shown, given: float | None) -> dict[str, Any]:
    from arena.experiments.speeds import speed_of

    record: dict[str, Any] = {"cell": f"{before}{cell.title}"}
    if cost is None:
        return record | {"unknown": "this kind of experiment doesn't say what it costs"}
    speed = speed_of(cell.spec, shown, given)
    open_ = cost.tokens * cost.left
    seconds = 0.0 if not open_.likely else open_.likely / speed.tokens if speed else None
    return record | {
        "prompts": round(cost.prompts.likely),
        "prompts_at_most": round(cost.prompts.most),
        "tokens": round(cost.tokens.likely),
        "tokens_at_most": round(cost.tokens.most),
        "learned": cost.from_runs,
        "done": 1.0 - cost.left,
        "seconds": seconds,
        "speed": speed and speed.tokens,
        "speed_source": speed and speed.source,
    }


def _sum(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All cells together; what isn't known of one isn't known of all."""
    found: dict[str, Any] = {}
    for name in ("prompts", "prompts_at_most", "tokens", "tokens_at_most", "seconds"):
        values = [record.get(name) for record in records]
        found[name] = None if None in values else sum(values)
    return found


def _table(records: Sequence[Mapping[str, Any]]) -> Table:
    from arena.reports.table import Column, Row, Table

    columns = (
        Column("prompts", "prompts", "count"),
        Column("prompts_at_most", "at most", "count", expendable=2),
        Column("tokens", "tokens", "count"),
        Column("tokens_at_most", "at most", "count", expendable=3),
        Column("done", "done", "share", digits=0, expendable=1),
        Column("seconds", "time", "text"),
    )
    whole = _sum(records)
    rows = [Row(record["cell"], record, _texts(record)) for record in records]
    rows.append(Row("all", whole, _texts(whole), source="value"))
    return Table("costs", "What would be done", columns, tuple(rows), tuple(_notes(records)))


def _texts(record: Mapping[str, Any]) -> dict[str, str]:
    from arena.reports.words import duration

    seconds = record.get("seconds")
    shown = {name: f"{value:,}" for name, value in record.items() if isinstance(value, int) and "t" in name}
    return shown | {"seconds": "?" if seconds is None else duration(seconds)}


def _notes(records: Sequence[Mapping[str, Any]]) -> list[str]:
    notes = [
        "Tokens are those that a model reads and writes: prompts without what they share, and answers. Their numbers "
        "are estimated from the words of the prompts."
    ]
    if any(record.get("learned") is False and record["prompts_at_most"] > 1 for record in records):
        notes.append(
            "How many prompts differ depends on the answers. Unless this store has a run of the same player, the "
            "likely number is what the two models that come as packages have shown; at most is what it can't exceed."
        )
    if any(record.get("learned") for record in records):
        notes.append(
            "Where this store has a run of the same player in the same game or task, it was learned from that."
        )
    used = dict.fromkeys(record["speed_source"] for record in records if record.get("speed_source"))
    notes += [f"Time: at {', or '.join(_SOURCES[source] for source in used)}. Loading is not counted."] if used else []
    if any("seconds" in record and record["seconds"] is None for record in records):
        notes.append("?: nothing was measured yet: give the speed with --speed, or run a little (--only) first.")
    notes += dict.fromkeys(f"{record['cell']}: {record['unknown']}." for record in records if "unknown" in record)
    return notes
