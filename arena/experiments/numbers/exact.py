"""Exact mode: the probability of each whole answer, by following the model's token paths instead of sampling them.

From the prompt, the likeliest paths are followed first, until less than a thousandth is unexplored or the limit on
distributions is reached. A path ends where a sampled answer would: at a closing mark, an end token or the token limit;
or earlier, if no answer that counts can follow. One tree of raw distributions serves every sampling setting: the
likeliest tokens with their raw log-probabilities, and one number per temperature (its normaliser), give the
distribution under each, so a grid of settings costs no further evaluation. Which paths are followed is decided at
temperature 1; a hotter setting leaves more unexplored, and says so.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Capability, Completion, LanguageModel, Request, Sampling
from arena.backends.requests import check_named
from arena.backends.stopping import answer, ending
from arena.errors import CapabilityError
from arena.experiments.drawing import Question
from arena.experiments.numbers.task import Task

UNEXPLORED: Final = 1e-3  # the probability that may be left
MOST_NODES: Final = 256  # distributions asked for, whatever is left then
_TOGETHER: Final = 16  # asked for at once
_TOP: Final = 1024  # likeliest tokens looked at; the others count as unexplored
_LEAST: Final = 1e-6  # of a path's mass: less likely tokens count as unexplored too
_OPEN: Final = -2  # a branch that continues; otherwise the value's index, or
_REJECTED: Final = -1

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exact:
    """A model's answers under one sampling setting: the probability of each of the task's values (they sum to `valid`),
    of answers that are rejected, and of paths that weren't followed to their end. `nodes` distributions were asked
    for."""

    probabilities: tuple[float, ...]
    rejected: float
    unexplored: float
    nodes: int

    @property
    def valid(self) -> float:
        """The probability of an answer that counts: a lower bound."""
        return sum(self.probabilities)

    @property
    def distribution(self) -> tuple[float, ...] | None:
        """The probabilities given a valid answer, which are those of draws if rejected answers are drawn again. None if
        more was left unexplored than was found valid: the rest could then change everything."""
        known = self.valid > 0 and self.unexplored <= self.valid
        return tuple(p / self.valid for p in self.probabilities) if known else None

    def to_json(self) -> dict[str, Any]:
        """The form that is stored."""
        stored: dict[str, Any] = msgspec.to_builtins(self)
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Exact:
        """The inverse of `to_json`. Raises msgspec.ValidationError for anything else."""
        return msgspec.convert(stored, cls)


@dataclass(frozen=True, slots=True)
class _Node:
    """A path whose next tokens were asked for: its place in the tree, and under each setting the probabilities of the
    tokens that were looked at, shape (settings, tokens), with the outcome of each."""

    parent: int
    branch: int  # of the parent's tokens
    probabilities: Row
    outcomes: NDArray[np.int64]


def check_exact(model: LanguageModel, settings: Sequence[Sampling]) -> None:
    """Raises CapabilityError for a setting whose distribution the backend can't give."""
    if Capability.FURTHER not in model.capabilities and any(setting.temperature != 1.0 for setting in settings):
        raise CapabilityError(
            f"{model.name}: its backend gives the distribution at temperature 1 only, so exact mode can't use "
            "another: leave the temperature at 1, or only draw answers (--mode sample)"
        )
    check_named(model)
    model.check(Sampling())


async def explore(
    model: LanguageModel,
    question: Question,
    task: Task,
    settings: Sequence[Sampling],
    progress: Callable[[int, float], None] = lambda nodes, unexplored: None,
) -> list[Exact]:
    """The probabilities under each setting, from one tree. The task's answers must have one value.

    `progress` is called with how many distributions were asked for and what is unexplored at temperature 1. Raises
    InputError for a setting that the backend can't give, ModelError if the model fails.
    """
    tree = _Tree(model, question, task, settings)
    while tree.unexplored > UNEXPLORED and tree.open and len(tree.nodes) < MOST_NODES:
        await tree.grow()
        progress(len(tree.nodes), tree.unexplored)
    return tree.results()


