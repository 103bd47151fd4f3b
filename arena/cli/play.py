"""`arena` alone and `arena play`: the app, at the lobby or straight into a match."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from arena.cli.options import store_option
from arena.errors import InputError, UsageError


@click.command()
@click.option("--game", default=None, help="rps, hide-and-seek, hide-and-seek:5, ...")
@click.option("--subject", default=None, metavar="AGENT", help="Who is measured; `human` is you.")
@click.option("--opponent", default=None, metavar="AGENT", help="Who they face.")
@click.option("--rounds", type=click.IntRange(min=1), default=None)
@click.option("--seed", type=int, default=None, help="Names the draws; a new one each time without it.")
@click.option("--show", is_flag=True, help="Only watch: match after match, at a speed you choose.")
@store_option
def play(
    game: str | None,
    subject: str | None,
    opponent: str | None,
    rounds: int | None,
    seed: int | None,
    show: bool,
    store: Path,
) -> None:
    """Play a match in the terminal. What isn't named is as it was last time."""
    import msgspec

    from arena.tui.choice import HUMAN, remembered

    last = remembered()
    if subject == HUMAN and opponent is None and last.opponent == HUMAN:
        opponent = "llm:gemma-3-270m"
    if show and opponent is None:
        opponent = "greedy"
    given = {"game": game, "subject": subject, "opponent": opponent, "rounds": rounds, "seed": seed}
    choice = msgspec.structs.replace(last, **{name: value for name, value in given.items() if value is not None})
    _check(choice.game, choice.subject, choice.opponent)
    open_app(store, choice, show)


def _check(game: str, subject: str, opponent: str) -> None:
    """Refuse what can be refused before the screen is taken."""
    from arena.agents.spec import make_bot, parse_agent
    from arena.backends.catalog import find_model
    from arena.games import parse_game
    from arena.records import Seat

    rules = parse_game(game)
    for seat, text in ((Seat.SUBJECT, subject), (Seat.OPPONENT, opponent)):
        spec = parse_agent(text)
        if spec.is_model:
            find_model(spec.argument)
        else:
            make_bot(spec, rules, seat)


def in_terminal() -> bool:
    """Whether a person can see the app and type: Textual reads standard input and draws on standard error."""
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def open_app(store: Path, choice: object = None, show: bool = False, follow: str | None = None) -> None:
    """Open the app. Raises UsageError where there is no terminal, InputError without Textual."""
    if not in_terminal():
        raise UsageError("the app needs a terminal; `arena --help` lists the commands that don't")
    try:
        from arena.tui.app import ArenaApp
        from arena.tui.choice import Choice
    except ModuleNotFoundError as error:
        raise InputError(f"the app needs {error.name}: pip install 'predictability-arena[app]'") from error
    assert choice is None or isinstance(choice, Choice)
    ArenaApp(store, start=choice, watch=show, follow=follow).run()
