"""`arena reproduce SUITE`: the paper's numbers and claims beside ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from arena.cli.options import command, model_options, run_options
from arena.cli.output import show, write_reports
from arena.cli.running import exit_if_failed, suite_to_its_end


@command()
@click.argument("suite", required=False)
@run_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for the tables in all formats.")
@click.option(
    "--at",
    multiple=True,
    metavar="[MODEL=]WHERE",
    help="Run the models whose weights are on the hub, or the one named, there, as in arena run.",
)
@model_options
def reproduce(suite: str | None, store: Path, out: Path | None, at: tuple[str, ...], **chosen: Any) -> None:
    """Run what a SUITE still lacks, then set each number that the paper prints beside ours.

    Each number gets an interval and a verdict (within, differs, not comparable), and each claim about the paper's
    figures is tested on what was run. The exit code is 0 whatever the verdicts.

    Without a SUITE, nothing is run: the runs that are in the store count, whichever they are.
    """
    from arena.reports.reproduce import report
    from arena.store.store import Store

    format_ = "json" if chosen["as_json"] else "rich"
    if suite is None:
        with Store.open(store) as opened:
            runs = opened.runs()
            made = [report(opened, runs)]
            write_reports(made, runs, out)
            show(made, format_)
        return
    from arena.experiments.suites.placing import placed
    from arena.experiments.suites.suite import find_suite

    found = placed(find_suite(suite), at)

    with Store.open(store, create=True) as opened:
        done = suite_to_its_end(found, opened, chosen)
        made = [report(opened, done.runs, suite=found.name)]
        write_reports(made, done.runs, out)
        show(made, format_)
    exit_if_failed(found, done)
