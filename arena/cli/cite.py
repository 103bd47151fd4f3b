"""`arena cite`: what a paper with a run's numbers in it should cite, as BibTeX."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command, run_argument, store_option


@command()
@run_argument
@store_option
def cite(name: str | None, store: Path) -> None:
    """Print BibTeX for Arena, for the paper that it reproduces, and for the models of a run.

    RUN is a run's name, or enough of it: its last parts (1, 27-1), or its beginning; the latest by default.
    """
    from arena.reports.citing import bibtex
    from arena.store import Store

    with Store.open(store) as opened:
        click.echo(bibtex(opened.run(name).spec.models), nl=False)
