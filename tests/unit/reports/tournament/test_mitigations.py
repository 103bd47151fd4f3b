"""Ways of asking beside the plain one, measured on a model that can be checked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from arena.experiments.experiment import Observer, carry_out
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.reports.registry import reports_of
from arena.reports.table import Table
from arena.reports.tournament import report
from arena.stats.comparing import Sample, paired
from arena.store import Store
from arena.store.spending import spent
from tests.support.table_model import TableModel, TableModels

PLAIN = TournamentSpec(subjects=("llm:table",), games=("rps",), matches=6, rounds=3, draws="common")
WAYS = {
    "plain": PLAIN,
    "temperature 2": replace(PLAIN, temperature=2.0),
    "min-p 0.5": replace(PLAIN, min_p=0.5),
    "1 round shown": replace(PLAIN, history=1),
    "one of 4 random strings": replace(PLAIN, strings=4),
    "stated distributions": replace(PLAIN, stated=True),
}
STATEMENT = " 60%, paper 30%, scissors 10%"


def answers(text: str) -> Mapping[str, float]:
    """A move, or where one is asked for a distribution."""
    line = text.rpartition("\n")[2]
    if "chances" in line:
        written = line.partition(": rock")[2]
        return {STATEMENT[len(written)]: 1.0} if len(written) < len(STATEMENT) else {"\n": 1.0}
    return {" rock": 3 + len(text) % 3, " paper": 2.0, " scissors": 1.0, "\n": 0.5}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a run of each way."""
    path = tmp_path_factory.mktemp("ways") / "ways.db"

    async def whole(spec: TournamentSpec) -> None:
        models = TableModels(TableModel(answers))
        await carry_out(await plan_tournament(spec, models), opened, models, Observer())

    with Store.open(path, create=True) as opened:
        for spec in WAYS.values():
            asyncio.run(whole(spec))
    return path


def table_of(path: Path) -> Table:
    with Store.open(path) as opened:
        found = report(opened, opened.runs())
        (table,) = (table for table in found.tables if table.key == "mitigations")
        assert [row["row"] for row in found.to_json()["mitigations"]] == [row.name for row in table.rows]
    return table


def test_every_way_has_a_row_that_names_it(store: Path) -> None:
    assert [row.name for row in table_of(store).rows] == [f"llm:table, {way}" for way in WAYS]


def test_gains_are_paired_by_match(store: Path) -> None:
    table = table_of(store)
    with Store.open(store) as opened:
        cells = [cell for run in opened.runs() for cell in opened.cells(run)]
        rounds = [opened.rounds(cell, 3) for cell in cells]
    plain = rounds[0]
    for row, other in list(zip(table.rows, rounds, strict=True))[1:]:
        points = 100.0 * other.outcome - 100.0 * plain.outcome
        assert row.values["net_gain"] == pytest.approx(points.mean())
        assert row.values["determinism_gain"] == pytest.approx((other.policy.max(1) - plain.policy.max(1)).mean())
        ours = paired(
            Sample(100.0 * plain.outcome, plain.match, (-100.0, 100.0)),
            Sample(100.0 * other.outcome, other.match, (-100.0, 100.0)),
        )
        assert (row.values["net_gain_low"], row.values["net_gain_high"]) == ours.difference.interval
        assert row.values["paired"] is True


def test_common_draws_give_both_ways_what_chance_gives(store: Path) -> None:
    """In the first round nothing but the temperature differs: whoever draws low draws low in both."""
    with Store.open(store) as opened:
        runs = opened.runs()
        one, two = (opened.rounds(opened.cells(run)[0], 3) for run in (runs[0], runs[2]))
    first = one.number == 1
    assert np.all((one.move[first] == 0) <= (two.move[first] == 0))  # what min-p left out were later tokens


def test_tokens_are_those_of_prompts_and_answers(store: Path) -> None:
    with Store.open(store) as opened:
        for run in opened.runs():
            (cell,) = opened.cells(run)
            played = [one for match in range(6) for one in opened.match(cell, match)]
            prompts = [len(one.subject.prompt.tokens) for one in played if one.subject.prompt]
            written = [sum(len(answer.tokens) for answer in one.subject.answers) for one in played]
            found = spent(opened, cell)
            assert found is not None
            assert (found.prompt, found.answers) == pytest.approx((np.mean(prompts), np.mean(written)))


def test_without_the_plain_way_there_is_no_such_table(store: Path) -> None:
    with Store.open(store) as opened:
        (found,) = reports_of(opened, opened.runs()[1:])
    assert all(table.key != "mitigations" for table in found.tables)
    assert "mitigations" not in found.to_json()