class _Tree:
    def __init__(self, model: LanguageModel, question: Question, task: Task, settings: Sequence[Sampling]) -> None:
        self._model, self._question, self._task = model, question, task
        self._settings = settings
        self._hot = tuple(dict.fromkeys(setting.temperature for setting in settings if setting.temperature != 1.0))
        check_exact(model, settings)
        self.nodes: list[_Node] = []
        # (minus its mass at temperature 1, order, path, parent, the parent's branch)
        self.open: list[tuple[float, int, tuple[int, ...], int, int]] = [(-1.0, 0, (), -1, -1)]
        self._order = 0
        self.unexplored = 1.0

    async def grow(self) -> None:
        """Follow the likeliest open paths by one token."""
        taken = [heapq.heappop(self.open) for _ in range(min(_TOGETHER, len(self.open)))]
        told = await asyncio.gather(*(self._ask(path) for _, _, path, _, _ in taken))
        for (mass, _, path, parent, branch), completion in zip(taken, told, strict=True):
            self._add(-mass, path, parent, branch, completion)

    async def _ask(self, path: tuple[int, ...]) -> Completion:
        question = self._question
        further = tuple(Sampling(temperature) for temperature in self._hot)
        return await self._model.complete(
            Request(question.prompt.tokens + path, (), question.stop, top=_TOP, depth=len(path), further=further)
        )

    def _add(self, mass: float, path: tuple[int, ...], parent: int, branch: int, told: Completion) -> None:
        logprobs = np.array([likely.logprob for likely in told.top])
        raw = np.exp(logprobs)
        normalisers = {1.0: 0.0} | {
            temperature: numbers.normaliser for temperature, numbers in zip(self._hot, told.further, strict=True)
        }
        looked = int(np.count_nonzero(raw * mass > _LEAST))  # the likeliest come first
        tokens = [likely.token for likely in told.top[:looked]]
        outcomes = np.array([self._outcome((*path, token)) for token in tokens], dtype=np.int64)
        probabilities = np.stack(
            [_under(logprobs, normalisers[setting.temperature], setting)[:looked] for setting in self._settings]
        )
        number = len(self.nodes)
        self.nodes.append(_Node(parent, branch, probabilities, outcomes))
        for at in np.flatnonzero(outcomes == _OPEN).tolist():
            self._order += 1
            heapq.heappush(self.open, (-mass * float(raw[at]), self._order, (*path, tokens[at]), number, at))
        self.unexplored -= mass * float(raw[:looked][outcomes != _OPEN].sum())

    def _outcome(self, path: tuple[int, ...]) -> int:
        vocabulary = self._model.vocabulary
        ended = ending(self._question.stop, vocabulary, path)
        if ended is None:
            return _REJECTED if self._task.hopeless(vocabulary.text(path)) else _OPEN
        value = self._task.read(answer(vocabulary, path, ended).text)
        return _REJECTED if value is None else value[0]

    def results(self) -> list[Exact]:
        """The tree's leaves summed under each setting."""
        count = len(self._settings)
        values = np.zeros((count, len(self._task.values)))
        rejected = np.zeros(count)
        reached: list[Row] = []  # each node's mass under each setting
        for node in self.nodes:
            mass = np.ones(count)
            if node.parent >= 0:
                mass = reached[node.parent] * self.nodes[node.parent].probabilities[:, node.branch]
            reached.append(mass)
            leaves = mass[:, None] * node.probabilities
            for value in range(len(self._task.values)):
                values[:, value] += leaves[:, node.outcomes == value].sum(axis=1)
            rejected += leaves[:, node.outcomes == _REJECTED].sum(axis=1)
        return [
            Exact(
                probabilities=tuple(values[at].tolist()),
                rejected=float(rejected[at]),
                unexplored=max(0.0, 1.0 - float(values[at].sum()) - float(rejected[at])),
                nodes=len(self.nodes),
            )
            for at in range(count)
        ]


def _under(logprobs: Row, normaliser: float, setting: Sampling) -> Row:
    """The probabilities of the likeliest tokens under a setting, temperature before top-p; both have shape (tokens,).

    A nucleus that is larger than these tokens ends at a token so unlikely that its share, the excess over top-p, is
    negligible.
    """
    hot = np.exp(logprobs / setting.temperature - normaliser)
    if setting.top_p >= 1.0:
        return np.asarray(hot)
    sums = np.cumsum(hot)
    inside = sums - hot < setting.top_p
    total = sums[np.count_nonzero(inside) - 1] if sums[-1] >= setting.top_p else setting.top_p
    return np.asarray(np.where(inside, hot, 0.0) / total)
