"""Options that several commands share, so that they are spelled and explained alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class FiniteRange(click.FloatRange):
    """A range of numbers that are numbers: click's own lets nan through, which is in no range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number", param, ctx)
        return number


store_option = click.option(
    "--store", type=click.Path(path_type=Path), default=Path("arena.db"), show_default=True, help="The run store."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
display_option = click.option(
    "--display",
    type=click.Choice(["auto", "rich", "plain", "none"]),
    default="auto",
    show_default=True,
    help="How progress is shown, on standard error; auto is rich in a terminal and plain elsewhere.",
)


patience_option = click.option(
    "--patience",
    type=FiniteRange(0),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a server that has answered may be away.",
)


def match_options(function: F) -> F:
    """The options that say which match the app opens; each is None unless it was given."""
    for option in reversed(
        (
            click.option("--game", default=None, help="rps, hide-and-seek, hide-and-seek:5, ..."),
            click.option("--subject", default=None, metavar="AGENT", help="Who is measured; `human` is you."),
            click.option("--opponent", default=None, metavar="AGENT", help="Who they face."),
            click.option("--rounds", type=click.IntRange(min=1), default=None),
            click.option("--seed", type=int, default=None, help="Names the draws; a new one each time without it."),
            click.option("--show", is_flag=True, help="Only watch: match after match, at a speed you choose."),
        )
    ):
        function = option(function)
    return function
