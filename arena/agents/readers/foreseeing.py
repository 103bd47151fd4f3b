"""What readers of moves have in common: a predictor that learns from a match, and the reply to what it expects.

An agent keeps nothing about a match, so a reader's predictor is a function of the rounds that it is shown. It is kept
beside those rounds and only learns the new ones, because learning a thousand rounds anew each time would be slow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar, runtime_checkable

from arena.agents.agent import Past, Position, Sees, View
from arena.agents.bots import draw_move
from arena.agents.readers.reading import Reading, Reason
from arena.games import Game
from arena.records import Decision, Policy, Seat

_MATCHES: Final = 1024  # whose predictors are kept at once

T = TypeVar("T")


class Predictor(Protocol):
    """Foresees the other's moves in one match."""

    def foresee(self) -> Policy | None:
        """How likely each of the other's moves is next; None while there is nothing to go by."""
        ...

    def learn(self, past: Past) -> None:
        """Take note of a round, as the reader saw it."""
        ...


@runtime_checkable
class Reasons(Protocol):
    """A predictor that can say what it goes by."""

    def why(self, expected: int) -> Reason | None:
        """Why it expects that move of the other's now; asked only while it expects something."""
        ...


class Learnt(Generic[T]):
    """What was made of each match's rounds. `make` begins a match, `learn` adds a round to what was made of it."""

    def __init__(self, make: Callable[[], T], learn: Callable[[T, Past], None]) -> None:
        self._make = make
        self._learn = learn
        self._of: dict[int, tuple[Sequence[Past], T]] = {}

    def at(self, position: Position) -> T:
        """What its past rounds make, whether or not they go on from those that were learnt before."""
        learnt, made = self._of.pop(position.match, ((), None))
        if made is None or position.history[: len(learnt)] != learnt:
            learnt, made = (), self._make()
        for past in position.history[len(learnt) :]:
            self._learn(made, past)
        self._of[position.match] = position.history, made
        if len(self._of) > _MATCHES:
            del self._of[next(iter(self._of))]
        return made


class MovesReader:
    """Replies to what a predictor expects, as the greedy reader replies to a policy; while it expects nothing, any move
    is as likely as any other."""

    sees: Final = Sees.MOVES

    def __init__(self, name: str, game: Game, seat: Seat, make: Callable[[int], Predictor]) -> None:
        """`make` is called with the number of the other's moves, once a match."""
        self.name = name
        self._reply = game.best_reply if seat is Seat.OPPONENT else game.best_move
        self._moves = len(game.moves_of(seat))
        wins = game.payoff == 1 if seat is Seat.SUBJECT else (game.payoff == -1).T
        self._beaten: list[list[int]] = [row.nonzero()[0].tolist() for row in wins]  # by each of its moves
        others = len(game.moves_of(seat.other))
        self._predictors = Learnt[Predictor](lambda: make(others), lambda predictor, past: predictor.learn(past))

    async def policy(self, position: Position) -> Policy:
        """Certain of the reply to what it expects."""
        expected = self._predictors.at(position).foresee()
        if expected is None:
            return Policy((1.0 / self._moves,) * self._moves)
        return Policy.certain(self._reply(expected), self._moves)

    def reading(self, position: Position) -> Reading | None:
        """The move that it expects, and why. Of several that are equally likely, it is the one that the reply beats."""
        predictor = self._predictors.at(position)
        expected = predictor.foresee()
        if expected is None:
            return None
        beaten = self._beaten[self._reply(expected)]
        move = max(beaten or range(len(expected.probabilities)), key=expected.probabilities.__getitem__)
        return Reading(move, predictor.why(move) if isinstance(predictor, Reasons) else None)

    async def decide(self, view: View) -> Decision:
        """Play that reply, or draw a move with the round's uniform number."""
        policy = await self.policy(view)
        return Decision(policy, draw_move(policy, view.draw))
