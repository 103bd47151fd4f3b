"""`arena runs`: what is in a store, and how far it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from arena.cli.options import command, json_option, store_option
from arena.cli.output import say
from arena.text import printable

_HEADINGS = ("run", "experiment", "size", "cells", "done", "counted", "open", "state")


@command()
@store_option
@json_option
def runs(store: Path, as_json: bool) -> None:
    """List the runs in a store, oldest first, and how far each one is: matches of so many rounds, or answers to tasks.

    Reports of an unfinished run of games include only the counted matches; the others are not yet a fair sample.

    A run is finished, running (another process is writing it now) or stopped. The command that began a stopped run
    continues it.
    """
    found = _read(store)
    if as_json:
        click.echo(json.dumps({"store": str(store), "runs": found}, indent=2))
    elif not found:
        say(f"{store} holds no run yet: `arena tournament` plays one")
    else:
        _print_table([_cells(run) for run in found])


def _read(path: Path) -> list[dict[str, Any]]:
    from arena.experiments.registry import amount
    from arena.store import Store
    from arena.store.codec import run_key
    from arena.store.rows import Unit

    found = []
    with Store.open(path) as store:
        for run in store.runs():
            spec, cells, writer = run.spec, store.cells(run), store.writer_of(run)
            counted = sum(cell.done if cell.below is None else cell.below for cell in cells)
            found.append(
                {
                    "run": run.name,
                    "key": run_key(spec),
                    "experiment": spec.experiment,
                    "unit": spec.unit,
                    "size": spec.size,
                    "rounds": spec.rounds,
                    "amount": amount(spec),
                    "seed": spec.seed,
                    "cells": len(cells),
                    "done": sum(cell.done for cell in cells),
                    "asked": len(cells) * (1 if spec.unit is Unit.FINDING else spec.size),
                    "counted": counted if spec.unit is Unit.MATCH else None,
                    "open": sum(cell.open for cell in cells),
                    "state": "finished" if run.finished else "stopped" if writer is None else "running",
                    "process": writer or None,
                    "created": run.created,
                }
            )
    return found


def _cells(run: dict[str, Any]) -> tuple[str, ...]:
    return (
        printable(run["run"]),
        printable(run["experiment"]),
        printable(run["amount"]),
        str(run["cells"]),
        f"{run['done']} of {run['asked']}",
        "–" if run["counted"] is None else str(run["counted"]),
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
    for heading in _HEADINGS:
        table.add_column(heading, no_wrap=heading in ("run", "matches", "state"))
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
