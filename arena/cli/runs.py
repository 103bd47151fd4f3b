"""`arena runs`: what is in a store, and how far it is; `arena runs show`: all that was set of one run."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from arena.cli.options import command, group, json_option, run_argument, store_option
from arena.cli.output import heading, say
from arena.text import number_text, printable

if TYPE_CHECKING:
    from arena.store.rows import CellRow, RunRow
    from arena.store.store import Store

_HEADINGS = ("run", "experiment", "size", "cells", "done", "counted", "open", "state")


# of a cell's settings, those that stand elsewhere in what is printed of a run
_ELSEWHERE: Final = frozenset(
    {"subject", "opponent", "game", "rounds_asked", "seed", "weights", "opponent_weights", "run", "created"}
)


@group()
@store_option
@json_option
@click.pass_context
def runs(context: click.Context, store: Path, as_json: bool) -> None:
    """List the runs in a store, oldest first, and how far each one is: matches of so many rounds, or answers to tasks.

    Reports of an unfinished run of games include only the counted matches, or the first rounds of all matches; the
    others are not yet a fair sample.

    A run is finished, running (another process is writing it now) or stopped. The command that began a stopped run
    continues it.
    """
    if context.invoked_subcommand is not None:
        context.default_map = {context.invoked_subcommand: {"store": store, "as_json": as_json}}
        return
    found = _read(store)
    if as_json:
        click.echo(json.dumps({"store": str(store), "runs": found}, indent=2))
    elif not found:
        say(f"{store} holds no run yet: `arena tournament` plays one")
    else:
        _print_table([_cells(run) for run in found])


@command(name="show")
@run_argument
@store_option
@json_option
def show(name: str | None, store: Path, as_json: bool) -> None:
    """Print every setting of a run, and its cells with how far each one is.

    RUN is a run's name, or enough of it: its last parts (1, 27-1), or its beginning; the latest by default.
    """
    from arena.store import Store

    with Store.open(store) as opened:
        found = _document(opened, opened.run(name))
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _print_run(found)


runs.add_command(show)


def _read(path: Path) -> list[dict[str, Any]]:
    from arena.store import Store
    from arena.store.codec import run_key

    found = []
    with Store.open(path) as store:
        for run in store.runs():
            spec, cells = run.spec, store.cells(run)
            far = _how_far(run, cells)
            found.append(
                {
                    "run": run.name,
                    "key": run_key(spec),
                    "experiment": spec.experiment,
                    "unit": spec.unit,
                    "size": spec.size,
                    "rounds": spec.rounds,
                    "amount": _amount(run),
                    "seed": spec.seed,
                    "cells": len(cells),
                    **far,
                    **_state(store, run),
                    "created": run.created,
                }
            )
    return found


def _amount(run: RunRow) -> str:
    from arena.experiments.registry import amount

    return amount(run.spec)


def _state(store: Store, run: RunRow) -> dict[str, Any]:
    writer = store.writer_of(run)
    return {
        "state": "finished" if run.finished else "stopped" if writer is None else "running",
        "process": writer or None,
    }


def _how_far(run: RunRow, cells: Sequence[CellRow]) -> dict[str, Any]:
    """How far some cells of a run are."""
    from arena.store.rows import Unit

    spec = run.spec
    by_rounds = [cell for cell in cells if cell.reached is not None]
    whole = [cell for cell in cells if cell.reached is None]
    counted = sum(cell.done if cell.below is None else cell.below for cell in whole)
    return {
        "done": sum(cell.done for cell in cells),
        "asked": len(cells) * (1 if spec.unit is Unit.FINDING else spec.size),
        "counted": counted if spec.unit is Unit.MATCH else None,
        # of cells of which only the first rounds count
        "counted_rounds": sum((cell.below or 0) * (cell.reached or 0) for cell in by_rounds),
        "open": sum(cell.open for cell in cells),
    }


def _document(store: Store, run: RunRow) -> dict[str, Any]:
    """All that is known of a run but what was played or drawn."""
    import msgspec

    from arena.reports.settings import run_document, settings_of

    cells = [
        {
            "cell": number,
            "key": cell.spec.key,
            "subject": cell.spec.subject,
            "opponent": cell.spec.opponent or None,
            "what": cell.spec.what,
            "prompt": msgspec.to_builtins(cell.spec.asked),
            "opponent_prompt": msgspec.to_builtins(cell.spec.opponent_asked),
            "detail": dict(cell.spec.detail),
            **_how_far(run, [cell]),
            "seconds": cell.seconds,
            "settings": settings_of(run, cell.spec),
        }
        for number, cell in enumerate(store.cells(run), start=1)
    ]
    return {
        "store": str(store.path),
        **run_document(run),
        "amount": _amount(run),
        **_state(store, run),
        "cells": cells,
    }


def _print_run(found: Mapping[str, Any]) -> None:
    from arena.reports.settings import facts, own_settings

    cells = found["cells"]
    rows = [cell["settings"] for cell in cells]
    shared = _shared(rows)
    about = {name: found[name] for name in ("run", "experiment", "seed", "state", "created", "key")}
    _print_pairs({**about, "amount": found["amount"], **own_settings(found["settings"], rows), **shared})
    for title, pairs in (("models", found["models"]), ("manifest", facts(found["manifest"]))):
        if pairs:
            heading(title)
            _print_pairs(pairs)
    if found["commands"]:
        heading("commands")
        for command in found["commands"]:
            click.echo(printable(command))
    heading("cells")
    for cell in cells:
        click.echo(printable(_cell_line(cell, found["unit"])))
        settings = {name: value for name, value in _said(cell["settings"]).items() if name not in shared}
        _print_pairs(settings | cell["detail"], indent=3)


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a cell that it has, but those that stand elsewhere."""
    return {name: value for name, value in row.items() if value not in (None, "") and name not in _ELSEWHERE}


