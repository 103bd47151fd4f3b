"""What the command line leaves open, asked with numbered choices: the game, the opponent, the rounds."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import structs

from arena.experiments.tournament.cells import TooLong
from arena.games import Game, parse_game, playable_games
from arena.plain.asking import Option, choose, number
from arena.plain.lines import Lines
from arena.records import Seat
from arena.session.choice import HUMAN, MOST_ROUNDS, Choice, is_person
from arena.session.pairing import check
from arena.session.seats import name_at_table, reads_moves, seat_options
from arena.session.unfinished import Unfinished


class Given(NamedTuple):
    """What the command line said of the match; None where it said nothing."""

    game: str | None = None
    subject: str | None = None
    opponent: str | None = None
    rounds: int | None = None
    seed: int | None = None
    mix: str | None = None


async def choose_match(lines: Lines, given: Given, last: Choice) -> Choice:
    """The match to play; what was played `last` is what Enter alone chooses. Raises UsageError or InputError for what
    the command line named wrongly, and Left."""
    name = given.game if given.game is not None else await _game(lines, last)
    game = parse_game(name)
    subject, opponent = given.subject, given.opponent
    if subject is not None and opponent is None and not is_person(subject):
        opponent = HUMAN
    if opponent is not None and subject is None and not is_person(opponent):
        subject = HUMAN
    if subject is None or opponent is None:
        subject, opponent = await _seats(lines, game, name, subject, opponent, last)
    check(Choice(name, subject, opponent, mix=given.mix))
    rounds = given.rounds or await number(lines, "How many rounds?", min(last.rounds, MOST_ROUNDS), MOST_ROUNDS)
    return Choice(name, subject, opponent, rounds, given.seed, mix=given.mix)


async def _game(lines: Lines, last: Choice) -> str:
    games = playable_games() | {last.game: parse_game(last.game)}
    return await choose(lines, "Which game?", [Option(name, game.title) for name, game in games.items()], last.game)


async def _seats(
    lines: Lines, game: Game, name: str, subject: str | None, opponent: str | None, last: Choice
) -> tuple[str, str]:
    """Both seats, of which a person has one. If that isn't said, they sit where the other one is measured, unless the
    other one reads them."""

    def seated(other: str) -> tuple[str, str]:
        if opponent is not None:
            return other, opponent
        if subject is not None:
            return subject, other
        return (HUMAN, other) if reads_moves(other) else (other, HUMAN)

    def typed(said: str) -> str:
        check(Choice(name, *seated(said)))
        return said

    seat = Seat.SUBJECT if opponent is not None else Seat.OPPONENT
    options = [option for option in seat_options(game, seat) if not is_person(option.spec) and option.spec != "greedy"]
    ready = [Option(option.spec, option.name) for option in options if option.is_ready]
    if missing := len(options) - len(ready):
        lines.say(f"{missing} more models need a file or a server: `arena models` says which.")
    usual = last.opponent if is_person(last.subject) else last.subject
    chosen = await choose(
        lines, "Whom do you play against? Any other agent can be typed, as in markov:4.", ready, usual, typed
    )
    return seated(chosen)


async def fitting(lines: Lines, choice: Choice, error: TooLong) -> Choice:
    """The choice, changed so that it fits the model's context. Raises Left, or the error where nothing fits."""
    if error.history < 1:
        raise error
    lines.say(f"{error}.")
    fewer, shorter = (
        Option("fewer", f"play {error.most:,} rounds"),
        Option("shorter", f"play all, and show it the last {error.history:,} only"),
    )
    if await choose(lines, "What instead?", [fewer, shorter]) == "fewer":
        return structs.replace(choice, rounds=error.most)
    return structs.replace(choice, history=error.history)


async def goes_on(lines: Lines, left: Unfinished) -> bool:
    """Whether to go on with the match that was left. Raises Left."""
    choice = left.choice
    other = name_at_table(choice.opponent if is_person(choice.subject) else choice.subject)
    question = f"Your match against {other} isn't over: round {left.rounds + 1} of {choice.rounds} is next."
    options = [Option("on", "go on with it"), Option("new", "play another match")]
    return await choose(lines, question, options) == "on"
