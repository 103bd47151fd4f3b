"""Reports on standard output, in the form that was asked for, and words for people on standard error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Final

import click

from arena.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from arena.reports.numbers.report import TaskReport
    from arena.reports.tournament.report import RunReport

FORMATS: Final = ("rich", "md", "tex", "csv", "json")
_PIPED_WIDTH: Final = 120  # columns where there is no terminal; COLUMNS says otherwise


def say(sentence: str) -> None:
    """Words for people, on standard error; nothing in a path or a name acts on the terminal."""
    click.echo(printable(sentence), err=True)


def say_where(out: Path) -> None:
    """Where a report was written."""
    say(f"tables and figures are in {out}")


def show_games(found: RunReport, format_: str, published: bool = False) -> None:
    """Print the table of runs of games. Raises InputError if there is none to print yet."""
    from arena.reports.tournament.folder import check_finished, writers
    from arena.reports.tournament.terminal import terminal

    if format_ != "json":
        check_finished(found)
    if format_ == "rich":
        _echo(lambda width: terminal(found, width, published))
    else:
        click.echo(writers(published)[format_](found), nl=False)


def show_tasks(found: TaskReport, format_: str, published: bool = False) -> None:
    """Print the tables of runs of tasks."""
    from arena.reports.numbers.folder import writers
    from arena.reports.numbers.tables import tables
    from arena.reports.table import terminal

    if format_ == "rich":
        _echo(lambda width: terminal(tables(found, published), width))
    else:
        click.echo(writers(published)[format_](found), nl=False)


def _echo(draw: Callable[[int], RenderableType]) -> None:
    """Print what `draw` makes of the number of columns that there are."""
    from rich.console import Console

    console = Console(width=get_terminal_size((_PIPED_WIDTH, 24)).columns)
    # captured, so that it is click that writes: rich would end the process at a closed pipe
    with console.capture() as captured:
        console.print(draw(console.width))
    click.echo(captured.get(), nl=False)
