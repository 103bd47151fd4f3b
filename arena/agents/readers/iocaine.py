"""`iocaine`: many predictors, each also second-guessed, of which the best so far is followed.

The idea is Dan Egnor's Iocaine Powder (1999), written anew for any game of Arena's. Whatever a predictor expects, the
other may expect that we expect it, and so on: each predictor gives six strategies, three from what it expects of the
other and three from what it expects of us. Every strategy is scored as if it had always been played; the best over each
of several spans is scored in its turn, and the best of these chooses the move.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.agents.agent import AgentSpec, Past, Position, Sees, View
from arena.agents.bots import draw_move
from arena.agents.readers.foreseeing import Learnt
from arena.agents.readers.reading import Outguessed, Reading, Reason, Repeated, Whose
from arena.games import Game
from arena.records import Decision, Policy, Seat
from arena.stats.foresight import Followed

_SPANS: Final = (1000, 100, 10, 5, 2, 1)  # rounds over which strategies, and frequencies, are counted
_LONGEST: Final = 12  # rounds in a stretch of the past that is looked for again
_LEVELS: Final = 3  # of second-guessing
_CHANCE: Final = -1  # the strategy of drawing any move


class _Repeats:
    """Finds the longest stretch of rounds, seen as `marks`, that the present repeats, and which round came next."""

    def __init__(self) -> None:
        self._marks: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}

    def add(self, mark: int) -> None:
        for stretch in self._stretches():
            self._after[stretch] = len(self._marks)
        self._marks.append(mark)

    @property
    def next(self) -> int | None:
        """The index of the round that followed; None if not even the last round occurred before."""
        return self._after.get(self._stretch)

    @property
    def length(self) -> int:
        """How many rounds the stretch has; 0 if there is none."""
        return len(self._stretch)

    @property
    def _stretch(self) -> tuple[int, ...]:
        return next((one for one in self._stretches() if one in self._after), ())

    def _stretches(self) -> Iterator[tuple[int, ...]]:
        """The last rounds, the longest stretch first."""
        return (tuple(self._marks[-length:]) for length in range(min(_LONGEST, len(self._marks)), 0, -1))


class _Recent:
    """Counts a seat's moves in the last rounds."""

    def __init__(self, moves: int, span: int) -> None:
        self._last: deque[int] = deque(maxlen=span)
        self._counts = [0] * moves

    def add(self, move: int) -> None:
        if len(self._last) == self._last.maxlen:
            self._counts[self._last[0]] -= 1
        self._last.append(move)
        self._counts[move] += 1

    @property
    def most(self) -> int:
        """The most frequent move, of several the first."""
        return self._counts.index(max(self._counts))

    def followed(self, move: int) -> Followed:
        """How often a move occurred."""
        return Followed((), self._counts[move], len(self._last))


