"""`arena run SUITE`: players, games and tasks that a TOML file names together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arena.cli.options import command, display_option, json_option, patience_option, running_options, store_option
from arena.cli.output import say_where, show_games, show_tasks
from arena.cli.running import to_its_end

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.cli.progress import Silent
    from arena.store.rows import RunRow
    from arena.store.store import Store


@command()
@click.argument("suite", required=False)
@store_option
@json_option
@display_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write all tables and figures there.")
@running_options
@patience_option
def run(suite: str | None, store: Path, out: Path | None, **chosen: Any) -> None:
    """Run a whole SUITE: one that comes with Arena, by its name, or a TOML file of your own. Without one, list them.

    The same command again goes on where it was, and plays nothing that is finished.
    """
    from arena.experiments.suites.running import run_suite
    from arena.experiments.suites.suite import find_suite, shipped
    from arena.store.store import Store

    if suite is None:
        for name, title in shipped().items():
            click.echo(f"{name}  {title}")
        return
    found = find_suite(suite)

    async def work(opened: Store, models: Models, watching: Silent) -> list[RunRow]:
        return await run_suite(found, opened, models, watching)

    with Store.open(store, create=True) as opened:
        runs = to_its_end(work, opened, chosen["display"], chosen)
        _report(opened, found.name, runs, out, chosen["as_json"])


def _report(store: Store, name: str, runs: Sequence[RunRow], out: Path | None, as_json: bool) -> None:
    from arena.reports.numbers import folder as tasks_folder
    from arena.reports.numbers.report import task_report
    from arena.reports.tournament import folder as games_folder
    from arena.reports.tournament.report import run_report
    from arena.store.rows import TASK_KIND

    of_games = [run for run in runs if run.spec.kind != TASK_KIND]
    of_tasks = [run for run in runs if run.spec.kind == TASK_KIND]
    games = run_report(store, *of_games) if of_games else None
    tasks = task_report(store, *of_tasks) if of_tasks else None
    if out is not None:
        if games is not None:
            games_folder.write_all(games, out)
        if tasks is not None:
            tasks_folder.write_all(tasks, out)
        say_where(out)
    if as_json:
        documents = {"games": games and games.to_json(), "tasks": tasks and tasks.to_json()}
        click.echo(json.dumps({"suite": name} | documents, indent=2, allow_nan=False))
        return
    if games is not None:
        show_games(games, "rich")
    if tasks is not None:
        show_tasks(tasks, "rich")
