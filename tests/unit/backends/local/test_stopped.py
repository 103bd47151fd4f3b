"""A stopped run is reported as far as it is a sample. `benchmarks/coverage_stopped.py` is the long form."""

from __future__ import annotations

import numpy as np

from arena.blocks import BLOCK
from benchmarks.coverage_stopped import KINDS, ROUNDS, play, stopped


def test_the_interval_of_a_stopped_run_covers_and_that_of_all_finished_matches_would_not() -> None:
    kind = KINDS["predictable matches are quick"]
    runs = [play(kind, seed, 100, 6) for seed in range(6)]
    whole = float(np.mean([run.finished.max() for run in runs]))
    half = stopped(runs, 0.55 * whole, kind)
    assert half.finished > BLOCK and half.finished_coverage == 0.0  # those that end early are no sample
    # the first rounds of all matches are
    assert half.reported == half.by_rounds == len(runs) and half.coverage >= 0.7
    later = stopped(runs, 0.9 * whole, kind)
    assert later.reported > later.by_rounds and later.coverage >= 0.7
    assert stopped(runs, np.inf, kind).rounds == 100 * ROUNDS
