"""Reports on standard output, in the requested format, and words for people on standard error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Final

import click

from arena.text import printable

if TYPE_CHECKING:
    from arena.reports.look import Look
    from arena.reports.options import ReportSettings
    from arena.reports.report import Report
    from arena.store.rows import RunRow

FORMATS: Final = ("rich", "md", "tex", "csv", "json")
_PIPED_WIDTH: Final = 120  # columns without a terminal, unless COLUMNS says otherwise


def say(sentence: str) -> None:
    """Print words for people to standard error; nothing in a path or a name acts on the terminal."""
    click.echo(printable(sentence), err=True)


def tell(sentence: str) -> None:
    """Print a notice that begins with the program's name."""
    say(f"arena: {sentence}")


def heading(text: str) -> None:
    """Print a heading above a part of the output."""
    click.echo()
    click.secho(text, bold=True)


def ready(reports: Sequence[Report], runs: Sequence[RunRow]) -> Sequence[Report]:
    """The reports that a command which did its work can show. Where only a part of a run was asked for, a report that
    has nothing to show yet isn't an error: its reason is said, and it is left out."""
    if all(run.finished for run in runs):
        return reports
    for report in reports:
        if report.nothing:
            tell(report.nothing)
    return [report for report in reports if not report.nothing]


def write_reports(
    reports: Sequence[Report],
    runs: Sequence[RunRow],
    out: Path | None,
    settings: ReportSettings | None = None,
    look: Look | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Write all tables and figures to a folder, and say where; do nothing without a folder, or without a report."""
    from arena.reports.folder.files import write_folder
    from arena.reports.look import PLAIN
    from arena.reports.options import DEFAULTS

    if out is not None and reports:
        write_folder(reports, runs, out, settings or DEFAULTS, look or PLAIN, notes)
        say(f"tables and figures are in {out}; {out / 'index.html'} shows them all")


def show(reports: Sequence[Report], format_: str) -> None:
    """Print reports one after another; as JSON, several are one document. Raises InputError if one of them has nothing
    to print yet."""
    from arena.reports.report import WRITERS, as_json

    if format_ == "json" and len(reports) > 1:
        click.echo(as_json({"reports": [report.to_json() for report in reports]}), nl=False)
        return
    for number, report in enumerate(reports):
        if format_ != "json":
            report.check()
        if number:
            click.echo()
        if format_ == "rich":
            _print(report)
        else:
            click.echo(WRITERS[format_](report), nl=False)


def _print(report: Report) -> None:
    from rich.console import Console

    from arena.reports.terminal import terminal

    console = Console(width=get_terminal_size((_PIPED_WIDTH, 24)).columns)
    # captured, so that click does the writing: rich would end the process at a closed pipe
    with console.capture() as captured:
        console.print(terminal(report.tables, console.width))
    click.echo(captured.get(), nl=False)
