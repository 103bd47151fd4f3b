"""`arena tournament`: many matches over a grid of subjects, games and opponents, into a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from arena.cli.costs import dry_options
from arena.cli.options import (
    MOST_ROUNDS,
    SEED,
    FiniteRange,
    Span,
    command,
    model_options,
    run_options,
    wording_options,
)
from arena.cli.running import measure, spec_of


@command(short_help="Play many matches over a grid of subjects and games.")
@click.option(
    "--subject", "subjects", multiple=True, required=True, metavar="AGENT", help="Who is measured; may be repeated."
)
@click.option(
    "--opponent",
    "opponents",
    multiple=True,
    default=("greedy",),
    metavar="AGENT",
    help="Who plays against them; may be repeated.",
)
@click.option(
    "--game",
    "games",
    multiple=True,
    default=("rps",),
    metavar="GAME",
    help="rps, hide-and-seek[:SPOTS], matching-pennies; may be repeated.",
)
@click.option("--games", "matches", type=int, default=500, help="Matches per cell (the paper's games).")
@click.option(
    "--matches",
    "span",
    type=Span(),
    metavar="A-B",
    show_default="all",
    help="Play only these of the --games, counted from 1, as one machine's part; `arena merge` joins the parts.",
)
@click.option(
    "--exact",
    is_flag=True,
    help="Play no matches: follow the likely histories by their probabilities, for numbers with bounds, with at most "
    "as many prompts as the --games have rounds.",
)
@click.option("--rounds", type=int, default=10, help="Rounds per match.")
@click.option("--seed", type=SEED, default=0, help="Seed of all random draws.")
@run_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for table 2 and figure 4.")
@wording_options
@click.option(
    "--history",
    type=click.IntRange(0, MOST_ROUNDS),
    metavar="K",
    show_default="all",
    help="Show the models only the last K rounds.",
)
@click.option("--temperature", type=FiniteRange(0, min_open=True), default=1.0)
@click.option("--top-p", type=FiniteRange(0, 1, min_open=True), default=1.0)
@click.option(
    "--min-p",
    type=FiniteRange(0, 1, max_open=True),
    default=0.0,
    help="Leave out tokens less likely than this share of the likeliest one.",
)
@click.option(
    "--invalid",
    type=click.Choice(["resample", "policy"]),
    default="resample",
    help="After an invalid answer: ask again, up to 20 times, or draw from the policy.",
)
@click.option("--max-tokens", type=click.IntRange(1, 1000), default=8, help="Tokens per answer.")
@click.option(
    "--strings",
    type=click.IntRange(0, 64),
    default=0,
    metavar="N",
    help="Show the models a random string in each round, one of N, to be used for the choice.",
)
@click.option("--stated", is_flag=True, help="Ask the models to state a distribution, from which the move is drawn.")
@click.option(
    "--mix",
    metavar="MODEL=SHARE",
    help="Let another model answer in a share of the rounds, as in gemma-3-270m=0.25.",
)
@click.option(
    "--rename",
    multiple=True,
    metavar="NAMES",
    help="Other words for moves and players: own, letters, others, or a TOML file; may be repeated.",
)
@click.option(
    "--permute",
    multiple=True,
    type=click.Choice(["roles", "listing", "players"]),
    help="Exchange which word stands for which move, the order in which they are listed, or the players' names.",
)
@click.option(
    "--draws",
    type=click.Choice(["own", "common"]),
    default="own",
    help="common: the same draws however models are asked, so that reports compare ways of asking match by match.",
)
@dry_options
@model_options
def tournament(**chosen: Any) -> None:
    """Play every subject in every game against every opponent, and print table 2.

    Run the same command again to continue where it stopped, with more --games to extend it.

    \b
    Agents: llm:MODEL (see `arena models`), greedy, uniform, fixed:MOVE, mix:MOVE=P,MOVE=P,...
    and those that other packages bring (see `arena doctor`)
    """
    from arena.experiments.tournament.spec import TournamentSpec
    from arena.experiments.tournament.tournament import check_size, check_span, plan_tournament

    check_size(chosen["matches"], chosen["rounds"])
    check_span(chosen["span"], chosen["matches"])
    spec = spec_of(TournamentSpec, chosen)
    measure(lambda models: plan_tournament(spec, models), chosen)
