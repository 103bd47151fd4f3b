"""Exact cells in table 2 and figure 4, beside those that were played."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from arena.reports.figure import rendered
from arena.reports.report import WRITERS, Report
from arena.reports.tournament import report
from arena.store.store import Store
from tests.support.followed import follow
from tests.support.table_model import TableModel

OPPONENTS = ("uniform", "greedy", "lookahead:2,net", "ideal:net")


def leaning(text: str) -> Mapping[str, float]:
    lean = len(text) % 3
    moves = (" rock", " paper", " scissors")
    return {moves[lean]: 6.0, moves[lean - 1]: 3.0, moves[lean - 2]: 1.0, "\n": 0.5}


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """An exact run and one that was played."""
    store = tmp_path_factory.mktemp("exact") / "a.db"
    follow(store, TableModel(leaning), rounds=3, matches=100, opponents=OPPONENTS)
    follow(store, TableModel(leaning), rounds=3, matches=300, opponents=("greedy",), exact=False)
    with Store.open(store) as opened:
        return report(opened, opened.runs())


def test_exact_rows_are_marked_and_have_bounds(reported: Report) -> None:
    text = WRITERS["md"](reported)
    assert "llm:table, exact v. greedy" in text and "bound of net" in text
    assert "Rows marked exact are the table of infinitely many games" in text
    for write in WRITERS.values():
        assert write(reported)


def test_an_exact_cell_lies_within_the_interval_of_the_played_one(reported: Report) -> None:
    cells = [cell for cell in json.loads(WRITERS["json"](reported))["cells"] if cell["opponent"] == "greedy"]
    played, exact = sorted(cells, key=lambda cell: bool(cell.get("exact")))
    assert exact["exact"] and not played.get("exact")
    for key in ("net", "expected_net", "exploitability"):
        low, high = played[f"{key}_ci"]
        assert low <= exact[key] <= high
    low, high = exact["net_bound_ci"]
    assert low <= exact["net"] <= high and exact["net_ci"]
    assert exact["determinism"]["mean"] == pytest.approx(played["determinism"]["mean"], abs=0.02)


def test_the_ladder_goes_from_chance_to_the_ideal_reader(reported: Report) -> None:
    table = next(table for table in reported.tables if table.key == "ladder")
    names = [row.name for row in table.rows]
    assert names == ["uniform, exact", "greedy", "greedy, exact", "lookahead:2,net, exact", "ideal:net, exact"]
    gains = {row.name: row.values["gain"] for row in table.rows}
    chance = table.rows[0].values
    assert chance["gain_low"] <= 0.0 <= chance["gain_high"]
    assert gains["ideal:net, exact"] >= gains["greedy, exact"] - 0.1
    top = table.rows[-1].values
    assert top["top"] and top["share"] == pytest.approx(100.0)
    assert all(row.values["exploitability"] > 0 for row in table.rows)


def test_both_figures_draw_exact_cells(reported: Report) -> None:
    for figure in reported.figures:
        assert rendered(figure.draw)["png"].startswith(b"\x89PNG")
        assert figure.data.rows
    assert [figure.key for figure in reported.figures] == ["figure4", "ladder"]


def test_an_exact_run_that_is_not_over_says_so(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    with pytest.raises(Exception, match="the table is broken"):
        follow(store, TableModel(leaning, fails_after=30), rounds=3, matches=100, opponents=("greedy",))
    with Store.open(store) as opened:
        found = report(opened, opened.runs())
        assert "exact numbers aren't found yet" in found.nothing
