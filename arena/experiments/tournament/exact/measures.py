"""The numbers of an exact cell: estimates, the bounds that hold whatever is in the open parts, and intervals.

A mean over a match's rounds is a known part plus the open weight times a mean over the open parts. That mean lies
within bounds, which gives the bound; sampled matches estimate it, which gives the interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.experiments.tournament.exact.observed import Observed, Open
from arena.experiments.tournament.exact.rest import SampledMatch, observed
from arena.experiments.tournament.exact.tree import Tree
from arena.games import value_of
from arena.records import Outcome
from arena.stats.bounded import Bounds, is_steady, mean_limits, t_quantile

BINS: Final = 24  # of determinism, from chance to 1
OUTCOMES: Final[Mapping[str, Outcome]] = {"win": Outcome.WIN, "tie": Outcome.TIE, "loss": Outcome.LOSS}
_FIELDS: Final = {name: at for at, name in enumerate(Observed._fields)}

Row = NDArray[np.float64]


def measures(
    tree: Tree, known: Sequence[Observed], left: Sequence[Open], sampled: Sequence[SampledMatch]
) -> dict[str, Any]:
    """All numbers of a cell as JSON, by the names of `arena tournament --json`: percent and points, None where
    undefined. `known` and `left` are the tree's, `sampled` what was drawn from `left`."""
    return _Measures(tree, known, left, sampled).to_json()


