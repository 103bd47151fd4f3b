"""`arena report`: table 2 and figure 4 of a run."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Final

import click

from arena.cli.options import store_option

if TYPE_CHECKING:
    from arena.reports.run import RunReport

FORMATS: Final = ("rich", "md", "tex", "csv", "json")
_PIPED_WIDTH: Final = 120  # columns where there is no terminal; COLUMNS says otherwise


@click.command(short_help="Table 2 and figure 4 of a run.")
@store_option
@click.option(
    "--run", "names", multiple=True, metavar="NAME", help="Which run; default: the latest. Several stand in one table."
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="rich", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write all tables and the figure into this folder."
)
@click.option("--published", is_flag=True, help="Put the paper's own rows below ours.")
def report(store: Path, names: tuple[str, ...], format_: str, out: Path | None, published: bool) -> None:
    """Print table 2 of a run; with --out, write it in every format, and figure 4 as PNG, SVG and PDF."""
    from arena.reports.folder import write_all
    from arena.reports.run import run_report
    from arena.store.store import Store

    with Store.open(store) as opened:
        runs = [opened.run(name) for name in dict.fromkeys(names)] or [opened.run(None)]
        found = run_report(opened, *runs)
    if out is not None:
        write_all(found, out, published)
        click.echo(f"tables and figure are in {out}", err=True)
    show(found, format_, published)


def show(found: RunReport, format_: str, published: bool = False) -> None:
    """Print a run's table on standard output. Raises InputError if there is none to print yet."""
    from arena.reports.folder import check_finished, writers

    if format_ == "json":
        click.echo(writers(published)["json"](found), nl=False)
        return
    check_finished(found)
    if format_ != "rich":
        click.echo(writers(published)[format_](found), nl=False)
        return
    from rich.console import Console

    from arena.reports.terminal import terminal

    console = Console(width=get_terminal_size((_PIPED_WIDTH, 24)).columns)
    # captured, so that it is click that writes: rich would end the process at a closed pipe
    with console.capture() as captured:
        console.print(terminal(found, console.width, published))
    click.echo(captured.get(), nl=False)
