"""Whether it is the word, the role or the place in the list, of models that go by one of them alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from arena.experiments.experiment import Observer, carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.reports.table import Table
from arena.reports.tournament import report
from arena.store import Store
from tests.support.table_model import TableModel, TableModels

GRID = TournamentSpec(subjects=("llm:table",), matches=3, rounds=2, permute=("roles", "listing"))
WORDS = ("rock", "paper", "scissors")


def by_word(text: str) -> tuple[str, ...]:
    return WORDS


def by_place(text: str) -> tuple[str, ...]:
    found = re.search(r"chooses (\w+) or (\w+) or (\w+)\.", text)
    assert found is not None
    return found.groups()


def by_role(text: str) -> tuple[str, ...]:
    found = re.search(r"\. (\w+) will beat \w+, (\w+) will beat \w+, (\w+) will beat", text)
    assert found is not None
    return tuple(word.lower() for word in found.groups())


def tables_of(path: Path, order: Callable[[str], tuple[str, ...]], spec: TournamentSpec = GRID) -> dict[str, Table]:
    """The tables of a model that prefers words in this order."""
    model = TableModel(lambda text: {f" {word}": weight for word, weight in zip(order(text), (6, 3, 1), strict=True)})

    async def whole() -> None:
        models = TableModels(model)
        await carry_out(await plan_tournament(spec, models), opened, models, Observer())

    with Store.open(path, create=True) as opened:
        asyncio.run(whole())
        return {table.key: table for table in report(opened, opened.runs()).tables}


@pytest.mark.parametrize(("order", "factor"), [(by_word, "word"), (by_place, "place"), (by_role, "role")])
def test_what_a_model_goes_by_explains_all_of_its_policy(
    tmp_path: Path, order: Callable[[str], tuple[str, ...]], factor: str
) -> None:
    tables = tables_of(tmp_path / "grid.db", order)
    shares = {(row.values["of"], row.values["factor"]): row.values["share"] for row in tables["shares"].rows}
    for name in ("word", "role", "place"):
        assert shares["policy", name] == pytest.approx(100.0 * (name == factor), abs=1e-6)
    assert shares["policy", "rest"] == pytest.approx(0.0, abs=1e-6)
    assert shares["net", "names"] is None and shares["net", "players"] is None  # the grid doesn't vary them
    rows = tables["renamings"].rows
    assert len({row.name for row in rows}) == len(rows) == 36
    assert all(row.values["favourite_share"] == pytest.approx(0.6) for row in rows)
    if factor == "word":
        assert {row.values["favourite"] for row in rows} == {"rock"}
        # which word beats which decides what the greedy reader wins; the order of the list doesn't matter
        assert (shares["net", "roles"], shares["net", "listing"]) == pytest.approx((100.0, 0.0), abs=1e-6)


def test_a_grid_in_which_word_and_role_go_together_says_nothing_of_either(tmp_path: Path) -> None:
    tables = tables_of(tmp_path / "grid.db", by_place, replace(GRID, permute=("listing",)))
    shares = {row.values["factor"]: row for row in tables["shares"].rows if row.values["of"] == "policy"}
    assert [shares[name].values["share"] for name in ("word", "role", "rest")] == [None] * 3
    assert shares["place"].values["share"] == pytest.approx(100.0)


def test_without_a_grid_there_are_no_such_tables(tmp_path: Path) -> None:
    tables = tables_of(tmp_path / "plain.db", lambda text: WORDS, replace(GRID, permute=()))
    assert {*tables} == {"table2"}
