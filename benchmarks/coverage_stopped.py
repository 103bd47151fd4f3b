"""How often the interval of a run that is stopped early covers what the whole run measures: docs/coverage-stopped.md.

The engine, its queue and its draws are the real ones. The model is a table in which a match's first move decides how
predictable the match is and how many of its answers are invalid, so which matches have finished at any moment depends
on their results. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Completion, Draw, Request, StopRule, Vocabulary
from arena.backends.local.engine import Engine
from arena.backends.local.evaluator import Path, Row
from arena.backends.local.rows import Answers, Wanted, tell
from arena.blocks import BLOCK, block_of, counted, sample
from arena.games import parse_game
from arena.randomness import stream
from arena.reports.tournament.measures import NET
from arena.stats.clusters import mean

ROUNDS: Final = 6
_BATCH_COST: Final = 8  # a batch takes as long as this many tokens, in addition to its own
_GAME: Final = parse_game("rps")
_PIECES: Final = (b" rock", b" paper", b" scissors", b" so", b" well", b"\n", b"R", b"P", b"S", b"A match:")
_INVALID: Final = (3, 4)
_REPLIES: Final = 6  # the first token of a reply
_START: Final = len(_PIECES) - 1
_VOCABULARY: Final = Vocabulary(_PIECES, {}, None, frozenset())
_STOP: Final = StopRule(r"(?<!\w)(?:rock|paper|scissors)(?!\w)", r"\w[^\n]*\n", max_tokens=6)
_FIRST: Final = (0.42, 0.2, 0.38)  # the policy of the first round
# how an answer without a move goes on
_ANSWER: Final = np.log([0.05, 0.05, 0.05, 0.3, 0.3, 0.25, *[1e-12] * 4]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a match goes: the probability of its likeliest move, and of an answer that is a move."""

    sharpness: float
    mass: float

    def policy(self, likeliest: int) -> NDArray[np.float64]:
        """The policy over the three moves."""
        policy = np.full(3, (1 - self.sharpness) / 2)
        policy[likeliest] = self.sharpness
        return policy


# by first move; predictable matches share their prompts, so they finish early unless their answers are invalid
KINDS: Final[Mapping[str, Sequence[Kind]]] = {
    "predictable matches are quick": (Kind(0.95, 0.99), Kind(0.6, 0.9), Kind(0.37, 0.5)),
    "predictable matches are slow": (Kind(0.95, 0.4), Kind(0.6, 0.9), Kind(0.37, 0.99)),
}


class _Table:
    """An evaluator without a cache; `clock` counts what was evaluated."""

    background = False
    passing: float | None = None

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        self._paths: list[Path | None] = []
        self.clock = 0

    def clear(self) -> None:
        """Nothing is kept."""

    def copy(self, source: int, target: int, end: int) -> None:
        """Nothing is kept."""

    def drop(self, sequence: int, start: int) -> None:
        """Nothing is kept."""

    def evaluate(self, rows: Sequence[Row]) -> None:
        """Run one batch."""
        self._paths = [row.path for row in rows]
        self.clock += _BATCH_COST + len(rows)

    def logits(self, index: int) -> NDArray[np.float32]:
        """A prompt is the start and two tokens per round; anything else is an answer in progress."""
        path = self._paths[index]
        assert path is not None
        if len(path) % 2 == 0 or path[-1] in _INVALID:
            return _ANSWER
        row = np.full(len(_PIECES), 1e-12)
        policy, mass = np.array(_FIRST), 0.9
        if len(path) > 1:
            kind = self._kinds[path[1]]
            policy, mass = kind.policy((path[-2] + 1) % 3), kind.mass
        row[:3] = mass * policy
        row[list(_INVALID)] = (1 - mass) / 2
        return np.asarray(np.log(row), dtype=np.float32)

    def ask(self, wanted: Sequence[Wanted]) -> Answers:
        """The answers that are wanted for some rows."""
        return partial(tell, self.logits, wanted)


@dataclass(frozen=True, slots=True)
class Played:
    """A run: when each round was played, shape (matches, ROUNDS), and its expected net in points."""

    times: NDArray[np.float64]
    nets: NDArray[np.float64]

    @property
    def finished(self) -> NDArray[np.float64]:
        """When each match was finished, shape (matches,)."""
        return self.times[:, -1]


