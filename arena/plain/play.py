"""From the command line to the last word: what is played, matches one after another, leaving."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from arena.agents.spec import parse_agent
from arena.backends.loading import Models
from arena.experiments.tournament.cells import TooLong
from arena.experiments.tournament.sitting import Sitting
from arena.plain.asking import Option, choose
from arena.plain.choosing import Given, choose_match, fitting, goes_on
from arena.plain.lines import Left, Lines
from arena.plain.match import PlainMatch
from arena.plain.words import score
from arena.session.choice import LAST_CHOICE, Choice, is_person
from arena.session.ending.ending import ending
from arena.session.ending.standing import kept
from arena.session.ending.words import headline, sentences
from arena.session.pairing import Prepared, prepare
from arena.session.people import among_people
from arena.session.preferences import PREFERENCES
from arena.session.unfinished import remember, unfinished
from arena.store.store import Store

_QUIET: Final = 5.0  # seconds between two lines on how far a model is loaded


def play(store: Path, given: Given, tell: Callable[[str], None]) -> None:
    """Play until the person leaves, the input ends, or a match without a person is over. `tell` gets what isn't part of
    the match. Raises ArenaError, and KeyboardInterrupt on Ctrl-C and SIGTERM, when all that was played is stored."""
    try:
        asyncio.run(_play(store, given, tell))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _play(store: Path, given: Given, tell: Callable[[str], None]) -> None:
    task = asyncio.current_task()
    assert task is not None
    for name in ("SIGTERM", "SIGHUP"):
        with suppress(NotImplementedError, AttributeError):  # not on every system
            asyncio.get_running_loop().add_signal_handler(getattr(signal, name), task.cancel)
    models = Models(PREFERENCES.read().settings(), tell, _seldom(tell))
    lines = Lines()
    try:
        choice, before = await _chosen(lines, store, given)
        await _sit(lines, store, choice, before, models)
    except Left as left:
        lines.say(str(left))
    except asyncio.CancelledError:
        lines.say()  # ends the line of an open question
        raise
    finally:
        await models.close()


async def _chosen(lines: Lines, store: Path, given: Given) -> tuple[Choice, int]:
    """The match to play, and how many of its rounds were played before."""
    if given == Given() and store.exists():
        with Store.open(store) as opened:
            left = unfinished(opened)
        if left is not None and await goes_on(lines, left):
            return left
    choice = await choose_match(lines, given, LAST_CHOICE.read())
    LAST_CHOICE.keep(choice)
    return choice, 0


async def _sit(lines: Lines, store: Path, choice: Choice, before: int, models: Models) -> None:
    """Play one match after another, for as long as the person likes."""
    for spec in map(parse_agent, choice.agents):
        if spec.asks_model:
            lines.say(f"Loading {spec.argument}.")
    choice, prepared = await _prepared(lines, choice, models)
    has_person = is_person(choice.subject) or is_person(choice.opponent)
    if has_person:
        remember(choice, prepared.pairing.seed)
    with (
        Store.open(store, create=True) as opened,
        closing(Sitting(prepared.cell, prepared.pairing, choice.rounds, prepared.run, opened)) as sitting,
    ):
        while True:
            match = PlainMatch(lines, choice, prepared.pairing, before)
            before = 0
            try:
                await match.play(sitting)
            except Left as left:
                raise Left(f"{left} {_farewell(match, choice)}") from None
            except asyncio.CancelledError:
                lines.say(_farewell(match, choice))
                raise
            if not has_person:
                lines.say(f"The match is over. {score(match.sight)}")
                return
            _look_back(lines, opened, match, sitting.run, choice.rounds)
            if await choose(lines, "What now?", [Option("leave", "leave"), Option("again", "play again")]) == "leave":
                return


async def _prepared(lines: Lines, choice: Choice, models: Models) -> tuple[Choice, Prepared]:
    """The pairing, and the choice as it fits the model."""
    while True:
        try:
            return choice, await prepare(choice, models)
        except TooLong as error:
            choice = await fitting(lines, choice, error)


def _look_back(lines: Lines, store: Store, match: PlainMatch, run: str | None, rounds: int) -> None:
    """Say what the app's card says at the end of a match."""
    sight = match.sight
    rate = sight.predictor(sight.seat).rate
    people = "" if rate is None else among_people(store, sight.game, sight.seat, rounds, rate)
    found = None if run is None else kept(store, run)
    made = ending(sight, match.whom, None if found is None else found.standing, people)
    lines.say(f"The match is over. {headline(made)}.", *sentences(made))


def _farewell(match: PlainMatch, choice: Choice) -> str:
    """What becomes of a match that is left."""
    played = len(match.sight.rounds)
    if not played:
        return "No round was played, so nothing is kept."
    rounds = f"{played} of {choice.rounds:,} rounds"
    if not (is_person(choice.subject) or is_person(choice.opponent)):
        return f"{rounds} were played, and are kept."
    return f"{rounds} were played, and are kept: `arena play --plain` goes on with the match."


def _seldom(tell: Callable[[str], None]) -> Callable[[str], None]:
    """`tell`, but not for lines that come soon after another."""
    last = time.monotonic()

    def told(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _QUIET:
            last = time.monotonic()
            tell(line)

    return told
