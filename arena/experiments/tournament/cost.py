"""What a cell of matches asks of a model.

Matches that began alike ask the same, so what counts are the distinct histories. There are at most as many as rounds,
and fewer the more a model leans towards one move. Against an opponent whose reply follows from the model's policy, n
matches are n draws from a tree that branches by the model's moves alone.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from arena.agents.agent import Sees
from arena.agents.spec import make_bot
from arena.experiments.cost import FREE, NOTHING, Amount, Cost, as_asked, estimated_tokens
from arena.experiments.past import Past, Shown
from arena.experiments.tournament.cells import Cell
from arena.experiments.tournament.seated import Seated
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import Game
from arena.prompts.wording import ShownRound
from arena.records import Seat

# How often a model makes the move that it leans to, beyond what chance gives. With it, 500 matches of 10 rounds have
# about as many histories as those of Gemma 3 270M and SmolLM2-135M.
LEANING: Final = 0.7
_INVALID: Final = 0.1  # of the answers: the two models' shares lie between 0.04 and 0.17
_STATED: Final = 6.0  # tokens per move in a stated distribution
_DEEPEST: Final = 200  # rounds after which hardly any two matches still agree


def cost(cell: Cell, spec: TournamentSpec, shown: Shown, left: float) -> Cost:
    """The cost of a cell. What is likely is learned from earlier runs, or else from what other models have done."""
    asked = (*cell.subject.asked_models, *cell.opponent.asked_models)
    costs = [_of_seat(cell, seated, spec, shown) for seated in asked]
    if not costs:
        return replace(FREE, left=left)
    prompts, tokens = NOTHING, NOTHING
    for found in costs:
        prompts, tokens = prompts + found.prompts, tokens + found.tokens
    return Cost(prompts, tokens, left, all(found.from_runs for found in costs))


def exact_cost(cell: Cell, spec: TournamentSpec, left: float) -> Cost:
    """The cost of an exact cell, which asks for as many prompts as the matches would have rounds, at most. Many of them
    continue an answer by a token."""
    if cell.subject.asking is None:
        return replace(FREE, left=left)
    first, per_round, ending = _sizes(cell.subject, cell.game)
    prompts = float(spec.matches * spec.rounds)
    tokens = first + prompts * (per_round + ending)
    return Cost(Amount(prompts, prompts), Amount(tokens / 2, tokens), left)


def _of_seat(cell: Cell, seated: Seated, spec: TournamentSpec, shown: Shown) -> Cost:
    assert seated.asking is not None
    past = shown.similar(cell.spec) if seated is cell.subject else None
    moves, replies = len(cell.game.moves_of(seated.seat)), _replies(cell, seated)
    leaning = LEANING if past is None else leaning_of(past, moves, replies)
    kept = seated.asking.wording.history
    first, per_round, ending = _sizes(seated, cell.game)
    likely = histories(spec.matches, spec.rounds, moves, replies, leaning, kept)
    most = [min(spec.matches, (moves * replies) ** min(depth, 99)) for depth in range(spec.rounds)]
    answers = spec.matches * spec.rounds
    longer = past.answer_tokens / past.asked if past else _INVALID * (seated.asking.max_tokens - 1)
    if seated.stated:
        longer = _STATED * moves

    def tokens(prompts: float) -> float:
        if past is not None and past.prompts:
            return prompts * past.prompt_tokens / past.prompts + answers * longer
        # the first prompt is read whole, the others from where they branch off: if they show only the last rounds, at
        # the first of those
        branch = per_round * (1 if kept is None else max(1, kept)) + ending
        return first + max(0.0, prompts - 1) * branch + answers * longer

    # a reader is shown the mean policy over all random strings
    some, all_ = (total * max(1, seated.strings) for total in (sum(likely), float(sum(most))))
    return Cost(Amount(some, all_), Amount(tokens(some), tokens(all_)), from_runs=past is not None)


def histories(
    matches: int, rounds: int, moves: int, replies: int, leaning: float, kept: int | None = None
) -> list[float]:
    """How many distinct histories to expect before each round of so many matches, if every move is the leading one with
    probability `leaning`, and otherwise any of them, and every reply any of `replies`. Only the last `kept` rounds make
    a difference (None: all)."""
    found: list[float] = []
    for depth in range(rounds):
        depth = depth if kept is None else min(depth, kept)
        found.append(found[-1] if depth > _DEEPEST else _at(depth, matches, moves, replies, leaning))
    return found


def _at(depth: int, matches: int, moves: int, replies: int, leaning: float) -> float:
    """The expected number of distinct histories of `depth` rounds. Those with as many other moves are equally likely: a
    history of probability p is had by at least one match with probability 1 - (1 - p) ** matches."""
    other = math.log((1 - leaning) / moves) if leaning < 1 else -math.inf
    leading = math.log(leaning + (1 - leaning) / moves)
    total = 0.0
    for others in range(depth + 1):
        if others and (other == -math.inf or moves == 1):
            break
        p = (depth - others) * leading + (others * other if others else 0.0) - depth * math.log(replies)
        count = (
            *(math.lgamma(depth + 1), -math.lgamma(others + 1), -math.lgamma(depth - others + 1)),
            others * math.log(max(1, moves - 1)) + depth * math.log(replies),
        )
        had = -math.expm1(matches * math.log1p(-math.exp(p))) if p < 0 else 1.0
        total += math.exp(sum(count) + math.log(had)) if had > 0 else matches * math.exp(sum(count) + p)
    return min(total, float(matches))


def leaning_of(past: Past, moves: int, replies: int) -> float:
    """The leaning with which so many matches have as many distinct prompts as an earlier run had."""
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if sum(histories(past.matches, past.rounds, moves, replies, middle)) > past.prompts:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _replies(cell: Cell, seated: Seated) -> int:
    """Among how many replies the other seat's choice is open, once the model's policy is known."""
    other = cell.opponent if seated.seat is Seat.SUBJECT else cell.subject
    replies = len(cell.game.moves_of(seated.seat.other))
    if other.asking is None:
        bot = make_bot(other.spec, cell.game, other.seat)
        if bot.sees is not Sees.MOVES or other.spec.kind == "fixed":
            return 1
    return replies


def _sizes(seated: Seated, game: Game) -> tuple[float, float, float]:
    """About how many tokens the first prompt has, a past round, and the end of a prompt that the next doesn't share."""
    assert seated.asking is not None
    asking, moves, others = seated.asking, game.moves_of(seated.seat), game.moves_of(seated.seat.other)
    pair = ShownRound(1, moves[0], others[-1], "loss" if seated.seat is Seat.SUBJECT else "win")
    texts = []
    for past in range(3):
        rounds = [ShownRound(number, pair.mine, pair.theirs, pair.outcome) for number in range(1, past + 1)]
        texts.append(as_asked(asking.format, *asking.wording.render(moves, others, rounds, past + 1)))
    whole = [estimated_tokens(text) for text in texts]
    shared = next((at for at, (one, two) in enumerate(zip(*texts[1:], strict=False)) if one != two), len(texts[1]))
    return float(whole[0]), float(whole[2] - whole[1]), float(estimated_tokens(texts[1][shared:]))