def _shared(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The settings that are the same in all cells that have them."""
    from arena.reports.settings import differing

    several = differing(rows)
    return {name: value for row in rows for name, value in _said(row).items() if name not in several}


def _cell_line(cell: Mapping[str, Any], unit: str) -> str:
    """What a cell is, and how far."""
    against = f" against {cell['opponent']}" if cell["opponent"] else ""
    several = {"match": "matches"}.get(unit, f"{unit}s")
    counted = "" if cell["counted"] is None else f", {_counted(cell)} counted, {cell['open']} open"
    return (
        f"{cell['cell']}  {cell['subject']}{against}, {cell['what']}: "
        f"{cell['done']} of {cell['asked']} {several}{counted}, {cell['seconds']:.1f} s"
    )


def _counted(found: Mapping[str, Any]) -> str:
    """How many matches count, and of cells of which only the first rounds count, how many of those."""
    parts = [str(found["counted"])] if found["counted"] or not found["counted_rounds"] else []
    return " and ".join([*parts, *([f"{found['counted_rounds']} rounds"] if found["counted_rounds"] else [])])


def _print_pairs(pairs: Mapping[str, Any], indent: int = 0) -> None:
    """Names and values below each other."""
    from arena.reports.settings import name_of

    names = [printable(name_of(name)) for name in pairs]
    width = max(map(len, names), default=0)
    for name, value in zip(names, pairs.values(), strict=True):
        shown = (
            number_text(value) if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
        )
        click.echo(f"{' ' * indent}{name.ljust(width)}  {printable(shown)}".rstrip())


def _cells(run: dict[str, Any]) -> tuple[str, ...]:
    return (
        printable(run["run"]),
        printable(run["experiment"]),
        printable(run["amount"]),
        str(run["cells"]),
        f"{run['done']} of {run['asked']}",
        "–" if run["counted"] is None else _counted(run),
        str(run["open"]),
        f"{run['state']} ({run['process']})" if run["process"] else run["state"],
    )


def _print_table(rows: list[tuple[str, ...]]) -> None:
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
        for row in (_HEADINGS, *rows):
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            click.echo("  ".join(padded).rstrip())
        return
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, show_edge=False, pad_edge=False, collapse_padding=True)
    for name in _HEADINGS:
        table.add_column(name, no_wrap=name in ("run", "matches", "state"))
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
