"""`arena models`: the catalog, and whether each model is ready here."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from arena.cli.options import json_option


@click.command(short_help="The models of the catalog, and whether each is ready here.")
@json_option
@click.option("--check", is_flag=True, help="Also read the files of those that are ready, and verify them.")
def models(as_json: bool, check: bool) -> None:
    """List the models that Arena knows by name.

    A file of your own is written llama.cpp:/path/to/file.gguf wherever a model is asked for; to give it a name,
    put it into models.toml in your configuration folder (or where ARENA_MODELS points), as
    `[my-model]` with weights, style, format, family, size, recipe and licence.
    """
    from arena.backends.catalog import catalog

    rows = [_row(entry, check) for entry in catalog().values()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("name", "style", "family", "size", "licence", "state"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(row[key]) for key in ("name", "style", "family", "size", "licence", "state")))
    console = Console() if sys.stdout.isatty() else Console(width=200)
    with console.capture() as captured:
        console.print(table)
    click.echo(captured.get(), nl=False)


def _row(entry: Any, check: bool) -> dict[str, str]:
    from arena.backends.files import fingerprint, locate, state
    from arena.errors import ArenaError

    row = {
        "name": entry.name,
        "style": entry.style or "",
        "format": entry.format or "",
        "family": entry.family,
        "size": entry.size,
        "recipe": entry.recipe,
        "licence": entry.licence,
        "weights": entry.weights,
        "state": state(entry),
    }
    if check and row["state"] == "ready":
        try:
            path = locate(entry)
            row |= {"file": str(path), "sha256": fingerprint(path)}
        except ArenaError as error:
            row["state"] = str(error)
    return row
