"""What the tree leaves open, sampled: matches that go where it wasn't followed, each from its own probabilities.

A sampled match begins with one of the open parts, drawn in proportion to the rounds that depend on it, and is played to
its end as any match is. Every draw has a name, so a match doesn't depend on the others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import msgspec
import numpy as np

from arena.agents.bots import draw_move
from arena.agents.language_model import LanguageModelAgent
from arena.agents.moves import parse
from arena.backends.base import Draw, Request, StopRule
from arena.backends.stopping import found
from arena.experiments.tournament.exact.answers import TOP, Outcomes, Part, Path
from arena.experiments.tournament.exact.observed import Observed, Open
from arena.experiments.tournament.exact.tree import History, Tree
from arena.experiments.tournament.match import Pairing, play_match
from arena.games import exploitability
from arena.randomness import stream, uniforms, within
from arena.records import Decision, Policy, Round, Sample

_ONE_TOKEN: Final = StopRule(found=r"(?!)", closed=r"(?!)", max_tokens=1)


class SampledRound(msgspec.Struct, frozen=True, array_like=True):
    """A round of a sampled match. `policy` is None in the round whose answer was open, because the tree has it."""

    number: int
    previous: int
    outcome: int
    move: int | None
    reply: int | None
    policy: tuple[float, ...] | None
    mass: float
    drawn: int
    invalid: int
    answers: tuple[str, ...]


class SampledMatch(msgspec.Struct, frozen=True, array_like=True):
    """The rounds of a sampled match that the tree doesn't have; `open` is how many they are, the number by which its
    part was drawn."""

    open: int
    rounds: tuple[SampledRound, ...]


class Rest:
    """Samples the open parts of a tree. `key` and `seed` name the draws."""

    def __init__(self, tree: Tree, parts: Sequence[Open], key: str, seed: int) -> None:
        self._tree = tree
        self._parts = parts
        self._name = stream(seed, key, "rest")
        pairing = tree.seats.pairing
        self._pairing = Pairing(pairing.game, pairing.subject, pairing.opponent, stream(key, "rest"), seed)
        self._cumulative = list(accumulate(part.probability * part.rounds for part in parts))

    @property
    def weight(self) -> float:
        """How many rounds of a match are open, on average."""
        return self._cumulative[-1] if self._cumulative else 0.0

    @property
    def rounds(self) -> float:
        """How many rounds a sampled match plays, on average."""
        weights = np.array([part.probability * part.rounds for part in self._parts])
        return float(weights @ [part.rounds for part in self._parts] / weights.sum())

    async def match(self, number: int) -> SampledMatch:
        """Play sampled match `number`."""
        name = within(self._name, number)
        of_part, of_reply = uniforms(name, 2).tolist()
        at = bisect_right(self._cumulative, of_part * self._cumulative[-1])
        part = self._parts[min(at, len(self._parts) - 1)]
        history = part.history
        played = self._before(part)
        sampled: list[SampledRound] = []
        if part.part is not None:
            decision, drawn, invalid = await self._answered(history, part.part, name)
            reply = Policy(tuple(history.replies.tolist()))
            played.append(self._round(history, decision, draw_move(reply, of_reply)))
            sampled.append(_sampled(played[-1], part.previous, None, drawn, invalid))
        rounds = self._tree.rounds
        async for one in play_match(self._pairing, number, rounds, played):
            policy = one.subject.policy
            assert policy is not None, "checked by check_seats"
            previous, asked = int(played[-1].outcome), len(one.subject.answers)
            sampled.append(_sampled(one, previous, policy.probabilities, asked, one.subject.invalid))
            played.append(one)
        return SampledMatch(part.rounds, tuple(sampled))

    def _before(self, part: Open) -> list[Round]:
        """The rounds that led to an open part, as played."""
        steps = part.before if part.step is None else (*part.before, part.step)
        policies = (*part.history.policies, part.history.policy)
        return [
            Round(number, self._tree.outcome(step), Decision(policy, step[0]), Decision(None, step[1]))
            for number, (step, policy) in enumerate(zip(steps, policies, strict=False), start=1)
        ]

    def _round(self, history: History, decision: Decision, reply: int) -> Round:
        outcome = self._tree.outcome((decision.move, reply))
        return Round(history.number, outcome, decision, Decision(None, reply))

    async def _answered(self, history: History, part: Part, name: str) -> tuple[Decision, int, int]:
        """The decision of a round whose answer goes into an open part; with how many answers were drawn and refused.

        The answers before it were refused, each as the tree knows: their number is drawn first.
        """
        agent = self._tree.seats.subject
        assert isinstance(agent, LanguageModelAgent)
        rule = self._tree.seats.rule
        chances = Policy(tuple((history.answers.invalid ** np.arange(rule.attempts)).tolist()))
        before = draw_move(chances, float(uniforms(stream(name, "before"), 1)[0]))
        tokens = (await agent.prompt(history.past)).tokens
        outcomes = self._tree.seats.outcomes
        path = part.path
        if part.tail:
            path = (*path, await self._tail_token(agent, tokens + path, path, stream(name, "tail")))
        while outcomes.of(path) == Outcomes.GOES_ON:
            path = (*path, await _token(agent, tokens + path, stream(name, "token", len(path))))
        answers = [Sample(agent.vocabulary.text(path), path, "move" if outcomes.of(path) >= 0 else "mark")]
        move: int | None = outcomes.of(path) if outcomes.of(path) >= 0 else None
        left = rule.attempts - before - 1
        if move is None and left:
            request = Request(
                tokens, (), agent.stop, agent.asking.sampling, Draw(stream(name, "again"), left), depth=history.number
            )
            answers += (await agent.model.complete(request)).answers
            match = found(agent.stop, answers[-1].text)
            move = None if match is None else parse(agent.moves, match.group())
        invalid = before + len(answers) - (move is not None)
        if move is None and rule.fallback:
            move = draw_move(history.policy, float(uniforms(stream(name, "policy"), 1)[0]))
        return Decision(history.policy, move, tuple(answers)), before + len(answers), invalid

    async def _tail_token(self, agent: LanguageModelAgent, tokens: Path, path: Path, name: str) -> int:
        """A token among those that weren't looked at after a path, or that were left to the tail."""
        every = tuple(range(len(agent.vocabulary.pieces)))
        completion = await agent.model.complete(
            Request(tokens, every, agent.stop, agent.asking.sampling, top=TOP, depth=len(tokens))
        )
        chances = np.exp(np.array(completion.logprobs))
        for token in self._tree.seats.looked_at(path, completion.top):
            chances[token] = 0.0
        cumulative = np.cumsum(chances)
        draw = float(uniforms(name, 1)[0])
        return int(np.searchsorted(cumulative, draw * cumulative[-1], side="right"))


