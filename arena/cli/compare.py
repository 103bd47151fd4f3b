"""`arena compare`: what differs between two runs."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command, json_option, stores_option
from arena.cli.output import FORMATS, show


@command()
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@stores_option
@click.option("--format", "format_", type=click.Choice(FORMATS), default="rich")
@json_option
def compare(first: str, second: str, stores: tuple[Path, ...], format_: str, as_json: bool) -> None:
    """Say what differs between two runs: in their settings, then in the results of each cell that both have.

    Results are the second run minus the first, with a 95% interval, paired by match where both runs had the same draws.
    Where the interval holds 0, the table says how many more matches or answers would settle it.

    RUN is a run's name, or enough of it: its last parts (1, 27-1), or its beginning. With several --store, a run whose
    name is in more than one of them is called STORE:NAME, as in rig:2026-11-23-1.
    """
    from arena.reports.compare.comparison import compare as comparison
    from arena.store.several import open_all

    with open_all(stores) as opened:
        show([comparison(opened, opened.run(first), opened.run(second))], "json" if as_json else format_)
