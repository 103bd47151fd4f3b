"""How often Arena's 95% intervals contain the truth: Markdown tables, by simulation over a grid including the edges.

Usage: coverage.py [--samples 2000] [--difference-samples 200] [--seed 1]

In each cell: the percentage of samples whose interval contains the truth and, in brackets, the intervals' mean width.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from arena.stats.bounded import Bounds, mean_limits
from arena.stats.clusters import Estimate, difference, stratified_difference
from arena.stats.uniformity import phi_squared_limits, phi_squared_of

Floats = NDArray[np.float64]

MATCHES: Final = (2, 3, 5, 10, 20, 50, 500)
LOSS: Final = (0.5, 0.7, 0.9, 0.95, 0.99, 0.995, 0.999, 1.0)
TOGETHER: Final = 0.7  # the share of correlated rounds that have the outcome of the match
DOMINANT: Final = (0.0, 0.15, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.995, 0.999, 0.9995, 1.0)
KINDS: Final = ("spread", "all 0.6", "1% dips", "10% dips", "1% of matches dip", "10% of matches dip")
NET: Final[Bounds] = -100.0, 100.0
DETERMINISM: Final[Bounds] = 1 / 3, 1.0


class Cell(NamedTuple):
    """The share of intervals that contain the truth, their mean width, and the share of samples without one."""

    covered: float
    width: float
    null: float = 0.0


def _cell(low: Floats, high: Floats, truth: float) -> Cell:
    return Cell(float(((low - 1e-9 <= truth) & (truth <= high + 1e-9)).mean()), float((high - low).mean()))


# --- means: net, expected net, gap -----------------------------------------------------------------------------


def net(draw: Generator, samples: int, rounds: int, together: bool, matches: int, loss: float) -> Cell:
    """Nets of a player who loses with probability `loss`, and wins and ties equally often."""
    other = (1 - loss) / 2
    shares = np.array([loss, other, other])
    points = draw.choice(np.array([-100.0, 0.0, 100.0]), (samples, matches, rounds), p=shares)
    if together:
        of_match = draw.choice(np.array([-100.0, 0.0, 100.0]), (samples, matches, 1), p=shares)
        points = np.where(draw.random(points.shape) < TOGETHER, of_match, points)
    found = mean_limits(points.mean(axis=2), NET)
    return _cell(found.low, found.high, 100 * other - 100 * loss)


def _policies(draw: Generator, samples: int, matches: int, loss: float) -> Floats:
    """A moody player's chance of losing each of ten rounds: Beta per match, and Beta around that per round."""
    if loss == 1:
        return np.ones((samples, matches, 10))
    mood = draw.beta(8 * loss, 8 * (1 - loss), (samples, matches, 1))
    return np.asarray(draw.beta(8 * mood + 1e-9, 8 * (1 - mood) + 1e-9, (samples, matches, 10)))


def expected_net(draw: Generator, samples: int, matches: int, loss: float) -> Cell:
    """Expected nets of ten rounds, won or lost."""
    found = mean_limits(100 * (1 - 2 * _policies(draw, samples, matches, loss)).mean(axis=2), NET)
    return _cell(found.low, found.high, 100 * (1 - 2 * loss))


def gap(draw: Generator, samples: int, matches: int, loss: float) -> Cell:
    """Gaps of the same rounds: the truth is 0."""
    chance = _policies(draw, samples, matches, loss)
    points = np.where(draw.random(chance.shape) < chance, -100, 100) - 100 * (1 - 2 * chance)
    found = mean_limits(points.mean(axis=2), (-200.0, 200.0))
    return _cell(found.low, found.high, 0.0)


# --- phi-squared -----------------------------------------------------------------------------------------------


def dominated(k: int, q: float) -> Floats:
    """One value with probability `q` (0: uniform), the others equally likely."""
    return np.full(k, 1 / k) if q == 0 else np.array([q, *[(1 - q) / (k - 1)] * (k - 1)])


def phi_squared(draw: Generator, samples: int, k: int, n: int, q: float) -> Cell:
    """phi-squared of n draws among k values."""
    probabilities = dominated(k, q)
    low, high = phi_squared_limits(draw.multinomial(n, probabilities, samples).astype(np.float64))
    return _cell(low, high, phi_squared_of(probabilities))


# --- differences: figure 4 -------------------------------------------------------------------------------------


