"""`arena watch`: the app, following a run."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command, store_option


@command()
@click.argument("run", required=False)
@store_option
def watch(run: str | None, store: Path) -> None:
    """Follow RUN: the progress of each cell, and table 2 and determinism as they fill.

    Without RUN, it is the latest one; if there is none yet, the next one is shown as soon as it begins.
    """
    from arena.cli.play import open_app
    from arena.store import Store

    name = ""
    if run is not None or store.exists():
        with Store.open(store) as opened:  # what is wrong with it is said before the screen is taken over
            name = "" if run is None else opened.run(run).name
    open_app(store, follow=name)
