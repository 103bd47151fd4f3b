"""How generations flow through spans: nobody is lost, and nothing lies on anything else."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from arena.experiments.prediction.generated import Generations
from arena.records import Sample
from arena.reports.prediction.flow import flow
from arena.reports.prediction.writing import Written
from arena.stats.skeleton import AnchorSpan
from arena.store.rows import CellRow, CellSpec, RunRow, RunSpec, Unit

RUN = RunRow(1, "run", RunSpec("anchors", Unit.ANSWER, (), 1, 0, {}, {}), "2026-01-01", 1)
CELL = CellRow(1, CellSpec("key", "llm:one", "", "prompt: x"), 1, 0, 0.0)


@given(st.lists(st.sets(st.integers(0, 8), min_size=1), max_size=5))
def test_every_generation_passes_every_stop(holding: list[set[int]]) -> None:
    texts = ["one two three"] * 9
    written = Written(Generations(RUN, CELL, tuple(Sample(text, (), "eos") for text in texts)))
    spans = [AnchorSpan(3 * at, 3, dict.fromkeys(sorted(held), 0)) for at, held in enumerate(holding)]
    found = flow(written, spans)
    assert [stop.held for stop in found.stops] == [len(held) for held in holding]
    assert found.total == 9 and all(stop.text == "one two three" for stop in found.stops)
    for at in range(len(spans) - 1):
        here = [ribbon for ribbon in found.ribbons if ribbon.at == at]
        assert sum(ribbon.many for ribbon in here) == 9
        for end, held in ((0, len(holding[at])), (1, len(holding[at + 1]))):
            taken: defaultdict[int, int] = defaultdict(int)
            for ribbon in here:
                for height in range(ribbon.low[end], ribbon.low[end] + ribbon.many):
                    taken[height] += 1
            assert sorted(taken) == list(range(held - 9, held)) and set(taken.values()) == {1}
        both = next((ribbon.many for ribbon in here if ribbon.leave and ribbon.reach), 0)
        assert both == len(holding[at] & holding[at + 1])
