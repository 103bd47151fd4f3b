"""`arena export`: every round and answer as a table, for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command, stores_option
from arena.cli.output import say, tell


@command()
@stores_option
@click.option("--run", "name", metavar="NAME", help="Only this run (see `arena runs`); all runs by default.")
@click.option("--to", type=click.Choice(["csv", "jsonl", "parquet"]), required=True, help="The format.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder, made if missing.")
@click.option("--all", "unfinished", is_flag=True, help="Include the rounds of unfinished matches.")
def export(stores: tuple[Path, ...], name: str | None, to: str, out: Path, unfinished: bool) -> None:
    """Write every round to OUT/rounds, answers to tasks to OUT/answers, and every distinct prompt to OUT/prompts.

    Rounds have a row each, ordered by cell, run, match and round; answers have a row each, ordered by cell, run and
    draw. The column `run` is a hash of everything that defines the run (`arena runs --json` shows it as "key"), so two
    stores with the same draws give the same bytes. Moves of a game that isn't installed here are numbers, #0 being the
    first. In CSV, a text that begins with = + - @, a tab or a carriage return gets an apostrophe before it, so that no
    spreadsheet takes a model's words for a formula. JSON lines and Parquet keep texts as they are.

    With several --store, a run whose name is in more than one of them is called STORE:NAME, as in rig:2026-11-23-1.
    """
    from arena.store.export import export as write
    from arena.store.several import check_apart, open_all

    with open_all(stores) as opened:
        chosen = opened.run(name) if name else None
        check_apart(opened, [chosen] if chosen else opened.runs())
        done = write(opened, out, to, run=chosen, unfinished=unfinished)
    for table, file in done.files.items():
        say(f"{file}: {done.counts[table]:,} {table}")
    for run, game in done.unnamed:
        tell(f"run {run} played {game!r}, which isn't installed here: its moves are numbers, #0 the first")
