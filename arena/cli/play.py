"""`arena` alone and `arena play`: the app, in the lobby or straight into a match; or a match line by line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from arena.cli.options import command, match_options, store_option
from arena.cli.output import tell
from arena.errors import InputError, UsageError
from arena.extras import need

if TYPE_CHECKING:
    from arena.session.choice import Choice
    from arena.session.judging import JudgeChoice


@command()
@match_options
@click.option("--lobby", is_flag=True, help="Open the lobby first, with these choices.")
@click.option("--plain", is_flag=True, help="Play line by line, for screen readers, dumb terminals and pipes.")
@click.option("--guest", is_flag=True, hidden=True, help="Whoever plays may name models of the catalog alone.")
@store_option
def play(show: bool, lobby: bool, plain: bool, guest: bool, store: Path, **match: Any) -> None:
    """Play a match in the terminal. Anything you leave out but --mix is as it was last time.

    With --plain, the match is played line by line on standard input and output, and what you leave out is asked.
    """
    if plain:
        _play_plain(store, show or lobby, match)
        return
    choice = chosen(show, **match)
    if guest:
        from arena.backends.weights.catalog import close_catalog

        close_catalog(choice.agents)
    open_app(store, choice, show, lobby=lobby)


def _play_plain(store: Path, needs_screen: bool, match: dict[str, Any]) -> None:
    """Play line by line. Raises UsageError together with an option that is about the screen."""
    if needs_screen:
        raise UsageError("--show and --lobby are about the app's screen: leave them out, or --plain")
    from arena.plain.choosing import Given
    from arena.plain.play import play as play_plain

    play_plain(store, Given(**match), tell)


def chosen(show: bool, **match: Any) -> Choice:
    """The match asked for, its gaps filled from the last one. Raises UsageError for a name that doesn't exist."""
    import msgspec

    from arena.session.choice import HUMAN, LAST_CHOICE
    from arena.session.pairing import check

    last = LAST_CHOICE.read()
    if match["subject"] == HUMAN and match["opponent"] is None and last.opponent == HUMAN:
        match["opponent"] = "llm:gemma-3-270m"
    if show and match["opponent"] is None:
        match["opponent"] = "greedy"
    given = {name: value for name, value in match.items() if value is not None}
    choice = msgspec.structs.replace(last, **{"mix": None, **given})
    check(choice)
    return choice


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
    audience: Literal["", "here", "alone"] = "",
) -> None:
    """Open the app: in the lobby, in the chosen match or show, following a run or (`audience`) a match, or judging
    poems.

    Raises UsageError without a terminal, InputError without Textual.
    """
    if not in_terminal():
        raise UsageError(
            "the app needs a terminal; `arena play --plain` plays line by line, and `arena --help` lists commands"
        )
    need("the app", "app", InputError)
    from arena.tui.app import ArenaApp
    from arena.tui.terminal import driver, end_with_parent

    start, shown = (None, choice) if lobby else (choice, None)
    app = ArenaApp(store, start=start, lobby=shown, watch=show, follow=follow, judge=judge, audience=audience)
    if os.environ.get("TEXTUAL_DRIVER"):  # in a browser, whose server may be killed
        end_with_parent(app.leave)
    else:
        app.driver_class = driver() or app.driver_class
    app.run()
    if app.return_code:  # a bug, which Textual has reported
        sys.exit(app.return_code)
