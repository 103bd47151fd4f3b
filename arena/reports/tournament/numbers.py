"""All numbers of a cell that was played, as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from arena.records import Outcome
from arena.stats.clusters import Estimate, center

if TYPE_CHECKING:
    from arena.reports.tournament.measures import CellReport

NO_MOVE = -1  # in the columns: the seat forfeited
OUTCOMES = {"win": Outcome.WIN, "tie": Outcome.TIE, "loss": Outcome.LOSS}


def numbers_of(cell: CellReport) -> dict[str, Any]:
    """All that a document says of a cell's rounds. Rates and nets are in percent; None is undefined."""
    rounds, spec = cell.rounds, cell.cell.spec
    net, expected, gap, exploitable = cell.net, cell.expected_net, cell.gap, cell.exploitability
    return {
        "subject": spec.subject,
        "opponent": spec.opponent,
        "game": spec.what,
        "prompt": None if spec.asked is None else msgspec.to_builtins(spec.asked),
        "matches": cell.matches,
        "rounds": len(rounds),
        "wins": cell.rate(Outcome.WIN),
        "ties": cell.rate(Outcome.TIE),
        "losses": cell.rate(Outcome.LOSS),
        "net": net.value,
        "net_ci": _list(net),
        "expected_net": expected.value,
        "expected_net_ci": _list(expected),
        "invalid_rate": percent(int(rounds.invalid.sum()), int(rounds.drawn.sum())),
        "forfeit_rate": percent(int((rounds.move == NO_MOVE).sum()), len(rounds)),
        "mass": _mean(rounds.mass),
        "determinism": _spread(cell),
        "determinism_after": {name: _after(cell, outcome) for name, outcome in OUTCOMES.items()},
        "distinct_prompts": len(np.unique(rounds.prompt[rounds.prompt >= 0])),
        "seconds": 0.0,  # a place for what isn't made of rounds, as is that of the settings
        "games_asked": cell.games_asked,
        "counted_matches": cell.matches,
        "counted_rounds": cell.cell.reached,
        "played_rounds": cell.cell.played,
        "finished_matches": cell.cell.done,
        "open_matches": cell.cell.open,
        "loose_mass": _mean(rounds.loose_mass),
        "gap": gap.value,
        "gap_ci": _list(gap),
        "exploitability": exploitable.value,
        "exploitability_ci": _list(exploitable),
        "reply_ties": _reply_ties(cell),
        "settings": {},
    }


def _spread(cell: CellReport) -> dict[str, float | None]:
    determinism = cell.determinism
    if not cell.has_policies:
        return dict.fromkeys(("mean", "p50", "p95", "max"))
    p50, p95 = np.quantile(determinism, [0.5, 0.95])
    return {"mean": center(determinism), "p50": float(p50), "p95": float(p95), "max": float(determinism.max())}


def _after(cell: CellReport, outcome: Outcome) -> dict[str, Any]:
    after, plain = cell.after_mean(outcome), cell.after_difference(outcome)
    within = cell.after_difference_within_round(outcome)
    return {
        "mean": after.value,
        "minus_loss": plain.value,
        "minus_loss_ci": _list(plain),
        "minus_loss_within_round": within.value,
        "minus_loss_within_round_ci": _list(within),
        "mean_ci": _list(after),
    }


def _reply_ties(cell: CellReport) -> float | None:
    """The share of rounds, in percent, in which several replies were equally good under the policy."""
    rounds = cell.rounds
    if not cell.has_policies:
        return None
    chances = rounds.policies @ (cell.game.payoff == -1)
    best = chances.max(axis=1, keepdims=True)
    tied = (chances == best).sum(axis=1) > 1
    return percent(int(tied[rounds.policy_of].sum()), len(rounds))


def _mean(values: NDArray[np.float64]) -> float | None:
    return None if np.isnan(values).any() else center(values)


def percent(part: int, whole: int) -> float | None:
    """A share in percent; None of nothing."""
    return 100.0 * part / whole if whole else None


def _list(estimate: Estimate) -> list[float] | None:
    return None if estimate.interval is None else list(estimate.interval)
