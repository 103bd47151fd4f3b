"""`arena merge`: several stores into one."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command
from arena.cli.output import say


@command(short_help="Join parts of runs, and whole runs, from several stores into one.")
@click.argument("stores", nargs=-1, required=True, metavar="STORE...", type=click.Path(path_type=Path))
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path),
    metavar="STORE",
    help="The store that gets everything: a new one, or one that is added to.",
)
def merge(stores: tuple[Path, ...], into: Path) -> None:
    """Join the runs of several stores, such as those of several machines, into the store that --into names.

    Parts of one run (the same agents, games, rounds, seed and models) become that run: its name and date are those of
    the oldest part. What two stores both have must be equal; if it isn't, nothing is written. The stores that are read
    stay as they are.
    """
    from arena.store.merging import merge as join

    for run, origins in join(stores, into):
        came = ", ".join(f"{path}" if name == run.name else f"{path} ({name})" for path, name in origins)
        say(f"run {run.name}, {'finished' if run.finished else 'unfinished'}: from {came}")
    say(f"all is in {into}")
