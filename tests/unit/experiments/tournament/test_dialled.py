"""A dialled match in the store: each round is there with its share, and it counts as no match with a fixed share."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from arena.agents.dial import Dial
from arena.errors import StoreError
from arena.experiments.experiment import Observer, carry_out, run_spec
from arena.experiments.tournament.cells import plan_cells
from arena.experiments.tournament.dialled import played_shares
from arena.experiments.tournament.sitting import Sitting
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.reports.cautions import DIALLED_NOTE
from arena.reports.tournament import report
from arena.reports.tournament.mitigations import mitigations
from arena.reports.tournament.runs import read_runs
from arena.session.choice import Choice
from arena.session.pairing import prepare
from arena.store.export import export
from arena.store.store import Store
from tests.support.two_models import TwoModels

CHOICE = Choice("rps", "llm:one", "greedy", 4, 7, mix="two=0.5")
PLAIN = TournamentSpec(subjects=("llm:one",), games=("rps",), opponents=("greedy",), matches=2, rounds=4, seed=7)


async def sit(store: Store, turns: dict[int, int], matches: int = 1, choice: Choice = CHOICE) -> None:
    """Play, and turn the dial by so many steps after these rounds of each match. Whenever a round is on disk, so is its
    share."""
    prepared = await prepare(choice, TwoModels())
    dial = prepared.pairing.subject
    assert isinstance(dial, Dial)
    with closing(Sitting(prepared.cell, prepared.pairing, choice.rounds, prepared.run, store)) as sitting:
        for match in range(matches):
            async with aclosing(sitting.play()) as rounds:
                async for played in rounds:
                    with Store.open(store.path) as other, other.database.guard() as connection:
                        (on_disk,) = connection.execute(
                            "SELECT COUNT(*) FROM rounds WHERE match = ?", (match,)
                        ).fetchone()
                        kept = connection.execute("SELECT name FROM findings").fetchall()
                    assert on_disk <= sum(f"dial-{match}-" in name for (name,) in kept)
                    dial.turn(turns.get(played.number, 0))


def tournament(store: Store, spec: TournamentSpec) -> None:
    async def go() -> None:
        models = TwoModels()
        await carry_out(await plan_tournament(spec, models), store, models, Observer())

    asyncio.run(go())


def test_each_round_of_each_match_has_its_share(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db", create=True) as store:
        asyncio.run(sit(store, {1: 2, 3: -1}, matches=2))
        (cell,) = store.cells(store.run(None))
        assert cell.spec.dialled_to == "llm:two"
        first, second = played_shares(store, cell, 0), played_shares(store, cell, 1)
        assert first == {1: 0.5, 2: 0.7, 3: 0.7, 4: 0.6}
        assert second == {1: 0.6, 2: 0.8, 3: 0.8, 4: 0.7}  # it stays where it was
        written = export(store, tmp_path / "out", "csv")
        assert written.counts["rounds"] == written.counts["findings"] == 8
        assert '""share"":0.7' in written.files["findings"].read_text().replace(" ", "")


def test_a_dial_that_was_never_turned_is_still_no_run_with_that_share(tmp_path: Path) -> None:
    """Everything else is equal: agents, game, rounds, seed, even the policies of every round."""
    fixed = replace(PLAIN, mix="two=0.5")
    with Store.open(tmp_path / "s.db", create=True) as store:
        asyncio.run(sit(store, {}))
        tournament(store, fixed)
        one, other = store.runs()
        assert {cell.key for cell in one.spec.cells}.isdisjoint(cell.key for cell in other.spec.cells)
        models = TwoModels()
        again = asyncio.run(run_spec(asyncio.run(plan_tournament(fixed, models)), models))
        assert store.find(again) == other
        assert not asyncio.run(plan_cells(fixed, models))[0].spec.dialled_to


def test_a_report_says_that_the_share_was_turned_and_compares_it_with_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db", create=True) as store:
        asyncio.run(sit(store, {1: 1}))
        dialled = store.run(None)
        tournament(store, PLAIN)
        assert DIALLED_NOTE in " ".join(report(store, [dialled]).tables[0].footnotes)
        assert not mitigations(store, read_runs(store, *store.runs()))
        tournament(store, replace(PLAIN, mix="two=0.5"))
        (table,) = mitigations(store, read_runs(store, *store.runs()))
        assert len(table.rows) == 2  # plain, and the fixed share


@pytest.mark.parametrize("share", ['"a"', "1.5", "null", "true"])
def test_a_share_that_makes_no_sense_is_damage(tmp_path: Path, share: str) -> None:
    with Store.open(tmp_path / "s.db", create=True) as store:
        asyncio.run(sit(store, {}))
        with store.database.transaction() as connection:
            connection.execute("UPDATE findings SET found = ?", (f'{{"round": 1, "share": {share}}}',))
        (cell,) = store.cells(store.run(None))
        with pytest.raises(StoreError, match="damaged"):
            played_shares(store, cell, 0)
