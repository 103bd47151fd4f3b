"""What the two seats of a match would do after a history, asked without drawing anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b

import numpy as np

from arena.agents.agent import Agent, HasPolicy, Past, PoliciesView, PolicyView, Position, Sees
from arena.agents.language_model import LanguageModelAgent
from arena.agents.mixture import Mixture
from arena.backends.base import Request
from arena.errors import UsageError
from arena.experiments.tournament.exact.answers import GOING, NO_PATH, TOP, Outcomes, Path, Told, told_by
from arena.experiments.tournament.exact.law import Rule
from arena.experiments.tournament.match import Pairing
from arena.records import Policy, Prompt, TokenProbability

MATCH = 0  # the number that agents are told: what they do doesn't depend on it


def check_seats(pairing: Pairing) -> None:
    """Raise UsageError for agents whose moves have no known probabilities."""
    subject, opponent = pairing.subject, pairing.opponent
    if subject.sees is not Sees.MOVES or isinstance(subject, Mixture) or not isinstance(subject, HasPolicy):
        raise UsageError(
            f"{subject.name} can't be followed exactly: --exact is for subjects that see moves alone and have a policy "
            "(models that are asked the same each time, and bots); play it without --exact"
        )
    if isinstance(opponent, LanguageModelAgent | Mixture) or (
        opponent.sees is Sees.MOVES and not isinstance(opponent, HasPolicy)
    ):
        raise UsageError(
            f"{opponent.name} can't be followed exactly: --exact is for opponents that are readers or bots, whose "
            "replies follow from what they see; play it without --exact"
        )


class Seats:
    """A pairing that is asked. `known` are distributions that were told before, by a hash; `keep` is called with
    each new one, and with the prompt at whose end it is."""

    def __init__(
        self, pairing: Pairing, rounds: int, known: dict[str, Told], keep: Callable[[str, Told, Prompt], None]
    ) -> None:
        self.pairing = pairing
        self.rounds = rounds
        self.subject: Agent = pairing.subject
        self.moves = len(pairing.game.moves)
        self._histories = 0  # of a bot that were asked for
        self._used: set[str] = set()
        self._known = known
        self._keep = keep
        self.rule = Rule(1, False)
        if isinstance(self.subject, LanguageModelAgent):
            self.rule = Rule(self.subject.asking.attempts, self.subject.asking.fallback)
            self.outcomes = Outcomes(self.subject)

    @property
    def asked(self) -> int:
        """How many distributions were asked for, whether or not they had been told before."""
        return self._histories + len(self._used)

    async def policy(self, past: tuple[Past, ...]) -> Policy:
        """A bot's policy."""
        assert isinstance(self.subject, HasPolicy)
        self._histories += 1
        return await self.subject.policy(Position(MATCH, len(past) + 1, past))

    async def told(self, past: tuple[Past, ...], path: Path) -> Told:
        """A model's next-token distribution after a history and the beginning of an answer."""
        agent = self.subject
        assert isinstance(agent, LanguageModelAgent)
        prompt = await agent.prompt(past)
        tokens = prompt.tokens + path
        name = _name(tokens)
        self._used.add(name)
        if name not in self._known:
            request = Request(
                tokens=tokens,
                wanted=() if path else agent.wanted,
                stop=agent.stop,
                sampling=agent.asking.sampling,
                top=TOP,
                depth=len(past) + 1,
            )
            completion = await agent.model.complete(request)
            found = told_by(completion.top, path, self.outcomes, self.moves)
            if path == NO_PATH:
                policy = agent.policy_of(completion)
                found = Told(
                    found.moves, found.invalid, found.going, (policy.probabilities, policy.mass, policy.loose_mass)
                )
            if name not in self._known:  # two histories may have asked the same at once
                self._known[name] = found
                self._keep(name, found, Prompt(prompt.text, prompt.tokens, completion.top[:20]))
        return self._known[name]

    def looked_at(self, path: Path, top: Sequence[TokenProbability]) -> Iterator[int]:
        """Which of the likeliest tokens after a path aren't left to the tail."""
        for likely in top:
            goes_on = self.outcomes.of((*path, likely.token)) == Outcomes.GOES_ON
            if not goes_on or math.exp(likely.logprob) >= GOING:
                yield likely.token

    async def replies(self, past: tuple[Past, ...], policy: Policy, policies: Sequence[Policy]) -> Policy:
        """What the opponent would reply. `policies` are the subject's of the past rounds."""
        opponent, number = self.pairing.opponent, len(past) + 1
        seen = tuple(one.turned for one in past)
        if opponent.sees is Sees.MOVES:
            assert isinstance(opponent, HasPolicy)
            return await opponent.policy(Position(MATCH, number, seen))
        if opponent.sees is Sees.POLICY:
            decision = await opponent.decide(PolicyView(MATCH, number, seen, rounds=self.rounds, policy=policy))
        else:
            view = PoliciesView(
                *(MATCH, number, seen), rounds=self.rounds, policy=policy, policies=tuple(policies), _ask=self._ask
            )
            decision = await opponent.decide(view)
        if decision.policy is None:
            raise UsageError(f"{opponent.name} can't be followed exactly: it doesn't say how it chooses its replies")
        return decision.policy

    async def _ask(self, history: Sequence[Past]) -> Policy:
        assert isinstance(self.subject, HasPolicy)
        return await self.subject.policy(Position(MATCH, len(history) + 1, tuple(past.turned for past in history)))


def _name(tokens: Sequence[int]) -> str:
    """What a distribution is kept by: a hash of the tokens before it."""
    return blake2b(np.asarray(tokens, dtype="<u4").tobytes(), digest_size=12).hexdigest()
