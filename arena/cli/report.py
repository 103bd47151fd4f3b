"""`arena report`: the tables and figures of a run, or of several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from arena.cli.options import command, stores_option
from arena.cli.output import FORMATS, show, tell, write_reports
from arena.errors import UsageError

if TYPE_CHECKING:
    from arena.reports.options import ReportSettings
    from arena.reports.report import Report
    from arena.store.rows import RunRow
    from arena.store.store import Store


@command(short_help="Tables and figures of a run.")
@stores_option
@click.option(
    "--run",
    "names",
    multiple=True,
    metavar="NAME",
    help="The run. By default the latest, or all of them with --out. Several of one kind share one table.",
)
@click.option("--all", "everything", is_flag=True, help="All runs but the matches played in the app.")
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
@click.option(
    "--scores",
    multiple=True,
    metavar="FILE",
    help="Leaderboard scores for figure 1: CSV, TOML, or results of lm-evaluation-harness; may be repeated.",
)
@click.option("--mpl-style", default="", metavar="FILE|NAME", help="A style of matplotlib for the figures in --out.")
@click.option("--figure-size", default="", metavar="WIDTH[xHEIGHT]", help="Their size in inches, as in 5.5 or 5.5x4.")
def report(
    stores: tuple[Path, ...],
    names: tuple[str, ...],
    everything: bool,
    format_: str,
    out: Path | None,
    published: bool,
    labels: tuple[str, ...],
    scores: tuple[str, ...],
    mpl_style: str,
    figure_size: str,
) -> None:
    """Print the tables of a run, as far as it fills them: table 2 for games, tables 1, 3, 4, 6 and 7 for numbers.

    With --out, write those of all runs to a folder in every format, with the figures as PNG, SVG and PDF, a page for a
    browser (index.html), a LaTeX document (report.tex) and a list of everything (manifest.json).

    With several --store, a run whose name is in more than one of them is called STORE:NAME, as in rig:2026-11-23-1.
    """
    from arena.reports.look import look
    from arena.reports.options import ReportSettings, read_labels
    from arena.store.several import check_apart, open_all

    if names and everything:
        raise UsageError("--run chooses runs and --all takes all of them: give one of the two")
    if (mpl_style or figure_size) and out is None:
        raise UsageError("--mpl-style and --figure-size are for the figures in a folder: add --out FOLDER")
    asked_look = look(mpl_style, figure_size)
    with open_all(stores) as opened:
        runs, notes = _chosen(opened, names, everything or out is not None)
        check_apart(opened, runs)
        settings = ReportSettings(published, read_labels(labels, runs), scores)
        reports, more = _reports(opened, runs, settings, strict=bool(names) or len(runs) == 1)
        write_reports(reports, runs, out, settings, asked_look, [*notes, *more])
        for note in (*notes, *more):
            tell(note)
        show(reports, format_)


def _chosen(store: Store, names: Sequence[str], everything: bool) -> tuple[list[RunRow], list[str]]:
    """The runs to report, each once, however it was named; and sentences about those that can't be reported here."""
    from arena.reports.registry import SHOWN_BY, can_report

    if names or not everything:
        wanted: Sequence[str | None] = names or [None]
        named = {run.name: run for run in map(store.run, wanted)}
        return list(named.values()), []
    latest = store.run(None)  # which says so if there is none
    runs = [run for run in store.runs() if run.spec.experiment not in SHOWN_BY] or [latest]
    known = [run for run in runs if can_report(run)]
    unknown = [run.name for run in runs if not can_report(run)] if known else []
    said = f"Not reported, as nothing installed here can report them: runs {', '.join(unknown)}."
    return known or runs, [said] if unknown else []


def _reports(
    store: Store, runs: Sequence[RunRow], settings: ReportSettings, strict: bool
) -> tuple[list[Report], list[str]]:
    """The reports of runs, and why others have nothing to show; if `strict`, those that have nothing are there too."""
    from arena.reports.registry import reports_across, reports_of

    of_runs = reports_of(store, runs, settings)
    across = reports_across(store, runs, settings)
    some = [report for report in of_runs if strict or not report.nothing] or list(of_runs)
    shown = [*some, *(report for report in across if not report.nothing)]
    return shown, [report.nothing for report in (*of_runs, *across) if report.nothing and report not in shown]
