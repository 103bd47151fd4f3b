"""Where cells are used once, the cache is cleared neither too late, when most of it is of no use, nor too often."""

from __future__ import annotations

from arena.backends.base import Request, StopRule
from arena.backends.local.engine import Engine
from arena.backends.local.once import Once
from tests.support.table_evaluator import VOCABULARY, TableModel

TRUNK = (0, 1, 2, 3) * 5
ANSWER = StopRule("(?!)", "(?!)", max_tokens=1)


def run(passing: float) -> TableModel:
    """Four hundred prompts, one after another, that begin alike."""
    model = TableModel(6000, 32, 64)
    model.passing = passing
    engine = Engine(model, VOCABULARY, cells=6000, sequences=32, batch=64, outputs=16)
    for number in range(400):
        engine.submit(number, Request((*TRUNK, *(number >> bit & 3 for bit in range(0, 10, 2))), (0,), ANSWER))
        while engine.busy:
            engine.step()
    return model


def test_what_nothing_needs_is_not_passed_by_for_ever_and_what_is_needed_not_evaluated_all_the_time() -> None:
    never, sometimes = run(1e-9), run(0.001)
    assert never.most_cells > 1500 and sometimes.most_cells < 500
    assert never.evaluated < sometimes.evaluated < 1.3 * never.evaluated


def test_nothing_is_lost_on_what_is_needed() -> None:
    once = Once(100, 0.5)
    once.use(40)
    once.lose(64, needed=40)
    assert not once.is_better_cleared(0)
    once.lose(2, needed=30)
    assert once.is_better_cleared(9) and not once.is_better_cleared(10)
    once.begin()
    assert not once.is_better_cleared(0) and once.is_left(99)


def test_room_is_kept_for_what_may_follow() -> None:
    once = Once(100, 0.5)
    once.begin_batch()
    once.keep(50)
    assert once.has_room(48) and not once.has_room(49)
    assert once.fits_anew((0,) * 48, 48, 10) and not once.fits_anew((0,) * 49, 49, 10)
    once.use(95)
    assert once.fits_anew((0,) * 49, 49, 10)
    once.begin_batch()
    assert once.has_room(3)
