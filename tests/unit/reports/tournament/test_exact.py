"""Exact cells in table 2 and figure 4, beside those that were played."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import pytest

from arena.errors import ModelError
from arena.reports.figure import rendered
from arena.reports.report import WRITERS, Report
from arena.reports.tournament import report
from arena.store.store import Store
from tests.support.followed import follow, found_in
from tests.support.table_model import TableModel

OPPONENTS = ("uniform", "greedy", "lookahead:2,net", "ideal:net")


def leaning(text: str) -> Mapping[str, float]:
    lean = len(text) % 3
    moves = (" rock", " paper", " scissors")
    return {moves[lean]: 6.0, moves[lean - 1]: 3.0, moves[lean - 2]: 1.0, "\n": 0.5}


def scattered(text: str) -> Mapping[str, float]:
    """Weights that have nothing to do with each other from one history to the next."""
    rock, paper, scissors = blake2b(f"0{text}".encode(), digest_size=3).digest()
    return {" rock": 1 + rock, " paper": 1 + paper, " scissors": 1 + scissors}


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
    # the played row gains more than the exact ones by chance alone
    assert gains["greedy"] > gains["ideal:net, exact"] and "looks less far ahead" not in " ".join(table.footnotes)


def test_a_reader_that_gains_less_than_one_that_looks_less_far_is_named(tmp_path: Path) -> None:
    """`lookahead:2` plans for rounds won, which may cost more rounds than it wins."""
    store, readers = tmp_path / "a.db", ("greedy", "lookahead:2", "ideal:net")
    follow(store, TableModel(scattered), rounds=2, matches=500, opponents=readers)
    greedy, planning, ideal = (found["net"] for found in found_in(store))
    assert ideal <= greedy < planning
    with Store.open(store) as opened:
        (table,) = (table for table in report(opened, opened.runs()).tables if table.key == "ladder")
    said = [note for note in table.footnotes if "looks less far ahead" in note]
    assert said == [
        f"llm:table: lookahead:2 gains {planning - greedy:.2f} points less than greedy, which looks less far ahead."
    ]


def test_both_figures_draw_exact_cells(reported: Report) -> None:
    for figure in reported.figures:
        assert rendered(figure.draw)["png"].startswith(b"\x89PNG")
        assert figure.data.rows
    assert [figure.key for figure in reported.figures] == ["figure4", "ladder"]


def test_an_exact_run_that_is_not_over_says_so(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    with pytest.raises(ModelError):
        follow(store, TableModel(leaning, fails_after=30), rounds=3, matches=100, opponents=("greedy",))
    with Store.open(store) as opened:
        found = report(opened, opened.runs())
        assert "exact numbers are not found yet" in found.nothing


def test_more_games_that_were_not_followed_yet_are_said(tmp_path: Path) -> None:
    """A run that was asked for more games and stopped has the numbers of those before, and isn't finished by less."""
    store = tmp_path / "a.db"
    few = {"rounds": 3, "opponents": ("greedy",), "matches": 20}
    assert follow(store, TableModel(leaning), **few).finished
    with pytest.raises(ModelError):
        follow(store, TableModel(leaning, fails_after=10), **{**few, "matches": 2000})
    assert not follow(store, TableModel(leaning), **few).finished
    with Store.open(store) as opened:
        assert "its exact numbers are those of 20 games" in WRITERS["md"](report(opened, opened.runs()))
