"""A run's tables and figure as files in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from arena.blocks import BLOCK
from arena.errors import InputError
from arena.reports.files import write
from arena.reports.tournament.report import RunReport


def write_all(found: RunReport, out: Path, published: bool = False) -> None:
    """Write table 2 in every format, and figure 4 as PNG, SVG and PDF.

    Raises StoreError if that can't be done, InputError if there is nothing to write yet.
    """
    check_finished(found)
    from arena.reports.tournament.figure4 import render

    for format_, writer in writers(published).items():
        write(out / f"table2.{format_}", writer(found).encode())
    for format_, data in render(found).items():
        write(out / f"figure4.{format_}", data)


def check_finished(found: RunReport) -> None:
    """Raises InputError if no match of the run is counted yet."""
    if found.nothing_finished:
        done = sum(cell.cell.finished_matches for cell in found.cells)
        still_open = sum(cell.cell.open_matches for cell in found.cells)
        raise InputError(
            f"no match of run {found.run.name} is counted yet ({done} finished, {still_open} open): those that end "
            f"early are no sample, so that an unfinished run is told from {BLOCK} matches on. "
            "The command that began it goes on with it, and `arena runs` tells how far it is"
        )


def writers(published: bool) -> dict[str, Callable[[RunReport], str]]:
    """What writes table 2, by format."""
    from arena.reports.tournament import formats

    return {
        "md": lambda found: formats.markdown(found, published),
        "tex": lambda found: formats.latex(found, published),
        "csv": lambda found: formats.spreadsheet(found, published),
        "json": lambda found: formats.document(found, published),
    }
