"""The time left, against runs whose clock and speeds are made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

from arena.backends.loading import Models
from arena.experiments.cost import FREE, Amount, Cost
from arena.experiments.experiment import Observer, Plan
from arena.experiments.past import Shown
from arena.session.pace import Left, Pace
from arena.store.rows import CellSpec, Unit
from arena.store.writer import RunWriter

GEMMA, SMOLLM2 = "llm:gemma-3-270m", "llm:smollm2-135m-instruct"
STEPS, LOADING = 50, 3.0


@dataclass(frozen=True)
class Cell:
    spec: CellSpec
    models: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.spec.key


class Made(Plan):
    """A plan of which only the costs are asked."""

    experiment, steps, unit, seed, size = "made", "steps", Unit.ANSWER, 0, STEPS

    def __init__(self, tokens: Sequence[tuple[str, str, float | None]]) -> None:
        self.tokens = [count for *_, count in tokens]
        self.cells = [Cell(CellSpec(f"{who} {what}", who, "", what)) for who, what, _ in tokens]

    def costs(self, shown: Shown) -> list[Cost | None]:
        return [
            None if tokens is None else Cost(Amount(1, 1), Amount(tokens, tokens)) if tokens else FREE
            for tokens in self.tokens
        ]

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        raise AssertionError("never filled")


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def followed(
    plans: Sequence[Made], seconds: dict[tuple[str, str], float], noise: float = 0.3
) -> list[tuple[float, Left | None, float]]:
    """At each step of plans whose cells take so many seconds: the time, what was said to be left, the share done."""
    chance, clock = np.random.default_rng(3), Clock()
    pace, said = Pace(plans, Shown(), clock), []
    for plan in plans:
        pace.begins(plan)
        for cell in plan.cells:
            clock.time += LOADING
            pace.cell_begins(cell, 0, STEPS)
            for step in range(1, STEPS + 1):
                clock.time += seconds[cell.spec.subject, cell.spec.what] / STEPS * chance.uniform(1 - noise, 1 + noise)
                pace.reached(step, STEPS)
                said.append((clock.time, pace.left(), pace.share))
            pace.cell_ends()
    return said


def suite(tokens: Sequence[float] = (12_000, 36_000)) -> list[Made]:
    return [
        Made(
            [
                (who, f"{what}{part}", count)
                for who in (GEMMA, SMOLLM2)
                for what, count in zip("ab", tokens, strict=True)
            ]
        )
        for part in range(3)
    ]


@pytest.mark.parametrize(("gemma", "smollm2"), [(300.0, 500.0), (100.0, 60.0), (900.0, 900.0)])
def test_the_time_left_is_inside_the_range_from_the_start(gemma: float, smollm2: float) -> None:
    """However fast the machine is, and though games differ in what was expected of them."""
    speeds, off = {GEMMA: gemma, SMOLLM2: smollm2}, {"a": 1.25, "b": 0.8}
    seconds = {
        (who, f"{what}{part}"): {"a": 12_000, "b": 36_000}[what] * off[what] / speeds[who]
        for who, what, part in product(speeds, off, range(3))
    }
    said = followed(suite(), seconds)
    end = said[-1][0]
    inside = [left is not None and left.least <= end - at <= left.most for at, left, _ in said]
    assert np.mean(inside) > 0.9 and all(inside[:STEPS])
    widths = [left.most / left.least for _, left, _ in said if left and left.least]
    assert widths[0] > 4 and min(widths) < 1.5  # wide at first, then narrow
    shares = [share for *_, share in said]
    assert shares[-1] == pytest.approx(1) and 0 < shares[0] < 0.05


def test_what_nothing_is_known_of_is_said_to_be_unknown_until_it_is_seen() -> None:
    plan = Made([("coin:0.5", "coins", None), ("coin:0.7", "coins", None)])
    said = followed([plan], {("coin:0.5", "coins"): 100.0, ("coin:0.7", "coins"): 100.0}, noise=0)
    end = said[-1][0]
    known = [(at, left) for at, left, _ in said if left is not None]
    assert known and known[0][0] < 20
    assert all(left.least <= end - at <= left.most for at, left in known)
    assert Pace([plan], Shown(), Clock()).left() is None


def test_bots_are_weighed_by_their_steps() -> None:
    said = followed([Made([("uniform", "a", 0.0), ("uniform", "b", 0.0)])], {("uniform", "a"): 5, ("uniform", "b"): 5})
    assert said[0][2] < 0.1 and said[STEPS - 1][2] == pytest.approx(0.5, abs=0.2)


def test_cells_done_before_and_parts_that_failed_take_no_time() -> None:
    clock = Clock()
    plans = suite()
    pace = Pace(plans, Shown(), clock)
    pace.begins(plans[0])
    pace.cell_begins(plans[0].cells[0], STEPS, STEPS)
    pace.cell_ends()
    for plan in plans[1:]:  # the first two fail at once
        pace.begins(plan)
    before = pace.left()
    for cell in plans[2].cells:
        pace.cell_begins(cell, STEPS, STEPS)
        pace.cell_ends()
    left = pace.left()
    assert before is not None and before.least > 1 and left == Left(0, 0) and pace.share == 1


def test_a_range_is_said_as_one_number_when_it_is_narrow() -> None:
    assert str(Left(60, 600)) == "1m 00s to 10m 00s left"
    assert str(Left(100, 121)) == "about 1m 50s left" and str(Left(0, 4)) == "about 0s left"
