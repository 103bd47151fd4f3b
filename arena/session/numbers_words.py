"""A task's counts explained in sentences and short lines: which value was over-drawn, and how surprising that is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from arena.experiments.numbers.exact import Exact
from arena.session.tally import Tally

Fact = tuple[str, str, str]  # what, its number, a note

_FEWEST_A_VALUE = 2  # draws expected per value: with fewer, a chi-square p-value is too rough
_SURPRISING, _TOO_EVEN = 0.05, 0.975
_NEVER = 1e-9


def prepare() -> None:
    """Load scipy, which takes a moment: call this in the background."""
    import arena.stats.sequences
    import arena.stats.uniformity  # noqa: F401


def over_drawn(tally: Tally) -> str:
    """A sentence about the most over-drawn value; "" if nothing was drawn."""
    if not tally.valid:
        return ""
    most = int(np.argmax(tally.drawn.counts))
    count, chance = tally.drawn.counts[most], tally.pooled / len(tally.task.values)
    times = "once" if count == 1 else f"{count:,} times"
    return f"{tally.task.values[most]} was drawn {times}; chance would be {chance:,.{0 if chance >= 10 else 1}f}."


def surprise(tally: Tally) -> str:
    """How surprising the histogram is, in a sentence; "" if there are too few draws to say."""
    p = _p(tally)
    if p is None:
        return ""
    if p < _NEVER:
        return "No true sample would ever be so uneven."
    if p < _SURPRISING:
        return f"Only 1 true sample in {_one_in(p)} is so uneven."
    if p > _TOO_EVEN:
        return f"Too even: only 1 true sample in {_one_in(1 - p)} is."
    return f"No surprise: {p:.0%} of true samples are less even."


def facts(tally: Tally, exact: Exact | None, person: bool) -> list[Fact]:
    """The numbers beside the bars, the most important first."""
    drawn = tally.valid + tally.rejected
    share = f"{tally.rejected / drawn:.1%}" if drawn else "–"
    lines: list[Fact] = [("chi-square", _last(tally.drawn.curve), f"chance: {len(tally.task.values) - 1}")]
    if exact is not None:
        lines.append(("  exact mode", expected(exact, tally.wanted), f"{exact.unexplored:.1%} unexplored"))
    lines.append(("  true sample", _last(tally.true.curve), ""))
    lines.append(("rejected", share, f"{tally.rejected:,} of {drawn:,}"))
    if exact is not None:
        lines.append(("  exact mode", f"{exact.rejected:.1%}", ""))
    if tally.task.length > 1:
        lines.append(_repetitions(tally))
    elif person:
        lines.append(_neighbours(tally))
    return lines


def expected(exact: Exact, n: int) -> str:
    """The mean chi-square of n draws, by exact mode."""
    from arena.stats.uniformity import expected_chi_square

    return "–" if exact.distribution is None else f"{expected_chi_square(exact.distribution, n):,.1f}"


def _p(tally: Tally) -> float | None:
    """The probability that a true sample is at least as uneven. Its values are independent, also within a sequence."""
    from arena.stats.uniformity import uniformity

    enough = tally.pooled >= _FEWEST_A_VALUE * len(tally.task.values)
    return uniformity(np.array(tally.drawn.counts)).p if enough else None


def _one_in(p: float) -> str:
    """1 / p with two significant digits, in words where it is large."""
    if p <= 0:
        return "a billion"
    number = 1 / p
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{number / size:,.0f} {word}"
    return f"{float(f'{number:.2g}'):,.0f}"


def _last(curve: list[float]) -> str:
    return f"{curve[-1]:,.1f}" if curve else "–"


def _repetitions(tally: Tally) -> Fact:
    from arena.stats.sequences import repetition_probabilities

    by_chance = repetition_probabilities(tally.task.length, len(tally.task.values))[0]
    note = f"true sample: {by_chance:.1%}"
    return "no repetition", f"{tally.without_repetition / tally.valid:.1%}" if tally.valid else "–", note


def _neighbours(tally: Tally) -> Fact:
    values = [value for (value,) in tally.values]
    twice = sum(one == other for one, other in pairwise(values))
    by_chance = max(0, len(values) - 1) / len(tally.task.values)
    return "same in a row", f"{twice}", f"chance: {by_chance:.1f}"
