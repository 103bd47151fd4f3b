"""A model's answers to one prompt, by following its token paths: the law of one answer, as far as it is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from arena.agents.language_model import LanguageModelAgent
from arena.agents.moves import parse
from arena.backends.stopping import answer, ending, found
from arena.records import TokenProbability

TOP: Final = 200  # likeliest tokens looked at; the others are the tail
GOING: Final = 1e-4  # of a distribution: a less likely token with which an answer goes on is left to the tail

_REMEMBERED: Final = 100_000  # paths whose outcome is known

Path = tuple[int, ...]  # an answer's tokens so far
NO_PATH: Final[Path] = ()


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a next-token distribution: the probabilities that the token ends the answer with each move, and
    without one, and the tokens with which it goes on. What is missing to 1 is the tail. The first of an answer has the
    policy, its mass and its loose mass."""

    moves: tuple[float, ...]
    invalid: float
    going: tuple[tuple[int, float], ...]
    policy: tuple[tuple[float, ...], float, float] | None = None

    @property
    def tail(self) -> float:
        """The probability of all other tokens."""
        return max(0.0, 1.0 - sum(self.moves) - self.invalid - sum(probability for _, probability in self.going))


class Part(NamedTuple):
    """A part of the answers that wasn't followed: those that begin with `path`, or, in a `tail`, those of them whose
    next token is none that was looked at."""

    path: Path
    tail: bool
    probability: float


class Answers:
    """The tree of an answer's paths."""

    def __init__(self, moves: int) -> None:
        self.moves = np.zeros(moves)
        self.invalid = 0.0
        self._open: dict[Path, float] = {NO_PATH: 1.0}
        self._tails: dict[Path, float] = {}

    def add(self, path: Path, told: Told) -> list[tuple[Path, float]]:
        """Take note of the distribution after an open path; returns the paths that it opens, with the probabilities of
        answers that begin so."""
        reached = self._open.pop(path)
        self.moves += reached * np.asarray(told.moves)
        self.invalid += reached * told.invalid
        if told.tail > 0.0:
            self._tails[path] = reached * told.tail
        opened = [((*path, token), reached * probability) for token, probability in told.going]
        self._open.update(opened)
        return opened

    def close(self, policy: Sequence[float]) -> None:
        """A player without answers, which draws its move from its policy."""
        self._open.clear()
        self.moves = np.asarray(policy, dtype=np.float64)

    def parts(self) -> Iterator[Part]:
        """What is open."""
        yield from (Part(path, False, probability) for path, probability in self._open.items())
        yield from (Part(path, True, probability) for path, probability in self._tails.items())

    @property
    def open(self) -> float:
        """The probability of an answer that wasn't followed to its end."""
        return float(sum(self._open.values()) + sum(self._tails.values()))


class Outcomes:
    """What the answers that some tokens spell come to: the index of a move, INVALID, or GOES_ON. It is the same after
    every prompt, so it is remembered."""

    INVALID: Final = -1
    GOES_ON: Final = -2

    def __init__(self, agent: LanguageModelAgent) -> None:
        self._agent = agent
        self._known: dict[Path, int] = {}

    def of(self, path: Path) -> int:
        """What an answer of these tokens comes to."""
        known = self._known.get(path)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[path] = self._find(path)
        return known

    def _find(self, path: Path) -> int:
        stop, vocabulary = self._agent.stop, self._agent.vocabulary
        ended = ending(stop, vocabulary, path)
        if ended is None:
            return self.GOES_ON
        match = found(stop, answer(vocabulary, path, ended).text)
        return self.INVALID if match is None else parse(self._agent.moves, match.group())


def told_by(top: Sequence[TokenProbability], path: Path, outcomes: Outcomes, moves: int) -> Told:
    """What is kept of the likeliest tokens after a path, which have their probabilities under the sampling in use."""
    sums, invalid, going = [0.0] * moves, 0.0, []
    for likely in top:
        token, probability = likely.token, math.exp(likely.logprob)
        outcome = outcomes.of((*path, token))
        if outcome >= 0:
            sums[outcome] += probability
        elif outcome == Outcomes.INVALID:
            invalid += probability
        elif probability >= GOING:
            going.append((token, probability))
    return Told(tuple(sums), invalid, tuple(going))
