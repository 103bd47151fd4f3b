"""`arena watch`: the app, following a run or a match."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command, store_option
from arena.errors import UsageError


@command()
@click.argument("run", required=False)
@click.option("--match", is_flag=True, help="Follow the match that a person plays, or the next one, instead of a run.")
@click.option("--guest", is_flag=True, hidden=True, help="Whoever watches can touch nothing.")
@store_option
def watch(run: str | None, match: bool, guest: bool, store: Path) -> None:
    """Follow RUN: the progress of each cell, and table 2 and determinism as they fill.

    Without RUN, it is the latest one; if there is none yet, the next one is shown as soon as it begins.
    """
    from arena.cli.play import open_app
    from arena.store import Store

    if match and run is not None:
        raise UsageError("--match follows whatever match is played: leave RUN out")
    name = ""
    if run is not None or store.exists():
        with Store.open(store) as opened:  # what is wrong with it is said before the screen is taken over
            name = "" if run is None else opened.run(run).name
    if match:
        open_app(store, audience="alone" if guest else "here")
    else:
        open_app(store, follow=name)