async def _token(agent: LanguageModelAgent, tokens: Path, name: str) -> int:
    """The next token, drawn."""
    request = Request(tokens, (), _ONE_TOKEN, agent.asking.sampling, Draw(name, 1), top=0, depth=len(tokens))
    return (await agent.model.complete(request)).answers[0].tokens[0]


def _sampled(one: Round, previous: int, policy: tuple[float, ...] | None, drawn: int, invalid: int) -> SampledRound:
    subject = one.subject
    mass = subject.policy.mass if subject.policy else 1.0
    texts = tuple(answer.text for answer in subject.answers)
    return SampledRound(
        *(one.number, previous, int(one.outcome), subject.move, one.opponent.move, policy, mass, drawn, invalid, texts)
    )


def observed(tree: Tree, match: SampledMatch, weight: float) -> list[Observed]:
    """The rounds of a sampled match, each of which stands for so many."""
    game = tree.game
    rows = []
    for one in match.rounds:
        policy = one.policy
        expected = exploitable = 0.0
        if policy is not None:
            column = game.payoff[:, one.reply] if one.reply is not None else np.ones(len(game.moves))
            expected = float(np.asarray(policy) @ column)
            exploitable = float(exploitability(game, np.asarray(policy))) / 100
        rows.append(
            Observed(
                weight=weight if policy is not None else 0.0,
                number=one.number,
                previous=one.previous,
                determinism=max(policy) if policy is not None else 0.0,
                mass=one.mass,
                expected=expected,
                exploitability=exploitable,
                won=weight * (one.outcome == 1),
                tied=weight * (one.outcome == 0),
                lost=weight * (one.outcome == -1),
                forfeited=weight * (one.move is None),
                drawn=weight * one.drawn,
                invalid=weight * one.invalid,
            )
        )
    return rows
