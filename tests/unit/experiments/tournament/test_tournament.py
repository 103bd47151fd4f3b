"""A tournament: the grid, the store, going on, and what never changes a draw."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arena.backends.backend import Identity
from arena.errors import InputError, ModelError, UsageError
from arena.experiments import experiment
from arena.experiments.experiment import Event, carry_out
from arena.experiments.tournament.cells import Cell, plan_cells
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import plan_tournament
from arena.games import parse_game
from arena.store import RunRow, Store
from tests.support.table_model import TableModel, TableModels
from tests.unit.experiments.tournament.fakes import Counter

Rounds = dict[tuple[str, str, str], dict[int, list[tuple[Any, ...]]]]


def plan(
    subjects: Sequence[str],
    games: Sequence[str] = ("rps",),
    opponents: Sequence[str] = ("greedy",),
    models: TableModels | None = None,
    **options: Any,
) -> list[Cell]:
    spec = TournamentSpec(subjects=tuple(subjects), games=tuple(games), opponents=tuple(opponents), **options)
    return asyncio.run(plan_cells(spec, models or TableModels()))


def play(
    store: Store,
    subjects: Sequence[str],
    *,
    games: Sequence[str] = ("rps",),
    opponents: Sequence[str] = ("greedy",),
    matches: int = 3,
    rounds: int = 5,
    seed: int = 0,
    model: TableModel | None = None,
    watching: Counter | None = None,
) -> RunRow:
    models = TableModels(model)

    async def whole() -> RunRow:
        spec = TournamentSpec(
            subjects=tuple(subjects),
            games=tuple(games),
            opponents=tuple(opponents),
            matches=matches,
            rounds=rounds,
            seed=seed,
        )
        return await carry_out(await plan_tournament(spec, models), store, models, watching or Counter())

    return asyncio.run(whole())


def stored(store: Store, run: RunRow | None = None) -> Rounds:
    """Everything that was played in a run's finished matches."""
    found: Rounds = {}
    for cell in store.cells(run or store.run(None)):
        spec = cell.spec
        columns = store.rounds(cell, len(parse_game(spec.what).moves))
        matches = found.setdefault((spec.subject, spec.opponent, spec.what), {})
        kept = (columns.number, columns.move, columns.reply, columns.outcome, columns.drawn, columns.invalid)
        numbers = zip(*(column.tolist() for column in kept), strict=True)
        policies = np.column_stack([columns.policy, columns.mass, columns.loose_mass]).tolist()
        for match, row, policy in zip(columns.match.tolist(), numbers, policies, strict=True):
            matches.setdefault(match, []).append((*row, *policy))
    return found


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(tmp_path / "one.db", create=True) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Any:
    with Store.open(tmp_path / "other.db", create=True) as opened:
        yield opened


def test_every_match_of_every_cell_is_played_once(store: Store) -> None:
    watching = Counter()
    run = play(
        store,
        ["uniform", "fixed:heads"],
        games=["matching-pennies"],
        opponents=["greedy", "uniform"],
        watching=watching,
    )
    assert run.finished
    found = stored(store, run)
    assert len(found) == 4
    for matches in found.values():
        assert list(matches) == [0, 1, 2]
        assert all([row[0] for row in rounds] == [1, 2, 3, 4, 5] for rounds in matches.values())
    assert watching.played == 4 * 3 * 5
    assert watching.begun == [(subject, 0, 15) for subject in ("uniform", "fixed:heads") for _ in range(2)]
    assert watching.ended == ["uniform", "uniform", "fixed:heads", "fixed:heads"]


def test_a_fixed_move_loses_every_round_to_the_reader(store: Store) -> None:
    play(store, ["fixed:rock"])
    (matches,) = stored(store).values()
    assert {row[3] for rounds in matches.values() for row in rounds} == {-1}


@pytest.mark.parametrize("subject", ["uniform", "llm:table"])
def test_more_games_rounds_or_cells_change_no_earlier_round(store: Store, other: Store, subject: str) -> None:
    play(store, [subject], matches=3, rounds=5)
    play(other, ["fixed:rock", subject], games=["matching-pennies", "rps"][1:], matches=6, rounds=8)
    few, many = stored(store)[subject, "greedy", "rps"], stored(other)[subject, "greedy", "rps"]
    assert len(many) == 6
    for match, rounds in few.items():
        assert many[match][:5] == rounds


def test_another_seed_plays_otherwise(store: Store, other: Store) -> None:
    play(store, ["uniform"], seed=0)
    play(other, ["uniform"], seed=1)
    assert stored(store) != stored(other)


def test_matches_of_a_cell_differ(store: Store) -> None:
    play(store, ["uniform"], rounds=20)
    (matches,) = stored(store).values()
    assert len({tuple(rounds) for rounds in matches.values()}) == 3


def test_a_finished_run_is_not_played_again_and_more_games_extend_it(store: Store, other: Store) -> None:
    first = play(store, ["llm:table", "uniform"])
    again, model = Counter(), TableModel()
    assert play(store, ["llm:table", "uniform"], model=model, watching=again) == first
    assert again.played == 0 and not model.asked
    extended = Counter()
    run = play(store, ["llm:table", "uniform"], matches=5, watching=extended)
    assert run.id == first.id and run.spec.size == 5
    assert extended.played == 2 * 2 * 5
    play(other, ["llm:table", "uniform"], matches=5)
    assert stored(store) == stored(other)


