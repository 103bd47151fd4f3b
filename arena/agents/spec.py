"""From what a person types to an agent: `greedy`, `uniform`, `fixed:rock`, `mix:rock=0.5,paper=0.5`, `llm:NAME`,
`human`.

A new kind of bot is a function here and a line in `_BOTS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from arena.agents.agent import Agent
from arena.agents.bots import MixedStrategy
from arena.agents.greedy import GreedyReader
from arena.agents.person import Person
from arena.backends.keys import without_logins
from arena.backends.weights.catalog import catalog, is_weights
from arena.errors import UsageError
from arena.games import Game
from arena.records import Policy, Seat
from arena.text import meant


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent as typed. `argument` is what stands behind the colon, "" if nothing does."""

    text: str
    kind: str
    argument: str

    @property
    def is_model(self) -> bool:
        """True for `llm:NAME`."""
        return self.kind == "llm"

    @property
    def is_person(self) -> bool:
        """True for `human` and `human:mind-reader`."""
        return self.kind == "human"


def parse_agent(text: str) -> AgentSpec:
    """Take a spec apart. Raises UsageError for a kind that isn't there, or an argument too many or too few."""
    text = without_logins(text.strip())
    kind, colon, argument = text.partition(":")
    if kind not in _USAGE:
        raise UsageError(f"there is no agent {text!r}: {_meant(text, kind)}")
    takes_argument = ":" in _USAGE[kind]
    if takes_argument and not argument and kind != "human":
        raise UsageError(f"{text!r} is not complete: it is written {_USAGE[kind]}")
    if kind == "human" and colon and argument != "mind-reader":
        raise UsageError(f"{text!r}: a person is written human, or human:mind-reader")
    if colon and not takes_argument:
        raise UsageError(f"{text!r}: {kind} takes nothing behind it, write {kind} alone")
    return AgentSpec(f"{kind}:{argument}" if argument else kind, kind, argument)


def _meant(text: str, kind: str) -> str:
    """What was meant by an agent that isn't there; often a model, written without its llm:."""
    models = catalog()
    if is_weights(text) or text.partition("@")[0] in models:
        return f"did you mean 'llm:{text}'?"
    return meant(kind, [*_USAGE, *(f"llm:{name}" for name in models)], f"there are {', '.join(_USAGE.values())}")


def make_bot(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    """A bot or the greedy reader in a seat of a game. Raises UsageError if the argument doesn't fit the game."""
    return _BOTS[spec.kind](spec, game, seat)


def _moves(game: Game, seat: Seat) -> tuple[str, ...]:
    return game.moves if seat is Seat.SUBJECT else game.replies


def _greedy(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    return GreedyReader(game, seat)


def _uniform(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    count = len(_moves(game, seat))
    return MixedStrategy(spec.text, Policy((1.0 / count,) * count))


def _fixed(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    moves = _moves(game, seat)
    chosen = _move_index(spec, game, moves, spec.argument)
    return MixedStrategy(spec.text, Policy(tuple(float(index == chosen) for index in range(len(moves)))))


def _mix(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    moves = _moves(game, seat)
    probabilities = [0.0] * len(moves)
    given: set[int] = set()
    for part in spec.argument.split(","):
        name, equals, number = part.partition("=")
        if not equals:
            raise UsageError(f"{spec.text!r}: {part!r} should be MOVE=PROBABILITY, as in {_USAGE['mix']}")
        index = _move_index(spec, game, moves, name.strip())
        if index in given:
            raise UsageError(f"{spec.text!r} names {moves[index]} twice")
        given.add(index)
        try:
            probability = float(number)
        except ValueError:
            raise UsageError(f"{spec.text!r}: {number!r} is no number") from None
        if not 0.0 <= probability <= 1.0:  # also false for nan
            raise UsageError(
                f"{spec.text!r}: the probability of {moves[index]} is {number}, but it must lie between 0 and 1"
            )
        probabilities[index] = probability
    total = math.fsum(probabilities)
    if abs(total - 1.0) > 1e-9:
        raise UsageError(f"{spec.text!r}: the probabilities sum to {total:g}, but they must sum to 1")
    return MixedStrategy(spec.text, Policy(tuple(probabilities)))


def _move_index(spec: AgentSpec, game: Game, moves: tuple[str, ...], name: str) -> int:
    if name.lower() not in moves:
        raise UsageError(f"{spec.text!r}: {game.title} has no move {name!r}; its moves are {', '.join(moves)}")
    return moves.index(name.lower())


def _human(spec: AgentSpec, game: Game, seat: Seat) -> Agent:
    return Person(reads_policy=spec.argument == "mind-reader")


_BOTS: Final[dict[str, Callable[[AgentSpec, Game, Seat], Agent]]] = {
    "greedy": _greedy,
    "uniform": _uniform,
    "fixed": _fixed,
    "mix": _mix,
    "human": _human,
}

_USAGE: Final = {
    "greedy": "greedy",
    "uniform": "uniform",
    "fixed": "fixed:MOVE",
    "mix": "mix:MOVE=P,MOVE=P,...",
    "human": "human[:mind-reader]",
    "llm": "llm:MODEL",
}