def after_win(draw: Generator, samples: int, matches: int, loss: float, kind: str) -> tuple[Cell, Cell]:
    """Mean determinism after a win minus that after a loss, in matches of ten rounds: plain, and within rounds.

    "spread": a level for each match, noise, and 0.1 more after a win; "dips": 1, but 0.5 in that share of rounds;
    "of matches dip": the dips occur in four of five rounds of that share of matches.
    """
    clusters, number = np.repeat(np.arange(matches), 10), np.tile(np.arange(10), matches)
    found: tuple[list[Estimate], list[Estimate]] = [], []
    for _ in range(samples):
        outcome = draw.choice([-1, 0, 1], 10 * matches, p=[loss, (1 - loss) / 2, (1 - loss) / 2])
        before = np.where(number > 0, np.roll(outcome, 1), 9)
        win, lost = before == 1, before == -1
        values = _determinism(draw, clusters, win, kind)
        found[0].append(difference(values, clusters, DETERMINISM, win, lost))
        found[1].append(stratified_difference(values, clusters, DETERMINISM, number, win, lost))
    truth = 0.1 if kind == "spread" else 0.0
    return _of_estimates(found[0], truth), _of_estimates(found[1], truth)


def _determinism(draw: Generator, clusters: NDArray[np.int64], win: NDArray[np.bool_], kind: str) -> Floats:
    count, matches = len(clusters), int(clusters[-1]) + 1
    if kind == "spread":
        level = 0.6 + draw.normal(0, 0.08, matches)[clusters] + draw.normal(0, 0.05, count)
        return np.clip(level, 0.35, 0.85) + 0.1 * win
    if kind == "all 0.6":
        return np.full(count, 0.6)
    share = float(kind.split("%")[0]) / 100
    if "matches" in kind:
        return np.where((draw.random(matches) < share)[clusters] & (draw.random(count) < 0.8), 0.5, 1.0)
    return np.where(draw.random(count) < share, 0.5, 1.0)


def _of_estimates(found: list[Estimate], truth: float) -> Cell:
    ends = np.array([estimate.interval for estimate in found if estimate.interval is not None]).reshape(-1, 2)
    null = 1 - len(ends) / len(found)
    return Cell(*_cell(ends[:, 0], ends[:, 1], truth)[:2], null) if len(ends) else Cell(np.nan, np.nan, null)


# --- tables ----------------------------------------------------------------------------------------------------


def _print(title: str, first: str, columns: Iterable[str], rows: Iterable[tuple[str, list[Cell]]], digits: int) -> None:
    columns = list(columns)
    print(f"### {title}\n\n| {first} | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}", flush=True)
    every = []
    for name, cells in rows:
        every += [cell.covered for cell in cells if cell.null < 0.5]
        print(f"| {name} | {' | '.join(_text(cell, digits) for cell in cells)} |", flush=True)
    print(f"\nLowest coverage: {100 * min(every):.1f}.\n", flush=True)


def _text(cell: Cell, digits: int) -> str:
    null = f", {100 * cell.null:.0f}% null" if cell.null else ""
    return "null" if cell.null == 1 else f"{100 * cell.covered:.1f} ({cell.width:.{digits}f}{null})"


def _means(draw: Generator, samples: int) -> None:
    def table(title: str, cell: Callable[[int, float], Cell]) -> None:
        rows = ((str(matches), [cell(matches, loss) for loss in LOSS]) for matches in MATCHES)
        _print(title, "matches", (f"{loss:g}" for loss in LOSS), rows, 1)

    for rounds, together in ((1, False), (3, False), (3, True), (10, False), (10, True)):
        how = "" if rounds == 1 else ", correlated" if together else ", independent"
        title = f"Net, {rounds} round{'s' if rounds > 1 else ''} per match{how}, by the probability of a loss"
        table(title, partial(net, draw, samples, rounds, together))
    table("Expected net, 10 rounds per match", partial(expected_net, draw, samples))
    table("Gap, 10 rounds per match", partial(gap, draw, samples))


def _phi_squared(draw: Generator, samples: int) -> None:
    rows = (
        (f"{k}, {n}", [phi_squared(draw, samples, k, n, q) for q in DOMINANT])
        for k in (2, 3, 7, 11, 26)
        for n in (30, 100, 1500)
    )
    columns = ("uniform", *(f"{q:g}" for q in DOMINANT[1:]))
    _print("phi², by the share of one value, all others being equal", "k, n", columns, rows, 3)


def _differences(draw: Generator, samples: int) -> None:
    for loss in (0.5, 0.9, 0.99):
        cells = {matches: [after_win(draw, samples, matches, loss, kind) for kind in KINDS] for matches in MATCHES}
        for at, how in enumerate(("", " within rounds")):
            rows = ((str(matches), [pair[at] for pair in pairs]) for matches, pairs in cells.items())
            _print(f"Determinism after a win minus after a loss{how}, loss {loss:g}", "matches", KINDS, rows, 2)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--difference-samples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    _means(np.random.default_rng((options.seed, 1)), options.samples)
    _phi_squared(np.random.default_rng((options.seed, 2)), options.samples)
    _differences(np.random.default_rng((options.seed, 3)), options.difference_samples)


if __name__ == "__main__":
    main()
