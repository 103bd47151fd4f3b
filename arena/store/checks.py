"""Checks of what is read back, before anything is computed: a table of impossible rounds would look like any other.

New stores refuse such rows themselves (schema.sql); a file may be older, or have been changed by another program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from arena.games import Game
from arena.records import Decision, Policy, Round
from arena.store.failures import DamagedError
from arena.store.rows import CellRow, RoundColumns

_ROUNDING = 1e-6  # how far the sum of a policy may be from 1
_MASS_ROUNDING = 0.01  # how far a mass may exceed its bounds: a server may add up 16-bit logarithms

Faults = Iterator[tuple[NDArray[np.bool_], str]]  # which rounds are wrong, and how


def check_columns(cell: CellRow, game: Game, rounds: RoundColumns) -> None:
    """Raise DamagedError for rounds that count and can't have been played, naming the first."""
    matches = int(_begins(rounds).sum())
    if matches < (cell.done if cell.below is None else cell.below):
        raise DamagedError(f"{_where(cell)}: a match that counts has no rounds")
    if not len(rounds):
        return
    _refuse(cell, rounds, _numbering(rounds, cell.reached or cell.rounds or 0, whole=True))
    _refuse(cell, rounds, _played(game, rounds))
    _refuse(cell, rounds, _policies(rounds))


def check_match(cell: CellRow, game: Game, match: int, rounds: Sequence[Round]) -> None:
    """The same for the rounds of one match, finished or not, and for both seats."""
    for seat, names in ((0, game.moves), (1, game.replies)):
        columns = _columns(match, rounds, seat, len(names))
        if not seat:
            _refuse(cell, columns, _numbering(columns, cell.rounds or 0, whole=False))
            _refuse(cell, columns, _played(game, columns))
        _refuse(cell, columns, _policies(columns))


def _refuse(cell: CellRow, rounds: RoundColumns, faults: Faults) -> None:
    with np.errstate(all="ignore"):  # a value that isn't finite is a fault; numpy needn't warn too
        for wrong, what in faults:
            if wrong.any():
                at = int(np.argmax(wrong))
                raise DamagedError(f"{_where(cell)}, match {rounds.match[at]}, round {rounds.number[at]}: {what}")


def _where(cell: CellRow) -> str:
    return f"run {cell.run}, {cell.spec.subject} in {cell.spec.what}"


def _numbering(rounds: RoundColumns, most: int, *, whole: bool) -> Faults:
    """Rounds are numbered from 1 in each match, without gaps, up to `most`."""
    begins = _begins(rounds)
    yield rounds.match < 0, "a match has no such number"
    yield (
        np.where(begins, rounds.number != 1, rounds.number != np.roll(rounds.number, 1) + 1),
        "the round before is missing",
    )
    yield rounds.number > most, f"a match of this run has {most} rounds"
    if whole:
        yield np.r_[begins[1:], True] & (rounds.number < most), "the rounds after this one are missing"


def _begins(rounds: RoundColumns) -> NDArray[np.bool_]:
    """Which rounds are the first of a match."""
    return np.r_[True, rounds.match[1:] != rounds.match[:-1]] if len(rounds) else np.zeros(0, dtype=np.bool_)


def _played(game: Game, rounds: RoundColumns) -> Faults:
    """Moves are the game's, and the outcome is the one that the game's rules give."""
    moves, replies = game.payoff.shape
    yield (rounds.move < -1) | (rounds.move >= moves), f"{game.name} has no such move"
    yield (rounds.reply < -1) | (rounds.reply >= replies), f"{game.name} has no such reply"
    # -1, a forfeit, is the last row and column: it loses, and two of them are a tie
    payoff = np.pad(game.payoff, ((0, 1), (0, 1)))
    payoff[-1, :], payoff[:, -1], payoff[-1, -1] = -1, 1, 0
    yield payoff[rounds.move, rounds.reply] != rounds.outcome, "the outcome is not that of the moves"
    yield (
        (rounds.invalid < 0) | (rounds.invalid > rounds.drawn),
        "more answers were refused than drawn, or fewer than none",
    )
    yield rounds.prompt < -1, "a prompt has no such number"


def _policies(rounds: RoundColumns) -> Faults:
    """Policies are distributions, and masses probabilities; without a policy all of them are NaN."""
    policy, at = rounds.policies, rounds.policy_of
    none = np.asarray(np.isnan(policy).all(axis=1))[at] & np.isnan(rounds.mass) & np.isnan(rounds.loose_mass)
    fits = np.asarray((policy >= 0).all(axis=1) & (np.abs(policy.sum(axis=1) - 1) <= _ROUNDING))[at]
    yield ~none & ~fits, "the policy isn't a distribution"
    for name, values in (("mass", rounds.mass), ("loose mass", rounds.loose_mass)):
        yield ~none & ~((values >= -_MASS_ROUNDING) & (values <= 1 + _MASS_ROUNDING)), f"the {name} isn't a probability"


def _columns(match: int, rounds: Sequence[Round], seat: int, kinds: int) -> RoundColumns:
    """Rounds as columns, with the policies of one seat (0: the subject)."""

    def integers(values: list[int]) -> NDArray[np.int64]:
        return np.array(values, dtype=np.int64)

    decisions = [(played.subject, played.opponent)[seat] for played in rounds]
    policies = [_policy(decision, kinds) for decision in decisions]
    return RoundColumns(
        match=integers([match] * len(rounds)),
        number=integers([played.number for played in rounds]),
        move=integers([_move(played.subject) for played in rounds]),
        reply=integers([_move(played.opponent) for played in rounds]),
        outcome=integers([played.outcome for played in rounds]),
        policies=np.array([policy.probabilities for policy in policies]).reshape(len(rounds), kinds),
        policy_of=np.arange(len(rounds)),
        mass=np.array([policy.mass for policy in policies]),
        loose_mass=np.array([policy.loose_mass for policy in policies]),
        drawn=integers([len(decision.answers) for decision in decisions]),
        invalid=integers([decision.invalid for decision in decisions]),
        prompt=integers([-1] * len(rounds)),
    )


def _move(decision: Decision) -> int:
    if decision.move is None:
        return -1
    return decision.move if decision.move >= 0 else -2


def _policy(decision: Decision, kinds: int) -> Policy:
    nan = float("nan")
    return decision.policy or Policy((nan,) * kinds, nan, nan)
