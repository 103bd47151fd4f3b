"""`arena runs`: what is in a store, and how far it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arena.cli.options import command, json_option, store_option
from arena.cli.output import say
from arena.text import printable

if TYPE_CHECKING:
    from arena.store.rows import CellRow

_HEADINGS = ("run", "kind", "size", "cells", "done", "counted", "open", "state")


@command()
@store_option
@json_option
def runs(store: Path, as_json: bool) -> None:
    """The runs in a store, oldest first, and how far each is: of games, matches of so many rounds; of tasks, answers.

    Of an unfinished run of games only the counted matches are reported: those of other numbers are no sample yet.

    A run is finished, running (another process is writing it now) or stopped: the command that began it then
    goes on with it.
    """
    found = _read(store)
    if as_json:
        click.echo(json.dumps({"store": str(store), "runs": found}, indent=2))
    elif not found:
        say(f"{store} holds no run yet: `arena tournament` plays one")
    else:
        _print_table([_cells(run) for run in found])


def _read(path: Path) -> list[dict[str, Any]]:
    from arena.store import Store
    from arena.store.codec import run_key
    from arena.store.rows import TASK_KIND
    from arena.tasks.run import draws

    found = []
    with Store.open(path) as store:
        for run in store.runs():
            cells = store.cells(run)
            writer = store.writer_of(run)
            asked = run.spec.games * len(cells) if run.spec.kind != TASK_KIND or draws(run.spec) else 0
            found.append(
                {
                    "run": run.name,
                    "key": run_key(run.spec),
                    "kind": run.spec.kind,
                    "games": run.spec.games,
                    "rounds": run.spec.rounds,
                    "size": run.spec.size,
                    "seed": run.spec.seed,
                    "cells": len(cells),
                    "matches": sum(cell.finished_matches for cell in cells),
                    "matches_asked": asked,
                    "counted": None if run.spec.kind == TASK_KIND else sum(map(_counted, cells)),
                    "open": sum(cell.open_matches for cell in cells),
                    "state": "finished" if run.finished else "stopped" if writer is None else "running",
                    "process": writer or None,
                    "created": run.created,
                }
            )
    return found


def _counted(cell: CellRow) -> int:
    return cell.finished_matches if cell.below is None else cell.below


def _cells(run: dict[str, Any]) -> tuple[str, ...]:
    return (
        printable(run["run"]),
        printable(run["kind"]),
        run["size"],
        str(run["cells"]),
        f"{run['matches']} of {run['matches_asked']}" if run["matches_asked"] else "–",
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
