"""The records that travel between the layers, such as an agent's decision and a round.

They are msgspec structs because several are made for every round: a frozen dataclass takes seven times as long to make.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any

import msgspec


class Outcome(IntEnum):
    """The result of a round, for the subject unless stated otherwise; the number is the payoff."""

    LOSS = -1
    TIE = 0
    WIN = 1

    @property
    def turned(self) -> Outcome:
        """The result of the same round for the other seat."""
        return (Outcome.TIE, Outcome.LOSS, Outcome.WIN)[self]  # the last is that of index -1


class Seat(StrEnum):
    """The two seats of a match. The subject is the one being measured."""

    SUBJECT = "subject"
    OPPONENT = "opponent"

    @property
    def other(self) -> Seat:
        """The seat across the table."""
        return Seat.OPPONENT if self is Seat.SUBJECT else Seat.SUBJECT


class Policy(msgspec.Struct, frozen=True):
    """A probability distribution over the moves of one seat, in the game's order.

    `mass` is the probability of legal moves in the raw next-token distribution before renormalising (1 for a bot);
    `loose_mass` is the same when any prefix of a move counts, so that a bad fit shows.
    """

    probabilities: tuple[float, ...]
    mass: float = 1.0
    loose_mass: float = 1.0

    @classmethod
    def certain(cls, move: int, count: int) -> Policy:
        """The policy of always playing `move` of `count` moves."""
        return cls(tuple(float(index == move) for index in range(count)))

    @property
    def determinism(self) -> float:
        """The largest probability: 1/n for uniform play over n moves, 1 for a fixed move (section 3.3)."""
        return max(self.probabilities)


class Sample(msgspec.Struct, frozen=True):
    """One answer drawn from a model: its text as decoded, its token ids, and why it ended.

    `ended` is "move" (the text contains a move), "mark" (a closing mark), "eos" (an end token)
    or "length" (the token limit).
    """

    text: str
    tokens: tuple[int, ...]
    ended: str


class Answer(msgspec.Struct, frozen=True):
    """An answer and the value read from it, as JSON (for numbers, indices into the task's values); None: rejected."""

    sample: Sample
    value: Any


class TokenProbability(msgspec.Struct, frozen=True):
    """A token of a next-token distribution with its natural log-probability."""

    token: int
    logprob: float


class Prompt(msgspec.Struct, frozen=True):
    """A prompt as text, with the token ids that the model saw and the likeliest next tokens."""

    text: str
    tokens: tuple[int, ...]
    top: tuple[TokenProbability, ...] = ()


class Decision(msgspec.Struct, frozen=True):
    """What an agent decided. `policy` is None for an agent that has none to show (a person).

    `move` is None for a forfeit: every answer drawn was invalid. `answers` are all the answers
    drawn, the last being the one that was played.
    """

    policy: Policy | None
    move: int | None
    answers: tuple[Sample, ...] = ()
    prompt: Prompt | None = None

    @property
    def invalid(self) -> int:
        """How many of the answers drawn were invalid."""
        return sum(answer.ended != "move" for answer in self.answers)


class Round(msgspec.Struct, frozen=True):
    """One play of the stage game. `number` counts from 1; moves are indices into the game's order."""

    number: int
    outcome: Outcome
    subject: Decision
    opponent: Decision
