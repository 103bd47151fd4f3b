"""What a reader of moves foresees in a match that was played.

The reader sits where the other player sat and sees the match as it was: after each round it is shown what was really
played, and its own reply counts for nothing but its score. So whoever is read never reacts to the reader.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import product
from operator import mul

from arena.agents.agent import HasPolicy, MovesAgent, Past, Position, Sees, View
from arena.agents.spec import make_bot, parse_agent
from arena.errors import UsageError
from arena.experiments.people.played import NO_MOVE, Played
from arena.games import Game
from arena.randomness import stream, uniforms, within
from arena.records import Policy, Seat


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a match. Of `expected` moves, for which the reader was certain of its reply, `foreseen` are those
    that its reply won against. `net` is the sum of the reader's expected payoffs over `rounds` rounds with a move."""

    expected: int
    foreseen: int
    net: float
    rounds: int


def make_reader(text: str, game: Game) -> MovesAgent:
    """A reader of moves, in the opponent's seat. Raises UsageError for an agent that is none."""
    spec = parse_agent(text)
    if spec.is_person or spec.asks_model:
        raise UsageError(f"{text!r} doesn't read recorded moves: name a reader such as markov:2 (docs/readers.md)")
    reader = make_bot(spec, game, Seat.OPPONENT)
    if reader.sees is not Sees.MOVES:
        raise UsageError(
            f"{text!r} reads policies, and recorded people have none: name a reader of moves, such as markov:2"
        )
    return reader


async def read_match(reader: MovesAgent, game: Game, match: int, played: Played) -> Read:
    """Try a reader on a match. `match` is its number, by which a reader knows matches apart."""
    moves, replies = played.moves.tolist(), played.replies.tolist()
    policy_at = reader.policy if isinstance(reader, HasPolicy) else _played(reader, match, len(moves), game)
    as_seen = _pasts(game)
    gains: list[list[int]] = (-game.payoff).tolist()
    past: list[Past] = []
    expected = foreseen = rounds = 0
    net = 0.0
    for number, (move, reply) in enumerate(zip(moves, replies, strict=True), 1):
        policy = await policy_at(Position(match, number, tuple(past)))
        if move != NO_MOVE:
            rounds += 1
            net += sum(map(mul, policy.probabilities, gains[move]))
            if 1.0 in policy.probabilities:
                expected += 1
                foreseen += gains[move][policy.probabilities.index(1.0)] == 1
        past.append(as_seen[move, reply])
    return Read(expected, foreseen, net, rounds)


def _pasts(game: Game) -> dict[tuple[int, int], Past]:
    """Each possible round as the reader saw it, by move and reply."""
    found = {}
    for pair in product(range(NO_MOVE, len(game.moves)), range(NO_MOVE, len(game.replies))):
        move, reply = (None if one == NO_MOVE else one for one in pair)
        found[pair] = Past(reply, move, game.outcome(move, reply).turned)
    return found


def _played(reader: MovesAgent, match: int, rounds: int, game: Game) -> Callable[[Position], Awaitable[Policy]]:
    """For a reader without a policy: certain of the move that it plays."""
    name = stream("people", reader.name, match)
    draws = uniforms(name, rounds)

    async def policy(at: Position) -> Policy:
        seed = within(name, at.number)
        view = View(match, at.number, at.history, float(draws[at.number - 1]), seed, rounds=rounds)
        move = (await reader.decide(view)).move
        assert move is not None, "only a language model forfeits"
        return Policy.certain(move, len(game.replies))

    return policy
