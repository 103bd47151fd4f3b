"""`arena export`: runs for other programs, as tables or in formats of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from arena.cli.options import command, stores_option
from arena.cli.output import say, tell

if TYPE_CHECKING:
    from arena.store import RunRow, Store


@command()
@stores_option
@click.option("--run", "name", metavar="NAME", help="Only this run (see `arena runs`); all runs by default.")
@click.option(
    "--to", type=click.Choice(["csv", "jsonl", "parquet", "inspect", "datasets"]), required=True, help="The format."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder, made if missing.")
@click.option("--all", "unfinished", is_flag=True, help="Include the rounds of unfinished matches.")
def export(stores: tuple[Path, ...], name: str | None, to: str, out: Path, unfinished: bool) -> None:
    """Write every round to OUT/rounds, answers to tasks to OUT/answers, what else was found out about cells to
    OUT/findings, and every distinct prompt to OUT/prompts.

    Rounds have a row each, ordered by cell, run, match and round; answers have a row each, ordered by cell, run and
    draw. docs/export.md describes every column. The column `run` is a hash of everything that defines the run (`arena
    runs --json` shows it as "key"), so two stores with the same draws give the same bytes. Moves of a game that isn't
    installed here are numbers, #0 being the first. In CSV, a text that begins with = + - @, a tab or a carriage return
    gets an apostrophe before it, so that no spreadsheet takes a model's words for a formula. JSON lines and Parquet
    keep texts as they are.

    --to datasets writes the same tables as Parquet, with a card, for Hugging Face datasets. --to inspect writes logs
    for inspect_ai and its viewer: a log per cell, with a sample per match or answer.

    With several --store, a run whose name is in more than one of them is called STORE:NAME, as in rig:2026-11-23-1.
    """
    from arena.store.several import check_apart, open_all

    with open_all(stores) as opened:
        run = opened.run(name) if name else None
        check_apart(opened, [run] if run else opened.runs())
        if to == "inspect":
            _write_logs(opened, out, run, unfinished)
        else:
            _write_tables(opened, out, to, run, unfinished)


def _write_logs(store: Store, out: Path, run: RunRow | None, unfinished: bool) -> None:
    from arena.exchange.inspect_logs import write_logs

    done = write_logs(store, out, run=run, unfinished=unfinished)
    for file, count in done.files.items():
        say(f"{file}: {count:,} samples")
    for name, cell in done.without:
        tell(f"run {name} has no matches or answers of {cell}: there is no log of it")


def _write_tables(store: Store, out: Path, to: str, run: RunRow | None, unfinished: bool) -> None:
    if to == "datasets":
        from arena.exchange.datasets_folder import write_folder

        done = write_folder(store, out, run=run, unfinished=unfinished)
    else:
        from arena.store.export import export as write

        done = write(store, out, to, run=run, unfinished=unfinished)
    for table, file in done.files.items():
        say(f"{file}: {done.counts[table]:,} {table}")
    for name, game in done.unnamed:
        tell(f"run {name} played {game!r}, which isn't installed here: its moves are numbers, #0 the first")
