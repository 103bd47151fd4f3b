"""`arena tournament`: many matches over a grid of subjects, games and opponents, into a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from arena.cli.options import (
    MOST_ROUNDS,
    SEED,
    FiniteRange,
    command,
    display_option,
    json_option,
    patience_option,
    running_options,
    store_option,
    wording_options,
)
from arena.cli.output import say_where, show_games
from arena.cli.running import to_its_end

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.cli.progress import Silent
    from arena.experiments.tournament.cells import Options
    from arena.store.rows import RunRow
    from arena.store.store import Store


class Grid(NamedTuple):
    """Who plays what against whom, as typed."""

    subjects: tuple[str, ...]
    opponents: tuple[str, ...]
    games: tuple[str, ...]


@command(short_help="Play many matches over a grid of subjects and games.")
@click.option(
    "--subject", "subjects", multiple=True, required=True, metavar="AGENT", help="Who is measured; may be repeated."
)
@click.option(
    "--opponent",
    "opponents",
    multiple=True,
    default=("greedy",),
    show_default=True,
    metavar="AGENT",
    help="Who plays against them; may be repeated.",
)
@click.option(
    "--game",
    "games",
    multiple=True,
    default=("rps",),
    show_default=True,
    metavar="GAME",
    help="rps, hide-and-seek[:SPOTS], matching-pennies; may be repeated.",
)
@click.option(
    "--games", "matches", type=int, default=500, show_default=True, help="Matches a cell (the paper's games)."
)
@click.option("--rounds", type=int, default=10, show_default=True, help="Rounds a match.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Names all random draws.")
@store_option
@json_option
@display_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write table 2 and figure 4 there.")
@wording_options
@click.option(
    "--history",
    type=click.IntRange(0, MOST_ROUNDS),
    metavar="K",
    show_default="all",
    help="Show the models only the last K rounds.",
)
@click.option("--temperature", type=FiniteRange(0, min_open=True), default=1.0, show_default=True)
@click.option("--top-p", type=FiniteRange(0, 1, min_open=True), default=1.0, show_default=True)
@click.option(
    "--invalid",
    type=click.Choice(["resample", "policy"]),
    default="resample",
    show_default=True,
    help="After an invalid answer: ask again, up to 20 times, or draw from the policy.",
)
@click.option("--max-tokens", type=click.IntRange(1, 1000), default=8, show_default=True, help="The longest answer.")
@running_options
@patience_option
def tournament(
    subjects: tuple[str, ...],
    opponents: tuple[str, ...],
    games: tuple[str, ...],
    matches: int,
    rounds: int,
    seed: int,
    store: Path,
    as_json: bool,
    display: str,
    out: Path | None,
    **rest: Any,
) -> None:
    """Play every subject in every game against every opponent, and print table 2.

    Run the same command again to go on where it was, with more --games to extend it.

    \b
    Agents: llm:MODEL (see `arena models`), greedy, uniform, fixed:MOVE, mix:MOVE=P,MOVE=P,...
    and those that other packages bring (see `arena doctor`)
    """
    from arena.experiments.tournament.tournament import check_size
    from arena.reports.tournament.folder import write_all
    from arena.reports.tournament.report import run_report
    from arena.store.store import Store

    check_size(matches, rounds)
    grid = Grid(subjects, opponents, games)

    async def play(opened: Store, models: Models, watching: Silent) -> RunRow:
        from arena.experiments.tournament.cells import plan_cells
        from arena.experiments.tournament.tournament import Tournament, play_tournament

        options = _options(rest)
        cells = await plan_cells(grid.subjects, grid.opponents, grid.games, options, models)
        watching.cells(cells)
        return await play_tournament(Tournament(cells, matches, rounds, seed, options), opened, models, watching)

    with Store.open(store, create=True) as opened:
        run = to_its_end(play, opened, display, rest)
        report = run_report(opened, run)
        if out is not None:
            write_all(report, out)
            say_where(out)
        show_games(report, "json" if as_json else "rich")


def _options(rest: dict[str, Any]) -> Options:
    from arena.backends.base import Sampling
    from arena.experiments.tournament.cells import Options

    return Options(
        style=rest["style"],
        format=rest["format_"],
        wording=rest["wording"],
        history=rest["history"],
        sampling=Sampling(rest["temperature"], rest["top_p"]),
        fallback=rest["invalid"] == "policy",
        max_tokens=rest["max_tokens"],
    )
