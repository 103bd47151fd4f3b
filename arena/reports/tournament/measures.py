"""A cell's numbers, from its rounds, for table 2 and figure 4. Definitions: docs/definitions.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.experiments.tournament.exact.measures import BINS
from arena.games import Game, exploitability, value_of
from arena.records import Outcome
from arena.reports.settings import Settings
from arena.reports.tournament import how_far
from arena.reports.tournament.numbers import OUTCOMES, numbers_of, percent
from arena.stats.bounded import Bounds
from arena.stats.clusters import Estimate, difference, mean, stratified_difference
from arena.store.rows import CellRow, RoundColumns

NET: Bounds = -100.0, 100.0  # the range of a net, in points
GAP: Bounds = -200.0, 200.0


@dataclass(frozen=True)
class CellReport:
    """A cell with its rounds, from which each number is computed on demand.

    `games_asked` is how many matches the run wants; `read` reads the rounds that count (arena/blocks.py). `settings`
    say how the rounds came about. `known` is what `to_keep` gave of the very same rounds, shown without reading them.
    """

    cell: CellRow
    game: Game
    read: Callable[[], RoundColumns]
    games_asked: int
    settings: Settings
    known: Mapping[str, Any] | None = None

    @cached_property
    def rounds(self) -> RoundColumns:
        """The rounds that count."""
        return self.read()

    @property
    def counted(self) -> int:
        """How many rounds count."""
        return int(self.known["numbers"]["rounds"]) if self.known else len(self.rounds)

    @property
    def matches(self) -> int:
        """How many matches count."""
        if self.known:
            return int(self.known["numbers"]["matches"])
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
        return percent(int((self.rounds.outcome == outcome).sum()), len(self.rounds))

    @property
    def net(self) -> Estimate:
        """Win rate minus loss rate, in points (table 2)."""
        return self._known("net") or mean(self.points, self.rounds.match, NET)

    @property
    def points(self) -> NDArray[np.float64]:
        """Each round's outcome in points, shape (rounds,)."""
        return np.asarray(100.0 * self.rounds.outcome, dtype=np.float64)

    @property
    def expected_net(self) -> Estimate:
        """The net with each outcome replaced by its expectation under the policy against the reply played.

        If the opponent forfeited, that is a win. Undefined if a round has no policy.
        """
        if known := self._known("expected_net"):
            return known
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
        if known := self._known("exploitability"):
            return known
        if not self.has_policies:
            return Estimate(None)
        most = 100.0 + value_of(self.game)
        gains = np.clip(exploitability(self.game, self.rounds.policies), 0.0, most)
        return mean(gains[self.rounds.policy_of], self.rounds.match, (0.0, most))

    @property
    def has_policies(self) -> bool:
        """Whether there are rounds and each has a policy (a person has none)."""
        if self.known:
            return self.known["bins"] is not None
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

    def rounds_after(self, outcome: str) -> int:
        """How many rounds come after this outcome, by its name."""
        return int(self.known["rounds_after"][outcome]) if self.known else int(self.after(OUTCOMES[outcome]).sum())

    @property
    def bins(self) -> list[float] | None:
        """The percentage of rounds in each bin of `edges_of` by their determinism; None without policies."""
        if self.known or not self.has_policies:
            return list(self.known["bins"]) if self.known and self.known["bins"] else None
        counts, _ = np.histogram(self.clipped, edges_of(self.game))
        return [100 * count / len(self.rounds) for count in counts.tolist()]

    @property
    def clipped(self) -> NDArray[np.float64]:
        """Determinism with what is slightly below chance, by rounding, raised to it."""
        return np.clip(self.determinism, *self.determinism_bounds)

    def to_keep(self) -> dict[str, Any]:
        """All that a table and the figures' data say of the rounds."""
        after = {outcome: self.rounds_after(outcome) for outcome in OUTCOMES}
        return {"numbers": numbers_of(self), "bins": self.bins, "rounds_after": after}

    def to_json(self) -> dict[str, Any]:
        """The cell as `--json` prints it. Rates and nets are in percent; None is undefined."""
        numbers = self.known["numbers"] if self.known else numbers_of(self)
        return {**numbers, "seconds": self.cell.seconds, "settings": dict(self.settings)}

    def _known(self, name: str) -> Estimate | None:
        if not self.known:
            return None
        ends = self.known["numbers"][f"{name}_ci"]
        return Estimate(self.known["numbers"][name], ends and (ends[0], ends[1]))


def edges_of(game: Game) -> list[float]:
    """Bins of determinism, of equal width from chance to 1."""
    edges: list[float] = np.linspace(1.0 / len(game.moves), 1.0, BINS + 1).tolist()
    return edges


@lru_cache(maxsize=65536)
def _expectation(policy: tuple[float, ...], column: tuple[int, ...]) -> float:
    """The expected net of one round in points, by decimal arithmetic: 0.2 - 0.6 is then exactly the expected -0.4."""
    return float(100 * sum(Decimal(repr(p)) * payoff for p, payoff in zip(policy, column, strict=True)))
