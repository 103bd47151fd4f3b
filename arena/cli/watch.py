"""`arena watch`: the app, following a run."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command, store_option


@command()
@click.argument("run", required=False)
@store_option
def watch(run: str | None, store: Path) -> None:
    """Follow RUN (by default the latest): the progress of each cell, and table 2 and determinism as they fill."""
    from arena.cli.play import open_app
    from arena.store import Store

    with Store.open(store) as opened:
        name = opened.run(run).name
    open_app(store, follow=name)
