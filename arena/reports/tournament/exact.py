"""Exact cells: the numbers that were found by following probabilities, as table 2 and figure 4 show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from arena.experiments.tournament.exact.filling import EXACT
from arena.games import Game
from arena.records import Outcome
from arena.reports.settings import Settings, shown_name
from arena.reports.tournament.numbers import OUTCOMES
from arena.stats.clusters import Estimate
from arena.store.rows import CellRow, RunRow
from arena.store.store import Store

_MEANS: Final = ("net", "expected_net", "exploitability")  # those with an interval and a bound
NOTE: Final = (
    "Rows marked exact are the table of infinitely many games: histories are followed by their probabilities, the "
    "likeliest first. The bound holds whatever happens in those that weren't followed; they are sampled, which gives "
    "the 95% interval, or where less than 0.005% of the rounds was left, the bound is the interval (docs/exact.md)."
)


@dataclass(frozen=True)
class ExactCell:
    """A cell with what was found. `found` is None while the cell isn't finished."""

    cell: CellRow
    game: Game
    found: Mapping[str, Any] | None
    run: RunRow
    settings: Settings

    @property
    def state(self) -> str:
        """The share of the matches that was followed to the end."""
        return "" if self.found is None else f"{100 - self.found['open']:.4g}% followed"

    @property
    def games(self) -> int:
        """It was followed with as many prompts as so many games have rounds."""
        return 0 if self.found is None else int(self.found["games"])

    @property
    def has_policies(self) -> bool:
        """Whether its subject has a policy, which it must have to be followed."""
        return True

    @property
    def mean_determinism(self) -> float:
        """The mean over all rounds."""
        return float(self._found["determinism"]["mean"])

    @property
    def bins(self) -> list[float]:
        """The percentage of rounds in each bin of determinism (figure 4, left)."""
        return [float(share) for share in self._found["determinism"]["bins"]]

    def after_difference(self, outcome: Outcome) -> Estimate:
        """Mean determinism after this outcome minus that after a loss (figure 4, right), with its interval; where
        nothing was sampled, with its bound."""
        found = self._after(outcome)
        ends = found["minus_loss_ci"] or found["minus_loss_bound_ci"]
        return Estimate(found["minus_loss"], None if ends is None else (float(ends[0]), float(ends[1])))

    def after_bound(self, outcome: Outcome) -> tuple[float, float] | None:
        """What that difference can be at least and at most."""
        ends = self._after(outcome)["minus_loss_bound_ci"]
        return None if ends is None else (float(ends[0]), float(ends[1]))

    def after(self, outcome: Outcome) -> float:
        """How many of a match's rounds come after this outcome, on average."""
        return float(self._after(outcome)["rounds"])

    @property
    def exploitability(self) -> Estimate:
        """What the best reply to each round's policy gains over the game's value, in points, on average."""
        found = self._found
        ends = found["exploitability_ci"] or found["exploitability_bound_ci"]
        return Estimate(found["exploitability"], (float(ends[0]), float(ends[1])))

    @property
    def net(self) -> Estimate:
        """Win rate minus loss rate, in points."""
        ends = self._found["net_ci"] or self._found["net_bound_ci"]
        return Estimate(self._found["net"], (float(ends[0]), float(ends[1])))

    @property
    def net_bound(self) -> tuple[float, float]:
        """What the net can be at least and at most."""
        low, high = self._found["net_bound_ci"]
        return float(low), float(high)

    def _after(self, outcome: Outcome) -> Mapping[str, Any]:
        name = next(name for name, one in OUTCOMES.items() if one is outcome)
        after: Mapping[str, Any] = self._found["determinism_after"][name]
        return after

    @property
    def _found(self) -> Mapping[str, Any]:
        assert self.found is not None, "only finished cells are shown"
        return self.found

    def to_json(self) -> dict[str, Any]:
        """The cell as `--json` prints it, with the keys of a played cell and what only this one has."""
        found, spec = dict(self._found), self.cell.spec
        after: dict[str, Any] = {}
        for name, one in found["determinism_after"].items():
            after[name] = {**one, "minus_loss_ci": one["minus_loss_ci"] or one["minus_loss_bound_ci"]}
        intervals = {f"{key}_ci": found[f"{key}_ci"] or found[f"{key}_bound_ci"] for key in _MEANS}
        nothing = dict.fromkeys(
            ("matches", "rounds", "counted_matches", "counted_rounds", "finished_matches", "open_matches")
        )
        return {
            "subject": spec.subject,
            "opponent": spec.opponent,
            "game": spec.what,
            "prompt": None if spec.asked is None else msgspec.to_builtins(spec.asked),
            **nothing,
            **found,
            **intervals,
            "determinism_after": after,
            "exact": True,
            "games_asked": found["games"],
            "distinct_prompts": found["prompts"],
            "seconds": self.cell.seconds,
            "settings": dict(self.settings),
        }


def read_exact(store: Store, run: RunRow, cell: CellRow, game: Game, settings: Settings) -> ExactCell:
    """A cell from the store, named as exact."""
    found = store.findings(cell).get(EXACT)
    return ExactCell(cell, game, found, run, {**settings, "label": f"{shown_name(settings)}, exact"})
