"""The clearest habit of a player in a match: a move played more often, after something, than chance makes likely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

_FEWEST: Final = 3  # rounds that make a habit
_LAST: Final = 2  # own moves that are looked back at


class After(StrEnum):
    """What a habit follows."""

    ANYTHING = "anything"
    OWN = "the player's own last moves"
    OTHER = "the other's last move"
    OUTCOME = "the last outcome"
    STEP = "the player's own last move, counted from it"


class Habit(NamedTuple):
    """A habit of a player: after `past`, the player did it in `times` of `of` rounds.

    `past` is () after ANYTHING, own moves in their order, the other's move, or the outcome for the player (+1, 0, -1).
    `move` is the move that was played; None means the same move as in the round before. After STEP, `past` is () and
    `move` how many places in the game's list it came after the one before, from the end on to the beginning: 1 is going
    through the moves in their order, 0 staying with one. `luck` is at least the probability that a player who draws
    every move evenly shows any habit as clear as this one: the smallest binomial tail, times the number of habits that
    were looked for (Bonferroni).
    """

    after: After
    past: tuple[int, ...]
    move: int | None
    times: int
    of: int
    luck: float


def clearest_habit(
    moves: int, mine: Sequence[int | None], others: Sequence[int | None], outcomes: Sequence[int]
) -> Habit | None:
    """The habit of a player with `moves` possible moves that chance explains least; None if there is none at all.

    The sequences have an entry per round: the player's moves and the other's, None for a forfeit, and the outcomes for
    the player (+1, 0, -1). A round that was forfeited is no evidence, nor is what follows it.
    """
    from scipy.stats import binom

    seen: Counter[tuple[After, tuple[int, ...]]] = Counter()
    done: Counter[tuple[After, tuple[int, ...], int | None]] = Counter()
    for at, move in enumerate(mine):
        if move is None:
            continue
        for after, past in _pasts(at, mine, others, outcomes):
            seen[after, past] += 1
            if after is After.STEP:
                done[after, past, (move - (mine[at - 1] or 0)) % moves] += 1
            elif after is not After.OUTCOME:
                done[after, past, move] += 1
            elif mine[at - 1] == move:
                done[after, past, None] += 1
    # after an outcome one habit is looked for, to stay; after anything else one for each move
    tried = sum(1 if after is After.OUTCOME else moves for (after, _), of in seen.items() if of >= _FEWEST)
    found = [
        Habit(*what, times, of, min(1.0, tried * float(binom.sf(times - 1, of, 1 / moves))))
        for what, times in done.items()
        if times >= _FEWEST and times * moves > (of := seen[what[:2]])
    ]
    return min(found, key=lambda habit: (habit.luck, len(habit.past), -habit.of), default=None)


def _pasts(
    at: int, mine: Sequence[int | None], others: Sequence[int | None], outcomes: Sequence[int]
) -> Iterator[tuple[After, tuple[int, ...]]]:
    """All that round `at` follows."""
    yield After.ANYTHING, ()
    before = [mine[index] for index in range(max(0, at - _LAST), at)]
    for length in range(1, len(before) + 1):
        last = tuple(move for move in before[-length:] if move is not None)
        if len(last) == length:
            yield After.OWN, last
    if at and mine[at - 1] is not None:
        yield After.STEP, ()
        if (other := others[at - 1]) is not None:
            yield After.OTHER, (other,)
            yield After.OUTCOME, (outcomes[at - 1],)