class Ensemble:
    """All strategies in one match. `payoff[mine, theirs]` is ours. Rounds without both moves are passed over."""

    def __init__(self, payoff: NDArray[np.int8]) -> None:
        self._payoff = payoff
        # the first of the moves that win most surely, as everywhere
        self._reply: list[int] = (payoff == 1).argmax(axis=0).tolist()
        self._their_reply: list[int] = (payoff == -1).argmax(axis=1).tolist()
        self._mine: list[int] = []
        self._theirs: list[int] = []
        self._repeats = [_Repeats() for _ in range(3)]  # of their moves, of ours, of both
        counts = payoff.shape
        self._recent = [(_Recent(counts[0], span), _Recent(counts[1], span)) for span in _SPANS]
        strategies = 1 + 2 * _LEVELS * (len(_SPANS) + len(self._repeats))
        self._score = [np.zeros(strategies)]  # after each round, of each strategy
        self._span_scores = np.zeros(len(_SPANS))
        self._advice: list[int] = [_CHANCE] * strategies
        self._leaders: list[int] = [0] * len(_SPANS)  # the best strategy over each span
        self._chosen: list[int] = [_CHANCE] * len(_SPANS)  # and what it would play

    @property
    def move(self) -> int | None:
        """The move to play; None for any."""
        best = self._chosen[int(self._span_scores.argmax())]
        return None if best == _CHANCE else best

    @property
    def reading(self) -> Reading | None:
        """What the strategy that is followed expects of the other, and why; None if any move is to be played."""
        if self.move is None:
            return None
        predictor, guess = divmod(self._leaders[int(self._span_scores.argmax())] - 1, 2 * _LEVELS)
        mine, theirs = list(self._expected())[predictor]
        if guess == 0:
            assert theirs is not None
            return Reading(theirs, self._grounds(predictor, theirs))
        # every other strategy replies to the other's reply to a move that the other may expect of us
        own = [*self._guesses(_CHANCE if theirs is None else self._reply[theirs])[:-1]]
        own += [mine if mine is not None else _CHANCE]
        own += self._guesses(_CHANCE if mine is None else self._reply[self._their_reply[mine]])[:-1]
        return Reading(self._their_reply[own[guess - 1]], Outguessed(own[guess - 1]))

    def _grounds(self, predictor: int, move: int) -> Reason:
        """What a predictor goes by when it expects a move of the other's."""
        if predictor < len(_SPANS):
            return self._recent[predictor][1].followed(move)
        at = predictor - len(_SPANS)
        return Repeated(tuple(Whose)[at], self._repeats[at].length)

    def learn(self, past: Past) -> None:
        """Take note of a round."""
        if past.mine is None or past.theirs is None:
            return
        points = [*self._payoff[:, past.theirs].tolist(), float(self._payoff[:, past.theirs].mean())]  # chance is last
        self._score.append(self._score[-1] + [points[move] for move in self._advice])
        self._span_scores += [points[move] for move in self._chosen]
        self._mine.append(past.mine)
        self._theirs.append(past.theirs)
        for repeats, mark in zip(self._repeats, self._marks(past.mine, past.theirs), strict=True):
            repeats.add(mark)
        for mine, theirs in self._recent:
            mine.add(past.mine)
            theirs.add(past.theirs)
        self._advice = [_CHANCE, *self._strategies()]
        now = self._score[-1]
        self._leaders = [int((now - self._score[max(0, len(self._score) - 1 - span)]).argmax()) for span in _SPANS]
        self._chosen = [self._advice[leader] for leader in self._leaders]

    def _marks(self, mine: int, theirs: int) -> tuple[int, int, int]:
        return theirs, mine, mine * self._payoff.shape[1] + theirs

    def _strategies(self) -> Iterator[int]:
        """What each strategy would play now."""
        for mine, theirs in self._expected():
            move = _CHANCE if theirs is None else self._reply[theirs]
            yield from self._guesses(move)
            move = _CHANCE if mine is None else self._reply[self._their_reply[mine]]
            yield from self._guesses(move)

    def _expected(self) -> Iterator[tuple[int | None, int | None]]:
        """Our next move and theirs, as each predictor expects them."""
        for mine, theirs in self._recent:
            yield mine.most, theirs.most
        for repeats in self._repeats:
            at = repeats.next
            yield (None, None) if at is None else (self._mine[at], self._theirs[at])

    def _guesses(self, move: int) -> Sequence[int]:
        """A move, the reply to the other's reply to it, and so on."""
        found = [move]
        while len(found) < _LEVELS:
            found.append(_CHANCE if found[-1] == _CHANCE else self._reply[self._their_reply[found[-1]]])
        return found


class Iocaine:
    """Plays what the ensemble chooses; any move while there is nothing to go by."""

    sees: Final = Sees.MOVES

    def __init__(self, name: str, game: Game, seat: Seat) -> None:
        self.name = name
        payoff = game.payoff if seat is Seat.SUBJECT else -game.payoff.T
        self._moves = len(payoff)
        self._ensembles = Learnt(lambda: Ensemble(payoff), Ensemble.learn)

    async def policy(self, position: Position) -> Policy:
        """Certain of the move that is chosen."""
        move = self._ensembles.at(position).move
        return Policy((1.0 / self._moves,) * self._moves) if move is None else Policy.certain(move, self._moves)

    def reading(self, position: Position) -> Reading | None:
        """The move that it expects, and why."""
        return self._ensembles.at(position).reading

    async def decide(self, view: View) -> Decision:
        """Play it, or draw any move with the round's uniform number."""
        policy = await self.policy(view)
        return Decision(policy, draw_move(policy, view.draw))


def iocaine(spec: AgentSpec, game: Game, seat: Seat) -> Iocaine:
    """`iocaine`."""
    return Iocaine(spec.text, game, seat)
