"""What a tree of histories says of a match's rounds: what is known, weighted by its probability, and what is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from arena.experiments.tournament.exact.answers import Part
from arena.experiments.tournament.exact.tree import History, Step, Tree
from arena.games import exploitability
from arena.records import Outcome

NOTHING_BEFORE: Final = 9  # in place of the outcome before the first round


class Observed(NamedTuple):
    """A round in a match's tree. `weight` is the probability that a match has it and its policy isn't counted
    elsewhere. `won`, `tied` and `lost` are the probabilities that it has it and ends so, as far as that is known,
    `forfeited` is a part of `lost` (and, where both seats forfeit, of `tied`). `drawn` and `invalid` are answers, times
    the same probabilities. `expected` is the outcome that the policy gives against the replies."""

    weight: float
    number: int
    previous: int
    determinism: float
    mass: float
    expected: float
    exploitability: float
    won: float
    tied: float
    lost: float
    forfeited: float
    drawn: float
    invalid: float


@dataclass(frozen=True, slots=True)
class Open:
    """A part of the tree that wasn't followed: what comes after a step from a history, or a part of the answers to it.
    `probability` is that of a match which goes there, `rounds` how many of its outcomes then aren't known, and
    `policies` how many of its policies."""

    history: History
    step: Step | None
    part: Part | None
    probability: float
    rounds: int
    policies: int
    before: tuple[Step, ...]  # the steps that led to the history
    previous: int  # the outcome before the round that comes after the history


def observe(tree: Tree) -> tuple[list[Observed], list[Open]]:
    """Everything that is known of a match, and everything that is open. Together the open parts and the ways to the
    ends of matches have probability 1."""
    assert tree.root is not None
    known: list[Observed] = []
    left: list[Open] = []
    ahead: list[tuple[History, float, int, tuple[Step, ...]]] = [(tree.root, 1.0, NOTHING_BEFORE, ())]
    while ahead:
        history, reach, previous, before = ahead.pop()
        known.append(_round(tree, history, reach, previous))
        for step, chance in tree.steps(history, tree.law(history)):
            if history.number == tree.rounds:
                continue
            if step in history.after:
                ahead.append((history.after[step], reach * chance, int(tree.outcome(step)), (*before, step)))
            else:
                rounds = tree.rounds - history.number
                left.append(Open(history, step, None, reach * chance, rounds, rounds, before, previous))
        left += _open_answers(tree, history, reach, before, previous)
    return known, left


def _open_answers(
    tree: Tree, history: History, reach: float, before: tuple[Step, ...], previous: int
) -> Iterator[Open]:
    every = history.answers.open
    times = tree.law(history).open / every if every else 0.0
    rounds = tree.rounds - history.number
    for part in history.answers.parts():
        if part.probability > 0.0:
            probability = reach * times * part.probability
            yield Open(history, None, part, probability, rounds + 1, rounds, before, previous)


def _round(tree: Tree, history: History, reach: float, previous: int) -> Observed:
    law = tree.law(history)
    ends = dict.fromkeys(Outcome, 0.0)
    for step, chance in tree.steps(history, law):
        ends[tree.outcome(step)] += chance
    policy = np.asarray(history.policy.probabilities)
    return Observed(
        weight=reach,
        number=history.number,
        previous=previous,
        determinism=history.policy.determinism,
        mass=history.policy.mass,
        expected=float(policy @ tree.game.payoff @ history.replies),
        exploitability=float(exploitability(tree.game, policy)) / 100,
        won=reach * ends[Outcome.WIN],
        tied=reach * ends[Outcome.TIE],
        lost=reach * ends[Outcome.LOSS],
        forfeited=reach * law.forfeit,
        drawn=reach * law.drawn,
        invalid=reach * law.invalid,
    )
