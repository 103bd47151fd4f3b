"""`arena report`: the tables and figures of a run, or of several side by side."""

from __future__ import annotations

from pathlib import Path

import click

from arena.cli.options import command, stores_option
from arena.cli.output import FORMATS, report_on


@command(short_help="Tables and figures of a run.")
@stores_option
@click.option(
    "--run",
    "names",
    multiple=True,
    metavar="NAME",
    help="The run; the latest by default. Several of one kind share one table.",
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="rich")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write all tables and figures to this folder."
)
@click.option("--published", is_flag=True, help="Put the paper's own rows below ours.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="SPEC=NAME",
    help="Call an agent, such as llm:gemma-3-270m, by this name; may be repeated.",
)
def report(
    stores: tuple[Path, ...],
    names: tuple[str, ...],
    format_: str,
    out: Path | None,
    published: bool,
    labels: tuple[str, ...],
) -> None:
    """Print the tables of a run, as far as it fills them: table 2 for games, tables 1, 3, 4, 6 and 7 for numbers.

    With --out, write them in every format, with the figures as PNG, SVG and PDF.

    With several --store, a run whose name is in more than one of them is called STORE:NAME, as in rig:2026-11-23-1.
    """
    from arena.reports.options import ReportSettings, read_labels
    from arena.store.several import check_apart, open_all

    with open_all(stores) as opened:
        named = {run.name: run for run in map(opened.run, names or [None])}  # each once, however it was named
        runs = list(named.values())
        check_apart(opened, runs)
        report_on(opened, runs, format_, out, ReportSettings(published, read_labels(labels, runs)))
