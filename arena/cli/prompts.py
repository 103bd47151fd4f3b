"""`arena prompts`: the exact prompts that the models of a run saw."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arena.cli.options import command, json_option, store_option
from arena.cli.output import say
from arena.errors import InputError
from arena.records import Seat
from arena.text import printable

if TYPE_CHECKING:
    from arena.store import CellRow, PromptRow, Store


@command()
@store_option
@click.option("--run", "name", metavar="NAME", help="The run (see `arena runs`); the latest by default.")
@click.option("--cell", type=click.IntRange(min=1), metavar="N", help="Only the N-th cell of the run.")
@click.option("--limit", type=click.IntRange(0, 2**31), default=10, help="Prompts per cell; 0 for all.")
@click.option("--tokens", is_flag=True, help="Print the token ids too.")
@json_option
def prompts(store: Path, name: str | None, cell: int | None, limit: int, tokens: bool, as_json: bool) -> None:
    """Print the distinct prompts of a run, in the order of their first use, as the model saw them.

    Characters that a terminal would act on are written out (\\x1b). --json gives every text as it is, with its token
    ids and the likeliest next tokens.
    """
    from arena.store import Store

    with Store.open(store) as opened:
        run = opened.run(name)
        chosen = _chosen(list(enumerate(opened.cells(run), start=1)), cell, run.name)
        if as_json:
            found = [
                _document(number, row, prompt)
                for number, row in chosen
                for prompt in opened.prompts(row, limit or None)
            ]
            click.echo(json.dumps({"run": run.name, "prompts": found}))
            return
        from arena.reports.settings import differences, settings_of

        told = differences([settings_of(run, row.spec) for row in opened.cells(run)])
        for number, row in chosen:
            _print_cell(opened, number, row, told[number - 1], limit, tokens)


def _chosen(cells: Sequence[tuple[int, CellRow]], cell: int | None, run: str) -> Sequence[tuple[int, CellRow]]:
    if cell is None:
        return cells
    if cell > len(cells):
        raise InputError(f"the run {run} has no cell {cell}: its cells are 1 to {len(cells)}")
    return cells[cell - 1 : cell]


def _document(number: int, cell: CellRow, row: PromptRow) -> dict[str, Any]:
    import msgspec

    return {
        "cell": number,
        "key": cell.spec.key,
        "asked": msgspec.to_builtins(cell.spec.asked if row.seat is Seat.SUBJECT else cell.spec.opponent_asked),
        "seat": row.seat,
        "sha256": row.sha256,
        "text": row.prompt.text,
        "tokens": row.prompt.tokens,
        "top": [{"token": likely.token, "logprob": likely.logprob} for likely in row.prompt.top],
    }


def _print_cell(store: Store, number: int, cell: CellRow, told: str, limit: int, tokens: bool) -> None:
    """Print a cell's prompts; `told` is how it differs from the run's others."""
    spec, total = cell.spec, store.prompt_count(cell)
    who = f"{spec.subject} against {spec.opponent}" if spec.opponent else spec.subject
    where = printable(f"cell {number}: {who}, {spec.what}{told.removeprefix(f' v. {spec.opponent}')}")
    if not total:
        say(f"{where}: no prompts")
        return
    shown = 0
    for shown, row in zip(count(1), store.prompts(cell, limit or None), strict=False):
        size = len(row.prompt.tokens)
        head = f"{where}, {row.seat}, prompt {shown} of {total:,}, {size} token{'' if size == 1 else 's'}"
        click.secho(head, bold=True)
        click.echo(printable(row.prompt.text, keep="\n"))
        if tokens:
            click.echo(f"tokens: {' '.join(map(str, row.prompt.tokens))}")
        click.echo()
    if shown < total:
        say(f"{where}: {total - shown:,} more; --limit 0 shows all")
