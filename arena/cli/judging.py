"""`arena poems export` and `arena poems import`: judging on a page or a crowd platform, and what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from arena.cli.options import command, json_option, store_option
from arena.cli.output import say
from arena.errors import InputError

if TYPE_CHECKING:
    from arena.experiments.poems.elsewhere.taking import Taken

_KINDS: Final = ("html", "csv")


@command(name="export", short_help="Write contests as a page or a table, to be judged elsewhere.")
@store_option
@click.option("--contests", metavar="RUN", help="The run of contests; the latest by default.")
@click.option(
    "--to", "kind", type=click.Choice(_KINDS), default="html", help="A page, or a table for a crowd platform."
)
@click.option(
    "--topic", "topics", multiple=True, metavar="TOPIC", help="Contests on this topic alone; may be repeated."
)
@click.option("--axis", "axes", multiple=True, metavar="AXIS", help="Contests on this axis alone; may be repeated.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    show_default="judging-RUN.html or .csv",
    help="The file to write.",
)
def export_contests(
    store: Path, contests: str | None, kind: str, topics: tuple[str, ...], axes: tuple[str, ...], out: Path | None
) -> None:
    """Write contests as one page that needs only a browser, or as a table for a crowd platform.

    Neither says who wrote a poem. `arena poems import` reads what comes back.
    """
    from arena.experiments.poems.contests import find_contests
    from arena.experiments.poems.elsewhere.page import judging_page
    from arena.experiments.poems.elsewhere.sheets import sheets_of
    from arena.experiments.poems.elsewhere.table import write_table
    from arena.files import whole_file
    from arena.store.store import Store

    with Store.open(store) as opened:
        found = find_contests(opened, contests)
    sheets = sheets_of(found, topics, axes)
    path = out or Path(f"judging-{found.run.name}.{kind}")
    try:
        with whole_file(path) as file:
            if kind == "html":
                file.write(judging_page(found.key, sheets).html.encode())
            else:
                write_table(file, found.key, sheets)
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror}") from error
    pairs = sum(len(sheet.pairs) for sheet in sheets)
    say(f"{pairs} pairs of {len(sheets)} contest{'s' * (len(sheets) != 1)} are in {path}")


@command(name="import", short_help="Read judgements that were made elsewhere.")
@store_option
@json_option
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--contests", metavar="RUN", help="The run of contests that they must be about.")
@click.option("--judge", metavar="NAME", help="The person whom they must be from.")
def import_judgements(
    store: Path, as_json: bool, files: tuple[Path, ...], contests: str | None, judge: str | None
) -> None:
    """Read the files that judges saved from a page, or a crowd platform's table of results.

    Everything is checked first, and stored only if all of it is right. A file may be unfinished: import a later one of
    the same judge again, and what is new is added.
    """
    from arena.experiments.poems.elsewhere.taking import take_files
    from arena.reports.report import as_json as as_document
    from arena.store.store import Store

    with Store.open(store):  # a store that isn't there is an error here, and not made anew
        pass
    with Store.open(store, create=True) as opened:
        taken = take_files(opened, files, contests, judge)
    if as_json:
        judges = [
            {"judge": each.judge, "new": each.new, "judged": each.judged, "pairs": each.pairs, "failed": each.failed}
            for each in taken
        ]
        click.echo(as_document({"judges": judges}), nl=False)
        return
    for each in taken:
        say(_said(each))


def _said(taken: Taken) -> str:
    """What one judge's answers came to, in a sentence or two."""
    known = f" ({taken.known} were there already)" if taken.known else ""
    said = f"{taken.judge}: {taken.new} judgements are new{known}; {taken.judged} of {taken.pairs} pairs are judged"
    if taken.failed:
        said += f". In {', '.join(taken.failed)} a bag of words wasn't told from a poem"
    return said
