"""`arena report`: the tables and figures of a run, or of several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from arena.cli.options import command, store_option
from arena.cli.output import FORMATS, say_where, show_games, show_tasks
from arena.errors import UsageError

if TYPE_CHECKING:
    from arena.store.rows import RunRow
    from arena.store.store import Store


@command(short_help="Tables and figures of a run.")
@store_option
@click.option(
    "--run", "names", multiple=True, metavar="NAME", help="Which run; default: the latest. Several stand in one table."
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="rich", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write all tables and figures into this folder."
)
@click.option("--published", is_flag=True, help="Put the paper's own rows below ours.")
def report(store: Path, names: tuple[str, ...], format_: str, out: Path | None, published: bool) -> None:
    """Print the tables of a run: table 2 of games, tables 1, 3, 4, 6 and 7 of numbers, as far as it fills them.

    With --out, write them in every format, with the figures as PNG, SVG and PDF.
    """
    from arena.store.rows import TASK_KIND
    from arena.store.store import Store

    with Store.open(store) as opened:
        runs = [opened.run(name) for name in dict.fromkeys(names)] or [opened.run(None)]
        kinds = {run.spec.kind == TASK_KIND for run in runs}
        if len(kinds) > 1:
            raise UsageError("runs of games and of numbers fill different tables: name those of one kind with --run")
        (_tasks if kinds == {True} else _games)(opened, runs, format_, out, published)


def _games(store: Store, runs: Sequence[RunRow], format_: str, out: Path | None, published: bool) -> None:
    from arena.reports.tournament.folder import write_all
    from arena.reports.tournament.report import run_report

    found = run_report(store, *runs)
    if out is not None:
        write_all(found, out, published)
        say_where(out)
    show_games(found, format_, published)


def _tasks(store: Store, runs: Sequence[RunRow], format_: str, out: Path | None, published: bool) -> None:
    from arena.reports.numbers.folder import write_all
    from arena.reports.numbers.report import task_report

    found = task_report(store, *runs)
    if out is not None:
        write_all(found, out, published)
        say_where(out)
    show_tasks(found, format_, published)
