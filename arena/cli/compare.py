"""`arena compare`: what differs between two runs."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command, json_option, store_option
from arena.cli.output import FORMATS, show


@command()
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@store_option
@click.option("--format", "format_", type=click.Choice(FORMATS), default="rich")
@json_option
def compare(first: str, second: str, store: Path, format_: str, as_json: bool) -> None:
    """Say what differs between two runs: in their settings, then in the results of each cell that both have.

    Results are the second run minus the first, with a 95% interval, paired by match where both runs had the same draws.
    Where the interval holds 0, the table says how many more matches or answers would settle it.

    RUN is a run's name, or enough of it: its last parts (1, 27-1), or its beginning.
    """
    from arena.reports.compare.comparison import compare as comparison
    from arena.store import Store

    with Store.open(store) as opened:
        show([comparison(opened, opened.run(first), opened.run(second))], "json" if as_json else format_)
