"""What a seat does in a round, as probabilities: its moves, a forfeit, and what isn't known yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.records import Policy

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows an invalid answer: at most `attempts` answers are drawn until one is valid, and if none is, the
    policy's own draw with `fallback`, else a forfeit. It is the rule of play (arena/agents/language_model.py)."""

    attempts: int
    fallback: bool


@dataclass(frozen=True, slots=True)
class Law:
    """The probabilities of a round: of each move, shape (moves,), of a forfeit, and of all that isn't known (`open`:
    rounds in which some answer went where the model wasn't followed). They sum to 1. `drawn` and `invalid` are the
    answers drawn and refused in the rounds that are known, times their probabilities."""

    moves: Row
    forfeit: float
    open: float
    drawn: float = 0.0
    invalid: float = 0.0


def law(moves: Row, invalid: float, open_: float, rule: Rule, policy: Policy) -> Law:
    """The law of a round from that of one answer: `moves` are the probabilities of valid answers, by move."""
    valid = float(moves.sum())
    if rule.fallback:
        return Law(moves + invalid * np.asarray(policy.probabilities), 0.0, open_, valid + invalid, invalid)
    refused = invalid ** np.arange(rule.attempts)  # before each attempt
    times = float(refused.sum())
    none = invalid**rule.attempts
    before = np.arange(rule.attempts)
    return Law(
        moves=moves * times,
        forfeit=none,
        open=open_ * times,
        drawn=float((refused * (before + 1)).sum()) * valid + rule.attempts * none,
        invalid=float((refused * before).sum()) * valid + rule.attempts * none,
    )
