"""A cell's numbers, from its rounds, for table 2 and figure 4. Definitions: docs/definitions.md."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from arena.games import Game, exploitability, value_of
from arena.records import Outcome
from arena.reports.settings import Settings
from arena.reports.tournament import how_far
from arena.stats.bounded import Bounds
from arena.stats.clusters import Estimate, center, difference, mean, stratified_difference
from arena.store.rows import CellRow, RoundColumns

NO_MOVE = -1  # in the columns: the seat forfeited
NET: Bounds = -100.0, 100.0  # the range of a net, in points
GAP: Bounds = -200.0, 200.0
OUTCOMES = {"win": Outcome.WIN, "tie": Outcome.TIE, "loss": Outcome.LOSS}


@dataclass(frozen=True)
class CellReport:
    """A cell with its rounds, from which each number is computed on demand.

    `games_asked` is how many matches the run wants; `rounds` are those that count (arena/blocks.py).
    `settings` say how the rounds came about.
    """

    cell: CellRow
    game: Game
    rounds: RoundColumns
    games_asked: int
    settings: Settings

    @property
    def matches(self) -> int:
        """How many matches count."""
        return 1 + int(np.count_nonzero(np.diff(self.rounds.match))) if len(self.rounds) else 0

    @property
    def state(self) -> str:
        """Which matches are counted, or which rounds of them; "" for a whole cell."""
        return how_far.state(self.cell, self.matches, self.games_asked)

    @property
    def uncounted(self) -> str:
        """What is counted and how much else there is, as a sentence; "" for a whole cell."""
        return how_far.uncounted(self.cell, self.matches, self.games_asked)

    @property
    def determinism(self) -> NDArray[np.float64]:
        """The largest probability in each round's policy, shape (rounds,); NaN without a policy."""
        largest: NDArray[np.float64] = self.rounds.policies.max(axis=1)
        return largest[self.rounds.policy_of]

    def rate(self, outcome: Outcome) -> float | None:
        """The share of rounds with this outcome, in percent."""
        return _percent(int((self.rounds.outcome == outcome).sum()), len(self.rounds))

    @property
    def net(self) -> Estimate:
        """Win rate minus loss rate, in points (table 2)."""
        return mean(self.points, self.rounds.match, NET)

    @property
    def points(self) -> NDArray[np.float64]:
        """Each round's outcome in points, shape (rounds,)."""
        return np.asarray(100.0 * self.rounds.outcome, dtype=np.float64)

    @property
    def expected_net(self) -> Estimate:
        """The net with each outcome replaced by its expectation under the policy against the reply played.

        If the opponent forfeited, that is a win. Undefined if a round has no policy.
        """
        expected = self.expected_points
        return Estimate(None) if expected is None else mean(expected, self.rounds.match, NET)

    @property
    def gap(self) -> Estimate:
        """Net minus expected net: the effect of parsing answers, and luck."""
        expected = self.expected_points
        return Estimate(None) if expected is None else mean(self.points - expected, self.rounds.match, GAP)

    @property
    def expected_points(self) -> NDArray[np.float64] | None:
        """Each round's expected net in points, shape (rounds,); None if a round has no policy."""
        rounds = self.rounds
        if not self.has_policies:
            return None
        columns = [tuple(self.game.payoff[:, reply].tolist()) for reply in range(len(self.game.replies))]
        columns.append((int(Outcome.WIN),) * len(self.game.moves))  # which is that of NO_MOVE, too
        # only once for each policy and reply
        pairs = rounds.policy_of.astype(np.int64) * len(columns) + rounds.reply % len(columns)
        points = np.zeros(len(rounds.policies) * len(columns))
        points[pairs] = 1.0
        policies = list(map(tuple, rounds.policies.tolist()))
        for pair in points.nonzero()[0].tolist():
            policy, reply = divmod(pair, len(columns))
            points[pair] = _expectation(policies[policy], columns[reply])
        return np.asarray(points[pairs])

    @property
    def exploitability(self) -> Estimate:
        """What the best reply to each round's policy gains over the game's value, in points, on average."""
        if not self.has_policies:
            return Estimate(None)
        most = 100.0 + value_of(self.game)
        gains = np.clip(exploitability(self.game, self.rounds.policies), 0.0, most)
        return mean(gains[self.rounds.policy_of], self.rounds.match, (0.0, most))

    @property
    def has_policies(self) -> bool:
        """Whether there are rounds and each has a policy (a person has none)."""
        missing = np.asarray(np.isnan(self.rounds.policies).any(axis=1))
        return len(self.rounds) > 0 and not bool(missing[self.rounds.policy_of].any())

    def after(self, outcome: Outcome) -> NDArray[np.bool_]:
        """A mask of the rounds from 2 on whose previous round had this outcome, shape (rounds,)."""
        previous = np.roll(self.rounds.outcome, 1)
        mask: NDArray[np.bool_] = (self.rounds.number > 1) & (previous == outcome)
        return mask

    def after_mean(self, outcome: Outcome) -> Estimate:
        """Mean determinism after this outcome."""
        if not self.has_policies:
            return Estimate(None)
        after = self.after(outcome)
        return mean(self.determinism[after], self.rounds.match[after], self.determinism_bounds)

    def after_difference(self, outcome: Outcome) -> Estimate:
        """Mean determinism after this outcome minus that after a loss (figure 4, right)."""
        if not self.has_policies:
            return Estimate(None)
        sides = self.after(outcome), self.after(Outcome.LOSS)
        return difference(self.determinism, self.rounds.match, self.determinism_bounds, *sides)

    def after_difference_within_round(self, outcome: Outcome) -> Estimate:
        """The same difference within each round number, because history and round number affect both sides."""
        if not self.has_policies:
            return Estimate(None)
        rounds = self.rounds
        sides = self.after(outcome), self.after(Outcome.LOSS)
        return stratified_difference(self.determinism, rounds.match, self.determinism_bounds, rounds.number, *sides)

    @property
    def determinism_bounds(self) -> Bounds:
        """The range of determinism."""
        return 1 / len(self.game.moves), 1.0

    def to_json(self) -> dict[str, Any]:
        """The cell as `--json` prints it. Rates and nets are in percent; None is undefined."""
        rounds, spec = self.rounds, self.cell.spec
        net, expected, gap, exploitable = self.net, self.expected_net, self.gap, self.exploitability
        return {
            "subject": spec.subject,
            "opponent": spec.opponent,
            "game": spec.what,
            "prompt": None if spec.asked is None else msgspec.to_builtins(spec.asked),
            "matches": self.matches,
            "rounds": len(rounds),
            "wins": self.rate(Outcome.WIN),
            "ties": self.rate(Outcome.TIE),
            "losses": self.rate(Outcome.LOSS),
            "net": net.value,
            "net_ci": _list(net),
            "expected_net": expected.value,
            "expected_net_ci": _list(expected),
            "invalid_rate": _percent(int(rounds.invalid.sum()), int(rounds.drawn.sum())),
            "forfeit_rate": _percent(int((rounds.move == NO_MOVE).sum()), len(rounds)),
            "mass": _mean(rounds.mass),
            "determinism": self._spread(),
            "determinism_after": {name: self._after_json(outcome) for name, outcome in OUTCOMES.items()},
            "distinct_prompts": len(np.unique(rounds.prompt[rounds.prompt >= 0])),
            "seconds": self.cell.seconds,
            "games_asked": self.games_asked,
            "counted_matches": self.matches,
            "counted_rounds": self.cell.reached,
            "played_rounds": self.cell.played,
            "finished_matches": self.cell.done,
            "open_matches": self.cell.open,
            "loose_mass": _mean(rounds.loose_mass),
            "gap": gap.value,
            "gap_ci": _list(gap),
            "exploitability": exploitable.value,
            "exploitability_ci": _list(exploitable),
            "reply_ties": self._reply_ties(),
            "settings": dict(self.settings),
        }

    def _spread(self) -> dict[str, float | None]:
        determinism = self.determinism
        if not self.has_policies:
            return dict.fromkeys(("mean", "p50", "p95", "max"))
        p50, p95 = np.quantile(determinism, [0.5, 0.95])
        return {"mean": center(determinism), "p50": float(p50), "p95": float(p95), "max": float(determinism.max())}

    def _after_json(self, outcome: Outcome) -> dict[str, Any]:
        after, plain = self.after_mean(outcome), self.after_difference(outcome)
        within = self.after_difference_within_round(outcome)
        return {
            "mean": after.value,
            "minus_loss": plain.value,
            "minus_loss_ci": _list(plain),
            "minus_loss_within_round": within.value,
            "minus_loss_within_round_ci": _list(within),
            "mean_ci": _list(after),
        }

    def _reply_ties(self) -> float | None:
        """The share of rounds, in percent, in which several replies were equally good under the policy."""
        rounds = self.rounds
        if not self.has_policies:
            return None
        chances = rounds.policies @ (self.game.payoff == -1)
        best = chances.max(axis=1, keepdims=True)
        tied = (chances == best).sum(axis=1) > 1
        return _percent(int(tied[rounds.policy_of].sum()), len(rounds))


@lru_cache(maxsize=65536)
def _expectation(policy: tuple[float, ...], column: tuple[int, ...]) -> float:
    """The expected net of one round in points, by decimal arithmetic: 0.2 - 0.6 is then exactly the expected -0.4."""
    return float(100 * sum(Decimal(repr(p)) * payoff for p, payoff in zip(policy, column, strict=True)))


def _mean(values: NDArray[np.float64]) -> float | None:
    return None if np.isnan(values).any() else center(values)


def _percent(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None


def _list(estimate: Estimate) -> list[float] | None:
    return None if estimate.interval is None else list(estimate.interval)
