"""The tree of a match's histories, the likeliest followed first, each with the law of its next round.

What is followed next is what leaves most open: the probability of a history, or of the beginning of an answer to it,
times the rounds that depend on it. Everything is asked a batch at a time, so that a model gets full batches.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from arena.agents.agent import Past
from arena.agents.language_model import LanguageModelAgent
from arena.experiments.tournament.exact.answers import NO_PATH, Answers, Path, Told
from arena.experiments.tournament.exact.law import Law, Row, law
from arena.experiments.tournament.exact.seats import Seats
from arena.records import Outcome, Policy

BATCH: Final = 64  # asked for at once
_LEAST: Final = 1e-12  # a less likely continuation is never followed

Step = tuple[int | None, int]  # a round's move (None: a forfeit) and reply


@dataclass(slots=True, eq=False)
class History:
    """The rounds so far as the subject saw them, and what follows: the policy, the replies and the answers, as far as
    they were asked for. `reach` is its probability when it was first asked for; it grows with what is found of the
    rounds before."""

    past: tuple[Past, ...]
    policies: tuple[Policy, ...]  # the subject's in the past rounds
    reach: float
    policy: Policy
    replies: Row
    answers: Answers
    after: dict[Step, History] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The round that comes next, from 1."""
        return len(self.past) + 1


@dataclass(frozen=True, slots=True)
class _Next:
    """What may be asked next: the first distribution after a step from a history, or one within the answers to it."""

    history: History | None  # None: the beginning of the match
    step: Step | None = None
    path: Path = NO_PATH


class Tree:
    """Grows by asking the seats."""

    def __init__(self, seats: Seats) -> None:
        self.seats = seats
        self.game = seats.pairing.game
        self.rounds = seats.rounds
        self.root: History | None = None
        self.histories = 0
        self._order = 0
        self._ahead: list[tuple[float, int, _Next]] = []
        self._add(self.rounds, _Next(None))

    @property
    def most(self) -> float:
        """The rounds that depend on what would be asked next; 0.0 if nothing is left to ask."""
        return -self._ahead[0][0] if self._ahead else 0.0

    async def grow(self) -> None:
        """Ask for the next batch."""
        batch: dict[_Next, None] = {}
        while self._ahead and len(batch) < BATCH:
            _, _, one = heapq.heappop(self._ahead)
            # a step comes up again when more is known to lead to it
            if one.history is None or one.step not in one.history.after:
                batch[one] = None
        found = await asyncio.gather(*map(self._ask, batch))
        for one, (told, history) in zip(batch, found, strict=True):
            if history is not None:
                self.histories += 1
                if one.history is None:
                    self.root = history
                else:
                    assert one.step is not None
                    one.history.after[one.step] = history
                self._note(history, NO_PATH, told)
            else:
                assert one.history is not None
                self._note(one.history, one.path, told)

    async def _ask(self, one: _Next) -> tuple[Told | None, History | None]:
        """The distribution, and the history if it is a new one."""
        if one.step is None and one.history is not None:
            return await self.seats.told(one.history.past, one.path), None
        past: tuple[Past, ...] = ()
        policies: tuple[Policy, ...] = ()
        reach = 1.0
        if one.history is not None:
            assert one.step is not None
            past, policies = (*one.history.past, self.past(one.step)), (*one.history.policies, one.history.policy)
            reach = self.chance(one.history, self.law(one.history), one.step) * one.history.reach
        told = None
        if isinstance(self.seats.subject, LanguageModelAgent):
            told = await self.seats.told(past, NO_PATH)
            assert told.policy is not None
            policy = Policy(*told.policy)
        else:
            policy = await self.seats.policy(past)
        replies = np.asarray((await self.seats.replies(past, policy, policies)).probabilities)
        return told, History(past, policies, reach, policy, replies, Answers(self.seats.moves))

    def _note(self, history: History, path: Path, told: Told | None) -> None:
        """Take note of a distribution, and of what may be asked next because of it."""
        opened: list[tuple[Path, float]] = []
        if told is None:
            history.answers.close(history.policy.probabilities)
        else:
            opened = history.answers.add(path, told)
        known = self.law(history)
        left = self.rounds - history.number
        times = known.open / history.answers.open if history.answers.open else 0.0  # rounds per answer
        for longer, probability in opened:
            self._add(history.reach * times * probability * (left + 1), _Next(history, None, longer))
        if left:
            for step, chance in self.steps(history, known):
                if step not in history.after:
                    self._add(history.reach * chance * left, _Next(history, step))

    def _add(self, weight: float, one: _Next) -> None:
        if weight > _LEAST:
            self._order += 1
            heapq.heappush(self._ahead, (-weight, self._order, one))

    def law(self, history: History) -> Law:
        """The law of the round that comes after a history."""
        answers = history.answers
        return law(answers.moves, answers.invalid, answers.open, self.seats.rule, history.policy)

    def steps(self, history: History, known: Law) -> Iterator[tuple[Step, float]]:
        """The known ways in which that round can go, with their probabilities."""
        moves: list[tuple[int | None, float]] = [*enumerate(known.moves.tolist()), (None, known.forfeit)]
        for move, of_move in moves:
            for reply, of_reply in enumerate(history.replies.tolist()):
                if of_move * of_reply > 0.0:
                    yield (move, reply), of_move * of_reply

    def chance(self, history: History, known: Law, step: Step) -> float:
        """The probability of one of them."""
        move, reply = step
        return float((known.forfeit if move is None else known.moves[move]) * history.replies[reply])

    def outcome(self, step: Step) -> Outcome:
        """How it ends for the subject."""
        return self.game.outcome(*step)

    def past(self, step: Step) -> Past:
        """The round as the subject saw it."""
        return Past(*step, self.outcome(step))
