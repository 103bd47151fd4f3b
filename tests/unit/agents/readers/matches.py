"""Matches between agents, for tests of readers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from arena.agents.agent import Agent, Past
from arena.agents.spec import make_bot, parse_agent
from arena.experiments.tournament.match import Pairing, play_match
from arena.games import parse_game
from arena.records import Outcome, Round, Seat


def bot(spec: str, game: str = "rps", seat: Seat = Seat.OPPONENT) -> Agent:
    """An agent in a seat."""
    return make_bot(parse_agent(spec), parse_game(game), seat)


def played(subject: str, opponent: str, rounds: int, game: str = "rps", match: int = 0, seed: int = 1) -> list[Round]:
    """A match's rounds."""
    rules = parse_game(game)
    seats = bot(subject, game, Seat.SUBJECT), bot(opponent, game, Seat.OPPONENT)

    async def all_rounds() -> list[Round]:
        return [one async for one in play_match(Pairing(rules, *seats, "cell", seed), match, rounds)]

    return asyncio.run(all_rounds())


def seen(theirs: Sequence[int | None], mine: int = 0) -> tuple[Past, ...]:
    """Rounds of rock-paper-scissors in which the reader, the opponent, always played the same."""
    rules = parse_game("rps")
    return tuple(
        Past(mine, move, rules.outcome(move, mine).turned if move is not None else Outcome.WIN) for move in theirs
    )
