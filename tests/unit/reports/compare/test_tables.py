"""What a person reads of a comparison."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.reports.compare.kind import Measure
from arena.reports.compare.settings import Difference, differences
from arena.reports.compare.tables import measure_json, result_row, results_columns, settings_table, verdict
from arena.stats.clusters import Estimate
from arena.stats.comparing import Comparison
from arena.store.rows import Asked, CellSpec, RunRow
from tests.support.played import run_row

NAMES = ("2026-11-23-1", "2026-11-23-2")
BUILD = "llama-cpp-python 0.3.36; CPU : SSE3 = 1 | SSSE3 = 1 | AVX = {} | AVX2 = 1 | F16C = 1 | FMA = 1 | BMI2 = 1"


CELL = CellSpec("llm:m|greedy|rps|-|-", "llm:m", "greedy", "rps", Asked(style="base", format="none", wording="log@1"))


def run(**changes: Any) -> RunRow:
    return run_row(CELL, **{"models": {"m": "sha256:ab"}, **changes})


def test_only_what_differs_is_listed() -> None:
    assert differences(run(), run(name="other")) == ()
    found = differences(run(), run(seed=8, sampling="temperature=1.5,top_p=1", models={"m": "sha256:cd"}, size=3))
    assert {one.key: (one.first, one.second) for one in found} == {
        "size": ((2,), (3,)),
        "weights": (("sha256:ab",), ("sha256:cd",)),
        "temperature": ((1.0,), (1.5,)),
        "seed": ((7,), (8,)),
    }
    (build,) = differences(*(run(manifest={"models": {"m": BUILD.format(avx)}}) for avx in (0, 1)))
    assert (build.key, build.name) == ("manifest.models: m", "build of m")


def test_the_order_of_cells_is_no_difference() -> None:
    cells = [CellSpec(f"{name}|greedy|rps|-|-", name, "greedy", "rps") for name in ("uniform", "fixed:rock")]
    assert differences(run_row(*cells), run_row(*cells[::-1])) == ()


@pytest.mark.parametrize(
    ("found", "notes"),
    [
        ((), ("Nothing differs in settings.",)),
        ((Difference("seed", (0,), (1,)),), ("Nothing but the seed differs.",)),
        ((Difference("seed", (0,), (1,)), Difference("top_p", (1.0,), ())), ()),
    ],
)
def test_what_the_first_table_says(found: tuple[Difference, ...], notes: tuple[str, ...]) -> None:
    table = settings_table(NAMES, found)
    assert table.footnotes == notes and len(table.rows) == len(found)
    if len(found) == 2:
        assert (table.texts(0), table.texts(1)) == (["0", "1"], ["1", "–"])
        assert [row.name for row in table.rows] == ["seed", "top-p"]


@given(st.text("ab ", max_size=80), st.text("ab ", max_size=80))
def test_what_is_shortened_still_differs(first: str, second: str) -> None:
    table = settings_table(NAMES, [Difference("infix", (first,), (second,))])
    texts = table.texts(0)[0], table.texts(1)[0]
    assert all(len(text) <= 26 for text in texts)
    assert (texts[0] == texts[1]) == (first == second)
    assert table.rows[0].values["first"] == first


def test_a_build_is_cut_to_where_it_differs() -> None:
    (row,) = settings_table(NAMES, [Difference("manifest.models: m", (BUILD.format(0),), (BUILD.format(1),))]).rows
    assert "AVX = 0" in row.texts["first"] and "AVX = 1" in row.texts["second"]


@pytest.mark.parametrize(
    ("interval", "same", "says"),
    [
        ((1.0, 3.0), False, "differs"),
        ((-1.0, 3.0), False, "undecided"),
        ((-1.0, 1.0), True, "equal"),
        (None, False, "–"),
    ],
)
def test_the_verdict(interval: tuple[float, float] | None, same: bool, says: str) -> None:
    found = Comparison(Estimate(-20.04), Estimate(-18.0), Estimate(2.04, interval), (5, 5), True, 1200, same)
    net = Measure("net", 1)
    assert verdict(net, found) == says == measure_json(net, found)["verdict"]
    row = result_row("net", net, found, {"first_subject": "uniform"})
    texts = [row.text(column) for column in results_columns(NAMES, "matches")]
    ends = "–" if interval is None else f"{interval[0]:.1f} to {interval[1]:.1f}"
    assert texts == ["-20.0", "-18.0", "2.0", ends, says, "1,200"]
