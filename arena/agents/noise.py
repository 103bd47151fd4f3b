"""A model's own noise: how far apart the distributions are that the same prompt gets when it is evaluated again.

Sums of rounded numbers depend on their order, and that depends on what is in a batch and where a prompt's beginning
lies in the cache. So some prompts are evaluated alone, one after another, and later all at once in the reverse order,
and others the other way round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.agents.agent import Past, Position
from arena.agents.language_model import LanguageModelAgent
from arena.games import Game
from arena.randomness import stream, uniforms

PROMPTS: Final = 30
_MOST_ROUNDS: Final = 10


@dataclass(frozen=True, slots=True)
class Noise:
    """Differences of a move's probability before renormalising, over all moves of `prompts` prompts."""

    prompts: int
    mean: float
    largest: float


async def noise(agent: LanguageModelAgent, game: Game) -> Noise:
    """Ask for the policies after 30 histories, twice. Raises ModelError if the model fails."""
    positions = [_position(game, number) for number in range(PROMPTS)]
    one, other = positions[::2], positions[1::2]
    first = [await _alone(agent, one), await _together(agent, other)]
    again = [await _together(agent, one), await _alone(agent, other)]
    apart = np.abs(np.concatenate(first) - np.concatenate(again))
    return Noise(PROMPTS, float(apart.mean()), float(apart.max()))


def _position(game: Game, number: int) -> Position:
    """A history of up to nine rounds, drawn by name."""
    rounds = number % _MOST_ROUNDS
    drawn = uniforms(stream("noise", game.name, number), 2 * rounds).reshape(rounds, 2)
    moves = ((int(mine * len(game.moves)), int(theirs * len(game.replies))) for mine, theirs in drawn)
    return Position(0, rounds + 1, tuple(Past(move, reply, game.outcome(move, reply)) for move, reply in moves))


async def _alone(agent: LanguageModelAgent, positions: Sequence[Position]) -> NDArray[np.float64]:
    return np.array([await _probabilities(agent, position) for position in positions])


async def _together(agent: LanguageModelAgent, positions: Sequence[Position]) -> NDArray[np.float64]:
    return np.array(await asyncio.gather(*(_probabilities(agent, one) for one in reversed(positions))))[::-1]


async def _probabilities(agent: LanguageModelAgent, position: Position) -> list[float]:
    policy, _ = await agent.read(position)
    return [probability * policy.mass for probability in policy.probabilities]
