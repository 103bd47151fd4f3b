"""`arena report`: table 2 and figure 4 of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Final

import click

from arena.cli.options import store_option
from arena.errors import InputError

if TYPE_CHECKING:
    from arena.reports.run import RunReport

FORMATS: Final = ("rich", "md", "tex", "csv", "json")
_PIPED_WIDTH: Final = 120  # columns where there is no terminal; COLUMNS says otherwise


@click.command(short_help="Table 2 and figure 4 of a run.")
@store_option
@click.option("--run", "name", metavar="NAME", help="Which run; default: the latest.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="rich", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write all tables and the figure into this folder."
)
@click.option("--published", is_flag=True, help="Put the paper's own rows below ours.")
def report(store: Path, name: str | None, format_: str, out: Path | None, published: bool) -> None:
    """Print table 2 of a run; with --out, write it in every format, and figure 4 as PNG, SVG and PDF."""
    from arena.reports.run import run_report
    from arena.store.store import Store

    with Store.open(store) as opened:
        found = run_report(opened, opened.run(name))
    if out is not None:
        write_all(found, out, published)
    show(found, format_, published)


def show(found: RunReport, format_: str, published: bool = False) -> None:
    """Print a run's table on standard output. Raises InputError if there is none to print yet."""
    if format_ == "json":
        click.echo(_writers(published)["json"](found), nl=False)
        return
    _check_finished(found)
    if format_ != "rich":
        click.echo(_writers(published)[format_](found), nl=False)
        return
    from rich.console import Console

    from arena.reports.terminal import terminal

    console = Console(width=get_terminal_size((_PIPED_WIDTH, 24)).columns)
    # captured, so that it is click that writes: rich would end the process at a closed pipe
    with console.capture() as captured:
        console.print(terminal(found, console.width, published))
    click.echo(captured.get(), nl=False)


def write_all(found: RunReport, out: Path, published: bool = False) -> None:
    """Write tables and figure into a folder. Raises StoreError if that can't be done, InputError if there is nothing
    to write yet."""
    _check_finished(found)
    from arena.reports.figure4 import render
    from arena.reports.files import write

    for format_, writer in _writers(published).items():
        write(out / f"table2.{format_}", writer(found).encode())
    for format_, data in render(found).items():
        write(out / f"figure4.{format_}", data)
    click.echo(f"tables and figure are in {out}", err=True)


def _check_finished(found: RunReport) -> None:
    if found.nothing_finished:
        still_open = sum(cell.cell.open_matches for cell in found.cells)
        raise InputError(
            f"run {found.run.name} has no finished match yet ({still_open} open): "
            "the command that began it goes on with it, and `arena runs` tells how far it is"
        )


def _writers(published: bool) -> dict[str, Callable[[RunReport], str]]:
    from arena.reports import formats

    return {
        "md": lambda found: formats.markdown(found, published),
        "tex": lambda found: formats.latex(found, published),
        "csv": lambda found: formats.spreadsheet(found, published),
        "json": lambda found: formats.document(found, published),
    }
