"""Matches of a model against a bot by enumeration, as the rules of play say: every answer, attempt by attempt, and
every history. Slow, and independent of what follows trees."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from arena.agents.agent import HasPolicy, Past, PolicyView, Position, Sees
from arena.agents.language_model import LanguageModelAgent
from arena.agents.moves import parse
from arena.backends.base import Request
from arena.backends.stopping import answer, ending, found
from arena.experiments.tournament.match import Pairing
from arena.records import Outcome, Policy
from tests.support.table_model import VOCABULARY, TableModel


@dataclass
class Rounds:
    """Sums over a match's rounds, times their probabilities."""

    net: float = 0.0
    expected: float = 0.0
    determinism: float = 0.0
    forfeits: float = 0.0
    drawn: float = 0.0
    invalid: float = 0.0
    after: dict[Outcome, list[float]] = field(default_factory=lambda: {one: [0.0, 0.0] for one in Outcome})


def enumerate_rounds(pairing: Pairing, model: TableModel, rounds: int) -> Rounds:
    """The sums over all matches."""
    sums = Rounds()
    subject, opponent, game = pairing.subject, pairing.opponent, pairing.game
    assert isinstance(subject, LanguageModelAgent)

    def follow(past: tuple[Past, ...], reach: float) -> None:
        policy = asyncio.run(subject.policy(Position(0, len(past) + 1, past)))
        replies = reply_to(past, policy).probabilities
        sums.determinism += reach * policy.determinism
        sums.expected += reach * float(np.array(policy.probabilities) @ game.payoff @ np.array(replies))
        if past:
            sums.after[past[-1].outcome][0] += reach
            sums.after[past[-1].outcome][1] += reach * policy.determinism
        for move, of_move in round_of(past, policy, reach).items():
            for reply, of_reply in enumerate(replies):
                chance = of_move * of_reply
                if chance > 0.0:
                    outcome = game.outcome(move, reply)
                    sums.net += reach * chance * outcome
                    sums.forfeits += reach * chance * (move is None)
                    if len(past) + 1 < rounds:
                        follow((*past, Past(move, reply, outcome)), reach * chance)

    def reply_to(past: tuple[Past, ...], policy: Policy) -> Policy:
        seen = tuple(one.turned for one in past)
        if opponent.sees is Sees.POLICY:
            decision = asyncio.run(opponent.decide(PolicyView(0, len(past) + 1, seen, rounds=rounds, policy=policy)))
            assert decision.policy is not None
            return decision.policy
        assert isinstance(opponent, HasPolicy)
        return asyncio.run(opponent.policy(Position(0, len(past) + 1, seen)))

    def round_of(past: tuple[Past, ...], policy: Policy, reach: float) -> dict[int | None, float]:
        """The moves of a round, None for a forfeit."""
        prompt = asyncio.run(subject.prompt(past)).tokens
        law: dict[int | None, float] = {}
        still = 1.0  # the probability that this attempt is made
        one = list(answers(subject, model, prompt))
        for _ in range(subject.asking.attempts):
            refused = 0.0
            sums.drawn += reach * still
            for move, chance in one:
                if move is None:
                    refused += chance
                else:
                    law[move] = law.get(move, 0.0) + still * chance
            still *= refused
            sums.invalid += reach * still
        if subject.asking.fallback:
            for move, chance in enumerate(policy.probabilities):
                law[move] = law.get(move, 0.0) + still * chance
        else:
            law[None] = still
        return law

    follow((), 1.0)
    return sums


def answers(
    agent: LanguageModelAgent, model: TableModel, prompt: tuple[int, ...], path: tuple[int, ...] = ()
) -> Iterator[tuple[int | None, float]]:
    """Every answer that can follow, as a move or None, with its probability."""
    ended = ending(agent.stop, VOCABULARY, path) if path else None
    if ended is not None:
        match = found(agent.stop, answer(VOCABULARY, path, ended).text)
        yield (None if match is None else parse(agent.moves, match.group())), 1.0
        return
    request = Request(prompt + path, (), agent.stop, agent.asking.sampling)
    chances = np.exp(model.distribution(request.tokens, request).logprobs(range(len(VOCABULARY.pieces))))
    for token in np.flatnonzero(chances > 0).tolist():
        for move, chance in answers(agent, model, prompt, (*path, token)):
            yield move, float(chances[token]) * chance