def test_a_run_under_an_older_rule_of_identity_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = play(store, ["llm:table"], matches=2)
    monkeypatch.setattr(TableModels, "identity", Identity("all of the table", "the table"))
    rest = Counter()
    run = play(store, ["llm:table"], matches=3, watching=rest)
    assert (run.id, rest.played) == (first.id, 5) and run.spec.models == {"table": "all of the table"}
    monkeypatch.setattr(TableModels, "identity", Identity("another table, as far as the older rule goes", "the table"))
    assert play(store, ["llm:table"], matches=3).id != first.id


@pytest.mark.parametrize("after", [0, 1, 7, 12, 14])
def test_a_run_that_failed_goes_on_as_if_it_never_had(store: Store, other: Store, after: int) -> None:
    with pytest.raises(ModelError, match="the table is broken"):
        play(store, ["llm:table"], model=TableModel(fails_after=after))
    (cell,) = store.cells(store.run(None))
    assert not store.run(None).finished
    assert cell.done + cell.open <= 3
    rest = Counter()
    play(store, ["llm:table"], watching=rest)
    assert rest.played + after == 15  # whatever was answered is not asked again
    assert rest.begun == [("llm:table", after, 15)]
    play(other, ["llm:table"])
    assert stored(store) == stored(other)


def test_a_cancelled_run_keeps_what_was_played(store: Store) -> None:
    class Cancelling(Counter):
        def happens(self, cell: experiment.Cell, event: Event) -> None:
            super().happens(cell, event)
            if self.played == 4:
                task.cancel()

    models = TableModels()

    async def whole() -> None:
        nonlocal task
        current = asyncio.current_task()
        assert current is not None
        task = current
        spec = TournamentSpec(subjects=("llm:table",), matches=3, rounds=5)
        await carry_out(await plan_tournament(spec, models), store, models, Cancelling())

    task: asyncio.Task[Any]
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(whole())
    rest = Counter()
    play(store, ["llm:table"], watching=rest)
    assert 4 <= rest.begun[0][1] < 15 and rest.played == 15 - rest.begun[0][1]


def test_the_prompts_are_stored_once_each(store: Store) -> None:
    model = TableModel()
    play(store, ["llm:table"], model=model)
    (cell,) = store.cells(store.run(None))
    texts = [f"<bos>{row.prompt.text}" for row in store.prompts(cell)]
    assert sorted(texts) == sorted(set(model.asked))


def test_a_match_too_long_for_the_context_is_refused_with_the_most_that_fit(store: Store) -> None:
    model = TableModel(context=700)
    with pytest.raises(InputError) as refused:
        play(store, ["llm:table"], rounds=1000, model=model)
    sentence = str(refused.value)
    most = int(sentence.split("at most ")[1].split()[0])
    assert not store.runs() and not model.asked  # refused before anything is played
    assert play(store, ["llm:table"], rounds=most, matches=1, model=TableModel(context=700)).finished
    with pytest.raises(InputError, match=f"at most {most} rounds fit"):
        play(store, ["llm:table"], rounds=most + 1, matches=1, model=TableModel(context=700))


def test_a_context_too_short_for_one_round(store: Store) -> None:
    with pytest.raises(InputError, match="not even one round fits"):
        play(store, ["llm:table"], model=TableModel(context=20))


@pytest.mark.parametrize(("matches", "rounds"), [(0, 5), (3, 0), (-1, 5)])
def test_nothing_to_play_is_refused(store: Store, matches: int, rounds: int) -> None:
    with pytest.raises(UsageError, match="at least one"):
        play(store, ["uniform"], matches=matches, rounds=rounds)


@pytest.mark.parametrize(
    ("subjects", "opponents", "games", "sentence"),
    [
        (["greedy"], ["greedy"], ["rps"], "both read"),
        (["uniform"], ["greedy"], ["chess"], "no game 'chess'"),
        (["fixed:rock"], ["greedy"], ["rps", "hide-and-seek"], "has no move 'rock'"),
        (["uniform"], ["fixed:lizard"], ["rps"], "has no move 'lizard'"),
        (["nobody"], ["greedy"], ["rps"], "no agent 'nobody'"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused_before_anything_is_played(
    subjects: list[str], opponents: list[str], games: list[str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        plan(subjects, games, opponents)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no format 'chatml'"):
        plan(["llm:table"], format="chatml")


def test_the_key_of_a_cell_names_all_that_its_draws_belong_to() -> None:
    (bots,) = plan(["uniform"])
    assert bots.spec.key == "uniform|greedy|rps|-|temperature=1,top_p=1"
    (model,) = plan(["llm:table"])
    assert model.spec.asked is not None
    wording = model.spec.asked.wording
    assert model.spec.key == f"llm:table|greedy|rps|base/none/{wording}|temperature=1,top_p=1"
    (both,) = plan(["llm:a|b"], opponents=["llm:c"])
    assert both.spec.key.startswith("llm:a\\|b|llm:c|rps|base/none/")
    assert both.spec.key.count("|") == 5  # the one of the name, escaped, and four that part
    keys = {cell.spec.key for history in (None, 0, 1) for cell in plan(["llm:t"], history=history)}
    assert len(keys) == 3
