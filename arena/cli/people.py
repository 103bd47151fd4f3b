"""`arena people`: recorded human play into a store, and what readers foresee of it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from arena.cli.options import command, group, json_option, store_option
from arena.cli.output import FORMATS, say, show, write_reports


@group(short_help="Import people's recorded play, and score it.")
@click.pass_context
def people(context: click.Context) -> None:
    """Import people's recorded play, and set models beside them: how much of what they play do readers of moves
    foresee? docs/people.md describes the tables and what was found."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command("import", short_help="Read recorded play from CSV into a store.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--game", default="rps", metavar="GAME", help="The game that was played.")
@store_option
@json_option
def import_recordings(files: tuple[Path, ...], game: str, store: Path, as_json: bool) -> None:
    """Read tables of recorded play into one run, all of them or, if anything is wrong, nothing.

    A table is CSV, perhaps compressed (.gz), with a round in a row and the columns person, round, move and reply; it
    may have experiment, opponent and outcome. What is there already is found again.
    """
    from arena.experiments.people.keeping import keep_recordings
    from arena.experiments.people.recordings import read_recordings
    from arena.games import parse_game
    from arena.reports.report import as_json as as_document
    from arena.store.store import Store

    rules = parse_game(game)
    recordings = read_recordings(files, rules)
    with Store.open(store, create=True) as opened:
        kept = keep_recordings(opened, recordings, rules, shlex.join(["arena", *sys.argv[1:]]))
    moves = sum(move is not None for recording in recordings for move in recording.moves)
    if as_json:
        document = {"run": kept.run.name, "people": len(recordings), "moves": moves, "known": kept.known}
        click.echo(as_document(document), nl=False)
        return
    said = "was there before" if kept.known else "is new"
    say(f"run {kept.run.name} {said}: {len(recordings):,} people, {moves:,} moves of {rules.title}")


@command(short_help="What readers of moves foresee of recorded people, and of models among them.")
@store_option
@click.option(
    "--run",
    "names",
    multiple=True,
    metavar="RUN",
    show_default="the latest people",
    help="A run with recorded people, or one of matches whose players are set among them; may be repeated.",
)
@click.option(
    "--reader",
    "readers",
    multiple=True,
    metavar="AGENT",
    show_default="frequency, markov:1, markov:2, wsls, iocaine",
    help="A reader of moves; may be repeated.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1, 100_000),
    metavar="N",
    show_default="as many as all have, at most 50",
    help="Read the first N rounds of each match; shorter matches are left out.",
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="rich")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for the tables.")
def score(
    store: Path, names: tuple[str, ...], readers: tuple[str, ...], rounds: int | None, format_: str, out: Path | None
) -> None:
    """Try readers of moves on recorded people, and on the players of other runs in matches of the same length: the
    share of moves foreseen, the reader's net, and each player's percentile among people.

    For example: arena people score --run RUN --reader markov:2 --rounds 10
    """
    from arena.experiments.people.keeping import EXPERIMENT, recorded_run
    from arena.reports.people import reported
    from arena.reports.people.scores import READERS, score_people
    from arena.store.store import Store

    with Store.open(store) as opened:
        runs = list({run.name: run for run in map(opened.run, names)}.values())
        if not any(run.spec.experiment == EXPERIMENT for run in runs):
            runs = [recorded_run(opened), *runs]
        found = score_people(opened, runs, readers or READERS, rounds)
        report = reported(found, among=bool(found.others))
        write_reports([report], runs, out)
        show([report], format_)


for _command in (import_recordings, score):
    people.add_command(_command)
