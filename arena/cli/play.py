"""`arena` alone and `arena play`: the app, in the lobby or straight into a match."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arena.cli.options import command, match_options, store_option
from arena.errors import InputError, UsageError
from arena.extras import need

if TYPE_CHECKING:
    from arena.agents.agent import Agent
    from arena.session.choice import Choice
    from arena.session.judging import JudgeChoice


@command()
@match_options
@click.option("--lobby", is_flag=True, help="Open the lobby first, with these choices.")
@click.option("--guest", is_flag=True, hidden=True, help="Whoever plays may name models of the catalog alone.")
@store_option
def play(show: bool, lobby: bool, guest: bool, store: Path, **match: Any) -> None:
    """Play a match in the terminal. Anything you leave out is as it was last time."""
    choice = chosen(show, **match)
    if guest:
        from arena.backends.weights.catalog import close_catalog

        close_catalog((choice.subject, choice.opponent))
    open_app(store, choice, show, lobby=lobby)


def chosen(show: bool, **match: Any) -> Choice:
    """The match asked for, its gaps filled from the last one. Raises UsageError for a name that doesn't exist."""
    import msgspec

    from arena.session.choice import HUMAN, LAST_CHOICE

    last = LAST_CHOICE.read()
    if match["subject"] == HUMAN and match["opponent"] is None and last.opponent == HUMAN:
        match["opponent"] = "llm:gemma-3-270m"
    if show and match["opponent"] is None:
        match["opponent"] = "greedy"
    choice = msgspec.structs.replace(last, **{name: value for name, value in match.items() if value is not None})
    _check(choice.game, choice.subject, choice.opponent)
    return choice


def _check(game: str, subject: str, opponent: str) -> None:
    """Refuse what can be refused before the app takes over the screen."""
    from arena.agents.spec import make_bot, parse_agent
    from arena.backends.weights.catalog import find_model
    from arena.experiments.tournament.match import Pairing
    from arena.games import parse_game
    from arena.records import Seat

    rules = parse_game(game)

    def seated(text: str, seat: Seat) -> Agent:
        spec = parse_agent(text)
        if spec.asks_model:
            find_model(spec.argument)
            spec = parse_agent("uniform")  # like a model, it isn't a person and reads nobody
        return make_bot(spec, rules, seat)

    Pairing(rules, seated(subject, Seat.SUBJECT), seated(opponent, Seat.OPPONENT), cell="", seed=0)


def in_terminal() -> bool:
    """Whether a person can see the app and type: in a terminal (Textual reads standard input and draws on
    standard error), or in a browser, whose server sets Textual's own variable."""
    return bool(os.environ.get("TEXTUAL_DRIVER")) or all(
        stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    )


def open_app(
    store: Path,
    choice: Choice | None = None,
    show: bool = False,
    *,
    lobby: bool = False,
    follow: str | None = None,
    judge: JudgeChoice | None = None,
) -> None:
    """Open the app: in the lobby, in the chosen match or show, following a run, or judging poems.

    Raises UsageError without a terminal, InputError without Textual.
    """
    if not in_terminal():
        raise UsageError("the app needs a terminal; `arena --help` lists the commands that don't")
    need("the app", "app", InputError)
    from arena.tui.app import ArenaApp
    from arena.tui.terminal import driver, end_with_parent

    start, shown = (None, choice) if lobby else (choice, None)
    app = ArenaApp(store, start=start, lobby=shown, watch=show, follow=follow, judge=judge)
    if os.environ.get("TEXTUAL_DRIVER"):  # in a browser, whose server may be killed
        end_with_parent(app.leave)
    else:
        app.driver_class = driver() or app.driver_class
    app.run()
    if app.return_code:  # a bug, which Textual has reported
        sys.exit(app.return_code)
