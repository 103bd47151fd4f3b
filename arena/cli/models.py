"""`arena models`: the catalog, and whether each model is ready here."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from arena.cli.options import command, json_option
from arena.errors import ArenaError, InputError
from arena.text import printable

if TYPE_CHECKING:
    from arena.backends.weights.catalog import ModelEntry

_COLUMNS = ("name", "style", "family", "size", "licence", "state")


@command(short_help="List the models of the catalog, and whether each is ready here.")
@json_option
@click.option("--check", is_flag=True, help="Also read and verify the files of models that are ready.")
def models(as_json: bool, check: bool) -> None:
    """List the models that Arena knows by name.

    If a model's weights are elsewhere, say where it runs: NAME@sglang:http://host:30000, NAME@transformers (fetched
    from the hub), NAME@transformers:/path/to/folder, NAME@llama.cpp:/path/to/file.gguf.

    For weights of your own, write llama.cpp:/path/to/file.gguf, transformers:/path/to/folder, sglang:URL, vllm:URL or
    openai:URL (llama.cpp's own server) wherever a model is asked for. To give them a name, put them into models.toml in
    your configuration folder (or where ARENA_MODELS points), as `[my-model]` with weights, style, format, family, size,
    recipe and licence.
    """
    from arena.backends.weights.catalog import catalog

    rows, failed = [], []
    for entry in catalog().values():
        row = _row(entry)
        rows.append(row)
        if check and row["state"] == "ready":
            try:
                row |= _verified(entry)
            except ArenaError as error:
                row["state"] = str(error)
                failed.append(entry.name)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        _print_table(rows)
    if failed:
        raise InputError(f"these models failed the check: {printable(', '.join(failed))}")


def _row(entry: ModelEntry) -> dict[str, str]:
    from arena.backends.weights.finding import state

    return {
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


def _verified(entry: ModelEntry) -> dict[str, str]:
    """The file and its digest, if the backend has one. Raises ArenaError if it is missing, damaged or another one."""
    from arena.backends.weights.finding import verified

    found = verified(entry)
    if found is None:
        return {}
    path, digest = found
    if entry.sha256 and digest != entry.sha256.lower():
        raise InputError(f"{path} isn't the file that the catalog means: its sha256 is {digest}")
    return {"file": str(path), "sha256": digest}


def _print_table(rows: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in _COLUMNS:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(row[key])) for key in _COLUMNS))
    console = Console() if sys.stdout.isatty() else Console(width=200)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())