class _Measures:
    def __init__(
        self, tree: Tree, known: Sequence[Observed], left: Sequence[Open], sampled: Sequence[SampledMatch]
    ) -> None:
        self._rounds = tree.rounds
        self._moves = len(tree.game.moves)
        self._value = value_of(tree.game) / 100
        self._open = sum(part.probability * part.rounds for part in left)  # rounds whose outcome isn't known
        self._hidden = sum(part.probability * part.policies for part in left)  # rounds whose policy isn't
        self._unfollowed = sum(part.probability for part in left)
        self._samples = len(sampled)
        self._known = _table(known)
        # the open parts were drawn in proportion to their rounds, so those of a match that has many count for less
        weights = [self._open / (match.open * self._samples) for match in sampled]
        rows = [observed(tree, match, weight) for match, weight in zip(sampled, weights, strict=True)]
        self._drawn = _table([row for match in rows for row in match])
        self._match = np.repeat(np.arange(self._samples), [len(match) for match in rows])
        self._all = np.concatenate([self._known, self._drawn])

    def to_json(self) -> dict[str, Any]:
        weight, won, tied, lost = map(self._column, ("weight", "won", "tied", "lost"))
        decided, seen, answers = float((won + tied + lost).sum()), float(weight.sum()), self._sum("drawn")
        expected, determinism, exploitability = (
            weight * self._column(name) for name in ("expected", "determinism", "exploitability")
        )
        return {
            "wins": _percent(self._sum("won"), decided),
            "ties": _percent(self._sum("tied"), decided),
            "losses": _percent(self._sum("lost"), decided),
            **_named("net", self._mean(won - lost, self._open, (-1.0, 1.0)), 100.0),
            **_named("expected_net", self._mean(expected, self._hidden, (-1.0, 1.0)), 100.0),
            **_named("exploitability", self._mean(exploitability, self._hidden, (0.0, 1.0 + self._value)), 100.0),
            "invalid_rate": _percent(self._sum("invalid"), answers),
            "forfeit_rate": _percent(self._sum("forfeited"), decided),
            "mass": float((weight * self._column("mass")).sum()) / seen,
            "determinism": {
                **_named("mean", self._mean(determinism, self._hidden, (1.0 / self._moves, 1.0))),
                **self._spread(),
            },
            "determinism_after": {name: self._after_json(outcome) for name, outcome in OUTCOMES.items()},
            "open": 100.0 * self._unfollowed,
            "open_rounds": 100.0 * self._open / self._rounds,
            "sampled_matches": self._samples,
        }

    def _column(self, name: str) -> Row:
        return np.asarray(self._all[:, _FIELDS[name]])

    def _sum(self, name: str) -> float:
        return float(self._column(name).sum())

    def _mean(self, values: Row, open_: float, bounds: Bounds) -> Estimate:
        """A mean over a match's rounds: `values` are the rounds', times their weights, and `open_` is how many rounds
        lack one, which lies within `bounds`."""
        known = float(values[: len(self._known)].sum())
        low, high = ((known + open_ * bound) / self._rounds for bound in bounds)
        if self._samples < 2 or not self._open:
            return Estimate((low + high) / 2, None, (low, high))
        shares = self._per_match(values) * self._samples / self._open  # each match's mean over the open rounds
        limits = mean_limits(shares, (min(0.0, bounds[0]), bounds[1]))
        ends = tuple((known + self._open * float(end)) / self._rounds for end in (limits.low, limits.high))
        value = float(values.sum()) / self._rounds
        return Estimate(min(max(value, low), high), (max(low, ends[0]), min(high, ends[1])), (low, high))

    def _per_match(self, values: Row) -> Row:
        """The sum over each sampled match."""
        return np.asarray(np.bincount(self._match, values[len(self._known) :], self._samples), dtype=np.float64)

    def _spread(self) -> dict[str, Any]:
        """The distribution of determinism over all rounds (figure 4, left): percent of them in each bin."""
        weight, determinism = self._column("weight"), self._column("determinism")
        edges = np.linspace(1.0 / self._moves, 1.0, BINS + 1)
        counts, _ = np.histogram(np.clip(determinism, edges[0], edges[-1]), edges, weights=weight)
        return {
            "p50": _quantile(determinism, weight, 0.5),
            "p95": _quantile(determinism, weight, 0.95),
            "max": float(determinism[weight > 0].max()),
            "bins": (100.0 * counts / weight.sum()).tolist(),
        }

    def _after_json(self, outcome: Outcome) -> dict[str, Any]:
        mean, low, high = self._after(outcome)
        loss, loss_low, loss_high = self._after(Outcome.LOSS)
        found: dict[str, Any] = {
            "mean": mean,
            "mean_bound_ci": None if low is None else [low, high],
            "rounds": self._after_weight(outcome),
        }
        difference = ci = bound = None
        if outcome is Outcome.LOSS:
            difference = None if mean is None else 0.0
        elif mean is not None and loss is not None:
            assert low is not None and high is not None and loss_low is not None and loss_high is not None
            difference, bound = mean - loss, [low - loss_high, high - loss_low]
            ci = self._difference_interval(outcome, difference, bound)
        return {**found, "minus_loss": difference, "minus_loss_ci": ci, "minus_loss_bound_ci": bound}

    def _is_after(self, outcome: Outcome) -> NDArray[np.bool_]:
        return np.asarray(self._column("previous") == int(outcome))

    def _after_weight(self, outcome: Outcome) -> float:
        """How many rounds of a match come after this outcome and have a policy."""
        return float(self._column("weight")[self._is_after(outcome)].sum())

    def _after(self, outcome: Outcome) -> tuple[float | None, float | None, float | None]:
        """Mean determinism after an outcome, and what it can be at least and at most: every hidden round may come after
        it."""
        after = self._is_after(outcome)
        weight, values = self._column("weight") * after, self._column("weight") * self._column("determinism") * after
        if not weight.sum() > 0.0:
            return None, None, None
        known = len(self._known)
        rounds, total = float(weight[:known].sum()) + self._hidden, float(values[:known].sum())
        low, high = ((total + self._hidden * end) / rounds if rounds else end for end in (1.0 / self._moves, 1.0))
        if not self._hidden:
            low = high = total / rounds
        return float(values.sum() / weight.sum()), low, high

    def _difference_interval(self, outcome: Outcome, difference: float, bound: Sequence[float]) -> list[float] | None:
        """The interval of the whole difference by linearisation over the sampled matches, within the bound; None where
        they are too few or too alike for it."""
        if self._samples < 2:
            return None
        weight, determinism = self._column("weight"), self._column("determinism")
        parts = np.zeros(len(weight))
        for side, sign in ((outcome, 1.0), (Outcome.LOSS, -1.0)):
            here = weight * self._is_after(side)
            mean = float((here * determinism).sum() / here.sum())
            parts += sign * here * (determinism - mean) / here.sum()
        shares = self._per_match(parts) * self._samples
        spread = float(np.abs(shares).max())
        if not spread or not is_steady(shares, (-spread, spread)):
            return None
        half = t_quantile(self._samples - 1) * float(shares.std(ddof=1)) / math.sqrt(self._samples)
        return [max(bound[0], difference - half), min(bound[1], difference + half)]


class Estimate(NamedTuple):
    """A mean, its 95% interval (None without samples), and the bounds that it can't pass."""

    value: float
    interval: tuple[float, float] | None
    bound: tuple[float, float]


def _named(name: str, estimate: Estimate, factor: float = 1.0) -> dict[str, Any]:
    ends = None if estimate.interval is None else [factor * end for end in estimate.interval]
    bound = [factor * end for end in estimate.bound]
    return {name: factor * estimate.value, f"{name}_ci": ends, f"{name}_bound_ci": bound}


def _table(rows: Sequence[Observed]) -> Row:
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(_FIELDS))


def _quantile(values: Row, weights: Row, share: float) -> float:
    order = np.argsort(values)
    upto = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(upto, share * upto[-1])), len(order) - 1)])


def _percent(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole else None
