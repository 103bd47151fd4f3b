"""`lookahead:DEPTH` and `ideal`: readers that plan ahead, with the other's policy after every history they consider.

The ideal deterministic adversary of section 3.2 chooses, at every point, the move with the highest expected win rate
over the remaining rounds. `lookahead:DEPTH` does so over the next DEPTH rounds (1 is the greedy reader), `ideal` to the
end of the match. The search is expectimax: the reader chooses its own move, the other's is drawn from its policy.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.agents.agent import AgentSpec, Past, PoliciesView, Sees
from arena.errors import UsageError
from arena.games import Game
from arena.records import Decision, Outcome, Policy, Seat

DEEPEST: Final = 10
MOST_HISTORIES: Final = 100_000  # that a decision may consider
_USAGE: Final = "with ,net to maximise wins minus losses, and ,cut=P to leave out what is less likely than P"


@dataclass(frozen=True, slots=True)
class Plan:
    """How far a reader looks (None: to the match's end), whether it maximises the net instead of the win rate, and how
    likely a history must be to be considered."""

    depth: int | None
    net: bool = False
    cut: float = 0.0


@dataclass(slots=True)
class _Node:
    """A history, the other's policy after it, and how likely it is if the reader plays to reach it."""

    history: tuple[Past, ...]
    reach: float
    policy: NDArray[np.float64]
    after: dict[tuple[int, int], _Node] = field(default_factory=dict)  # by the reader's move and the other's


class Lookahead:
    """Plays the move that is worth most over the rounds it looks at; ties go to the first."""

    sees: Final = Sees.POLICIES

    def __init__(self, name: str, game: Game, seat: Seat, plan: Plan) -> None:
        self.name = name
        self._plan = plan
        payoff = game.payoff if seat is Seat.SUBJECT else -game.payoff.T
        self._outcomes = payoff.tolist()
        self._points = (payoff if plan.net else payoff == 1).astype(np.float64)  # [mine, theirs]

    async def decide(self, view: PoliciesView) -> Decision:
        """Look ahead from the round in the view. Raises UsageError if that takes too many histories, ModelError if a
        model fails."""
        worths, _ = await self.worths(view)
        choice = int(np.argmax(worths))
        return Decision(Policy.certain(choice, len(worths)), choice)

    async def worths(self, view: PoliciesView) -> tuple[NDArray[np.float64], float]:
        """What each move is worth, in rounds won (or won minus lost), shape (moves,); and by how much any of them can
        differ from that, at most, through the histories that were left out."""
        depth = self._depth(view)
        root = _Node(view.history, 1.0, np.asarray(view.policy.probabilities))
        level = [root]
        considered = 1
        for ahead in range(1, depth):
            wanted = [(node, *moves) for node in level for moves in self._moves(node)]
            considered += len(wanted)
            if considered > MOST_HISTORIES:
                raise UsageError(
                    f"{self.name} would have to consider more than {MOST_HISTORIES:,} histories for a move: look "
                    f"{ahead} rounds ahead, or leave out unlikely ones with ,cut=P"
                )
            # all of a level at once, so that a model gets them in full batches
            policies = await asyncio.gather(*(view.ask(self._history(*one)) for one in wanted))
            level = []
            for (node, mine, theirs), policy in zip(wanted, policies, strict=True):
                reach = node.reach * float(node.policy[theirs])
                after = _Node(self._history(node, mine, theirs), reach, np.asarray(policy.probabilities))
                node.after[mine, theirs] = after
                level.append(after)
        return self._worths(root), self._left_out(root, depth)

    def _depth(self, view: PoliciesView) -> int:
        remaining = view.rounds - view.number + 1 if view.rounds else None
        if self._plan.depth is None:
            if remaining is None:
                raise UsageError(f"{self.name} must know how many rounds the match has")
            return remaining
        return self._plan.depth if remaining is None else min(self._plan.depth, remaining)

    def _moves(self, node: _Node) -> list[tuple[int, int]]:
        """The pairs of moves, mine and theirs, that can follow and are likely enough."""
        likely = [
            move
            for move, probability in enumerate(node.policy.tolist())
            if probability > 0.0 and node.reach * probability >= self._plan.cut
        ]
        return [(mine, theirs) for mine in range(len(self._outcomes)) for theirs in likely]

    def _history(self, node: _Node, mine: int, theirs: int) -> tuple[Past, ...]:
        return (*node.history, Past(mine, theirs, Outcome(self._outcomes[mine][theirs])))

    def _worths(self, node: _Node) -> NDArray[np.float64]:
        worths: NDArray[np.float64] = self._points @ node.policy
        for (mine, theirs), after in node.after.items():
            worths[mine] += node.policy[theirs] * self._worths(after).max()
        return worths

    def _left_out(self, node: _Node, depth: int) -> float:
        """The most rounds that a plan can win in the histories that weren't considered, of `depth` rounds from here."""
        if depth == 1:
            return 0.0
        considered = {theirs for _, theirs in node.after}
        missing = sum(float(p) for theirs, p in enumerate(node.policy) if theirs not in considered)
        found = [missing * (depth - 1)] * len(self._outcomes)
        for (mine, theirs), after in node.after.items():
            found[mine] += float(node.policy[theirs]) * self._left_out(after, depth - 1)
        return max(found)


def lookahead(spec: AgentSpec, game: Game, seat: Seat) -> Lookahead:
    """`lookahead:DEPTH[,net][,cut=P]`. Raises UsageError for anything else."""
    depth, *options = spec.argument.split(",")
    if not depth.isdecimal() or not 1 <= int(depth) <= DEEPEST:
        raise UsageError(f"{spec.text!r}: the depth is a whole number of rounds, 1 (the greedy reader) to {DEEPEST}")
    return Lookahead(spec.text, game, seat, _plan(spec, int(depth), options))


def ideal(spec: AgentSpec, game: Game, seat: Seat) -> Lookahead:
    """`ideal[:net][,cut=P]`. Raises UsageError for anything else."""
    return Lookahead(spec.text, game, seat, _plan(spec, None, spec.argument.split(",") if spec.argument else []))


def _plan(spec: AgentSpec, depth: int | None, options: list[str]) -> Plan:
    net, cut = False, 0.0
    for option in options:
        name, _, value = option.strip().partition("=")
        if name == "net" and not value:
            net = True
        elif name == "cut":
            cut = _probability(spec, value)
        else:
            raise UsageError(f"{spec.text!r} has an unknown part {option!r}: it may end {_USAGE}")
    return Plan(depth, net, cut)


def _probability(spec: AgentSpec, text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0.0 <= found < 1.0:  # also false for nan
        raise UsageError(f"{spec.text!r}: cut={text} should be a probability below 1, such as cut=0.01")
    return found