def play(kinds: Sequence[Kind], seed: int, matches: int, outputs: int) -> Played:
    """Play matches against the greedy reader through an engine that answers `outputs` prompts per batch."""
    table = _Table(kinds)
    engine = Engine(table, _VOCABULARY, cells=8192, sequences=256, batch=512, outputs=outputs)
    prompts: list[Path] = [(_START,)] * matches
    rounds = [0] * matches
    times, nets = np.zeros((matches, ROUNDS)), np.zeros((matches, ROUNDS))

    def ask(match: int) -> None:
        depth, block = rounds[match], block_of(match)
        draw = Draw(stream(seed, match, depth), attempts=20)
        engine.submit(match, Request(prompts[match], (0, 1, 2), _STOP, draw=draw, top=0, depth=depth, block=block))

    for match in range(matches):
        ask(match)
    while engine.busy:
        for match, completion in engine.step():
            assert isinstance(completion, Completion)
            policy = np.exp(completion.logprobs) / np.exp(completion.logprobs).sum()
            reply = _reply(policy)
            times[match, rounds[match]], nets[match, rounds[match]] = table.clock, _net(policy)
            rounds[match] += 1
            if completion.answers[-1].ended == "move":
                prompts[match] += (completion.answers[-1].tokens[-1], _REPLIES + reply)
            if rounds[match] < ROUNDS:
                ask(match)
    return Played(times, nets)


def expected(kinds: Sequence[Kind], rounds: int = ROUNDS) -> float:
    """The expected net of the first rounds of a whole run, in points."""
    later = [_net(kind.policy(0)) for kind in kinds]
    return (_net(np.array(_FIRST)) + (rounds - 1) * float(np.dot(_FIRST, later))) / rounds


def _reply(policy: NDArray[np.float64]) -> int:
    return int(np.argmax(policy @ (_GAME.payoff == -1)))


def _net(policy: NDArray[np.float64]) -> float:
    return 100 * float(policy @ _GAME.payoff[:, _reply(policy)])


@dataclass(frozen=True, slots=True)
class Stopped:
    """Runs stopped at one moment: how many of them report anything, and how many of these the first rounds of all
    matches; how many rounds count on average, and how often the interval covers the truth. The last two are how many
    matches are finished, and how often the interval would cover if all of these counted."""

    reported: int
    by_rounds: int
    rounds: float
    coverage: float
    finished: float
    finished_coverage: float


def stopped(runs: Sequence[Played], moment: float, kinds: Sequence[Kind]) -> Stopped:
    """What the reports of these runs would say at one moment of the clock."""
    counts, hits, all_counts, all_hits, by_rounds = [], [], [], [], 0
    for run in runs:
        reached = (run.times <= moment).sum(axis=1)
        done = reached == ROUNDS
        first_missing = int(np.argmin(done)) if not done.all() else len(done)
        whole = first_missing if done.all() else counted(first_missing)
        below, upto = sample(whole, len(done), ROUNDS, int(reached.min()), int(reached[:BLOCK].min()))
        if below:
            rounds = upto or ROUNDS
            by_rounds += upto is not None
            counts.append(below * rounds)
            hits.append(_covers(run.nets[:below, :rounds].mean(axis=1), expected(kinds, rounds)))
        if done.sum() > 1:
            all_counts.append(int(done.sum()))
            all_hits.append(_covers(run.nets[done].mean(axis=1), expected(kinds)))
    return Stopped(len(counts), by_rounds, _mean(counts), _mean(hits), _mean(all_counts), _mean(all_hits))


def _covers(nets: NDArray[np.float64], truth: float) -> bool:
    interval = mean(nets, np.arange(len(nets)), NET).interval
    return interval is not None and interval[0] <= truth <= interval[1]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="of each kind")
    parser.add_argument("--matches", type=int, default=150)
    parser.add_argument("--outputs", type=int, default=6, help="prompts answered in a batch")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="all if none is named")
    options = parser.parse_args()
    columns = ("stopped after", "reported", "by rounds", "counted", "coverage", "missed", "finished", "their coverage")
    print(f"| matches | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}")
    for name in options.kind or KINDS:
        kinds = KINDS[name]
        runs = [play(kinds, seed, options.matches, options.outputs) for seed in range(options.runs)]
        whole = float(np.mean([run.finished.max() for run in runs]))
        for tenths in range(1, 11):
            found = stopped(runs, whole * tenths / 10, kinds)
            reported = f"{found.reported / len(runs):.0%} | {found.by_rounds / len(runs):.0%}"
            missed = found.reported * (1 - found.coverage) / len(runs) if found.reported else 0.0
            shown = f"{found.rounds:.0f} | {found.coverage:.0%} | {missed:.0%}" if found.reported else "– | – | –"
            beside = f"{found.finished:.0f} | {found.finished_coverage:.0%}" if found.finished > 1 else "– | –"
            print(f"| {name} | {tenths * 10}% | {reported} | {shown} | {beside} |", flush=True)


if __name__ == "__main__":
    main()
